"""The steps of a model on its way: Download, Check, Try.

Job: a card with one block per step: mark, title, words, a bar, buttons. Rule: blocks are changed in
place, so that the keyboard stays where it is while figures run; when its button goes, ``left`` says so.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core import texts
from app.ui.theme import TextRole, Theme
from app.ui.theme.type import STRONG
from app.ui.views.library.values import StepShown, StepState
from app.ui.widgets.access.announce import announce
from app.ui.widgets.arranging import take_out
from app.ui.widgets.controls.button_row import ButtonRow
from app.ui.widgets.drawings.bar import Bar
from app.ui.widgets.drawings.step_mark import Look, StepMark
from app.ui.widgets.surfaces.panel import Card
from app.ui.widgets.words.label import Label

_LOOKS = {
    StepState.WAITING: Look.NUMBER,
    StepState.RUNNING: Look.RING,
    StepState.PAUSED: Look.STILL,
    StepState.DONE: Look.TICK,
    StepState.FAILED: Look.CROSS,
}


class StepBlock(QWidget):
    """One step; ``acted`` carries the code of the button pressed; ``left`` as of its buttons."""

    acted = Signal(str)
    left = Signal()

    def __init__(self, theme: Theme, number: int, of: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._number, self._of = number, of
        self._mark = StepMark(theme, number, last=number == of)
        self._title = Label(theme, "", TextRole.UI, weight=STRONG)
        self._words = Label(theme, "", TextRole.UI, "text2", wrap=True, tabular=True)
        self._bar = Bar(theme)
        self._buttons = ButtonRow(theme)
        self._buttons.acted.connect(self.acted)
        self._buttons.left.connect(self.left)
        self._state = StepState.WAITING
        words = QVBoxLayout()
        words.setContentsMargins(0, 0, 0, 0 if number == of else 16)
        words.setSpacing(0)
        words.addWidget(self._title)
        words.addSpacing(2)
        words.addWidget(self._words)
        words.addSpacing(10)
        words.addWidget(self._bar)
        words.addSpacing(6)
        words.addWidget(self._buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self._mark)
        row.addLayout(words, 1)
        self._column = words

    @property
    def buttons(self) -> ButtonRow:
        """The buttons of the step."""
        return self._buttons

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        theme.dress(self._mark, self._title, self._words, self._bar, self._buttons)

    def show_step(self, step: StepShown) -> None:
        """Show how far the step is."""
        changed = step.state is not self._state
        self._state = step.state
        self._mark.show_state(_LOOKS[step.state], step.share or 0.0)
        self._title.set_text(step.title)
        self._words.set_text(step.words)
        self._words.set_colour(step.colour)
        self._bar.setVisible(step.share is not None)
        self._bar.set_share(step.share or 0.0)
        self._bar.set_colour("text2" if step.state is StepState.PAUSED else "accent")
        self._buttons.show_wishes([action.wish for action in step.actions])
        for button in self._buttons.buttons:  # whoever hears the button hears what it is about
            button.setAccessibleDescription(step.words if step.share is None else "")
        for place, shown in ((3, step.share is not None), (5, bool(step.actions))):
            item = self._column.itemAt(place)
            spacer = item.spacerItem() if item is not None else None
            if spacer is not None:
                spacer.changeSize(0, (10 if place == 3 else 8) if shown else 0)
        self._column.invalidate()
        self.setAccessibleName(self.spoken(step))
        self.setAccessibleDescription(step.words)
        if changed and step.state is not StepState.WAITING:
            at_once = step.state is StepState.FAILED
            announce(self, f"{self.accessibleName()}. {step.words}", at_once=at_once)

    def spoken(self, step: StepShown) -> str:
        """Return what a screen reader says of the step."""
        said: dict[str, str | int] = {"number": self._number, "of": self._of, "title": step.title}
        if step.share is not None:
            percent = int(step.share * 100)
            return texts.text("models.step.spoken_share", percent=percent, **said)
        state = texts.text(f"models.step_state.{step.state.value}")
        return texts.text("models.step.spoken", state=state, **said)


class StepsCard(Card):
    """``acted`` carries the code of the button pressed; ``left``: the one that has the focus will go."""

    acted = Signal(str)
    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent=parent)
        self._blocks: list[StepBlock] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(20, 20, 20, 20)
        self._column.setSpacing(2)
        self.setAccessibleName(texts.text("models.step.name"))

    @property
    def blocks(self) -> Sequence[StepBlock]:
        """The steps as they stand."""
        return tuple(self._blocks)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        theme.dress(*self._blocks)

    def show_steps(self, steps: Sequence[StepShown]) -> None:
        """Show these steps; no steps hide the card."""
        if len(steps) != len(self._blocks):
            for block in self._blocks:
                block.buttons.show_wishes(())
            take_out(self._column, self._blocks)
            self._blocks = [StepBlock(self.theme, place + 1, len(steps)) for place in range(len(steps))]
            for block in self._blocks:
                self._column.addWidget(block)
                block.show()  # now, not once the layout comes round to it: what is hidden takes no focus
                block.acted.connect(self.acted)
                block.left.connect(self.left)
        for block, step in zip(self._blocks, steps, strict=True):
            block.show_step(step)
        self.setVisible(bool(steps))
