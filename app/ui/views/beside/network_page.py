"""The network page: every connection ever made, and the seal.

Job: say whether anything is connected and since when not, list the connections, and offer to seal and
to export. Rule: it shows what it is told and emits wishes; what the organisation set shows a lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.core import texts
from app.core.connections import Connection
from app.core.rules import settings as declared
from app.core.rules.seal import Seal, SealedBy
from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.style_sheet import Kind
from app.ui.theme.type import MEDIUM
from app.ui.views.beside.network_words import carried, end_of, happened
from app.ui.views.beside.side_window import SideWindow
from app.ui.views.settings.rows import STACKS_BELOW, SettingRow, SettingsCard
from app.ui.widgets.arranging import stack, take_out
from app.ui.widgets.controls.buttons import TextButton
from app.ui.widgets.controls.toggle import Toggle
from app.ui.widgets.drawings.icon_view import IconView
from app.ui.widgets.surfaces.cover_column import CoverColumn
from app.ui.widgets.surfaces.panel import Card, Panel
from app.ui.widgets.words.label import Label
from app.ui.widgets.words.locked_value import LockedValue

COLUMN = 640
MOST_ROWS = 200
SIDE = 16
_WARN = frozenset({"now", "unknown", "failed"})


@dataclass(frozen=True, slots=True)
class NetworkState:
    """What the page shows.

    ``words`` is the line of the status strip. ``note`` is a sentence about the switch, empty for none.
    ``under_way`` are the identities of the connections that stand now; the newest connection is first.
    """

    words: str
    seal: Seal = field(default_factory=Seal)
    note: str = ""
    connections: tuple[Connection, ...] = ()
    under_way: frozenset[str] = frozenset()


class ConnectionRow(QWidget):
    """One connection: the host, how much, and a line about it."""

    def __init__(self, theme: Theme, connection: Connection, *, under_way: bool) -> None:
        super().__init__()
        ended = end_of(connection, under_way=under_way)
        colour = "warn" if ended in _WARN else "text2"
        self._theme = theme
        self._host = Label(theme, connection.host, TextRole.UI, weight=MEDIUM, wrap=True)
        self._size = Label(theme, carried(connection), TextRole.SMALL, "text2", tabular=True)
        self._about = Label(
            theme, happened(connection, under_way=under_way), TextRole.SMALL, colour, wrap=True
        )
        self._head = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._head.setSpacing(2)
        self._head.addWidget(self._host, 1)
        self._head.addWidget(self._size, 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(SIDE, 10, SIDE, 10)
        column.setSpacing(2)
        column.addLayout(self._head)
        column.addWidget(self._about)
        self.setAccessibleName(" ".join(self.words))

    @property
    def words(self) -> tuple[str, str, str]:
        """The host, the bytes, and the line below."""
        return self._host.text(), self._size.text(), self._about.text()

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self._theme = theme
        theme.dress(self._host, self._size, self._about)
        self._turn()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow the width."""
        super().resizeEvent(event)
        self._turn()

    def _turn(self) -> None:
        """Put the bytes below the host where there is no room beside it, in lines if they are long."""
        room = self.width() - 2 * SIDE
        wide = self._size.sizeHint().width()
        stacked = room < max(self._theme.px(STACKS_BELOW), 2 * wide)
        stack(self._head, stacked)
        if self._size.wordWrap() is not stacked:
            self._size.set_wrap(stacked)


