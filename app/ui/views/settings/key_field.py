"""A button that shows keys and, pressed, takes others.

Job: listen for one combination and report it. Rule: it decides nothing; while it listens no other
shortcut of the program works, Esc gives up and Backspace takes the keys away.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

from app.core import texts
from app.ui.theme import Theme
from app.ui.theme.style_sheet import Kind
from app.ui.widgets.controls.buttons import TextButton

_ONLY_HELD = (Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr)


class KeyField(TextButton):
    """``pressed_keys`` carries the combination; an empty one takes the keys away."""

    pressed_keys = Signal(QKeySequence)

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        self._listens = False  # asked from the first event on
        self._name = name
        self._keys = ""
        super().__init__(theme, "", Kind.SMALL, parent=parent)
        self.clicked.connect(lambda: self._listen(True))

    @property
    def listens(self) -> bool:
        """Whether the next keys are taken."""
        return self._listens

    def show_keys(self, keys: str) -> None:
        """Show these keys, "" for none."""
        self._keys = keys
        self._listen(False)

    def _listen(self, listens: bool) -> None:
        self._listens = listens
        words = self._keys or texts.text("commands.keys.none")
        self.setText(texts.text("commands.keys.press") if listens else words)
        self.setAccessibleName(texts.text("commands.keys.field", name=self._name, keys=words))

    def event(self, event: QEvent) -> bool:
        """Take every key while listening, before a shortcut does."""
        if self._listens and isinstance(event, QKeyEvent):
            if event.type() is QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() is QEvent.Type.KeyPress:
                self._take(event)
                return True
        return super().event(event)

    def _take(self, event: QKeyEvent) -> None:
        event.accept()
        key = Qt.Key(event.key())
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key in _ONLY_HELD:
            return  # the rest of the combination is still to come
        self._listen(False)
        if plain and key == Qt.Key.Key_Escape:
            return
        if plain and key in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self.pressed_keys.emit(QKeySequence())
            return
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        self.pressed_keys.emit(QKeySequence(held | key))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Stop listening when the keyboard goes elsewhere."""
        super().focusOutEvent(event)
        if self._listens:
            self._listen(False)
