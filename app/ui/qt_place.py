"""Where Qt lies.

Job: name the folders of the Qt that PySide6 brings, and tell Qt where its plugins are. Rule: Qt is not
asked: it reads its own place from a list, in which a comma, a semicolon, a quotation mark and a
backslash of the path mean something else, and then ends the program for want of a plugin.
"""

from __future__ import annotations

from pathlib import Path

import PySide6
from PySide6.QtCore import QCoreApplication


def folder_of(name: str) -> Path:
    """Return a folder of Qt's, as ``plugins`` or ``translations``."""
    home = Path(PySide6.__file__).parent
    return (
        home / "Qt" if (home / "Qt").is_dir() else home
    ) / name  # on Windows it is not a folder deeper


def find_plugins() -> None:
    """Have Qt look for its plugins there and nowhere else; called before an application is made."""
    QCoreApplication.setLibraryPaths([str(folder_of("plugins"))])
