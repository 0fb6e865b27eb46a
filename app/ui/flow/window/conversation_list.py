"""The list of conversations and the search, in the sidebar.

Job: keep the sidebar in step with the vault. Rule: newest first as the vault gives them; an answer to
an older search never replaces that of a newer one.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.storage.records import ConversationRecord, SearchHit
from app.storage.vault import Vault
from app.ui.flow.tasks import Lane
from app.ui.views.sidebar.sidebar import Sidebar


class ConversationList(QObject):
    """Fills a :class:`Sidebar`; ``listed`` when it shows what the vault holds."""

    listed = Signal()
    trouble = Signal(object)

    def __init__(
        self, vault: Vault, lane: Lane, sidebar: Sidebar, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._vault = vault
        self._lane = lane
        self._sidebar = sidebar
        self._words = ""
        self._titles: dict[int, str] = {}
        sidebar.search_changed.connect(self._search)
        sidebar.rename_requested.connect(self._rename)

    def refresh(self) -> None:
        """Read the list again."""
        self._lane.run(self._vault.conversations, self._show, self.trouble.emit)

    def title(self, conversation_id: int | None) -> str:
        """Return the title as it was last read; empty for one that is not there."""
        return self._titles.get(conversation_id, "") if conversation_id is not None else ""

    def _show(self, conversations: tuple[ConversationRecord, ...]) -> None:
        self._titles = {conversation.id: conversation.title for conversation in conversations}
        self._sidebar.set_conversations(conversations)
        self.listed.emit()

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
        self._lane.run(
            lambda: self._vault.rename(conversation_id, title),
            lambda _: self.refresh(),
            self.trouble.emit,
        )
