"""What the organisation decides for every person on this computer.

Job: find and read ``policy.toml`` in the folder that only an administrator may write, Windows' group
policy and macOS's managed preferences. Rule: fails closed: what is there and cannot be read or
understood, down to one unknown word, takes every liberty that a policy can take; no variable of the
environment leads to another file.
"""

from __future__ import annotations

import stat
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from app.core.rules import managed

FILE_NAME = "policy.toml"
MAX_BYTES = 64 * 1024
_SEALED = "sealed"
_NETWORK = "network"
_MODELS, _ONLY_CATALOGUE = "models", "only_catalogue"
WORDS = {_NETWORK: _SEALED, _MODELS: _ONLY_CATALOGUE}
"""What each table may hold."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What stands in the policy files together.

    ``files`` are those that were found; ``damaged`` is one of them that is not understood. ``sealed``
    holds when any of them says so, or when one is damaged; so does ``only_catalogue``: no model file may
    be used whose hash is in no catalogue.
    """

    files: tuple[Path, ...] = ()
    sealed: bool = False
    damaged: Path | None = None
    only_catalogue: bool = False


def policy_files() -> tuple[Path, ...]:
    """Return where this system keeps policies; what one of them forbids, the others cannot allow.

    Windows' group policy is among them under the name of its key.
    """
    if sys.platform in ("win32", "darwin"):
        site = Path(platformdirs.site_config_dir("Cloister", appauthor=False), FILE_NAME)
        return (
            (site, managed.REGISTRY) if sys.platform == "win32" else (site, *managed.preference_files())
        )
    # Not asked of platformdirs: it follows XDG_CONFIG_DIRS, which the person sets.
    return (Path("/etc/cloister", FILE_NAME), Path("/etc/xdg/cloister", FILE_NAME))


def read_policy(files: Sequence[Path] | None = None) -> Policy:
    """Read the policy of this computer; ``files`` are for tests."""
    found: list[Path] = []
    sealed, only_catalogue, damaged = False, False, None
    for path in policy_files() if files is None else files:
        try:
            content = _read(path)
            if content is None:
                continue
            found.append(path)
            table = _checked(content)
            sealed = _truth(table, _NETWORK) or sealed
            only_catalogue = _truth(table, _MODELS) or only_catalogue
        except (OSError, ValueError, RecursionError):
            found += [path] if path not in found else []
            damaged = damaged or path
    closed = damaged is not None
    return Policy(tuple(found), sealed or closed, damaged, only_catalogue or closed)


def _read(path: Path) -> dict[str, Any] | None:
    """Return what stands there in tables, None when nothing does; raises OSError or ValueError."""
    if path == managed.REGISTRY:
        return managed.from_registry()
    content = _content(path)
    if content is None:
        return None
    if path.suffix == ".plist":
        return managed.from_preferences(content)
    return tomllib.loads(content.decode("utf-8"))


def _content(path: Path) -> bytes | None:
    """Return the file's bytes, None when there is no such file; raises OSError or ValueError."""
    try:
        kind = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        if path.is_symlink():
            raise ValueError("a link to nowhere") from None
        return None
    if not stat.S_ISREG(kind):
        raise ValueError("no ordinary file")
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ValueError("too long")
    return content


def _checked(table: dict[str, Any]) -> dict[str, Any]:
    """Return ``table`` if every word in it is known; raises ValueError on anything else."""
    for name, content in table.items():
        known = WORDS.get(name)
        if known is None or not isinstance(content, dict) or set(content) - {known}:
            raise ValueError("unknown words")
        if not all(value is True or value is False for value in content.values()):
            raise ValueError("neither true nor false")
    return table


def _truth(table: dict[str, Any], name: str) -> bool:
    """Return what the one word of the table ``name`` says, False without it."""
    return bool(table.get(name, {}).get(WORDS[name], False))
