"""A scroll area that keeps the reader's place in a list of messages.

Job: scroll, jump, follow the end, find the places of the visible rows again after a change, and move
the picture instead of painting it anew where that will do. Rule: what a row shows is not its business;
the place itself is the stage's.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from app.ui.theme import Theme
from app.ui.transcript.formulas import Formulas, Runner, at_once
from app.ui.transcript.model import TranscriptModel
from app.ui.transcript.placing.jump_button import JumpButton, QuestionSteps
from app.ui.transcript.placing.realiser import Realiser
from app.ui.transcript.placing.stage import Stage
from app.ui.transcript.segments.highlight import Highlighter
from app.ui.transcript.style import TranscriptStyle
from app.ui.widgets.surfaces.measure_box import measure

AROUND = 16
"""Pixels around a row in which the keyboard's ring may be drawn, at 200 % in high contrast too."""


class PlacedView(QAbstractScrollArea):
    """Scrolls the rows of a model; ``moved`` when what is in sight moved under the pointer.

    ``draw`` runs the drawing of formulas elsewhere, as a lane does.
    """

    moved = Signal()

    def __init__(
        self,
        theme: Theme,
        model: TranscriptModel,
        parent: QWidget | None = None,
        *,
        draw: Runner = at_once,
    ) -> None:
        super().__init__(parent)
        self.model = model
        self.formulas = Formulas(draw, self)
        self.formulas.arrived.connect(self._on_formulas, Qt.ConnectionType.QueuedConnection)
        self.style_ = TranscriptStyle(theme, self.formulas)
        self.highlighter = Highlighter(self)
        self.highlighter.set_style(self.style_)
        self.realiser = Realiser(model, self.style_, self.highlighter)
        self.stage = Stage(self.realiser)
        self._syncing = False
        self._value = 0
        self._jump = JumpButton(theme, self)
        self._jump.clicked.connect(self.jump_to_end)
        self._steps = QuestionSteps(theme, self)
        self.verticalScrollBar().setSingleStep(40)
        self.verticalScrollBar().valueChanged.connect(self._on_value)

    def _on_formulas(self) -> None:
        """Show formulas that were drawn meanwhile; the reader's place is kept."""
        changed = [row for row, layout in self.realiser.layouts.items() if layout.take_formulas()]
        if changed:
            self.resettle()
            self.viewport().update()

    def _place_buttons(self) -> None:
        """Put the buttons over the text where they belong at this size."""
        self._jump.place(self.width(), self.height())
        area = self.viewport().geometry()
        inset = self.style_.inset
        column = QRect(area.left() + self.column_left, 0, self.realiser.width, self.height())
        self._steps.place(area, column.adjusted(inset, 0, -inset, 0))

    # --- keeping place --------------------------------------------------------------------------

    def relayout(self) -> None:
        """Lay everything in sight out and paint it."""
        wide = self.width()
        self.realiser.width = measure(self.style_.theme, wide)
        self.stage.height = max(1, self.viewport().height())
        self.stage.settle()
        self._sync_bar()
        self.viewport().update()

    def resettle(self) -> None:
        """Find the places again after a change, moving the picture instead of painting it anew."""
        before = dict(self.stage.visible)
        self.stage.settle()
        self._sync_bar()
        self._shift(before)

    def refresh_row(self, row: int) -> None:
        """Show that a row changed, wherever it is."""
        before = dict(self.stage.visible)
        self.stage.settle()
        self._sync_bar()
        if row in before or row in self.stage.visible:
            self.viewport().update()

    def scroll_by(self, pixels: int) -> None:
        """Scroll by exactly this many pixels, as far as there is text."""
        before = dict(self.stage.visible)
        self.stage.scroll_by(pixels)
        self._sync_bar()
        self._shift(before)

    def scroll_to(self, value: int) -> None:
        """Go to a place counted in pixels from the start."""
        before = dict(self.stage.visible)
        self.stage.go_to(value)
        self._sync_bar()
        self._shift(before)

    def show_row(self, row: int) -> None:
        """Bring a row into sight."""
        before = dict(self.stage.visible)
        self.stage.show_row(row)
        self._sync_bar()
        self._shift(before)

    def show_area(self, row: int, top: int, bottom: int) -> None:
        """Bring the pixels from ``top`` to ``bottom`` of a row into sight."""
        before = dict(self.stage.visible)
        self.stage.show_area(row, top, bottom)
        self._sync_bar()
        self._shift(before)

    def begin_with(self, row: int) -> None:
        """Let the view begin with a row, as far as there is text below it."""
        before = dict(self.stage.visible)
        self.stage.begin_with(row)
        self._sync_bar()
        self._shift(before)

    def jump_to_end(self) -> None:
        """Go to the end and stay there."""
        self.stage.stuck = True
        self.relayout()

    def _on_value(self, value: int) -> None:
        if self._syncing:
            return
        moved = value - self._value
        before = dict(self.stage.visible)
        if abs(moved) <= 3 * self.stage.height and not self.verticalScrollBar().isSliderDown():
            self.stage.scroll_by(moved)
        else:
            self.stage.go_to(value)
        self._sync_bar()
        self._shift(before)

    def _sync_bar(self) -> None:
        bar = self.verticalScrollBar()
        self._syncing = True
        bar.setPageStep(self.stage.height)
        bar.setRange(0, self.stage.maximum)
        bar.setValue(self.stage.value)
        self._value = bar.value()
        self._syncing = False
        away = not self.stage.at_end
        far = self.stage.maximum - self.stage.value > self.stage.height // 2
        self._jump.setVisible(away and (far or self.realiser.live is not None))
        self._steps.setVisible(self.stage.maximum > 0)

    def _shift(self, before: dict[int, int]) -> None:
        """Move what is painted already; paint the rest."""
        after = self.stage.visible
        moves = {after[row] - before[row] for row in after if row in before}
        if not moves or len(moves) > 1:
            if before != after:
                self.viewport().update()
            return
        by = moves.pop()
        if by and abs(by) < self.stage.height:
            self.viewport().scroll(0, by)
        elif by:
            self.viewport().update()
        self.moved.emit()

    # --- geometry -------------------------------------------------------------------------------

    @property
    def column_left(self) -> int:
        """Where the column starts; counted in the whole view, so the composer below lines up."""
        # The viewport begins beside the scroll bar where reading goes from right to left.
        return max(0, (self.width() - self.realiser.width) // 2 - self.viewport().x())

    def row_at(self, y: int) -> int | None:
        """Return the visible row nearest to ``y``, None if there is none."""
        found = None
        for row, top in self.stage.visible.items():
            if found is None or top <= y:
                found = row
        return found

    def row_rect(self, row: int) -> QRect:
        """Return a visible row's place in the viewport."""
        layout = self.realiser.layouts[row]
        return QRect(self.column_left, self.stage.visible[row], layout.width, layout.height)

    def update_row(self, row: int, area: QRect | None = None) -> None:
        """Paint a row, or an area of it in its own coordinates, again."""
        if row in self.stage.visible and row in self.realiser.layouts:
            rect = self.row_rect(row)
            if area is not None:
                rect = area.translated(rect.topLeft())
            self.viewport().update(rect.adjusted(-AROUND, -AROUND, AROUND, AROUND))
