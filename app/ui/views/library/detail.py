"""The page of one model: what it is, whether it fits, how far it is, what its file is.

Job: lay out a :class:`ModelShown` and report what is pressed. Rule: the plan stands above everything
that costs a download; the reasons of the plan are one click away, never in the way.
"""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.core import texts
from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.style_sheet import Kind
from app.ui.theme.theme import Themed
from app.ui.theme.type import STRONG
from app.ui.views.library.facts import FactTable
from app.ui.views.library.steps import StepsCard
from app.ui.views.library.values import ModelShown, PlanShown
from app.ui.widgets.arranging import stack
from app.ui.widgets.borrowed import keyboard_of
from app.ui.widgets.controls.button_row import ButtonRow
from app.ui.widgets.controls.buttons import TextButton
from app.ui.widgets.drawings.icon_view import IconView
from app.ui.widgets.surfaces.cover_column import CoverColumn
from app.ui.widgets.surfaces.remark_card import RemarkCard
from app.ui.widgets.words.label import Label

WIDEST, BUTTON = 688, 28


class PlanLine(QWidget):
    """Verdict and figures, and the reasons when they are wanted. ``left``: see :class:`ModelPage`."""

    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._plan: PlanShown | None = None
        self._icon = IconView(theme, IconName.CHECK, 16, "accent")
        self._strong = Label(theme, "", TextRole.UI, weight=STRONG, wrap=True)
        self._rest = Label(theme, "", TextRole.UI, "text2", wrap=True)
        self.why = TextButton(theme, texts.text("models.plan.why"), Kind.QUIET)
        self.why.setCheckable(True)
        self.why.toggled.connect(self._show_reasons)
        self._reasons = Label(theme, "", TextRole.SMALL, "text2", wrap=True)
        self._reasons.hide()
        self._verdict = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._verdict.setSpacing(4)
        self._verdict.addWidget(self._strong)
        self._verdict.addWidget(self._rest, 1)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addLayout(self._verdict)
        words.addWidget(self._reasons)
        self._icon_column = icon = QVBoxLayout()
        icon.addWidget(self._icon)
        icon.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addLayout(icon)
        row.addLayout(words, 1)
        row.addWidget(self.why, 0, Qt.AlignmentFlag.AlignTop)
        self.set_theme(theme)

    @property
    def sentence(self) -> str:
        """What is said."""
        return f"{self._strong.text()} {self._rest.text()}".strip()

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        self._theme = theme
        theme.dress(self._icon, self._strong, self._rest, self.why, self._reasons)
        high = theme.px(BUTTON)
        self.why.setFixedHeight(high)
        beside = (high - theme.line_height(TextRole.UI)) // 2  # icon and first line stand at its middle
        self._verdict.setContentsMargins(0, beside, 0, beside)
        self._icon_column.setContentsMargins(0, (high - theme.icon_size()) // 2, 0, 0)
        self._turn()

    def show_plan(self, plan: PlanShown | None) -> None:
        """Show a verdict; None shows nothing."""
        if keyboard_of(self) is self.why and not (plan and plan.reasons):
            self.left.emit()
        self.setVisible(plan is not None)
        if plan is None or plan == self._plan:
            return
        self._plan = plan
        self._icon.set_icon(plan.icon, plan.colour)
        self._strong.set_text(plan.strong)
        self._strong.setVisible(bool(plan.strong))
        self._strong.set_colour(plan.colour if plan.colour in {"warn", "danger"} else "text")
        self._rest.set_text(plan.rest)
        self._rest.setVisible(bool(plan.rest))
        self._reasons.set_text("\n".join(plan.reasons))
        self.why.setVisible(bool(plan.reasons))
        self.why.setChecked(False)
        self._turn()
        self.setAccessibleName(self.sentence)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the figures below the verdict where both do not fit on a line."""
        super().resizeEvent(event)
        self._turn()

    def _turn(self) -> None:
        metrics = [QFontMetricsF(label.font()) for label in (self._strong, self._rest)]
        words = (self._strong.text(), self._rest.text())
        wide = sum(each.horizontalAdvance(text) for each, text in zip(metrics, words, strict=True))
        room = self.width() - self._theme.icon_size() - 16 - self.why.sizeHint().width()
        beside = wide + 8 <= room
        self._strong.set_wrap(not beside)
        stack(self._verdict, not beside)

    def _show_reasons(self, shown: bool) -> None:
        self._reasons.setVisible(shown)
        self.why.setText(texts.text(f"models.plan.{'less' if shown else 'why'}"))


class ModelPage(CoverColumn):
    """``acted`` carries the code of whatever is pressed.

    ``left``: the control that has the keyboard is about to go, or is another model's from now on. The
    keyboard then belongs on :attr:`heading`, where no key does anything that was not aimed at.
    """

    acted = Signal(str)
    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, WIDEST, parent)
        self._shown: ModelShown | None = None
        self._title = Label(theme, "", TextRole.TITLE, wrap=True)
        self._title.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # no stop of Tab, but a place to rest
        self._about = Label(theme, "", TextRole.UI, "text2", wrap=True)
        self.plan = PlanLine(theme)
        self.origin = PlanLine(theme)
        self.elsewhere = RemarkCard(theme)
        self.steps = StepsCard(theme)
        self._hint = Label(theme, "", TextRole.SMALL, "text2", wrap=True)
        self.foot = ButtonRow(theme)
        self.facts = FactTable(theme)
        self._parts: tuple[Themed, ...] = (
            *(self._title, self._about, self.plan, self.origin, self.elsewhere, self.steps),
            *(self._hint, self.foot, self.facts),
        )
        for part in (self.elsewhere, self.steps, self.foot, self.facts):
            part.acted.connect(self.acted)
            part.left.connect(self.left)
        self.plan.left.connect(self.left)
        self._build()

    def _build(self) -> None:
        column = self.column
        column.addSpacing(32)
        column.addWidget(self._title)
        column.addSpacing(4)  # the ring around the title stays off the words below it
        column.addWidget(self._about)
        column.addSpacing(16)
        column.addWidget(self.plan)
        column.addWidget(self.origin)
        column.addSpacing(16)
        column.addWidget(self.elsewhere)
        self._gap = QWidget()
        self._gap.setFixedHeight(16)
        column.addWidget(self._gap)
        column.addWidget(self.steps)
        column.addSpacing(12)
        column.addWidget(self._hint)
        self._hint_gap = QWidget()
        self._hint_gap.setFixedHeight(12)
        column.addWidget(self._hint_gap)
        column.addWidget(self.foot)
        column.addSpacing(20)
        column.addWidget(self.facts)
        column.addStretch(1)
        column.addSpacing(32)
        self.steps.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    @property
    def heading(self) -> QWidget:
        """The name of the model, where the keyboard rests."""
        return self._title

    @property
    def shown(self) -> ModelShown | None:
        """What is shown."""
        return self._shown

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        theme.dress(*self._parts)

    def show_model(self, shown: ModelShown) -> None:
        """Show a model; figures of the same one are changed in place."""
        if shown == self._shown:
            return
        is_new = self._shown is None or self._shown.key != shown.key
        held = keyboard_of(self)
        if is_new and held is not None and self.isAncestorOf(held):
            self.left.emit()  # the same button would be about another model
        self._shown = shown
        self._title.set_text(shown.title)
        self._about.set_text(shown.about)
        self._about.setVisible(bool(shown.about))
        self.plan.show_plan(shown.plan)
        self.origin.show_plan(shown.origin)
        other = shown.elsewhere
        self.elsewhere.show_remark(
            other.sentence if other else "", [action.wish for action in other.actions] if other else ()
        )
        self._gap.setVisible(shown.elsewhere is not None)
        self.steps.show_steps(shown.steps)
        self._hint.set_text(shown.hint)
        self._hint.setVisible(bool(shown.hint))
        self._hint_gap.setVisible(bool(shown.hint and shown.foot))
        self.foot.show_wishes([action.wish for action in shown.foot])
        self.facts.show_facts(shown.facts)
        self.content.setAccessibleName(shown.title)  # a scroll area is only a frame
        self._order_keys()
        if is_new:
            self.verticalScrollBar().setValue(0)

    def first_button(self) -> QWidget | None:
        """Return what most likely comes next."""
        return next(iter(self._next_buttons()), None)

    def _next_buttons(self) -> list[QWidget]:
        steps = (button for block in self.steps.blocks for button in block.buttons.buttons)
        return [*self.elsewhere.buttons.buttons, *steps, *self.foot.buttons]

    def _order_keys(self) -> None:
        """Let Tab follow reading order: buttons that came later stand last in Qt's own."""
        facts = (row.button for row in self.facts.rows)
        every = [self.plan.why, *self._next_buttons(), *(each for each in facts if each is not None)]
        for first, second in pairwise(every):
            QWidget.setTabOrder(first, second)

    def reveal(self, widget: QWidget) -> None:
        """Scroll to a control that has the focus."""
        inside = self.widget()
        if inside is not None and inside.isAncestorOf(widget):
            corner = widget.mapTo(inside, QRect(widget.rect()).center())
            self.ensureVisible(corner.x(), corner.y(), 0, widget.height() // 2 + 24)
