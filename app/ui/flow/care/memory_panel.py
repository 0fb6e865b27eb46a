"""What the memory panel shows, from the engine's events and the readings of the status.

Job: keep plan, allocation and speed, and hand them to the panel with each reading of memory. Rule: the
panel is drawn only while it can be seen.
"""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.core.computer.memory import MIB, Memory
from app.engine.protocol.events import Loaded, TurnDone
from app.engine.protocol.plan import DevicePlan, Plan
from app.ui.flow.engine.status import EngineStatus
from app.ui.flow.engine.worker import EngineWorker
from app.ui.views.panels.memory_popover import MemoryPopover


class MemoryPanel(QObject):
    """Keeps a :class:`MemoryPopover` in step with the engine and with memory."""

    def __init__(
        self,
        engine: EngineWorker,
        status: EngineStatus,
        popover: MemoryPopover,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._popover = popover
        self._plan: Plan | None = None
        self._allocated: tuple[DevicePlan, ...] = ()
        self._speed = 0.0
        engine.planned.connect(self._planned)
        engine.loaded.connect(self._loaded)
        engine.load_failed.connect(lambda _: self._nothing_is_loaded())
        engine.rested.connect(self._nothing_is_loaded)
        engine.finished.connect(self._finished)
        status.measured.connect(self._show)
        popover.opened.connect(status.show_memory)

    def _planned(self, plan: Plan) -> None:
        self._plan, self._allocated, self._speed = plan, (), 0.0

    def _loaded(self, loaded: Loaded) -> None:
        self._plan, self._allocated = loaded.plan, loaded.allocated

    def _nothing_is_loaded(self) -> None:
        self._allocated, self._speed = (), 0.0

    def _finished(self, done: TurnDone) -> None:
        self._speed = done.tokens_per_second or self._speed

    def _show(self, used_bytes: int, memory: Memory) -> None:
        if self._popover.isHidden():
            return
        self._popover.show_memory(
            self._plan,
            self._allocated,
            used_bytes,
            round(memory.ceiling_mib * MIB),
            available_bytes=round(memory.available_mib * MIB),
            tokens_per_second=self._speed,
        )
