"""The memory panel: what the plan expected and what was set aside, side by side.

Job: who holds the computer's memory, per device the sizes in plain words, the speed, and the reasons of
the plan. Rule: expected and measured figures never share a column, and a figure that is not known is
not shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core import texts
from app.engine.protocol.plan import DevicePlan, Plan
from app.ui.theme import IconName, TextRole, Theme
from app.ui.theme.type import STRONG
from app.ui.views.panels.device_table import DeviceTable
from app.ui.views.panels.popover import Popover
from app.ui.views.window.status_strip import NEARLY_FULL
from app.ui.widgets.drawings.segment_bar import SegmentBar, Share
from app.ui.widgets.rows.figure_row import FigureRow
from app.ui.widgets.surfaces.panel import Panel
from app.ui.widgets.words.figures import gigabytes, ram_number, size
from app.ui.widgets.words.label import Label
from app.ui.widgets.words.remark_line import RemarkLine

MIB = 1024**2
_HOLDERS = ("accent", "tint3", "track")
"""The program, others, free: the fills of the bar."""


class MemoryPopover(Popover):
    """Shows how a model file lies in memory, and who else is there."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, texts.text("panels.memory.name"), parent)
        self._bar = SegmentBar(theme)
        self._holders = {fill: FigureRow(theme, fill) for fill in _HOLDERS}
        self._warning = RemarkLine(theme, IconName.TRIANGLE_ALERT, colour="warn")
        self._warning.setContentsMargins(0, 4, 0, 4)
        self.devices = DeviceTable(theme)
        self._nothing = Label(
            theme, texts.text("panels.memory.no_plan"), TextRole.UI, "text2", wrap=True
        )
        self._why = Label(theme, texts.text("panels.memory.why"), TextRole.UI, weight=STRONG)
        self._lines = [Panel(theme, "line") for _ in range(2)]
        self._reasons: list[Label] = []
        self._reasoned = QWidget()
        self._reasons_column = QVBoxLayout()
        self._reasons_column.setSpacing(6)
        self._build()
        self.show_memory(None, (), 0, 0)

    def _build(self) -> None:
        column = self.column
        column.addWidget(self._bar)
        column.addSpacing(10)
        for row in self._holders.values():
            column.addWidget(row)
        column.addWidget(self._warning)
        for line in self._lines:
            line.setFixedHeight(1)
        column.addSpacing(8)
        column.addWidget(self._lines[0])
        column.addSpacing(8)
        column.addWidget(self._nothing)
        column.addWidget(self.devices)
        reasoned = QVBoxLayout(self._reasoned)
        reasoned.setContentsMargins(0, 8, 0, 0)
        reasoned.setSpacing(0)
        reasoned.addWidget(self._lines[1])
        reasoned.addSpacing(8)
        reasoned.addWidget(self._why)
        reasoned.addSpacing(4)
        reasoned.addLayout(self._reasons_column)
        column.addWidget(self._reasoned)
        column.addStretch(1)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size of ``theme``."""
        super().set_theme(theme)
        theme.dress(
            *(self._bar, self._warning, self.devices, self._nothing, self._why),
            *self._holders.values(),
            *self._lines,
            *self._reasons,
        )

    @property
    def holders(self) -> tuple[tuple[str, str], ...]:
        """Who holds how much memory."""
        return tuple((row.words, row.figure) for row in self._holders.values() if not row.isHidden())

    @property
    def warning(self) -> str:
        """What is said when memory is nearly full; else ""."""
        return "" if self._warning.isHidden() else self._warning.sentence

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reasons of the plan, as shown."""
        return tuple(label.text() for label in self._reasons if not label.isHidden())

    def show_memory(
        self,
        plan: Plan | None,
        allocated: Sequence[DevicePlan],
        used_bytes: int,
        total_bytes: int,
        *,
        available_bytes: int = 0,
        tokens_per_second: float = 0.0,
    ) -> None:
        """Show the plan beside what was set aside (``allocated``, device by device).

        ``used_bytes`` of ``total_bytes`` is the program with its engine, ``available_bytes`` what can
        still be had; ``tokens_per_second`` the speed measured last. 0 and None are not known.
        """
        focus = self.begin_change()
        self._show_holders(used_bytes, total_bytes, available_bytes)
        self.devices.show_plan(plan, allocated, tokens_per_second)
        self._nothing.setVisible(plan is None)
        self._show_reasons([texts.text(r.code, **r.values) for r in plan.reasons] if plan else [])
        self.settle(focus)

    def _show_holders(self, used: int, total: int, available: int) -> None:
        known = total > 0
        for part in (self._bar, self._lines[0], *self._holders.values()):
            part.setVisible(known)
        free = min(available, max(0, total - used))
        others = max(0, total - used - free) if available else 0
        self._holders["tint3"].setVisible(known and available > 0)
        amounts = {"accent": used, "tint3": others, "track": free if available else total - used}
        self._holders["track"].setVisible(known and available > 0)
        for (fill, amount), key in zip(amounts.items(), ("mine", "others", "free"), strict=True):
            self._holders[fill].show_figure(texts.text(f"panels.memory.{key}"), size(amount / MIB))
        self._bar.set_shares([Share(amount, fill) for fill, amount in amounts.items()])
        words = {"used": gigabytes(used / MIB), "total": ram_number(total / MIB)}
        self.show_figure(texts.text("panels.memory.total", **words) if known else "")
        title = texts.text("panels.memory.name")
        self.setAccessibleDescription(
            texts.text("panels.memory.spoken", name=title, **words) if known else ""
        )
        taken = used + others if available else used
        self._warning.setVisible(known and taken >= NEARLY_FULL * total)
        words["used"] = gigabytes(taken / MIB)
        self._warning.set_sentence(texts.text("panels.memory.nearly_full", **words))

    def _show_reasons(self, sentences: Sequence[str]) -> None:
        while len(self._reasons) < len(sentences):
            label = Label(self.theme, "", TextRole.SMALL, "text2", wrap=True)
            self._reasons_column.addWidget(label)
            self._reasons.append(label)
        for label, sentence in zip(self._reasons, sentences, strict=False):
            label.set_text(sentence)
            label.show()
        for label in self._reasons[len(sentences) :]:
            label.hide()
        self._reasoned.setVisible(bool(sentences))
