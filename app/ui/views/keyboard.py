"""The keyboard map of the window.

Job: every shortcut, declared once, as a signal. Rule: a shortcut whose feature is not there yet does
not exist; all of them sleep while a page covers the conversation.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal, SignalInstance
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.ui.views.features import Features

CTRL, SHIFT = Qt.Modifier.CTRL, Qt.Modifier.SHIFT
# Those that a view also shows beside what they do.
SEARCH_KEYS = QKeySequence(CTRL | Qt.Key.Key_K)
NEW_KEYS = QKeySequence(CTRL | Qt.Key.Key_N)
LOCK_KEYS = QKeySequence(CTRL | Qt.Key.Key_L)
SETTINGS_KEYS = QKeySequence(CTRL | Qt.Key.Key_Comma)


class Keyboard(QObject):
    """One signal per wish; ``region_wanted`` and ``text_size_wanted`` carry a direction."""

    region_wanted = Signal(int)
    search_wanted = Signal()
    new_wanted = Signal()
    lock_wanted = Signal()
    settings_wanted = Signal()
    effort_wanted = Signal()
    ledger_wanted = Signal()
    try_again_wanted = Signal()
    copy_answer_wanted = Signal()
    reasoning_wanted = Signal()
    answer_now_wanted = Signal()
    text_size_wanted = Signal(int)

    def __init__(self, window: QWidget, features: Features) -> None:
        super().__init__(window)
        self._window = window
        self._shortcuts: list[QShortcut] = []
        self._add(QKeySequence(Qt.Key.Key_F6), self.region_wanted, 1)
        self._add(QKeySequence(SHIFT | Qt.Key.Key_F6), self.region_wanted, -1)
        self._add(SEARCH_KEYS, self.search_wanted)
        self._add(NEW_KEYS, self.new_wanted)
        self._add(QKeySequence(CTRL | Qt.Key.Key_E), self.effort_wanted)
        self._add(QKeySequence(CTRL | Qt.Key.Key_I), self.ledger_wanted)
        self._add(QKeySequence(CTRL | Qt.Key.Key_R), self.try_again_wanted)
        self._add(QKeySequence(CTRL | SHIFT | Qt.Key.Key_C), self.copy_answer_wanted)
        self._add(QKeySequence(CTRL | SHIFT | Qt.Key.Key_R), self.reasoning_wanted)
        self._add(QKeySequence(CTRL | Qt.Key.Key_Return), self.answer_now_wanted)
        for key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._add(QKeySequence(CTRL | key), self.text_size_wanted, 1)
        self._add(QKeySequence(CTRL | Qt.Key.Key_Minus), self.text_size_wanted, -1)
        self._add(QKeySequence(CTRL | Qt.Key.Key_0), self.text_size_wanted, 0)
        if features.settings:
            self._add(SETTINGS_KEYS, self.settings_wanted)
        if features.lock:
            self._add(LOCK_KEYS, self.lock_wanted)

    def set_enabled(self, enabled: bool) -> None:
        """Wake the shortcuts, or put them to sleep while another page is shown."""
        for shortcut in self._shortcuts:
            shortcut.setEnabled(enabled)

    def _add(self, keys: QKeySequence, signal: SignalInstance, *values: int) -> None:
        shortcut = QShortcut(keys, self._window)
        shortcut.activated.connect(lambda: signal.emit(*values))
        self._shortcuts.append(shortcut)
