"""What is done with files that are here: verify, show, share, remove, put back, decide, delete a half.

Job: the buttons of a file's page. Rule: the disk is touched on the library's lane only; a file that
answers now gives way to the built-in guide before it is removed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from app.core.errors import UserError
from app.library.files.fingerprint import Stopped
from app.library.shelf.aside import Removed
from app.library.shelf.half_done import discard
from app.library.shelf.model_file import ModelFile
from app.library.shelf.shelf import Shelf
from app.ui.desktop.file_manager import show_folder
from app.ui.flow.choice.model import ModelChooser
from app.ui.flow.library.keeping.sharing import sharing_command
from app.ui.flow.library.known.state import Doing, Library
from app.ui.flow.tasks import Lane


class Host(Protocol):
    """What the actions need of the library."""

    @property
    def library(self) -> Library:
        """The last look."""

    @property
    def shelf(self) -> Shelf:
        """The model files of the chosen folder."""

    def refresh(self) -> None:
        """Look again."""

    def leave(self) -> None:
        """Go back to the conversation."""

    def show_trouble(self, error: UserError) -> None:
        """Say what went wrong."""


class FileActions(QObject):
    """``changed`` carries the key of the file whose state is another now."""

    changed = Signal(str)
    _read = Signal(str, float)

    def __init__(
        self,
        host: Host,
        lane: Lane,
        doing: Doing,
        chooser: ModelChooser,
        reveal: Callable[[Path], object] = show_folder,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._host, self._lane, self._doing, self._chooser = host, lane, doing, chooser
        self._reveal = reveal
        self._closed = False
        self._read.connect(self._moved_on)

    def act(self, key: str, code: str) -> None:
        """Do what a button says; codes of others are left alone."""
        file = self._host.library.file(key)
        if code == "undo" and key in self._doing.removed:
            self._undo(key)
        elif code == "discard_left":
            self._discard(key)
        elif file is None:
            return
        elif code == "use":
            self._chooser.choose_file(file.path)
            self._host.leave()
        elif code == "use_file":
            self._accept(key, file)
        elif code == "verify":
            self._verify(key, file)
        elif code == "reveal":
            self._reveal(file.path)
        elif code == "share":
            self._doing.sharing ^= {key}
        elif code == "copy_command":
            QApplication.clipboard().setText(sharing_command(file))
        elif code == "remove":
            self._remove(key, file)

    def close(self) -> None:
        """Stop what is read."""
        self._closed = True

    def _verify(self, key: str, file: ModelFile) -> None:
        if key in self._doing.verifying:
            return
        self._doing.verifying[key] = 0.0
        self._doing.troubles.pop(key, None)
        shelf = self._host.shelf

        def work() -> ModelFile | None:
            try:
                return shelf.verify(
                    file.path,
                    lambda done, total: self._read.emit(key, done / max(1, total)),
                    lambda: self._closed,
                )
            except Stopped:
                return None

        self._lane.run(work, lambda _: self._ended(key), lambda error: self._ended(key, error))

    def _moved_on(self, key: str, share: float) -> None:
        if key in self._doing.verifying:
            self._doing.verifying[key] = share
            self.changed.emit(key)

    def _ended(self, key: str, error: UserError | None = None) -> None:
        self._doing.verifying.pop(key, None)
        if error is not None and error.code == "library.missing":
            self._host.show_trouble(error)  # it has no page any more
        elif error is not None:
            self._doing.troubles[key] = error
        self._host.refresh()

    def _accept(self, key: str, file: ModelFile) -> None:
        shelf = self._host.shelf
        self._lane.run(
            lambda: shelf.accept(file.path), lambda _: self._ended(key), lambda e: self._ended(key, e)
        )

    def _remove(self, key: str, file: ModelFile) -> None:
        if self._chooser.current.path == file.path:
            self._chooser.choose_guide()
        shelf = self._host.shelf

        def removed(result: Removed) -> None:
            self._doing.removed[key] = (result, file)
            self._host.refresh()

        self._lane.run(lambda: shelf.remove(file.path), removed, self._host.show_trouble)

    def _discard(self, key: str) -> None:
        left = self._host.library.left().get(key)

        def delete() -> None:
            for part in left.parts if left is not None else ():
                discard(part)

        self._lane.run(delete, lambda _: self._host.refresh(), self._not_deleted)

    def _not_deleted(self, error: UserError) -> None:
        self._host.refresh()  # some of its parts may be gone
        self._host.show_trouble(error)

    def _undo(self, key: str) -> None:
        removed, _ = self._doing.removed[key]
        shelf = self._host.shelf

        def back(_file: ModelFile) -> None:
            self._doing.removed.pop(key, None)
            self._host.refresh()

        self._lane.run(lambda: shelf.undo(removed), back, self._host.show_trouble)
