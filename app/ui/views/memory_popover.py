"""The memory panel: what the plan expected and what was set aside, side by side.

Job: per device the sizes in plain words, the speed, the reasons of the plan and what is free. Rule:
expected and measured figures never share a column, and a figure that is not known is not shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core import texts
from app.engine.protocol.plan import DevicePlan, Plan
from app.ui.theme import TextRole, Theme
from app.ui.views.popover import Popover
from app.ui.widgets.label import Label


class MemoryPopover(Popover):
    """Shows how a model file lies in memory."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, texts.text("panels.memory.name"), parent)
        self._reasons = Label(theme, "", TextRole.SMALL, "text2", wrap=True)
        self._devices = QVBoxLayout()
        self.column.addLayout(self._devices)
        self.column.addWidget(self._reasons)

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

        ``used_bytes`` of ``total_bytes`` is the program with its engine, ``available_bytes`` what other
        apps leave; ``tokens_per_second`` the speed measured last. 0 and None are not known.
        """
