"""Commands at work in one window.

Job: a QAction for each command, with its keys, its ticks and whether it can be given now. Rule: a
command that nobody has connected does not exist: it is in no menu and its keys do nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from app.ui.commands import table
from app.ui.commands.command import Command, Kind, State
from app.ui.commands.keymap import Keymap


class Actions(QObject):
    """The commands of ``window``; ``keymap`` says their keys."""

    def __init__(self, window: QWidget, keymap: Keymap) -> None:
        super().__init__(window)
        self.keymap = keymap
        self._states: set[State] = set()
        self._actions: dict[Command, QAction] = {}
        for command in table.ALL:
            self._actions[command] = self._make(window, command)
        keymap.changed.connect(self._take_keys)
        self._take_keys()
        self._enable()

    def on(self, command: Command, act: Callable[[], object]) -> None:
        """Let ``act`` happen when ``command`` is given; from now on the command is there."""
        action = self._actions[command]
        action.triggered.connect(lambda _checked: act())
        action.setVisible(True)

    def give(self, command: Command) -> None:
        """Give a command as its menu does; nothing happens while it cannot be given."""
        self._actions[command].trigger()

    def action(self, command: Command) -> QAction:
        """Return the action, for a menu; its words, keys and ticks are kept here."""
        return self._actions[command]

    def known(self) -> list[Command]:
        """Return the commands that are there, in the table's order; fixed keys are always."""
        return [
            command
            for command, action in self._actions.items()
            if action.isVisible() or command.kind is Kind.FIXED
        ]

    def set_state(self, state: State, holds: bool) -> None:
        """Say whether ``state`` holds now; what needs it can or cannot be given from now on."""
        if holds != (state in self._states):
            (self._states.add if holds else self._states.discard)(state)
            self._enable()

    def set_ticked(self, command: Command, ticked: bool) -> None:
        """Show whether what a switch is about is on."""
        self._actions[command].setChecked(ticked)

    def _make(self, window: QWidget, command: Command) -> QAction:
        action = QAction(command.words, self)
        action.setMenuRole(command.role)
        action.setCheckable(command.kind is Kind.SWITCH)
        action.setAutoRepeat(command in (table.LARGER, table.SMALLER))
        action.setVisible(False)
        if command.can_change:
            action.setShortcutContext(
                Qt.ShortcutContext.ApplicationShortcut
                if command.everywhere
                else Qt.ShortcutContext.WindowShortcut
            )
            window.addAction(action)
        else:
            # Shown beside its words only: the field itself understands the keys.
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        return action

    def _take_keys(self) -> None:
        for command, action in self._actions.items():
            action.setShortcuts(self.keymap.keys(command))

    def _enable(self) -> None:
        for command, action in self._actions.items():
            action.setEnabled(self._states.issuperset(command.needs))
