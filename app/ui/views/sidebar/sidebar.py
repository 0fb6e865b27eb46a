"""The sidebar: search, new conversation, the list, and what stands at its foot.

Job: choose, find, rename and delete conversations. Rule: it shows what it is given and reports what
the person wants; results replace the list while the search field has text.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.core import texts
from app.storage.records import ConversationRecord, SearchHit
from app.ui.commands import table
from app.ui.commands.keymap import Keymap
from app.ui.models.conversations import ConversationListModel
from app.ui.models.search_results import SearchResultModel
from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.style_sheet import Kind
from app.ui.theme.type import STRONG
from app.ui.views.sidebar.conversation_list import ConversationList
from app.ui.views.sidebar.result_list import ResultList
from app.ui.widgets.access.announce import announce
from app.ui.widgets.access.focus_ring import RADIUS_PROPERTY
from app.ui.widgets.controls.buttons import IconButton, TextButton
from app.ui.widgets.fields.search_field import SearchField
from app.ui.widgets.surfaces.panel import Panel
from app.ui.widgets.words.label import Label, plain_tip
from app.ui.widgets.words.text_layout import own_way

INSET = 12


class HintButton(TextButton):
    """A row with icon, words and its shortcut in small letters at the end."""

    def __init__(self, theme: Theme, text: str, icon: IconName, parent: QWidget | None = None) -> None:
        self._theme = theme
        self._keys = ""
        # Qt leaves a fixed gap between icon and words: both are painted here instead.
        super().__init__(theme, "", Kind.ROW, parent=parent)
        self._icon = icon
        self._words = text
        self.setAccessibleName(text)
        self.setProperty(RADIUS_PROPERTY, 6)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_keys(self, keys: str) -> None:
        """Show other keys at the end, "" for none."""
        self._keys = keys
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self._theme = theme
        self.setFont(theme.font(TextRole.UI))
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Have the words whole in the tooltip where they are cut."""
        super().resizeEvent(event)
        self.setToolTip("" if self._shown() == self._words else plain_tip(self._words))

    @property
    def _lead(self) -> int:
        return INSET + self._theme.icon_size() + 8

    def _shown(self) -> str:
        """Return the words as far as there is room."""
        room = self.width() - self._lead - INSET
        return QFontMetricsF(self.font()).elidedText(self._words, Qt.TextElideMode.ElideRight, room)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, icon and words, then the shortcut at the end if there is room."""
        super().paintEvent(event)
        theme, size = self._theme, self._theme.icon_size()
        painter = QPainter(self)
        left_to_right = self.layoutDirection() is Qt.LayoutDirection.LeftToRight
        x = INSET if left_to_right else self.width() - INSET - size
        theme.draw_icon(
            painter, QRectF(x, (self.height() - size) / 2, size, size), self._icon or IconName.SQUARE_PEN
        )
        lead = self._lead
        painter.setFont(self.font())
        painter.setPen(theme.text)
        area = self.rect().adjusted(lead if left_to_right else 0, 0, 0 if left_to_right else -lead, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        words = own_way(self._shown(), mirrored=not left_to_right)
        painter.drawText(area, int(middle | Qt.AlignmentFlag.AlignLeading), words)
        font = theme.font(TextRole.MICRO)
        hint_width = QFontMetricsF(font).horizontalAdvance(self._keys)
        taken = QFontMetricsF(self.font()).horizontalAdvance(self._words) + lead + 12
        if taken + hint_width + INSET <= self.width():
            painter.setFont(font)
            painter.setPen(theme.text3)
            painter.drawText(
                self.rect().adjusted(INSET, 0, -INSET, 0),
                int(middle | Qt.AlignmentFlag.AlignTrailing),
                self._keys,
            )
        painter.end()


class Sidebar(Panel):
    """Signals carry identifiers and values of the vault, never rows."""

    new_requested = Signal()
    conversation_chosen = Signal(int)
    search_changed = Signal(str)
    result_chosen = Signal(object)
    """The :class:`SearchHit` whose message is to be shown."""
    rename_requested = Signal(int, str)
    delete_requested = Signal(int)
    settings_requested = Signal()
    library_requested = Signal()
    bin_requested = Signal()
    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "sidebar", None, parent)
        self.setAccessibleName(texts.text("ui.sidebar.name"))
        self.conversations = ConversationListModel(self)
        self.results = SearchResultModel(self)
        self.search = SearchField(theme, texts.text("ui.sidebar.search_name"))
        self.new_button = HintButton(theme, texts.text("ui.sidebar.new"), IconName.SQUARE_PEN)
        self._recent = Label(
            theme, texts.text("ui.sidebar.recent"), TextRole.SMALL, "text3", weight=STRONG
        )
        self._empty = Label(theme, texts.text("ui.sidebar.empty"), TextRole.SMALL, "text3", wrap=True)
        self._recent_box, self._empty_box = _inset(self._recent, 20, 4), _inset(self._empty, 20)
        self.list = ConversationList(theme, self.conversations)
        self._count = Label(theme, "", TextRole.SMALL, "text3", weight=STRONG)
        self.result_list = ResultList(theme, self.results)
        self.bin_button = IconButton(theme, IconName.TRASH, texts.text("ui.sidebar.bin"))
        self.bin_button.hide()
        self.library_button = IconButton(theme, IconName.BOX, texts.text("ui.sidebar.models"))
        self.settings_button = IconButton(theme, IconName.SETTINGS, texts.text("ui.sidebar.settings"))
        self.pages = QStackedWidget()
        self._foot = Panel(theme, "sidebar", Qt.Edge.TopEdge)
        self._build()
        self._connect()
        self.set_theme(theme)
        self._show_emptiness()

    def _build(self) -> None:
        recent = QWidget()
        column = QVBoxLayout(recent)
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(0)
        column.addWidget(_inset(self.new_button, 8))
        column.addSpacing(12)
        column.addWidget(self._recent_box)
        column.addWidget(self._empty_box)
        column.addWidget(self.list, 1)
        found = QWidget()
        column = QVBoxLayout(found)
        column.setContentsMargins(0, 12, 0, 8)
        column.setSpacing(5)
        column.addWidget(_inset(self._count, 20))
        column.addWidget(self.result_list, 1)
        self.pages.addWidget(recent)
        self.pages.addWidget(found)
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(8, 1, 12, 0)
        foot.setSpacing(8)
        foot.addStretch(1)
        foot.addWidget(self.bin_button)
        foot.addWidget(self.library_button)
        foot.addWidget(self.settings_button)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 12, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(_inset(self.search, 12))
        outer.addWidget(self.pages, 1)
        outer.addWidget(self._foot)

    def _connect(self) -> None:
        self.new_button.clicked.connect(self.new_requested)
        self.library_button.clicked.connect(self.library_requested)
        self.bin_button.clicked.connect(self.bin_requested)
        self.settings_button.clicked.connect(self.settings_requested)
        self.search.searched.connect(self._searched)
        self.search.entered_results.connect(self._enter_rows)
        self.search.cancelled.connect(self.left)
        self.list.opened.connect(self._open_conversation)
        self.list.delete_asked.connect(self._want_deleted)
        self.list.left_upwards.connect(self._back_to_search)
        self.result_list.opened.connect(self._open_result)
        self.result_list.left_upwards.connect(self._back_to_search)
        self.conversations.renamed.connect(self.rename_requested)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        theme.dress(
            *(self.search, self.new_button, self._recent, self._empty, self.list, self._count),
            *(self.result_list, self.bin_button, self.library_button),
            *(self.settings_button, self._foot),
        )
        self._foot.setFixedHeight(theme.px(44))

    # --- what is shown ------------------------------------------------------------------------

    def show_keys(self, keymap: Keymap) -> None:
        """Show which keys do what the buttons do."""
        self.search.show_keys(keymap.shown(table.SEARCH))
        self.new_button.show_keys(keymap.shown(table.NEW))
        for button, command, words in (
            (self.settings_button, table.SETTINGS, "ui.sidebar.settings"),
            (self.library_button, table.MODELS, "ui.sidebar.models"),
            (self.bin_button, table.BIN, "ui.sidebar.bin"),
        ):
            button.set_name(texts.text(words), keymap.shown(command))

    def set_conversations(self, conversations: Sequence[ConversationRecord]) -> None:
        """Show the list of conversations, newest first."""
        self.conversations.set_conversations(conversations)
        focus = QApplication.focusWidget()
        if focus is None or not (focus is self.list or self.list.isAncestorOf(focus)):
            self.list.stand_on_open()  # which may have been new, and not in the list, when it was opened
        self._show_emptiness()

    def set_current(self, conversation: int | None) -> None:
        """Mark the conversation that is open."""
        self.conversations.set_current(conversation)
        row = self.conversations.row_of(conversation)
        if row >= 0:
            self.list.setCurrentIndex(self.conversations.index(row))
            self.list.scrollTo(self.conversations.index(row))

    def show_results(self, words: str, hits: Sequence[SearchHit]) -> None:
        """Show the hits for ``words``; results for words that are no longer in the field are dropped."""
        if words != self.search.text():
            return
        self.results.set_hits(hits)
        count = texts.plural("ui.sidebar.count", len(hits))
        self._count.set_text(count)
        self.pages.setCurrentIndex(1)
        announce(self.result_list, count)

    def show_list(self) -> None:
        """Show the conversations again and empty the search field."""
        self.pages.setCurrentIndex(0)
        if self.search.text():
            self.search.clear()

    @property
    def chosen(self) -> int | None:
        """The conversation marked in the list while that has the keyboard, else the one that is open."""
        if self.list.hasFocus():
            record = self.conversations.record(self.list.currentIndex())
            if record is not None:
                return record.id
        return self.conversations.current

    def start_rename(self, conversation: int) -> None:
        """Open the field that renames a conversation, if it is in the list."""
        row = self.conversations.row_of(conversation)
        if row >= 0:
            self.show_list()
            self.list.setCurrentIndex(self.conversations.index(row))
            self.list.edit(self.conversations.index(row))

    def offer_bin(self) -> None:
        """Show the way to the bin: what is deleted can be had back."""
        self.bin_button.show()

    # --- what the person does -----------------------------------------------------------------

    def _searched(self, words: str) -> None:
        if not words.strip():
            self.pages.setCurrentIndex(0)
        self.search_changed.emit(words)

    def _enter_rows(self) -> None:
        rows = self.result_list if self.pages.currentIndex() else self.list
        rows.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _back_to_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _open_conversation(self, index: QModelIndex) -> None:
        record = self.conversations.record(index)
        if record is not None:
            self.conversation_chosen.emit(record.id)

    def _open_result(self, index: QModelIndex) -> None:
        hit = self.results.hit(index)
        if hit is not None:
            self.result_list.viewport().update()
            self.result_chosen.emit(hit)

    def _want_deleted(self, index: QModelIndex) -> None:
        record = self.conversations.record(index)
        if record is not None:
            self.delete_requested.emit(record.id)

    def _show_emptiness(self) -> None:
        empty = self.conversations.rowCount() == 0
        self._empty_box.setVisible(empty)
        self._recent_box.setVisible(not empty)


def _inset(widget: QWidget, side: int, below: int = 0) -> QWidget:
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(side, 0, side, below)
    row.addWidget(widget)
    return box
