"""Files that are dropped or pasted into the window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QDropEvent


def local_files(data: QMimeData) -> list[Path]:
    """Return the files on this computer that ``data`` names, in its order."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]


def take_copy(event: QDropEvent) -> None:
    """Accept what is dragged as a copy: whoever moves a file deletes it once it is taken.

    What can only be moved is left where it is.
    """
    event.setAccepted(bool(event.possibleActions() & Qt.DropAction.CopyAction))
    event.setDropAction(Qt.DropAction.CopyAction)
