"""Finding in the conversation on screen.

Job: join the find bar to the transcript's search, and show where a search of all conversations led.
Rule: the search ends with the bar; the keyboard goes back to where it was when the bar was opened. What
is marked for a search of the sidebar goes with that search.
"""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget

from app.storage.records import SearchHit
from app.ui.transcript.view import TranscriptView
from app.ui.views.window.main_window import MainWindow


class Finding(QObject):
    """One find bar at work."""

    def __init__(
        self, window: MainWindow, transcript: TranscriptView, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._bar = window.find_bar
        self._transcript = transcript
        self._from: QWidget | None = None
        self._bar.searched.connect(self._search)
        self._bar.stepped.connect(transcript.finds.step)
        self._bar.closed.connect(self._closed)
        transcript.finds.changed.connect(self._show)
        window.sidebar.search_changed.connect(lambda _words: self._leave_hit())

    def open(self) -> None:
        """Open the bar, or go to it; words that are selected are looked for."""
        focus = QApplication.focusWidget()
        if focus is not None and not self._bar.isAncestorOf(focus):
            self._from = focus
        chosen = self._transcript.selected_line()
        if chosen:
            self._bar.field.setText(chosen)
        self._bar.open()
        self._window.ring.move_focus(self._bar.field)

    def step(self, by: int) -> None:
        """Go to the next (1) or the previous place (-1); opens the bar where it is closed."""
        if self._bar.isVisible():
            self._transcript.finds.step(by)
        else:
            self.open()

    def show_hit(self, hit: SearchHit, typed: str) -> None:
        """Go to a message on screen and mark in it the words ``typed``, as the search found them."""
        if self._bar.isVisible():
            self._from = QApplication.focusWidget()  # the bar goes, and the keyboard stays
            self._bar.leave()
        self._transcript.finds.show_message(hit.message_id, (*hit.words, *typed.split()))

    def _leave_hit(self) -> None:
        if not self._bar.isVisible():
            self._transcript.finds.stop()

    def _search(self, words: str, in_notes: bool) -> None:
        self._transcript.finds.look_for(words, in_notes=in_notes)

    def _show(self) -> None:
        if not self._bar.isVisible():
            return
        find = self._transcript.finds
        self._bar.show_figures(find.number, find.count, searching=find.searching)

    def _closed(self) -> None:
        self._transcript.finds.stop()
        back = self._from if self._from is not None and self._from.isVisible() else self._transcript
        self._window.ring.move_focus(back)
