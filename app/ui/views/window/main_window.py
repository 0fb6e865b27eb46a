"""The main window.

Job: put the regions in their places, move the keyboard between them and report what the person
wants as signals. Rule: no rules of its own: it never touches vault or engine, and its title is only
"Cloister".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from app.core import texts
from app.ui.commands import table
from app.ui.commands.actions import Actions
from app.ui.commands.command import Command, State
from app.ui.commands.editing import Editing
from app.ui.commands.keymap import Keymap
from app.ui.commands.menu_bar import MenuBar
from app.ui.theme import Theme
from app.ui.theme.theme import Themed
from app.ui.views.composer.composer import Composer
from app.ui.views.panels.ledger_popover import LedgerPopover
from app.ui.views.panels.memory_popover import MemoryPopover
from app.ui.views.panels.popovers import Popovers
from app.ui.views.sidebar.sidebar import Sidebar
from app.ui.views.window.commands import join_commands
from app.ui.views.window.empty_state import EmptyState
from app.ui.views.window.find_bar import FindBar
from app.ui.views.window.frame import Frame
from app.ui.views.window.header import Header
from app.ui.views.window.notice_card import NoticeCard
from app.ui.views.window.regions import Region, cycle_region, next_in_region
from app.ui.views.window.status_strip import StatusStrip
from app.ui.widgets.access.focus_ring import FocusRing
from app.ui.widgets.surfaces.measure_box import MeasureBox
from app.ui.widgets.surfaces.panel import Panel

SMALLEST = (880, 600)
USUAL = (1280, 800)
LEAST_SEEN = 96
"""Pixels of the transcript, at 100 %, that a tall message leaves in sight."""
ABOVE_FOOT, FOOT_GAPS = 12, 28
"""Pixels that stay free above, and above and below, what stands under the transcript."""

_TAKING_KEYS = (
    (table.UNDO, QKeySequence.StandardKey.Undo),
    (table.REDO, QKeySequence.StandardKey.Redo),
)


class MainWindow(QMainWindow):
    """Made of ``sidebar``, ``header``, ``transcript``, ``notice``, ``composer`` and ``status_strip``.

    ``ledger_popover`` and ``memory_popover`` open above the strip (``popovers.open``).
    ``transcript`` is any widget; one with ``set_theme`` is given new themes. ``commands`` are what
    menus and keys can ask for (see ``app.ui.commands.table``): whoever can do one connects it there.
    ``uncovered``: the page given to ``cover`` was thrown away.
    """

    closing = Signal()
    uncovered = Signal()

    def __init__(
        self,
        theme: Theme,
        transcript: QWidget,
        keymap: Keymap | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self.may_close: Callable[[], bool] = lambda: True
        """Asked before the window closes; False keeps it open (and has told the person why)."""
        self.may_undo: Callable[[], bool] = lambda: False
        self.undo: Callable[[], bool] = lambda: False
        """Whether something that was done in the window can be taken back, as a deletion; and do it."""
        self.setWindowTitle(texts.text("ui.title"))
        self.setMinimumSize(*SMALLEST)
        self.resize(*USUAL)
        self.sidebar = Sidebar(theme)
        self.header = Header(theme)
        self.find_bar = FindBar(theme)
        self.transcript = transcript
        self.empty_state = EmptyState(theme)
        self.notice = NoticeCard(theme)
        self.composer = Composer(theme)
        self.status_strip = StatusStrip(theme)
        self._body = QStackedWidget()
        self._body.addWidget(transcript)
        self._body.addWidget(self.empty_state)
        self._body.setMinimumHeight(1)  # large text in a small window: it gives way, it can be scrolled
        self._pane = Panel(theme, "canvas")
        self._foot = MeasureBox(theme)
        self._build_pane()
        self.frame = Frame(theme, self.sidebar, self._pane, self.status_strip)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.frame)
        self.setCentralWidget(self.pages)
        self.ring = FocusRing(theme, self)
        for rows in (self.sidebar.list, self.sidebar.result_list, self.frame.grip):
            self.ring.redirect(rows, None)
        self.ring.redirect(self.composer.edit, self.composer)
        self.ring.redirect(transcript, None)  # it draws the ring around a turn, or what is in it
        self.ledger_popover = LedgerPopover(theme)
        self.memory_popover = MemoryPopover(theme)
        for item in (self.status_strip.model_group, self.status_strip.seal_group):
            self.ring.redirect(item, item.ground)
        self.popovers = Popovers(theme, self.frame, self.status_strip, self.ring, self.composer)
        self.popovers.add(self.ledger_popover, self.status_strip.context_group)
        self.popovers.add(self.memory_popover, self.status_strip.memory_group)
        self.regions = self._make_regions()
        self.commands = Actions(self, keymap or Keymap())
        self.menus = MenuBar(self.commands, self)
        Editing(self, self.commands, self.menus, may_beyond=self._may_take_back, beyond=self._take_back)
        self._connect()
        join_commands(self)
        self.commands.set_state(State.OPEN, True)
        self._pages_themed: list[Themed] = []
        self._cover_regions: tuple[Region, ...] = ()
        self.show_empty(True)
        self.composer.focus_message()

    def _build_pane(self) -> None:
        self._foot.column.setSpacing(10)
        self._foot.column.addWidget(self.notice)
        self._foot.column.addWidget(self.composer.waiting_card)
        self._foot.column.addWidget(self.composer)
        column = QVBoxLayout(self._pane)
        column.setContentsMargins(0, 0, 0, FOOT_GAPS - ABOVE_FOOT)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.find_bar)
        column.addWidget(self._body, 1)
        column.addSpacing(ABOVE_FOOT)
        column.addWidget(self._foot)
        for part in (self._pane, self._foot):
            part.installEventFilter(self)

    def _make_regions(self) -> tuple[Region, ...]:
        return (
            Region(self.sidebar, self._first_of_sidebar),
            Region(self.header, None),
            Region(self.find_bar, lambda: self.find_bar.field),
            Region(self._body, lambda: self.transcript if self._body.currentIndex() == 0 else None),
            Region(self._foot, lambda: self.composer.edit),
            Region(self.status_strip, lambda: self.status_strip),
            Region(self.ledger_popover, self.ledger_popover.first_action),
            Region(self.memory_popover, self.memory_popover.first_action),
        )

    def _first_of_sidebar(self) -> QWidget:
        if self.sidebar.pages.currentIndex():
            return self.sidebar.result_list
        return self.sidebar.list if self.sidebar.conversations.rowCount() else self.sidebar.search

    def _connect(self) -> None:
        for part in (self.notice, self.empty_state.offer):
            part.left.connect(lambda: self.ring.hand_over(self.composer.edit))
        self.composer.attached.undo_beyond = self._undo_beyond
        self.header.sidebar_toggled.connect(self.toggle_sidebar)
        self.header.rename_requested.connect(self.rename)
        self.header.delete_requested.connect(self.want_deleted)
        self.frame.sidebar_changed.connect(self._sidebar_changed)
        self.sidebar.left.connect(lambda: self.ring.move_focus(self.composer.edit))
        for chosen in (
            self.sidebar.conversation_chosen,
            self.sidebar.result_chosen,
            self.sidebar.new_requested,
        ):
            chosen.connect(lambda *_ids: self.frame.set_sidebar_open(False))
        self.status_strip.item_wanted.connect(self.ring.move_focus)
        keymap = self.commands.keymap
        keymap.changed.connect(lambda: self.sidebar.show_keys(keymap))
        self.sidebar.show_keys(keymap)

    # --- what is shown ------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        """Hand ``theme`` to everything in the window."""
        self.theme = theme
        theme.dress(
            *(self.sidebar, self.header, self.find_bar, self.empty_state, self.notice, self.composer),
            *(self.status_strip, self._pane, self._foot, self.frame, self.popovers, self.ring),
            *self._pages_themed,
        )
        for other in (self.transcript, self.frame.cover):
            if other is not None and hasattr(other, "set_theme"):
                other.set_theme(theme)
        self._give_room()

    def show_empty(self, empty: bool) -> None:
        """Show the suggestions (True) or the transcript."""
        self._body.setCurrentIndex(1 if empty else 0)
        self.commands.set_state(State.SAVED, not empty)

    def show_page(self, page: QWidget) -> None:
        """Show a page over the whole window (first start, unlocking); it is kept until the next one."""
        self.show_conversation()
        self.pages.addWidget(page)
        if hasattr(page, "set_theme"):
            self._pages_themed.append(page)
        self.pages.setCurrentWidget(page)
        self.commands.set_state(State.OPEN, False)

    def cover(self, page: QWidget, regions: Sequence[Region]) -> None:
        """Show a page in the place of the conversation, above the strip; F6 goes round its regions."""
        if self.popovers.shown is not None:
            self.popovers.shown.leave()
        self.frame.set_cover(page)
        self._cover_regions = tuple(regions)

    def uncover(self) -> None:
        """Show the conversation again; the page is thrown away."""
        if self.frame.cover is not None:
            self._cover_regions = ()
            self.frame.set_cover(None)
            self.composer.focus_message()
            self.uncovered.emit()

    def show_conversation(self) -> None:
        """Show the conversation page; a page shown before is thrown away."""
        self._pages_themed.clear()
        for place in reversed(range(1, self.pages.count())):
            page = self.pages.widget(place)
            if page is not None:
                self.pages.removeWidget(page)
                page.deleteLater()
        self.pages.setCurrentIndex(0)
        self.commands.set_state(State.OPEN, True)

    def toggle_sidebar(self) -> None:
        """Open or close the sidebar, over the transcript or beside it."""
        opened = not self.frame.sidebar_open
        if self.frame.covers:
            self.frame.set_sidebar_open(opened)
        else:
            self.frame.set_beside(opened)
        if opened:
            self.ring.move_focus(self._first_of_sidebar())
        elif not self._keyboard_is_seen():
            self.composer.focus_message()

    def _keyboard_is_seen(self) -> bool:
        focus = QApplication.focusWidget()
        return focus is not None and focus.isVisible() and not self.sidebar.isAncestorOf(focus)

    def _sidebar_changed(self, seen: bool) -> None:
        self.header.sidebar_button.setVisible(self.frame.covers or not seen)

    def rename(self) -> None:
        """Let the person rename the conversation that is open, or marked in the list."""
        current = self.sidebar.chosen
        if current is not None:
            self.frame.set_sidebar_open(True)
            self.sidebar.start_rename(current)

    def want_deleted(self) -> None:
        """Report that the conversation that is open shall be deleted."""
        current = self.sidebar.conversations.current
        if current is not None:
            self.sidebar.delete_requested.emit(current)

    # --- the keyboard -------------------------------------------------------------------------

    def go_to_search(self) -> None:
        """Lead the keyboard into the search field."""
        self.uncover()
        self.frame.set_sidebar_open(True)
        self.ring.move_focus(self.sidebar.search)
        self.sidebar.search.selectAll()

    def go_to_next_region(self, step: int) -> None:
        """Move focus to the next (1) or previous (-1) region that can be seen."""
        target = cycle_region((*self._cover_regions, *self.regions), QApplication.focusWidget(), step)
        if target is not None:
            self.ring.move_focus(target)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes round inside the region that has the focus, and on from one that is a single stop."""
        if self.pages.currentIndex() != 0:
            self.ring.by_keyboard()
            return super().focusNextPrevChild(forward)
        target = next_in_region(
            (*self._cover_regions, *self.regions), QApplication.focusWidget(), forward=forward
        )
        if target is None:
            self.go_to_next_region(1 if forward else -1)
            return True
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        self.ring.move_focus(target, reason)
        return True

    def _undo_beyond(self) -> bool:
        return self.undo()

    def _may_take_back(self, command: Command) -> bool:
        attached = self.composer.attached
        return attached.can_redo if command is table.REDO else attached.can_undo or self.may_undo()

    def _take_back(self, command: Command) -> bool:
        attached = self.composer.attached
        return attached.redo() if command is table.REDO else attached.undo() or self.undo()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes an open sidebar or the find bar, else stops the answer; other keys go on.

        Undo and redo come here where no field took them.
        """
        for command, keys in _TAKING_KEYS:
            if event.matches(keys) and self._take_back(command):
                return
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.frame.covers and self.frame.sidebar_open:
            self.frame.set_sidebar_open(False)
            self.ring.move_focus(self.composer.edit)
        elif self.find_bar.isVisible():
            self.find_bar.leave()
        elif self.composer.busy:
            self.composer.stop.click()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the sidebar's button in step with the width."""
        super().resizeEvent(event)
        self._sidebar_changed(self.frame.sidebar_open)

    def _give_room(self) -> None:
        """Leave a few lines of the transcript in sight, however much is written.

        Where even the least of what stands below it has no room, the header gives way, then lines of
        the notice.
        """
        below = self._pane.height()
        free = below - self.header.minimumHeight()
        seen = self.theme.px(LEAST_SEEN)
        notice = 0 if self.notice.isHidden() else self.notice.heightForWidth(self.composer.width())
        self.composer.set_room(max(1, free - seen - notice), seen)
        edit = self.composer.edit
        least = self._foot.wanted_height(self._foot.width()) - edit.height() + edit.least_height
        self.header.setVisible(least + FOOT_GAPS <= free)
        self.notice.set_room(below - FOOT_GAPS - (least - notice))

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Share out the room again when there is more or less of it, or of what wants it."""
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self._give_room()
        return False

    def closeEvent(self, event: QCloseEvent) -> None:
        """Report the closing, so that drafts are written before the window goes; or stay open."""
        if not self.may_close():
            event.ignore()
            return
        self.composer.flush_draft()
        self.closing.emit()
        super().closeEvent(event)
