"""The list of a release: SHA256SUMS, and beside it what else a release is handed out with.

Job: write ``SHA256SUMS`` of a folder, headed by version and day, with SBOM and licence list beside the
installers. Rule: standard library only; it is signed elsewhere, where the key is
(``release_signing.py``).
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from pathlib import Path

import preparing

NAME = "SHA256SUMS"


def write(folder: Path) -> Path:
    """Write the list of ``folder``; returns its path."""
    version, date = preparing.release()
    licenses = preparing.ROOT / "resources" / "licenses"
    shutil.copyfile(licenses / "sbom.cdx.json", folder / f"cloister-{version}.cdx.json")
    lines = [f"# cloister {version} {date:%Y-%m-%d}\n"]
    lines += [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(folder.iterdir())
        if path.is_file() and not path.name.startswith(NAME)
    ]
    target = folder / NAME
    target.write_text("".join(lines), "utf-8")
    return target


if __name__ == "__main__":
    print(write(Path(sys.argv[1])))
