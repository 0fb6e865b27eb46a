"""The page about the program: its name, its version, what it is made of.

Job: say what runs here, and report two wishes: to read the licences, to check a new version that lies on
disk. Rule: it looks for nothing by itself.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, qVersion
from PySide6.QtWidgets import QVBoxLayout, QWidget

import app
from app.core import notices, texts
from app.ui.theme import TextRole, Theme
from app.ui.theme.style_sheet import Kind
from app.ui.views.beside.side_window import SideWindow
from app.ui.widgets.access.announce import announce
from app.ui.widgets.controls.button_row import ButtonRow
from app.ui.widgets.drawings.arch import Mark
from app.ui.widgets.words.label import Label

MARK = 48
_PARTS, _CHECK = "parts", "check"


class AboutWindow(SideWindow):
    """A small window; Esc closes it. ``parts_wanted`` and ``check_wanted`` are its buttons."""

    parts_wanted = Signal()
    check_wanted = Signal()
    grows = True

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, texts.text("about.window"), QSize(480, 440), parent)
        self._mark = Mark(theme, MARK)
        self._labels = [
            Label(theme, texts.text("ui.title"), TextRole.TITLE),
            Label(theme, version_words(notices.build()), TextRole.UI, "text2", wrap=True),
            Label(theme, texts.text("about.sentence"), TextRole.UI, wrap=True),
            Label(theme, texts.text("about.made_of", qt=qVersion()), TextRole.SMALL, "text2", wrap=True),
        ]
        self.verdict = Label(theme, "", TextRole.UI, wrap=True)
        self.verdict.hide()
        self.buttons = ButtonRow(theme)
        self.buttons.acted.connect(self._acted)
        column = QVBoxLayout(self)
        column.setContentsMargins(32, 28, 32, 28)
        column.setSpacing(8)
        column.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignLeading)
        column.addSpacing(8)
        for label in (*self._labels, self.verdict):
            column.addWidget(label)
        column.addSpacing(8)
        column.addStretch(1)
        column.addWidget(self.buttons)
        self.buttons.show_wishes(
            [
                (_PARTS, texts.text("about.parts"), None, Kind.SECONDARY),
                (_CHECK, texts.text("about.check"), None, Kind.SECONDARY),
            ]
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def _acted(self, code: str) -> None:
        (self.parts_wanted if code == _PARTS else self.check_wanted).emit()

    def show_verdict(self, words: str) -> None:
        """Show what came of a check, and say it."""
        self.verdict.setText(words)
        self.verdict.show()
        announce(self.verdict, words)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        theme.dress(self._mark, *self._labels, self.verdict, self.buttons)


def version_words(build: notices.Build | None) -> str:
    """Return the version, with day and commit where the program was built."""
    version = texts.text("about.version", version=app.__version__)
    if build is None:
        return version
    if not build.commit:
        return texts.text("about.built", version=app.__version__, date=build.date)
    return texts.text("about.built_from", version=app.__version__, date=build.date, commit=build.commit)
