"""What the reader can do in the transcript: by control, by key, by menu.

Job: carry out actions on the view and hand requests to whoever listens. Rule: every action of the menu
has a key or a control too; the clipboard gets plain text, Markdown where it is asked for.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QClipboard, QContextMenuEvent, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMenu

from app.core.conversation.message import Role
from app.core.texts import text
from app.markup.writing import markdown_all, plain_all
from app.ui.transcript.content import Content
from app.ui.transcript.controls import Control
from app.ui.transcript.message.layout import MessageLayout
from app.ui.transcript.placing.stage import TOP
from app.ui.transcript.reader.block_offers import add_blocks, block_offers
from app.ui.transcript.reader.message_offers import add_offers, offers_of
from app.ui.transcript.reader.pointer import Hit
from app.ui.transcript.reader.selection import FAR, pieces, to_markdown, to_plain
from app.ui.transcript.segments.code import CodeSegment

if TYPE_CHECKING:
    from app.ui.transcript.view import TranscriptView

COPIED_MS = 2000


class Actions:
    """Actions of one view."""

    def __init__(self, view: TranscriptView) -> None:
        self._view = view
        self._copied: Callable[[], CodeSegment | MessageLayout | None] | None = None
        self._copied_row = 0
        self._timer = QTimer(view)
        self._timer.setSingleShot(True)
        self._timer.setInterval(COPIED_MS)
        self._timer.timeout.connect(self._uncopied)

    # --- controls -------------------------------------------------------------------------------

    def perform(self, row: int, control: Control) -> None:
        """Carry out a control's action."""
        view = self._view
        item = view.model.items[row]
        wishes = {
            "regenerate": view.regenerate_requested,
            "edit": view.edit_requested,
            "continue": view.continue_requested,
            "export": view.export_requested,
        }
        if control.action in wishes:
            wishes[control.action].emit(item.id)
        elif control.action == "reasoning":
            self.toggle_notes(row)
        elif control.action == "fold":
            self._toggle_fold(row, control.value)
        elif control.action == "copy_code":
            self._copy_code(row, control)
        elif control.action == "copy_answer":
            self.copy_answer(row)
        elif control.action == "answer_now":
            self.answer_now()
        elif control.action == "more":
            self._more(row, control)
        elif control.action == "why":
            view.why_requested.emit()
        elif control.action == "manual":
            self.open_manual(row)
        elif control.action == "sibling":
            view.sibling_requested.emit(item.id, control.value)

    def open_manual(self, row: int) -> None:
        """Ask for the manual page that an answer was given, or for the manual where none was found."""
        page = self._view.model.manual_of(row)
        if page is not None:
            self._view.manual_requested.emit(page)

    def with_last_answer(self, act: Callable[[int], object]) -> bool:
        """Do ``act`` with the row of the last answer; returns False if there is none."""
        items = self._view.model.items
        for row in range(len(items) - 1, -1, -1):
            if items[row].role is Role.ASSISTANT and not items[row].is_summary:
                act(row)
                return True
        return False

    def toggle_notes(self, row: int) -> None:
        """Open or close the working notes of an answer; the choice is kept."""
        layout = self._view.realiser.layout(row)
        if not layout.content.reasoning:
            return
        layout.toggle_notes()
        self._changed(row, layout)

    def _toggle_fold(self, row: int, key: int) -> None:
        layout = self._view.realiser.layout(row)
        layout.folds_open ^= {key}
        self._changed(row, layout)

    def _changed(self, row: int, layout: MessageLayout) -> None:
        self._view.realiser.remember(row)
        self._view.selection.clear()
        if row != self._view.realiser.live_row:
            self._view.stage.hold(row)
        layout.refresh()
        self._view.refresh_row(row)

    def answer_now(self) -> None:
        """Ask for the answer at once, and say so where the model thinks."""
        realiser = self._view.realiser
        if realiser.live is None or realiser.live_row is None or realiser.live.hurried:
            return
        realiser.live.hurried = True
        self._view.update_row(realiser.live_row)
        self._view.answer_now_requested.emit()

    # --- copying --------------------------------------------------------------------------------

    def put(self, words: str) -> None:
        """Put words on the clipboard."""
        # Plain text only: a QMimeData made here would outlive the interpreter inside the clipboard.
        QGuiApplication.clipboard().setText(words)
        self._view.copied.emit()

    def lend_selection(self) -> None:
        """Let a middle click paste what is selected, on systems where one does."""
        clipboard = QGuiApplication.clipboard()
        words = self.selected_text() if clipboard.supportsSelection() else ""
        if words:
            clipboard.setText(words, QClipboard.Mode.Selection)

    @staticmethod
    def take_back_selection() -> None:
        """Leave nothing for a middle click that comes from here."""
        clipboard = QGuiApplication.clipboard()
        if clipboard.supportsSelection() and clipboard.ownsSelection():
            clipboard.clear(QClipboard.Mode.Selection)

    def copy_selection(self, *, as_markdown: bool = False) -> bool:
        """Copy what is selected; returns False if nothing is."""
        words = self.selected_text(as_markdown=as_markdown)
        if words:
            self.put(words)
        return bool(words)

    def selected_text(self, *, as_markdown: bool = False) -> str:
        """Return what is selected."""
        view = self._view
        chosen = pieces(view.selection, view.realiser, view.model)
        return to_markdown(chosen) if as_markdown else to_plain(chosen)

    def _copy_plain(self) -> None:
        self.copy_selection()

    def _content(self, row: int) -> Content:
        layout = self._view.realiser.layouts.get(row)
        return layout.content if layout is not None else Content(self._view.model.items[row])

    def copy_answer(self, row: int, *, as_markdown: bool = False) -> None:
        """Copy a whole message without its working notes."""
        sources = self._content(row).sources(folds=False)
        self.put(markdown_all(sources) if as_markdown else plain_all(sources))
        layout = self._view.realiser.layouts.get(row)
        if layout is not None and not layout.is_card:
            self._show_copied(row, layout)

    def wrap_code(self, row: int, segment: CodeSegment) -> None:
        """Wrap the long lines of a code block, or let them scroll again; the row keeps its place."""
        segment.toggle_wrap()
        layout = self._view.realiser.layouts.get(row)
        if layout is not None:
            self._view.stage.hold(row)
            layout.settle_heights()
            self._view.refresh_row(row)

    def _copy_code(self, row: int, control: Control) -> None:
        layout = self._view.realiser.layout(row)
        segment = layout.segment_at(control.rect.center())
        if isinstance(segment, CodeSegment):
            self.put(segment.source.text)
            self._show_copied(row, segment)

    def _show_copied(self, row: int, target: CodeSegment | MessageLayout) -> None:
        self._uncopied()
        target.copied = True
        self._copied_row = row
        self._copied = weakref.ref(target)
        self._timer.start()
        self._view.update_row(row)

    def _uncopied(self) -> None:
        target = self._copied() if self._copied is not None else None
        self._copied = None
        if target is not None:
            target.copied = False
            self._view.update_row(self._copied_row)

    def select_all(self) -> None:
        """Select the whole conversation."""
        view = self._view
        count = len(view.model.items)
        if count:
            view.selection.set((0, 0, 0), (count - 1, FAR, FAR))
            view.viewport().update()

    # --- keys -----------------------------------------------------------------------------------

    def key(self, event: QKeyEvent) -> bool:
        """Take a key; returns False if it means nothing here."""
        standard = QKeySequence.StandardKey
        if event.matches(standard.Copy):
            return self.copy_selection()
        if event.matches(standard.SelectAll):
            self.select_all()
            return True
        view = self._view
        page = max(40, view.stage.height - 2 * view.style_.line)
        plain_key = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if self._to_edge(event, plain_key=plain_key):
            return True
        if not plain_key:
            return False
        if view.stops.key(Qt.Key(event.key())):
            return True
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        pages = {Qt.Key.Key_PageUp: -page, Qt.Key.Key_PageDown: page, Qt.Key.Key_Space: page}
        key = Qt.Key(event.key())
        if key in steps:
            self._turn(steps[key])
        elif key in pages:
            view.scroll_by(pages[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return self._enter()
        elif key == Qt.Key.Key_Escape and (view.current_row is not None or not view.selection.is_empty):
            view.selection.clear()
            view.set_current(None)
            view.viewport().update()
        else:
            return False
        return True

    def _to_edge(self, event: QKeyEvent, *, plain_key: bool) -> bool:
        """Go to the start or the end for Home and End, or what else this system has for them."""
        standard, key = QKeySequence.StandardKey, event.key()
        if event.matches(standard.MoveToStartOfDocument) or (plain_key and key == Qt.Key.Key_Home):
            self._view.scroll_to(0)
        elif event.matches(standard.MoveToEndOfDocument) or (plain_key and key == Qt.Key.Key_End):
            self._view.jump_to_end()
        else:
            return False
        return True

    def _turn(self, step: int) -> None:
        """Go to the next turn, or on inside one that is taller than the view."""
        view = self._view
        count = len(view.model.items)
        if not count:
            return
        row = view.current_row
        if row is None or row not in view.stage.visible:
            rows = list(view.stage.visible)
            view.set_current(rows[0] if step > 0 else rows[-1])
        else:
            rect = view.row_rect(row)
            hidden = rect.bottom() > view.stage.height if step > 0 else rect.top() < 0
            if hidden and rect.height() > view.stage.height:
                view.scroll_by(step * view.stage.height * 2 // 3)
                return
            view.set_current(max(0, min(row + step, count - 1)))
        if view.current_row is not None:
            view.show_row(view.current_row)

    def go_to_question(self, step: int) -> bool:
        """Let the view begin with the next question (1) or the one before (-1); False if none is left.

        Where no question follows, the end is shown.
        """
        view = self._view
        items, visible = view.model.items, view.stage.visible
        here = view.current_row
        if here is None or visible.get(here, -1) < 0:
            # Nobody went to a message: what stands at the top of the view counts.
            reached = [row for row, top in visible.items() if top <= TOP]
            here = reached[-1] if reached else -1
            if step < 0 and visible.get(here, TOP) < TOP:
                here += 1
        rows = range(here + step, len(items) if step > 0 else -1, step)
        found = next((row for row in rows if items[row].role is Role.USER), None)
        if found is None:
            view.jump_to_end() if step > 0 else view.scroll_to(0)
            return False
        view.begin_with(found)
        view.set_current(found)
        return True

    def _enter(self) -> bool:
        return self._view.current_row is not None and self._view.stops.enter()

    def _more(self, row: int, control: Control) -> None:
        """Show what can be done with a message, below the button for it."""
        view = self._view
        menu = QMenu(view)
        add_offers(menu, offers_of(self, view, row))
        add_blocks(menu, self, view, row)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        corner = view.row_rect(row).topLeft() + control.rect.bottomLeft()
        menu.popup(view.viewport().mapToGlobal(corner))

    # --- menu -----------------------------------------------------------------------------------

    def menu(self, event: QContextMenuEvent) -> None:
        """Show the context menu for the place it was asked at."""
        view = self._view
        found: Hit | None
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            found = view.pointer.hit(event.pos())
            place = event.globalPos()
        else:
            row = view.current_row if view.current_row is not None else view.row_at(0)
            corner = QPoint(40, 40)
            if row is not None and row in view.stage.visible:
                corner = view.row_rect(row).topLeft() + QPoint(24, 24)
            found = view.pointer.hit(corner)
            place = view.viewport().mapToGlobal(corner)
        mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        menu = self.build_menu(found, by_keyboard=not mouse)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)
        event.accept()

    def build_menu(self, found: Hit | None, *, by_keyboard: bool = False) -> QMenu:
        """Return the menu for what lies at a point; by keyboard, for all blocks of the message."""
        view = self._view
        menu = QMenu(view)
        chosen = not view.selection.is_empty
        add = menu.addAction
        if chosen:
            add(text("transcript.copy_selection")).triggered.connect(self._copy_plain)
            add(text("transcript.copy_markdown")).triggered.connect(
                lambda: self.copy_selection(as_markdown=True)
            )
        if found is not None:
            self._add_for(menu, found, chosen=chosen, by_keyboard=by_keyboard)
        menu.addSeparator()
        add(text("transcript.select_all")).triggered.connect(self.select_all)
        return menu

    def _add_for(self, menu: QMenu, found: Hit, *, chosen: bool, by_keyboard: bool) -> None:
        view = self._view
        row = found.row
        add = menu.addAction
        if found.link:
            link = found.link
            add(text("transcript.copy_link")).triggered.connect(lambda: self.put(link))
        if found.segment is not None:
            add_offers(menu, block_offers(self, view, row, found.segment))
        if by_keyboard:
            add_blocks(menu, self, view, row)
        menu.addSeparator()
        if view.model.is_left_out(row):
            add(text("panels.left_out.why_name")).triggered.connect(view.why_requested)
        add_offers(menu, offers_of(self, view, row, selected=chosen))
