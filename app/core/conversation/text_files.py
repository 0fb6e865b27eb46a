"""Text files of a person's own, as attachments.

Job: read one file and say what it is by what is in it, never by its name. Rule: only text in UTF-8 or
UTF-16 is taken, and nothing in it is changed but line ends; everything else is a UserError that names
the file and says what can be done. What is no regular file is not waited for.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from app.core.conversation.message import Part, PartKind
from app.core.errors import UserError
from app.core.shown_name import shown_name

LONGEST_NAME = 120
_KINDS = (
    ("pdf", (b"%PDF-",)),
    ("office", (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf")),
    (
        "picture",
        (
            b"\x89PNG\r\n",
            b"\xff\xd8\xff",
            b"GIF8",
            b"II*\x00",
            b"MM\x00*",
            b"RIFF",
            b"ID3",
        ),
    ),
)
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_WIDE_BOMS = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")
_CONTROLS = frozenset(range(32)) - {7, 8, 9, 10, 11, 12, 13, 27}
_MOST_CONTROLS = 0.02
"""Of a text's characters, so many may be controls at most."""
_LOOKED_AT = 65_536


@dataclass(frozen=True, slots=True)
class Room:
    """How large a file may be, in bytes; ``tokens`` is what the model reads at a time, 0 for unknown."""

    bytes: int
    tokens: int = 0


def read_text_file(path: Path, room: Room) -> Part:
    """Return the file as a part. Raises UserError ``attach.*``; blocks for the disk."""
    name = shown_name(path.name, LONGEST_NAME) or "?"
    data = _bytes_of(path, name, room)
    if not data.strip(b"\x00\t\n\r\v\f "):
        raise UserError("attach.empty", name=name)
    text = _decoded(data, name)
    if not text.strip("\t\n\r\v\f "):  # a mark of the encoding, and nothing behind it
        raise UserError("attach.empty", name=name)
    return Part(PartKind.ATTACHMENT, text.replace("\r\n", "\n").replace("\r", "\n"), name=name)


def _bytes_of(path: Path, name: str, room: Room) -> bytes:
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags | getattr(os, "O_CLOEXEC", 0))
    except FileNotFoundError:
        raise UserError("attach.missing", name=name) from None
    except IsADirectoryError:
        raise UserError("attach.folder", name=name) from None
    except (OSError, ValueError):
        raise UserError("attach.unreadable", name=name) from None
    try:
        with os.fdopen(descriptor, "rb") as file:
            mode = os.fstat(descriptor).st_mode
            if stat.S_ISDIR(mode):
                raise UserError("attach.folder", name=name)
            if not stat.S_ISREG(mode):
                raise UserError("attach.unreadable", name=name)
            data = file.read(room.bytes + 1)
            if len(data) > room.bytes:
                _refuse_kind(data, name)  # that it is no text says more than that it is large
                raise _too_large(os.fstat(descriptor).st_size, name, room)
    except IsADirectoryError:
        raise UserError("attach.folder", name=name) from None
    except OSError:
        raise UserError("attach.unreadable", name=name) from None
    return data


def _too_large(size: int, name: str, room: Room) -> UserError:
    values = {"name": name, "size": f"{max(size, room.bytes + 1):,}"}
    if room.tokens:
        return UserError("attach.too_large", **values, tokens=f"{room.tokens:,}")
    return UserError("attach.far_too_large", **values, limit=f"{room.bytes:,}")


def _decoded(data: bytes, name: str) -> str:
    if data.startswith(_WIDE_BOMS):
        raise UserError("attach.encoding", name=name)
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding)
            except UnicodeDecodeError:
                raise UserError("attach.encoding", name=name) from None
    _refuse_kind(data, name)
    encoding = _without_mark(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        wrong = "encoding" if _is_text(data[:_LOOKED_AT].decode("latin-1")) else "not_text"
        raise UserError(f"attach.{wrong}", name=name) from None
    if "\x00" in text or not _is_text(text[:_LOOKED_AT]):
        raise UserError("attach.not_text", name=name)
    return text


def _refuse_kind(data: bytes, name: str) -> None:
    for kind, openings in _KINDS:
        if data.startswith(openings):
            raise UserError(f"attach.{kind}", name=name)


def _without_mark(data: bytes) -> str:
    """Return the encoding of text that has no mark: in UTF-16, every second byte is often zero."""
    head = data[:_LOOKED_AT]
    half = max(1, len(head) // 2)
    if head[1::2].count(0) > 0.3 * half and head[::2].count(0) < 0.05 * half:
        return "utf-16-le"
    if head[::2].count(0) > 0.3 * half and head[1::2].count(0) < 0.05 * half:
        return "utf-16-be"
    return "utf-8"


def _is_text(text: str) -> bool:
    controls = sum(ord(letter) in _CONTROLS for letter in text)
    return "\x00" not in text and controls <= _MOST_CONTROLS * len(text)