class NetworkPage(SideWindow):
    """A window of its own. ``seal_switched`` carries the person's wish; the others ask for a list."""

    seal_switched = Signal(bool)
    export_requested = Signal()
    looked_at = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, texts.text("seal.page.window"), QSize(760, 640), parent)
        self.rows: list[ConnectionRow] = []
        self.scrolled = self._scroll = CoverColumn(theme, COLUMN)
        self._title = Label(theme, texts.text("seal.page.title"), TextRole.TITLE)
        self._icon = IconView(theme, IconName.UNPLUG, 16)
        self._state = Label(theme, "", TextRole.UI, wrap=True)
        self.toggle = Toggle(theme)
        self._own_row = SettingRow(theme, declared.SEALED.name, declared.SEALED.about, self.toggle)
        self._own = SettingsCard(theme, (self._own_row,))
        locked = LockedValue(theme, texts.text("seal.page.on"))
        self._set_row = SettingRow(theme, declared.SEALED.name, "", locked)
        self._set = SettingsCard(theme, (self._set_row,))
        self._note = Label(theme, "", TextRole.SMALL, "text2", wrap=True)
        self._heading = Label(theme, texts.text("seal.page.list"), TextRole.HEADING, wrap=True)
        self.export = TextButton(theme, texts.text("seal.page.export"), Kind.SECONDARY)
        self._none = Label(theme, texts.text("seal.page.none"), TextRole.UI, "text2", wrap=True)
        self._list = Card(theme)
        self._lines: list[Panel] = []
        self._more = Label(theme, "", TextRole.SMALL, "text2", wrap=True)
        self._build()
        self.toggle.toggled.connect(self.seal_switched)
        self.export.clicked.connect(self.export_requested)
        self.show_state(NetworkState(texts.text("seal.strip.never")))

    def _build(self) -> None:
        state = QHBoxLayout()
        state.setSpacing(8)
        state.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        state.addWidget(self._state, 1)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self._heading, 1)
        head.addWidget(self.export)
        self._inside = QVBoxLayout(self._list)
        self._inside.setContentsMargins(1, 0, 1, 0)
        self._inside.setSpacing(0)
        column = self._scroll.column
        column.addSpacing(28)
        column.addWidget(self._title)
        column.addSpacing(8)
        column.addLayout(state)
        column.addSpacing(16)
        column.addWidget(self._own)
        column.addWidget(self._set)
        column.addSpacing(8)
        column.addWidget(self._note)
        column.addSpacing(24)
        column.addLayout(head)
        column.addSpacing(12)
        column.addWidget(self._none)
        column.addWidget(self._list)
        column.addSpacing(8)
        column.addWidget(self._more)
        column.addSpacing(28)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._scroll)

    def show_state(self, state: NetworkState) -> None:
        """Show the seal and the list anew."""
        connected = bool(state.under_way)
        icon = IconName.PLUG if connected else IconName.LOCK if state.seal.sealed else IconName.UNPLUG
        self._icon.set_icon(icon, "warn" if connected else "text2")
        self._state.set_text(state.words)
        self._state.set_colour("warn" if connected else "text")
        by_organisation = state.seal.by is SealedBy.ORGANISATION
        self._own.setVisible(not by_organisation)
        self._set.setVisible(by_organisation)
        if by_organisation:
            key = "set_damaged" if state.seal.damaged else "set"
            file = str(state.seal.damaged or "")
            self._set_row.set_sentence(texts.text(f"seal.page.{key}", file=file))
        self.toggle.blockSignals(True)
        self.toggle.setChecked(state.seal.by is SealedBy.YOU)
        self.toggle.blockSignals(False)
        self.toggle.update()
        self._note.set_text(state.note)
        self._note.setVisible(bool(state.note))
        self._show_list(state)
        self.setAccessibleName(texts.text("seal.page.title"))
        self.setAccessibleDescription(state.words)

    def _show_list(self, state: NetworkState) -> None:
        take_out(self._inside, (*self.rows, *self._lines))
        self.rows, self._lines = [], []
        for connection in state.connections[:MOST_ROWS]:
            if self.rows:
                line = Panel(self.theme, "line")
                line.setFixedHeight(1)
                self._lines.append(line)
                self._inside.addWidget(line)
            under_way = connection.identity in state.under_way
            self.rows.append(ConnectionRow(self.theme, connection, under_way=under_way))
            self._inside.addWidget(self.rows[-1])
        left = len(state.connections) - len(self.rows)
        self._none.setVisible(not self.rows)
        self._list.setVisible(bool(self.rows))
        self.export.setEnabled(bool(self.rows))
        self._more.setVisible(left > 0)
        self._more.set_text(texts.plural("seal.page.more", left) if left > 0 else "")

    @property
    def sentences(self) -> Sequence[str]:
        """What is said above the list, from top to bottom, as far as it is in sight."""
        labels = (self._title, self._state, self._note, self._none, self._more)
        return [label.text() for label in labels if not label.isHidden()]

    @property
    def is_locked(self) -> bool:
        """Whether the switch shows a lock instead."""
        return not self._set.isHidden()

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        theme.dress(
            *(self._scroll, self._title, self._icon, self._state, self._own, self._set, self._note),
            *(self._heading, self.export, self._none, self._list, self._more),
            *self.rows,
            *self._lines,
        )

    def showEvent(self, event: QShowEvent) -> None:
        """Say that the list is looked at."""
        super().showEvent(event)
        self.looked_at.emit()
