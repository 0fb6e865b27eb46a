"""The program's icon as files, drawn by the program's own code.

Job: write ``cloister-SIDE.png`` in every size a desktop asks for. Rule: runs in the program's
environment (``.venv``); nothing here knows what the icon looks like.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

SIDES = (16, 22, 24, 32, 48, 64, 128, 256, 512)


def main(folder: Path) -> None:
    """Write the files into ``folder``, which is made."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtGui import QGuiApplication

    from app.ui.widgets.arch import icon_image

    application = QGuiApplication([])
    folder.mkdir(parents=True, exist_ok=True)
    for side in SIDES:
        if not icon_image(side).save(str(folder / f"cloister-{side}.png")):
            raise SystemExit(f"The icon could not be written into {folder}. Nothing was built.")
    del application


if __name__ == "__main__":
    main(Path(sys.argv[1]))
