"""Writing an exported file.

Job: put the bytes where the person wants them, readable by them alone, whole or not at all. Rule: what
stood there before is lost only when the new file is complete; every failure is one sentence.
"""

from __future__ import annotations

import errno
import re
import secrets
from pathlib import Path

from app.core.errors import UserError
from app.core.logs import log_event
from app.core.private_files import write_whole

LONGEST_NAME = 80
LONGEST_NAME_BYTES = 200
"""Most systems allow 255 in a name, its ending among them; a letter may take four."""
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_REFUSED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_UNFIT = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


def save(path: Path, data: bytes) -> None:
    """Write an export. Raises UserError: the disk is full, the folder refuses, or anything else."""
    try:
        write_whole(path, data, path.with_name(f".{secrets.token_hex(8)}.part"))
    except OSError as error:
        number = error.errno or 0
        log_event("export.not_saved", errno=number)
        code = "full" if number in _FULL else "refused" if number in _REFUSED else "failed"
        raise UserError(f"export.{code}") from error
    log_event("export.saved", size=len(data))


def file_name(title: str) -> str:
    """Return a name that every system takes, from a conversation's title; without an ending.

    Nothing unseen stands in it, which could turn its letters so that it seems to end otherwise.
    """
    seen = "".join(letter if letter.isprintable() else " " for letter in title)
    name = " ".join(_UNFIT.sub(" ", seen).split()).strip(". ")[:LONGEST_NAME]
    name = name.encode("utf-8")[:LONGEST_NAME_BYTES].decode("utf-8", "ignore").strip(". ")
    return f"_{name}" if _RESERVED.match(name) else name
