"""The system's file manager.

Job: open the folder of a file there. Rule: the file itself is never opened.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices


def show_folder(path: Path) -> bool:
    """Open the folder of a file in the system's file manager; returns False if there is none."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))
