"""Files on their way into a message.

Job: read what was dropped, pasted or chosen, and attach it or say why not. Rule: read on a lane of its
own, for a disk may be slow; what was read when another conversation is on screen is not attached there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog

from app.core import texts
from app.core.conversation.message import Part
from app.core.conversation.text_files import Room, read_text_file
from app.core.errors import UserError
from app.core.shown_name import shown_name
from app.ui.flow.tasks import Lane
from app.ui.views.composer.attached import MOST_ATTACHED
from app.ui.views.window.main_window import MainWindow
from app.ui.views.window.notice_card import NoticeKind
from app.ui.widgets.fields.dropped_files import local_files, take_copy

BYTES_OF_A_TOKEN = 8
"""More of a file than this a token hardly ever stands for, so that what is larger cannot fit."""
MOST_BYTES = 4 * 1024 * 1024
MOST_SAID = 2
"""Refusals said in one notice."""


class Attaching(QObject):
    """Attaches files to the message of ``window``; ``context`` tells how many tokens the model reads.

    ``is_model`` says which files are model files, and so somebody else's.
    """

    def __init__(
        self,
        window: MainWindow,
        context: Callable[[], int],
        is_model: Callable[[Path], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._context = context
        self._is_model = is_model
        self._lane = Lane("attachments", self)
        self._reading: list[Path] = []
        self._refused: list[texts.ErrorWords] = []
        self._said = ""
        self._visit = 0
        self._shown: int | None = None
        window.setAcceptDrops(True)
        window.installEventFilter(self)
        window.composer.files_offered.connect(self.take)
        window.composer.files_wanted.connect(self.choose)

    def choose(self) -> None:
        """Let the person choose files."""
        dialog = QFileDialog(self._window, texts.text("attach.dialog"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda names: self.take([Path(name) for name in names]))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def take(self, files: Sequence[Path]) -> None:
        """Read files and attach them, in this order."""
        composer = self._window.composer
        composer.focus_message()  # what was attached is mostly asked about next
        composer.light_up(composer.edit.hasFocus())
        self._take_back()
        for file in files:
            if composer.attached.is_full:
                said = texts.text("attach.too_many", name=shown_name(file.name), most=MOST_ATTACHED)
                self._refused.append(texts.ErrorWords("", said, ""))
                break
            if file in self._reading:
                self._refused.append(_already(file))
                continue
            self._reading.append(file)
            self._show_reading()
            self._read(file)
        if self._refused:
            self._say()

    def begun(self, conversation_id: int) -> None:
        """Stay with the new conversation on screen, which got its id."""
        self._shown = conversation_id

    def turn_to(self, conversation_id: int | None) -> None:
        """Forget what is on its way, if another conversation is on screen (None: a new one)."""
        if conversation_id == self._shown:
            return
        self._shown = conversation_id
        self._visit += 1
        self._reading = []
        self._show_reading()

    def close(self) -> None:
        """Read nothing more."""
        self._visit += 1
        self._lane.close()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Take files that are let go anywhere on the window, but for model files."""
        composer = self._window.composer
        if event.type() is QEvent.Type.DragLeave:
            composer.light_up(composer.edit.hasFocus())
        if isinstance(event, QDropEvent) and event.type() in (
            QEvent.Type.DragEnter,
            QEvent.Type.DragMove,
            QEvent.Type.Drop,
        ):
            files = [file for file in local_files(event.mimeData()) if not self._is_model(file)]
            if files and composer.isVisible():
                take_copy(event)
                composer.light_up(True)
                if event.type() is QEvent.Type.Drop:
                    self.take(files)
                return True
        return False

    def _read(self, file: Path) -> None:
        visit = self._visit
        context = self._context()
        most = min(MOST_BYTES, context * BYTES_OF_A_TOKEN) if context else MOST_BYTES

        def read(part: Part) -> None:
            if not self._over(file, visit):
                return
            if part in self._window.composer.attached.parts:
                self._refused.append(_already(file))
                self._say()
            else:
                self._window.composer.add_attachment(part)

        def refused(error: UserError) -> None:
            if self._over(file, visit):
                self._refused.append(error.words)
                self._say()

        self._lane.run(lambda: read_text_file(file, Room(most, context)), read, refused)

    def _over(self, file: Path, visit: int) -> bool:
        """Note that a file was read; says whether it is still wanted."""
        if visit != self._visit or file not in self._reading:
            return False
        self._reading.remove(file)
        self._show_reading()
        return True

    def _show_reading(self) -> None:
        self._window.composer.set_reading(tuple(shown_name(file.name) for file in self._reading))

    def _say(self) -> None:
        """Say why files were not attached; what is safe is said once for all of them."""
        close = [("close", texts.text("ui.actions.close_notice"))]
        last = self._refused[-MOST_SAID:]
        safe = dict.fromkeys(each.safe for each in last)
        said = [*safe, *(part for each in last for part in (each.what, each.next))]
        self._said = " ".join(filter(None, said))
        self._window.notice.show_notice(NoticeKind.WARN, self._said, close)
        self._window.notice.end_with_conversation()

    def _take_back(self) -> None:
        """Forget what was refused before, and what is said about it."""
        self._refused = []
        if self._said and self._window.notice.sentence == self._said:
            self._window.notice.clear()
        self._said = ""


def _already(file: Path) -> texts.ErrorWords:
    """Return what is said of a file that is attached and has not changed since."""
    return texts.ErrorWords("", texts.text("attach.already", name=shown_name(file.name)), "")
