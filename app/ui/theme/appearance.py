"""Which theme is shown now.

Job: follow the system's colours, contrast and the person's own choice and text size, and hand out a
new Theme when any of them changes. Rule: the only place that writes the application's palette and
style sheet.
"""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication

from app.ui.theme.theme import MAX_SCALE, MIN_SCALE, Theme
from app.ui.theme.type import TextRole

STEPS = (0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0)


class ThemeChoice(StrEnum):
    """What the person chose."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Appearance(QObject):
    """Owner of the current theme; ``changed`` carries the new :class:`Theme`."""

    changed = Signal(object)

    def __init__(
        self,
        application: QApplication,
        choice: ThemeChoice = ThemeChoice.SYSTEM,
        scale: float = 1.0,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._application = application
        self._choice = choice
        self._scale = scale
        application.setStyle("Fusion")
        application.styleHints().colorSchemeChanged.connect(self._system_changed)
        self.theme = self._make()
        self._apply()

    @property
    def choice(self) -> ThemeChoice:
        """The person's choice of light, dark or as the system."""
        return self._choice

    @property
    def scale(self) -> float:
        """The text size, 1.0 = 100 %."""
        return self._scale

    def set_choice(self, choice: ThemeChoice) -> None:
        """Show light, dark or the system's own from now on."""
        if choice is not self._choice:
            self._choice = choice
            self._refresh()

    def set_scale(self, scale: float) -> None:
        """Set the text size; values outside 80 to 200 % become the nearest allowed one."""
        scale = max(MIN_SCALE, min(scale, MAX_SCALE))
        if scale != self._scale:
            self._scale = scale
            self._refresh()

    def step_scale(self, direction: int) -> None:
        """Go one step up (1) or down (-1) in text size; 0 returns to 100 %."""
        if direction == 0:
            self.set_scale(1.0)
        elif direction > 0:
            self.set_scale(next((step for step in STEPS if step > self._scale + 0.001), STEPS[-1]))
        else:
            self.set_scale(
                next((step for step in reversed(STEPS) if step < self._scale - 0.001), STEPS[0])
            )

    def _make(self) -> Theme:
        hints = self._application.styleHints()
        dark = self._choice is ThemeChoice.DARK or (
            self._choice is ThemeChoice.SYSTEM and hints.colorScheme() == Qt.ColorScheme.Dark
        )
        return Theme(dark=dark, scale=self._scale, high_contrast=wants_high_contrast(self._application))

    def _system_changed(self, _scheme: Qt.ColorScheme) -> None:
        if self._choice is ThemeChoice.SYSTEM:
            self._refresh()

    def _refresh(self) -> None:
        self.theme = self._make()
        self._apply()
        self.changed.emit(self.theme)

    def _apply(self) -> None:
        self._application.setPalette(self.theme.palette)
        self._application.setFont(self.theme.font(TextRole.UI))
        self._application.setStyleSheet(self.theme.style_sheet)


def wants_high_contrast(application: QApplication) -> bool:
    """Return True if the system asks for high contrast; False where Qt cannot tell."""
    accessibility = getattr(application.styleHints(), "accessibility", None)
    if accessibility is None:
        return False
    preference = accessibility().contrastPreference()
    return bool(preference.name == "HighContrast")
