"""Exporting the conversation on screen, or one answer of it.

Job: ask for form and place, make the file away from what the person does, say what came of it. Rule: the
file is whole or not there; it is made on a lane of its own, or a message at a time where Qt draws it,
and can be stopped until it is written.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QFileDialog

from app.core.conversation.message import Role
from app.core.paths import usual_folder
from app.core.shown_name import shown_name
from app.core.texts import text
from app.core.there import is_there
from app.export.as_markdown import as_markdown
from app.export.as_page import as_page
from app.export.record import Export, name_of
from app.export.saving import file_name, save
from app.storage.records import MessageRecord
from app.ui.dialogs.export import ExportDialog
from app.ui.flow.reading.written_file import WrittenFile
from app.ui.flow.tasks import Lane
from app.ui.flow.turns.chat_controller import ChatController
from app.ui.flow.turns.conversation.transcript_on_screen import item_of
from app.ui.printing.printing import Printing
from app.ui.transcript.model import TranscriptItem
from app.ui.views.window.main_window import MainWindow
from app.ui.views.window.notice_card import NoticeKind

SLICE_S = 0.01
STOP = "stop_export"
SAY_EVERY = 20
"""Percent between two remarks about how far a long printing is."""


class Form(Enum):
    """What a file can be: its code, and what its name ends with."""

    PDF = "pdf", ".pdf"
    PAGE = "web", ".html"
    MARKDOWN = "markdown", ".md"

    @property
    def code(self) -> str:
        """What the dialog calls it."""
        return self.value[0]

    @property
    def ending(self) -> str:
        """The end of the file's name."""
        return self.value[1]


@dataclass(slots=True, eq=False)
class _Job:
    path: Path
    stopped: bool = False
    printing: Printing | None = None
    said: int = 0


