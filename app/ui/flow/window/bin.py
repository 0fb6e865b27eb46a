"""Deleting, and the bin.

Job: move what is deleted to the bin and offer to undo it, show the bin, and empty it when its days are
over. Rule: nothing is deleted for good without a question, but what has been in the bin for as long as
the setting says; where nothing is kept there is no bin.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QMessageBox

from app.core import texts
from app.core.rules import settings as declared
from app.core.rules.settings import Settings
from app.storage.records import BinnedConversation
from app.storage.vault import Vault
from app.ui.commands import table
from app.ui.dialogs.confirm import ask_to_delete
from app.ui.flow.tasks import Lane
from app.ui.models.conversations import shown_title
from app.ui.theme import IconName
from app.ui.views.beside.bin_window import BinWindow
from app.ui.views.window.main_window import MainWindow
from app.ui.views.window.notice_card import NoticeKind

LOOK_EVERY_MS = 3_600_000
UNDO, CLOSE = "bin_undo", "bin_close"


class BinFlow(QObject):
    """``gone`` carries a conversation that left the list, ``back`` one that came back into it.

    ``back`` also says whether it was open when it was deleted, and that was undone.
    """

    gone = Signal(int)
    back = Signal(int, bool)
    trouble = Signal(object)

    def __init__(
        self,
        window: MainWindow,
        vault: Vault,
        lane: Lane,
        settings: Settings,
        title_of: Callable[[int], str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._vault, self._lane = window, vault, lane
        self._settings, self._title_of = settings, title_of
        self._page: BinWindow | None = None
        self._moved: tuple[int, bool] | None = None
        self._said = ""
        self.question: QMessageBox | None = None
        window.sidebar.delete_requested.connect(self.delete)
        window.may_undo, window.undo = self._may_undo, self._undo
        self._hourly = QTimer(self)
        self._hourly.setInterval(LOOK_EVERY_MS)
        self._hourly.timeout.connect(self._empty_what_is_due)
        if vault.keeps:
            window.sidebar.offer_bin()
            window.commands.on(table.BIN, window.sidebar.bin_requested.emit)

    @property
    def days(self) -> int:
        """For how many days a deleted conversation can be restored; 0 where there is no bin."""
        return round(self._settings.number(declared.BIN_DAYS)) if self._vault.keeps else 0

    def begin(self) -> None:
        """Empty what has been in the bin for long enough, now and every hour."""
        if self._vault.keeps:
            self._lane.run(lambda: self._vault.empty_bin(self.days), None, self.trouble.emit)
            self._hourly.start()

    def close(self) -> None:
        """Look no more."""
        self._hourly.stop()

    def _empty_what_is_due(self) -> None:
        if self.days:  # switched off, it is emptied at the next start: the person may think again
            days = self.days
            self._lane.run(
                lambda: self._vault.empty_bin(days), lambda _count: self.refresh(), self.trouble.emit
            )

    # --- deleting -----------------------------------------------------------------------------

    def delete(self, conversation_id: int) -> None:
        """Delete a conversation: into the bin, or for good once the person has said so."""
        days = self.days
        if days:
            was_open = self._window.sidebar.conversations.current == conversation_id
            self._lane.run(
                lambda: self._vault.move_to_bin(conversation_id),
                lambda _: self._moved_there(conversation_id, was_open, days),
                self.trouble.emit,
            )
            return
        question = texts.text("ui.delete.question", title=shown_title(self._title_of(conversation_id)))
        self.question = ask_to_delete(
            self._window,
            question,
            texts.text("ui.delete.delete"),
            lambda: self._delete_for_good(conversation_id),
        )

    def _moved_there(self, conversation_id: int, was_open: bool, days: int) -> None:
        self._moved = conversation_id, was_open
        self.gone.emit(conversation_id)
        self.refresh()
        actions = [(UNDO, texts.text("bin.undo")), (CLOSE, texts.text("bin.close"))]
        self._said = texts.plural("bin.moved", days)
        self._window.notice.show_notice(NoticeKind.INFO, self._said, actions, IconName.TRASH)

    def _settled(self, conversation_id: int) -> None:
        """Take back the offer to undo, once the conversation is no longer in the bin."""
        if self._moved is not None and self._moved[0] == conversation_id:
            self._moved = None
            if self._window.notice.sentence == self._said:
                self._window.notice.clear()

    def _may_undo(self) -> bool:
        """Say whether undoing is offered: what is not in sight any more comes back out of the bin."""
        return self._moved is not None and self._window.notice.sentence == self._said

    def _undo(self) -> bool:
        if self._moved is None or not self._may_undo():
            return False
        self._window.notice.clear()
        self.restore(*self._moved)
        return True

    def act(self, code: str) -> bool:
        """Do what a button of the notice asks; returns False for another's code."""
        if code == UNDO and self._moved is not None:
            self.restore(*self._moved)
        return code in (UNDO, CLOSE)

    # --- the window ---------------------------------------------------------------------------

    def join(self, page: BinWindow) -> None:
        """Fill a window of the bin and do what is wished for in it."""
        self._page = page
        page.looked_at.connect(self.refresh)
        page.restore_requested.connect(self.restore)
        page.delete_requested.connect(self._ask_for_one)
        page.empty_requested.connect(self._ask_for_all)
        page.closed.connect(self._page_closed)

    def refresh(self) -> None:
        """Read the bin again, if it is looked at."""
        if self._page is not None:
            self._lane.run(self._vault.bin, self._show, self.trouble.emit)

    def restore(self, conversation_id: int, reopen: bool = False) -> None:
        """Put a conversation back into the list."""

        def done(title: str) -> None:
            self._settled(conversation_id)
            self.back.emit(conversation_id, reopen)
            self.refresh()
            if self._page is not None:
                self._page.say_restored(title)

        def give_back() -> str:
            self._vault.give_back(conversation_id)
            return self._vault.conversation(conversation_id).title

        self._lane.run(give_back, done, self.trouble.emit)

    def _show(self, binned: tuple[BinnedConversation, ...]) -> None:
        if self._page is not None:
            self._page.show_bin(binned, self.days)

    def _page_closed(self) -> None:
        self._page = None

    def _ask_for_one(self, conversation_id: int) -> None:
        page = self._page
        titles = [one.title for one in page.binned if one.id == conversation_id] if page else []
        if page is not None and titles:
            self.question = ask_to_delete(
                page,
                texts.text("bin.question.one", title=shown_title(titles[0])),
                texts.text("bin.question.delete"),
                lambda: self._delete_for_good(conversation_id),
            )

    def _ask_for_all(self) -> None:
        page = self._page
        if page is None or not page.binned:
            return
        shown = tuple(one.id for one in page.binned)
        self.question = ask_to_delete(
            page,
            texts.plural("bin.question.all", len(shown)),
            texts.text("bin.question.delete"),
            lambda: self._delete_for_good(*shown),
        )

    def _delete_for_good(self, *conversations: int) -> None:
        def delete() -> None:
            for each in conversations:
                self._vault.delete(each)

        def done(_: object) -> None:
            for each in conversations:
                self._settled(each)
                self.gone.emit(each)
            self.refresh()

        self._lane.run(delete, done, self.trouble.emit)
