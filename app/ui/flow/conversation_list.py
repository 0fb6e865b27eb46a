"""The list of conversations and the search, in the sidebar.

Job: keep the sidebar in step with the vault. Rule: newest first as the vault gives them; an answer to
an older search never replaces that of a newer one.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.storage.records import SearchHit
from app.storage.vault import Vault
from app.ui.flow.tasks import Lane
from app.ui.views.sidebar import Sidebar


class ConversationList(QObject):
    """Fills a :class:`Sidebar`; ``deleted`` tells which one is gone, ``trouble`` what failed."""

    deleted = Signal(int)
    renamed = Signal(int, str)
    trouble = Signal(object)

    def __init__(
        self, vault: Vault, lane: Lane, sidebar: Sidebar, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._vault = vault
        self._lane = lane
        self._sidebar = sidebar
        self._words = ""
        sidebar.search_changed.connect(self._search)
        sidebar.rename_requested.connect(self._rename)
        sidebar.delete_requested.connect(self._delete)

    def refresh(self) -> None:
        """Read the list again."""
        self._lane.run(self._vault.conversations, self._sidebar.set_conversations, self.trouble.emit)

    def _search(self, words: str) -> None:
        self._words = words
        if not words.strip():
            self._sidebar.show_list()
            return
        self._lane.run(
            lambda: self._vault.search(words), lambda hits: self._found(words, hits), self.trouble.emit
        )

    def _found(self, words: str, hits: tuple[SearchHit, ...]) -> None:
        if words == self._words:
            self._sidebar.show_results(words, hits)

    def _rename(self, conversation_id: int, title: str) -> None:
        def done(_: object) -> None:
            self.renamed.emit(conversation_id, title)
            self.refresh()

        self._lane.run(lambda: self._vault.rename(conversation_id, title), done, self.trouble.emit)

    def _delete(self, conversation_id: int) -> None:
        def done(_: object) -> None:
            self.deleted.emit(conversation_id)
            self.refresh()

        self._lane.run(lambda: self._vault.delete(conversation_id), done, self.trouble.emit)
