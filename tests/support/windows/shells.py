"""The main window around an empty transcript, without a session, and what has the keyboard in it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.ui.theme import Theme
from app.ui.views.window.main_window import MainWindow


def shown_shell(qtbot: QtBot, theme: Theme) -> MainWindow:
    """Return the window on the screen, open on a conversation, with the cursor in the message."""
    transcript = QWidget()
    transcript.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    made = MainWindow(theme, transcript)
    qtbot.addWidget(made)
    made.show_empty(False)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    made.composer.focus_message()
    return made


def focus() -> QWidget:
    """Return what has the keyboard."""
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget
