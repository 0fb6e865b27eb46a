"""Which theme is shown now.

Job: follow the system's colours, contrast and wish for less motion, and the person's own choices and
text size, and hand out a new Theme when any of them changes. Rule: the only place that writes the
application's palette and style sheet.
"""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication

from app.ui.theme.theme import MAX_SCALE, MIN_SCALE, Theme
from app.ui.theme.type import TextRole
from app.ui.theme.wishes import wants_high_contrast, wants_less_motion

STEPS = (0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0)


class ThemeChoice(StrEnum):
    """What the person chose."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


_EFFECTS = (
    Qt.UIEffect.UI_AnimateMenu,
    Qt.UIEffect.UI_FadeMenu,
    Qt.UIEffect.UI_AnimateCombo,
    Qt.UIEffect.UI_AnimateTooltip,
    Qt.UIEffect.UI_FadeTooltip,
)
"""What Qt lets slide or fade in by itself where the system does, as Windows."""


class Appearance(QObject):
    """Owner of the current theme; ``changed`` carries the new :class:`Theme`."""

    changed = Signal(object)

    def __init__(
        self,
        application: QApplication,
        choice: ThemeChoice = ThemeChoice.SYSTEM,
        scale: float = 1.0,
        *,
        high_contrast: bool = False,
        still: bool = False,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._application = application
        self._choice = choice
        self._scale = scale
        self._high_contrast = high_contrast
        self._still = still
        self._flash_time = application.cursorFlashTime()
        self._effects = tuple(effect for effect in _EFFECTS if application.isEffectEnabled(effect))
        application.setStyle("Fusion")
        hints = application.styleHints()
        hints.colorSchemeChanged.connect(self._system_changed)
        for name in ("contrastPreferenceChanged", "motionPreferenceChanged"):
            # The second came with Qt 6.12.
            signal = getattr(hints.accessibility(), name, None)
            if signal is not None:
                signal.connect(self._refresh)
        # Not every wish is told of when it changes: whoever comes from the system's settings is asked.
        application.applicationStateChanged.connect(self._look_again)
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

    @property
    def high_contrast(self) -> bool:
        """Whether the person asks for high contrast, whatever the system says."""
        return self._high_contrast

    @property
    def still(self) -> bool:
        """Whether the person asks for less motion, whatever the system says."""
        return self._still

    def set_high_contrast(self, wanted: bool) -> None:
        """Show high contrast from now on, or what the system asks for."""
        if wanted != self._high_contrast:
            self._high_contrast = wanted
            self._refresh()

    def set_still(self, wanted: bool) -> None:
        """Let nothing move by itself from now on, or as the system asks."""
        if wanted != self._still:
            self._still = wanted
            self._refresh()

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
        return Theme(
            dark=dark,
            scale=self._scale,
            high_contrast=self._high_contrast or wants_high_contrast(hints),
            still=self._still or wants_less_motion(hints),
        )

    def _system_changed(self, _scheme: Qt.ColorScheme) -> None:
        if self._choice is ThemeChoice.SYSTEM:
            self._refresh()

    def _look_again(self, state: Qt.ApplicationState) -> None:
        hints, theme = self._application.styleHints(), self.theme
        if state is Qt.ApplicationState.ApplicationActive and (
            theme.high_contrast != (self._high_contrast or wants_high_contrast(hints))
            or theme.still != (self._still or wants_less_motion(hints))
        ):
            self._refresh()

    def _refresh(self, _preference: object = None) -> None:
        self.theme = self._make()
        self._apply()
        self.changed.emit(self.theme)

    def _apply(self) -> None:
        self._application.setPalette(self.theme.palette)
        self._application.setFont(self.theme.font(TextRole.UI))
        self._application.setStyleSheet(self.theme.style_sheet)
        # 0 is a caret that does not blink.
        self._application.setCursorFlashTime(self.theme.motion(self._flash_time))
        for effect in self._effects:
            self._application.setEffectEnabled(effect, not self.theme.still)
