"""A release that a person put on disk: whose it is, which version, and whether its files are whole.

Job: check the Ed25519 signature of a ``SHA256SUMS`` file (``SHA256SUMS.sig`` beside it) with the key
that comes with the program, and the files it names. Rule: nothing is downloaded, installed or opened;
nothing of the file is believed, or shown, before its signature is right.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.core.errors import UserError
from app.core.paths import resources_dir
from app.core.texts import text
from app.library.files.fingerprint import sha256_of
from app.library.files.regular_file import open_regular

PURPOSE = b"cloister release list 1\n"
"""Signed before the list, so that no signature of another kind can be shown for one."""
MAX_BYTES = 64 * 1024
_HEAD = re.compile(r"# cloister (\d{1,4}\.\d{1,4}\.\d{1,4}) (\d{4}-\d{2}-\d{2})")
_LINE = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9][A-Za-z0-9._-]{0,127})")


@dataclass(frozen=True, slots=True)
class Release:
    """A list whose signature is right. Of the files named, those beside it: whole, or damaged."""

    version: str
    date: str
    whole: tuple[str, ...]
    damaged: tuple[str, ...]

    def is_newer_than(self, version: str) -> bool:
        """Say whether it is newer than ``version``, three numbers."""
        return _numbers(self.version) > _numbers(version)


def key_file() -> Path:
    """Return where the public key lies: 32 bytes as base64."""
    return resources_dir() / "release" / "public-key.txt"


def verify(path: Path, key: bytes | None = None) -> Release:
    """Check the list at ``path``; ``key`` is for tests.

    Raises UserError ``release.missing``, ``release.unreadable``, ``release.unsigned`` (no signature
    beside it), ``release.forged`` (not our signature) or ``release.malformed``.
    """
    content = _content(path)
    try:
        signature = _content(path.with_name(path.name + ".sig"))
    except UserError:
        raise UserError("release.unsigned") from None
    public = base64.b64decode(key_file().read_bytes()) if key is None else key
    try:
        raw = base64.b64decode(signature.strip(), validate=True)
        Ed25519PublicKey.from_public_bytes(public).verify(raw, PURPOSE + content)
    except (InvalidSignature, ValueError):
        raise UserError("release.forged") from None
    version, date, listed = _read(content)
    there = {name: path.with_name(name) for name in listed if path.with_name(name).is_file()}
    whole = tuple(name for name, file in there.items() if sha256_of(file) == listed[name])
    return Release(version, date, whole, tuple(name for name in there if name not in whole))


def lines_of(found: Release, version: str) -> list[str]:
    """Return what is to be said of a list that was checked, to somebody who has ``version``."""
    lines = [text("release.right", version=found.version, date=found.date)]
    lines += [text("release.whole", name=name) for name in found.whole]
    lines += [text("release.damaged", name=name) for name in found.damaged]
    if not found.damaged:
        key = "release.newer" if found.is_newer_than(version) else "release.not_newer"
        lines.append(text(key, version=version))
    return lines


def _content(path: Path) -> bytes:
    try:
        with open_regular(path) as file:
            content = file.read(MAX_BYTES + 1)
    except UserError as error:
        missing = error.code == "library.missing"
        raise UserError("release.missing" if missing else "release.unreadable") from None
    except OSError:
        raise UserError("release.unreadable") from None
    if not content or len(content) > MAX_BYTES:
        raise UserError("release.unreadable")
    return content


def _read(content: bytes) -> tuple[str, str, dict[str, str]]:
    try:
        head, *lines = content.decode("ascii").splitlines()
    except ValueError:
        raise UserError("release.malformed") from None
    found = _HEAD.fullmatch(head)
    matched = [_LINE.fullmatch(line) for line in lines]
    if found is None or not lines or None in matched:
        raise UserError("release.malformed")
    return found[1], found[2], {one[2]: one[1] for one in matched if one is not None}


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
