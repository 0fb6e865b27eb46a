"""Wheels taken apart and put together again.

Job: leave files out of a wheel and write it so that the same content is the same file. Rule: standard
library only; the list of a wheel's files (RECORD) is always made anew.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

EARLIEST = 315532800
"""The first second a zip archive can name, 1980-01-01, as Unix time."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
_EXECUTABLE, _PLAIN = 0o100755 << 16, 0o100644 << 16


def repack(source: Path, target: Path, keeps: Callable[[str], bool]) -> list[str]:
    """Write to ``target`` the files of a wheel that ``keeps``; returns the names of the others."""
    with zipfile.ZipFile(source) as wheel:
        names = [entry.filename for entry in wheel.infolist() if not entry.is_dir()]
        record = next(name for name in names if name.endswith(".dist-info/RECORD"))
        kept = {name: wheel.read(name) for name in sorted(names) if name != record and keeps(name)}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as wheel:
        for name, data in (*kept.items(), (record, _record(kept, record))):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = _EXECUTABLE if ".so" in name else _PLAIN
            wheel.writestr(entry, data)
    return sorted(set(names) - set(kept) - {record})


def _record(files: dict[str, bytes], own_name: str) -> bytes:
    """Return the text of RECORD: each file's name, digest and length; its own line has neither."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    for name, data in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        rows.writerow((name, f"sha256={digest}", len(data)))
    rows.writerow((own_name, "", ""))
    return out.getvalue().encode()