class Exporting(QObject):
    """One export at a time; ``trouble`` carries a UserError to show. ``title`` of what is on screen."""

    trouble = Signal(object)

    def __init__(
        self,
        window: MainWindow,
        chat: ChatController,
        title: Callable[[], str],
        written: WrittenFile,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._chat = chat
        self._title = title
        self._written = written
        self._lane: Lane | None = None
        self._job: _Job | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._print_on)
        self.dialog: ExportDialog | None = None

    @property
    def busy(self) -> bool:
        """Say whether a file is being made."""
        return self._job is not None

    def open(self, answer_id: int | None = None) -> None:
        """Ask how to export the conversation on screen, or the answer with this id."""
        messages = self._messages(answer_id)
        if not messages or self.busy:
            return
        title = text("export.dialog.conversation" if answer_id is None else "export.dialog.answer")
        dialog = ExportDialog(
            self._window.theme,
            title,
            [(form.code, text(f"export.dialog.{form.code}")) for form in Form],
            has_notes=any(record.message.reasoning for record in messages),
            parent=self._window,
        )
        dialog.chosen.connect(lambda code, notes: self._ask_where(_form(code), messages, notes=notes))
        dialog.finished.connect(self._answered)
        self.dialog = dialog
        dialog.open()

    def _answered(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    def _ask_where(self, form: Form, messages: tuple[MessageRecord, ...], *, notes: bool) -> None:
        name = (file_name(self._title()) or text("export.dialog.name")) + form.ending
        path = self._chosen(form, usual_folder() / name)
        if path is not None:
            self.write(path, form, messages, notes=notes)

    def _chosen(self, form: Form, offered: Path) -> Path | None:
        """Return where the file shall be, with the ending of its form; None if the person gave up."""
        words = text("export.dialog.filter", form=text(f"export.dialog.{form.code}"), ending=form.ending)
        while True:
            chosen, _ = QFileDialog.getSaveFileName(
                self._window, text("export.dialog.title"), str(offered), words
            )
            if not chosen or chosen.lower().endswith(form.ending):
                return Path(chosen) if chosen else None
            # "Clause 14.2" has an ending too, but not one that tells what the file is.
            offered = Path(chosen + form.ending)
            if not is_there(offered):
                return offered

    def write(
        self, path: Path, form: Form, messages: tuple[MessageRecord, ...], *, notes: bool = False
    ) -> None:
        """Make the file; what comes of it stands above the composer."""
        if self.busy:
            return
        self._job = job = _Job(path)
        export = Export(self._title(), messages[0].created, time.time(), messages, notes)
        self._say(text("export.progress.reading"))
        if form is Form.PDF:
            left_out = [record.id for record in messages if record.left_out]
            job.printing = Printing(
                export.title,
                export.heading(),
                [_printed(record) for record in messages],
                left_out,
                notes=notes,
                parent=self,
            )
            self._timer.start()
            return
        make = as_page if form is Form.PAGE else as_markdown
        self._save(job, lambda: make(export).encode("utf-8", "replace"))

    def whole(self) -> tuple[MessageRecord, ...]:
        """Return the messages on screen."""
        return self._messages(None)

    def act(self, code: str) -> bool:
        """Take a button of the notice; returns False if it is not this one's."""
        if code == STOP:
            self.stop()
        return code == STOP

    def stop(self) -> None:
        """Make no file of what is being made."""
        if self._job is not None:
            self._job.stopped = True
            if self._job.printing is not None:
                self._end_printing(self._job).drop()
                self._done(self._job)

    def close(self) -> None:
        """End; a file that is being written is finished first."""
        self.stop()
        if self._lane is not None:
            self._lane.close()

    def _messages(self, answer_id: int | None) -> tuple[MessageRecord, ...]:
        path = self._chat.conversation.path
        if answer_id is None:
            return path
        place = self._chat.conversation.place_of(answer_id)
        if place is None:
            return ()
        first = place
        while first > 0 and path[first].message.role is not Role.USER:
            first -= 1
        return path[first : place + 1]

    # --- making ---------------------------------------------------------------------------------

    def _print_on(self) -> None:
        job = self._job
        if job is None or job.printing is None:
            return
        try:
            more = _print_some(job.printing)
        except BaseException:  # a bug of ours: it is said once, not at every turn of the event loop
            self._end_printing(job).drop()
            self._job = None
            raise
        percent = 100 * job.printing.done // max(1, job.printing.count)
        if percent >= job.said + SAY_EVERY:
            job.said = percent
            self._say(text("export.progress.writing", percent=percent))
        if not more:
            data = self._end_printing(job).finish()
            self._save(job, lambda: data)

    def _end_printing(self, job: _Job) -> Printing:
        self._timer.stop()
        printing, job.printing = job.printing, None
        if printing is None:
            raise RuntimeError("nothing is being printed")
        printing.deleteLater()
        return printing

    def _save(self, job: _Job, make: Callable[[], bytes]) -> None:
        if self._lane is None:
            self._lane = Lane("export", self)

        def work() -> None:
            data = make()
            if not job.stopped:
                save(job.path, data)

        self._lane.run(work, lambda _none: self._done(job), lambda error: self._failed(job, error))

    def _done(self, job: _Job) -> None:
        self._job = None
        if job.stopped:
            self._window.notice.clear()
            return
        self._written.say(text("export.progress.done", name=shown_name(job.path.name)), job.path)

    def _failed(self, _job: _Job, error: object) -> None:
        self._job = None
        self._window.notice.clear()
        self.trouble.emit(error)

    def _say(self, sentence: str) -> None:
        self._window.notice.show_notice(
            NoticeKind.INFO, sentence, [(STOP, text("export.progress.stop"))]
        )


def _print_some(printing: Printing) -> bool:
    """Print for a moment; returns False when all is printed."""
    ends = time.monotonic() + SLICE_S
    more = True
    while more and time.monotonic() < ends:
        more = printing.step()
    return more


def _printed(record: MessageRecord) -> TranscriptItem:
    """Return a message whose answer is named with its time and effort, which the window does not do."""
    item = item_of(record)
    named = record.message.role is Role.ASSISTANT and not item.is_summary
    return replace(item, model_name=name_of(record)) if named else item


def _form(code: str) -> Form:
    return next(form for form in Form if form.code == code)
