"""The settings that exist so far: theme and text size.

Job: a small window beside the main one. Rule: it changes only the appearance it was given; whoever
owns the settings file listens to that.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core import settings as declared
from app.core import texts
from app.ui.theme import TextRole, Theme
from app.ui.theme.appearance import STEPS, Appearance, ThemeChoice
from app.ui.theme.type import MEDIUM
from app.ui.views.cover_page import CoverColumn
from app.ui.widgets.choices import DropDown
from app.ui.widgets.focus_ring import FocusRing
from app.ui.widgets.label import Label
from app.ui.widgets.panel import Card, Panel

COLUMN, ROW = 560, 60


class SettingRow(QWidget):
    """A name, one sentence, and the control at the end."""

    def __init__(self, theme: Theme, name: str, sentence: str, control: DropDown) -> None:
        super().__init__()
        self._name = Label(theme, name, TextRole.UI, "text", weight=MEDIUM)
        self._sentence = Label(theme, sentence, TextRole.SMALL, "text2", wrap=True)
        self._control = control
        control.setAccessibleName(name)
        control.setAccessibleDescription(sentence)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch(1)
        words.addWidget(self._name)
        words.addWidget(self._sentence)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(16)
        row.addLayout(words, 1)
        row.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self._name.set_theme(theme)
        self._sentence.set_theme(theme)
        self._control.set_theme(theme)
        self._control.setMinimumWidth(theme.px(160))
        self.setMinimumHeight(theme.px(ROW))


class SettingsWindow(Panel):
    """A window of its own; ``theme_chosen`` and ``scale_chosen`` follow the person's choices."""

    theme_chosen = Signal(object)
    scale_chosen = Signal(float)

    def __init__(self, theme: Theme, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(theme, "canvas", None, parent)
        self.setWindowFlag(Qt.WindowType.Window)
        self.setWindowTitle(texts.text("ui.settings_title"))
        self.setMinimumSize(480, 360)
        self.resize(720, 480)
        self._appearance = appearance
        self._scroll = CoverColumn(theme, COLUMN)
        self._title = Label(theme, texts.text("ui.settings.title"), TextRole.TITLE)
        self._card = Card(theme)
        self.theme_box = DropDown(theme)
        for choice in ThemeChoice:
            self.theme_box.addItem(texts.text(f"ui.settings.theme_{choice.value}"), choice)
        self.size_box = DropDown(theme)
        for step in STEPS:
            self.size_box.addItem(texts.text("ui.settings.size_value", percent=round(step * 100)), step)
        self._rows = (
            SettingRow(
                theme,
                declared.THEME.name,
                declared.THEME.about,
                self.theme_box,
            ),
            SettingRow(theme, declared.TEXT_SCALE.name, declared.TEXT_SCALE.about, self.size_box),
        )
        self._divider = Panel(theme, "line")
        self._divider.setFixedHeight(1)
        self._ring = FocusRing(theme, self)
        self._build()
        self._show_current(theme)
        self.theme_box.activated.connect(self._choose_theme)
        self.size_box.activated.connect(self._choose_size)
        appearance.changed.connect(self.set_theme)

    def _build(self) -> None:
        inside = QVBoxLayout(self._card)
        inside.setContentsMargins(1, 0, 1, 0)
        inside.setSpacing(0)
        for row in self._rows:
            inside.addWidget(row)
            if row is not self._rows[-1]:
                inside.addWidget(self._divider)
        column = self._scroll.column
        column.addSpacing(28)
        column.addWidget(self._title)
        column.addSpacing(16)
        column.addWidget(self._card)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._scroll)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        for part in (self._scroll, self._title, self._card, *self._rows, self._divider, self._ring):
            part.set_theme(theme)
        self._show_current(theme)

    def _show_current(self, theme: Theme) -> None:
        self.theme_box.setCurrentIndex(self.theme_box.findData(self._appearance.choice))
        nearest = min(range(len(STEPS)), key=lambda place: abs(STEPS[place] - theme.scale))
        self.size_box.setCurrentIndex(nearest)

    def _choose_theme(self, row: int) -> None:
        choice = ThemeChoice(self.theme_box.itemData(row))
        self._appearance.set_choice(choice)
        self.theme_chosen.emit(choice)

    def _choose_size(self, row: int) -> None:
        self._appearance.set_scale(STEPS[row])
        self.scale_chosen.emit(STEPS[row])

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Show the ring where Tab goes."""
        self._ring.by_keyboard()
        return super().focusNextPrevChild(forward)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes the window."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)
