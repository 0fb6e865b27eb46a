"""The menu's way to a field's own editing.

Job: undo, copy and their like, done by whatever has the keyboard. Rule: the menu presses the system's
keys for it; a field that understands them needs nothing else. What can be undone beside a field's own
words (``beyond``) is offered and done where the field has nothing to undo.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QMenuBar, QTextEdit, QWidget

from app.ui.commands import table
from app.ui.commands.actions import Actions
from app.ui.commands.command import Command, Menu
from app.ui.commands.keymap import combination
from app.ui.commands.menu_bar import MenuBar
from app.ui.widgets.access.focus_watch import follow_focus

_KEYS = {
    table.UNDO: QKeySequence.StandardKey.Undo,
    table.REDO: QKeySequence.StandardKey.Redo,
    table.CUT: QKeySequence.StandardKey.Cut,
    table.COPY: QKeySequence.StandardKey.Copy,
    table.PASTE: QKeySequence.StandardKey.Paste,
    table.SELECT_ALL: QKeySequence.StandardKey.SelectAll,
}
_TAKING = (table.UNDO, table.REDO)


class Editing(QObject):
    """Connects the commands of ``Kind.EDITING`` in ``window``.

    ``may_beyond`` says whether a command could be done beside what the field holds, ``beyond`` does it.
    """

    def __init__(
        self,
        window: QWidget,
        actions: Actions,
        menu_bar: MenuBar,
        *,
        may_beyond: Callable[[Command], bool],
        beyond: Callable[[Command], bool],
    ) -> None:
        super().__init__(window)
        self._may_beyond, self._beyond = may_beyond, beyond
        self._window = window
        self._actions = actions
        self._field: QWidget | None = None
        follow_focus(self._focus_changed)
        for command in _KEYS:
            actions.on(command, partial(self._press, command))
        menu = menu_bar.menus[Menu.EDIT]
        menu.aboutToShow.connect(self._enable)
        menu.aboutToHide.connect(self._offer_all)

    def _focus_changed(self, _old: QWidget | None, now: QWidget | None) -> None:
        # Kept: the menu itself takes the focus before its entry is chosen.
        if now is not None and now.window() is self._window and not isinstance(now, QMenuBar):
            self._field = now

    def _press(self, command: Command) -> None:
        field = self._field
        if command in _TAKING and not self._able()[command] and self._beyond(command):
            return
        if field is None:
            return
        keys = combination(QKeySequence.keyBindings(_KEYS[command])[0])
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(field, QKeyEvent(kind, keys.key(), keys.keyboardModifiers()))

    def _able(self) -> dict[Command, bool]:
        """Return what the field can do now; of other parts (the transcript) nothing is known."""
        field = self._field
        able = {command: command in (table.COPY, table.SELECT_ALL) for command in _KEYS}
        if isinstance(field, QLineEdit):
            chosen = field.hasSelectedText() and field.echoMode() is QLineEdit.EchoMode.Normal
            able = {
                table.UNDO: field.isUndoAvailable(),
                table.REDO: field.isRedoAvailable(),
                table.CUT: chosen,
                table.COPY: chosen,
                table.PASTE: True,
                table.SELECT_ALL: bool(field.text()),
            }
        elif isinstance(field, QTextEdit):
            chosen = field.textCursor().hasSelection()
            able = {
                table.UNDO: field.document().isUndoAvailable(),
                table.REDO: field.document().isRedoAvailable(),
                table.CUT: chosen,
                table.COPY: chosen,
                table.PASTE: field.canPaste(),
                table.SELECT_ALL: not field.document().isEmpty(),
            }
        return able

    def _enable(self) -> None:
        for command, can in self._able().items():
            enabled = can or (command in _TAKING and self._may_beyond(command))
            self._actions.action(command).setEnabled(enabled)

    def _offer_all(self) -> None:
        """Offer all again: what cannot be done is known only while the menu is looked at."""
        for command in _KEYS:
            self._actions.action(command).setEnabled(True)
