"""Files that are dropped or pasted into the window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData


def local_files(data: QMimeData) -> list[Path]:
    """Return the files on this computer that ``data`` names, in its order."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
