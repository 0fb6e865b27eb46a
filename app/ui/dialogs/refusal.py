"""The question about a model file that this computer cannot hold now.

Job: say what is missing and what could be closed, and offer to look again, to use the Guide or to load
anyway. Rule: looking again is the default, Esc changes nothing, and "Load anyway" stands below the
sentence that says what may happen. The window can be used meanwhile: the notice above the composer
leads here, nothing pops up by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.core import texts
from app.engine.protocol.plan import Plan
from app.ui.dialogs.dialog import ScrollingDialog
from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.style_sheet import Kind
from app.ui.widgets.controls.buttons import TextButton
from app.ui.widgets.drawings.icon_view import IconView
from app.ui.widgets.words.figures import short_size
from app.ui.widgets.words.label import Label

HIGH, STACKS_BELOW = 360, 480


class RefusalChoice(StrEnum):
    """What the person wants to do about it."""

    CHECK = "check"
    GUIDE = "guide"
    LOAD = "load"


_KINDS = {
    RefusalChoice.LOAD: Kind.SECONDARY,
    RefusalChoice.GUIDE: Kind.SECONDARY,
    RefusalChoice.CHECK: Kind.PRIMARY,
}


class RefusalDialog(ScrollingDialog):
    """Shows the refused ``plan`` for the model file that people call ``name``.

    ``chosen`` carries a :class:`RefusalChoice`; nothing is emitted when it is closed without one.
    ``guide`` False: it is the Guide itself that was refused, so it is not offered instead.
    """

    titled = "ui.titles.refusal"

    chosen = Signal(object)

    def __init__(
        self,
        theme: Theme,
        name: str,
        plan: Plan,
        parent: QWidget | None = None,
        *,
        guide: bool = True,
    ) -> None:
        title = texts.text("panels.refusal.title", name=name)
        super().__init__(theme, title, HIGH, parent)
        missing = texts.text("panels.refusal.missing", missing=short_size(plan.missing_mib))
        self._icon = IconView(theme, IconName.TRIANGLE_ALERT, 20, "warn")
        self._title = Label(theme, title, TextRole.HEADING, wrap=True)
        self._missing = Label(theme, missing, TextRole.UI, wrap=True)
        sentences = [texts.text(reason.code, **reason.values) for reason in plan.reasons]
        self._reasons = [Label(theme, each, TextRole.UI, "text2", wrap=True) for each in sentences]
        self._closing = Label(theme, "", TextRole.UI, "text2", wrap=True)
        self._closing.hide()
        self._anyway = Label(
            theme, texts.text("panels.refusal.anyway"), TextRole.SMALL, "text2", wrap=True
        )
        self.buttons = {
            choice: TextButton(theme, texts.text(f"panels.refusal.{choice.value}"), kind)
            for choice, kind in _KINDS.items()
            if guide or choice is not RefusalChoice.GUIDE
        }
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._build()
        self.setAccessibleDescription(" ".join((missing, *sentences)))
        for choice, button in self.buttons.items():
            button.clicked.connect(lambda _checked=False, choice=choice: self._choose(choice))
        self.buttons[RefusalChoice.LOAD].setAccessibleDescription(self._anyway.text())
        check = self.buttons[RefusalChoice.CHECK]
        check.setDefault(True)
        check.setFocus()

    @property
    def sentences(self) -> Sequence[str]:
        """Everything that is said, from top to bottom."""
        labels = (self._title, self._missing, *self._reasons, self._closing, self._anyway)
        return [label.text() for label in labels if label.text()]

    def name_programs(self, words: str) -> None:
        """Say which programs could be closed, once that is known; "" says nothing."""
        self._closing.setText(words)
        self._closing.setVisible(bool(words))
        if words:
            self.setAccessibleDescription(f"{self.accessibleDescription()} {words}")

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self._title, 1)
        column = self.column
        column.setSpacing(10)
        column.addSpacing(10)
        column.addLayout(head)
        for label in (self._missing, *self._reasons, self._closing):
            column.addWidget(label)
        column.addStretch(1)
        self._row.setSpacing(8)
        self._row.addStretch(1)
        for button in self.buttons.values():
            self._row.addWidget(button)
        foot = QVBoxLayout()
        foot.setSpacing(12)
        foot.addWidget(self._anyway)
        foot.addLayout(self._row)
        self.stand_on(foot)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        theme.dress(
            *(self._icon, self._title, self._missing, self._closing, self._anyway),
            *self._reasons,
            *self.buttons.values(),
        )

    def _choose(self, choice: RefusalChoice) -> None:
        self.accept()
        self.chosen.emit(choice)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the buttons below each other where there is no room for them side by side."""
        super().resizeEvent(event)
        wide = sum(button.sizeHint().width() for button in self.buttons.values()) + 16 + 64
        stacked = self.width() < max(wide, STACKS_BELOW)
        direction = QBoxLayout.Direction.BottomToTop if stacked else QBoxLayout.Direction.LeftToRight
        self._row.setDirection(direction)
