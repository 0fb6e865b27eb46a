"""The program's icon as files, drawn by the program's own code.

Job: write ``cloister-SIDE.png`` in every size a desktop asks for, and the one file of all sizes that
macOS (``.icns``) and Windows (``.ico``) want. Rule: runs in the program's
environment (``.venv``); nothing here knows what the icon looks like.
"""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path

SIDES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
_ICNS = {
    b"icp4": 16, b"icp5": 32, b"ic07": 128, b"ic08": 256, b"ic09": 512,
    b"ic11": 32, b"ic12": 64, b"ic13": 256, b"ic14": 512,
}  # fmt: skip
"""The places of the file and their pixels; ic11 and later are for dense screens."""
_ICO_LARGEST = 256


def main(folder: Path) -> None:
    """Write the files into ``folder``, which is made."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtGui import QGuiApplication

    from app.ui.widgets.drawings.arch import icon_image

    application = QGuiApplication([])
    folder.mkdir(parents=True, exist_ok=True)
    for side in SIDES:
        if not icon_image(side).save(str(folder / f"cloister-{side}.png")):
            raise SystemExit(f"The icon could not be written into {folder}. Nothing was built.")
    pictures = {side: (folder / f"cloister-{side}.png").read_bytes() for side in SIDES}
    (folder / "cloister.icns").write_bytes(as_icns(pictures))
    (folder / "cloister.ico").write_bytes(as_ico(pictures))
    del application


def as_icns(pictures: dict[int, bytes]) -> bytes:
    """Return PNG pictures as macOS's file of icons."""
    parts = [
        name + struct.pack(">I", 8 + len(pictures[side])) + pictures[side]
        for name, side in _ICNS.items()
    ]
    whole = b"".join(parts)
    return b"icns" + struct.pack(">I", 8 + len(whole)) + whole


def as_ico(pictures: dict[int, bytes]) -> bytes:
    """Return PNG pictures as Windows' file of icons; a side of 256 is written as 0."""
    taken = [side for side in sorted(pictures) if side <= _ICO_LARGEST]
    place = 6 + 16 * len(taken)
    entries, whole = b"", b""
    for side in taken:
        picture = pictures[side]
        entries += struct.pack("<BBBBHHII", side % 256, side % 256, 0, 0, 1, 32, len(picture), place)
        whole, place = whole + picture, place + len(picture)
    return struct.pack("<HHH", 0, 1, len(taken)) + entries + whole


if __name__ == "__main__":
    main(Path(sys.argv[1]))
