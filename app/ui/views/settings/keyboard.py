"""The settings of the keyboard.

Job: a row for each command with its keys, a way to others and back. Rule: keys that another command
has are not taken before the person agrees; what cannot be taken is said in words, below the row.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core import texts
from app.ui.commands.actions import Actions
from app.ui.commands.command import Command, Menu
from app.ui.commands.keymap import Keymap, refusal
from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.style_sheet import Kind
from app.ui.theme.type import MEDIUM
from app.ui.views.settings.key_field import KeyField
from app.ui.views.settings.rows import Row, SettingRow
from app.ui.widgets.access.announce import announce
from app.ui.widgets.controls.buttons import IconButton, TextButton
from app.ui.widgets.words.label import Label

ROW = 44


class KeyRow(QWidget):
    """One command: its name, its keys, the way back, and a question below when keys are taken."""

    def __init__(self, theme: Theme, command: Command, keymap: Keymap) -> None:
        super().__init__()
        self.command, self._keymap = command, keymap
        self._wished: list[QKeySequence] = []
        self._name = Label(theme, command.name, TextRole.UI, weight=MEDIUM, wrap=True)
        self.field = KeyField(theme, command.name)
        self.reset = IconButton(
            theme, IconName.TRY_AGAIN, texts.text("commands.keys.reset", name=command.name)
        )
        self.answer = Label(theme, "", TextRole.SMALL, "warn", wrap=True)
        self.take = TextButton(theme, texts.text("commands.keys.take"), Kind.SMALL)
        self.leave = TextButton(theme, texts.text("commands.keys.leave"), Kind.QUIET)
        self._build()
        self.field.pressed_keys.connect(self._pressed)
        self.reset.clicked.connect(self._reset)
        self.take.clicked.connect(self._take)
        self.leave.clicked.connect(self.give_up)
        keymap.changed.connect(self._show)
        self.set_theme(theme)
        self._show()

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self._name, 1, Qt.AlignmentFlag.AlignVCenter)
        top.addWidget(self.reset, 0, Qt.AlignmentFlag.AlignVCenter)
        top.addWidget(self.field, 0, Qt.AlignmentFlag.AlignVCenter)
        ways = QHBoxLayout()
        ways.setSpacing(8)
        ways.addWidget(self.take)
        ways.addWidget(self.leave)
        ways.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 8)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self.answer)
        column.addLayout(ways)

    @property
    def words(self) -> str:
        """What the search finds it by: the name, the menu and the keys."""
        menu = self.command.menu.words.replace("&", "")
        return f"{self.command.name} {menu} {self.field.text()}"

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        theme.dress(self._name, self.field, self.reset, self.answer, self.take, self.leave)
        self.setMinimumHeight(theme.px(ROW))

    def _show(self) -> None:
        self.field.show_keys(self._keymap.all_shown(self.command))
        # Kept in its place, so that the keys stand in one column.
        policy = self.reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(policy)
        self.reset.setVisible(self._keymap.is_changed(self.command))
        self._say("")

    def _say(self, words: str, *, ask: bool = False) -> None:
        self.answer.set_text(words)
        self.answer.setVisible(bool(words))
        self.take.setVisible(ask)
        self.leave.setVisible(ask)
        if words:
            announce(self.field, words)

    def _pressed(self, keys: QKeySequence) -> None:
        if keys.isEmpty():
            self._keymap.assign(self.command, [])
            return
        why = refusal(keys)
        if why is not None:
            self._say(texts.text(f"commands.keys.refused_{why.value}", keys=_shown(keys)))
        else:
            self._wish([keys])

    def _reset(self) -> None:
        self._keep_focus()
        self._wish(self._keymap.first_keys(self.command))

    def _wish(self, wished: Sequence[QKeySequence]) -> None:
        """Take keys, or ask first where another command has one of them."""
        for keys in wished:
            other = self._keymap.owner(keys)
            if other is not None and other is not self.command:
                self._wished = list(wished)
                words = texts.text("commands.keys.taken", keys=_shown(keys), name=other.name)
                self._say(words, ask=True)
                return
        self._keymap.assign(self.command, wished)

    def _take(self) -> None:
        self._keep_focus()
        self._keymap.assign(self.command, self._wished)

    @property
    def asks(self) -> bool:
        """Whether it asks if keys of another command shall be taken, or says why keys are not."""
        return not self.answer.isHidden()

    def give_up(self) -> None:
        """Leave the keys as they are."""
        self._keep_focus()
        self._say("")

    def _keep_focus(self) -> None:
        """Keep the keyboard in the row: the button that was pressed is about to go."""
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)


def _shown(keys: QKeySequence) -> str:
    return keys.toString(QKeySequence.SequenceFormat.NativeText)


class KeyboardSettings(QObject):
    """``cards`` holds a row for each command that there is, by its menu."""

    def __init__(self, theme: Theme, commands: Actions, parent: QObject | None = None) -> None:
        super().__init__(parent)
        keymap = commands.keymap
        self.rows = [
            KeyRow(theme, command, keymap) for command in commands.known() if command.can_change
        ]
        self.reset_all = TextButton(theme, texts.text("commands.keys.reset_all"), Kind.SECONDARY)
        self.reset_all.clicked.connect(keymap.reset_all)
        every = SettingRow(
            theme,
            texts.text("commands.keys.all"),
            texts.text("commands.keys.all_about"),
            self.reset_all,
        )
        self.cards: Sequence[tuple[str, Sequence[Row]]] = (
            ("", [every]),
            *((menu.words.replace("&", ""), self._of(menu)) for menu in Menu if self._of(menu)),
        )

    def give_up(self) -> bool:
        """Leave the keys that are asked about as they are; returns False if none are in sight."""
        asking = [row for row in self.rows if row.asks and row.isVisible()]
        for row in asking:
            row.give_up()
        return bool(asking)

    def _of(self, menu: Menu) -> list[KeyRow]:
        return [row for row in self.rows if row.command.menu is menu]
