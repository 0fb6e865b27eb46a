"""Looks after the engine while nobody asks anything of it.

Job: give memory back before the system swaps, end an idle engine and start it again as the person types,
have it checked after sleep. Rule: an answer is interrupted only where memory is critical, what was done
is said in a sentence, and more memory is taken again only when it is asked for or loaded anew.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from PySide6.QtCore import QObject, QTimer, Signal

from app.core.computer.memory import mapped_mib
from app.core.computer.power import Power, power_now
from app.core.computer.pressure import Pressure, PressureGauge, Reading, this_systems_signal
from app.core.errors import UserError
from app.core.logs import log_event
from app.core.rules import settings as declared
from app.core.rules.settings import Settings
from app.engine.protocol.events import Loaded, TurnDone
from app.engine.protocol.plan import LoadMode, Plan, Verdict
from app.engine.protocol.requests import LoadRequest
from app.ui.flow.care import care_words
from app.ui.flow.care.care_words import LONGER, SHORTER
from app.ui.flow.care.load_wishes import SMALL_MICRO_BATCH, LoadWishes
from app.ui.flow.care.sleep_watch import SleepWatch
from app.ui.flow.care.step_down import Step, StepDown, shorter, smallest
from app.ui.flow.engine.worker import EngineWorker

LOOK_EVERY_MS = 3000


@dataclass(slots=True)
class Surroundings:
    """What is watched, each by its own reader; tests bring others."""

    gauge: PressureGauge = field(default_factory=lambda: PressureGauge(this_systems_signal()))
    power: Callable[[], Power] = power_now
    sleep: SleepWatch = field(default_factory=SleepWatch)
    clock: Callable[[], float] = time.monotonic


class _State(Enum):
    """What is known of the engine."""

    NONE = auto()
    LOADING = auto()
    READY = auto()
    RESTING = auto()
    FAILED = auto()


class EngineCare(QObject):
    """Loads a model file for a person and keeps it from becoming a burden.

    ``said`` carries a Remark of ``care_words``; ``interrupt_wanted`` asks for the running
    answer to be stopped and kept; ``pressure_changed`` tells the new pressure. Call :meth:`close` before
    the program ends.
    """

    said = Signal(object)
    interrupt_wanted = Signal()
    pressure_changed = Signal(object)

    def __init__(
        self,
        engine: EngineWorker,
        settings: Settings,
        around: Surroundings | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._settings = settings
        self._around = around or Surroundings()
        self._steps = StepDown(self._around.clock)
        self._state = _State.NONE
        self._wishes: LoadWishes | None = None
        self._loaded: Loaded | None = None
        self._plan: Plan | None = None
        self._reading: Reading | None = None
        self._power = self._around.power()
        self._busy = False
        self._used = 0
        self._shrunk_from = 0
        self._shorter_wanted = False
        self._stopped = False
        self._on_trial: Callable[[], None] | None = None
        self._active_at = self._around.clock()
        self._timer = QTimer(self, interval=LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)
        engine.planned.connect(self._on_planned)
        engine.loading.connect(self._on_loading)
        engine.loaded.connect(self._on_loaded)
        engine.load_failed.connect(self._on_load_failed)
        engine.finished.connect(self._on_finished)
        engine.failed.connect(self._on_failed)

    # --- what others ask -------------------------------------------------------------------------

    @property
    def plan(self) -> Plan | None:
        """The plan of the load under way, done or refused; None before the first."""
        return self._plan

    @property
    def pressure(self) -> Pressure:
        """How short memory was at the last look."""
        return self._reading.pressure if self._reading else Pressure.NONE

    @property
    def resting(self) -> bool:
        """Whether the engine was ended to give its memory back."""
        return self._state is _State.RESTING

    def may_work(self) -> bool:
        """Say whether something may be done that nobody has asked for (a snapshot, say)."""
        floor = self._settings.number(declared.BATTERY_FLOOR)
        charged = not self._power.on_battery or self._power.percent >= floor
        return charged and self._state is _State.READY and self.pressure is Pressure.NONE

    def may_read_ahead(self) -> bool:
        """Say whether the model may read before the person sends."""
        return self.may_work() and self._settings.is_on(declared.READ_AHEAD)

    def load(self, request: LoadRequest) -> None:
        """Load a model file, with the context that the settings wish for unless the request has one."""
        self._wishes = LoadWishes(request, self._settings)
        self._steps = StepDown(self._around.clock)
        self._load()
        self._timer.start()

    def load_again(self) -> None:
        """Try once more what did not load."""
        self._load()

    def load_anyway(self) -> None:
        """Load what the plan has refused."""
        if self._wishes is not None:
            self._wishes.forced = True
            self._load()

    def close(self) -> None:
        """Stop watching."""
        self._timer.stop()

    # --- what happens around ---------------------------------------------------------------------

    def typed(self) -> None:
        """Note that the person types; an engine that rests is loaded, to be ready by Send."""
        self._active_at = self._around.clock()
        if self._state is _State.RESTING and self._wishes is not None:
            if self.pressure is Pressure.NONE:
                self._wishes.grow()
            self._load()

    def set_busy(self, busy: bool) -> None:
        """Note whether an answer is being written; what had to wait for its end is done then."""
        self._busy = busy
        self._active_at = self._around.clock()
        if not busy and self._shorter_wanted:
            self.act(SHORTER)

    def turn_to(self, used: int) -> None:
        """Note how many tokens the conversation on screen takes."""
        self._used = used

    def act(self, code: str) -> bool:
        """Do what a button of a remark says; returns False for one that is not ours."""
        if code == SHORTER:
            self._shorter_wanted = self._busy
            if not self._busy and self._state is _State.READY:
                self._shrink(shorter(self._context, self._used))
        elif code == LONGER and self._wishes is not None:
            self._wishes.grow()
            self._load()
        else:
            return False
        return True

    def look(self) -> None:
        """Read what is watched and do what is due; the timer calls this."""
        before = self.pressure
        self._reading = reading = self._around.gauge.read(self._needed_mib())
        self._power = self._around.power()
        if reading.pressure is not before:
            log_event("care.pressure", level=int(reading.pressure), free_mib=round(reading.free_mib))
            self.pressure_changed.emit(reading.pressure)
        woke = self._around.sleep.woke()
        if self._state is not _State.READY or self._engine.pid is None:
            return
        if woke:
            log_event("care.woke")
            self._engine.self_test(self._tested)
        if self._busy and before is Pressure.NONE and reading.pressure is not Pressure.NONE:
            self.said.emit(care_words.short(reading, can_shorten=self._can_shorten))
        self._step(reading)
        if self._is_idle():
            log_event("care.idle_end")
            self._rest()

    # --- steps -----------------------------------------------------------------------------------

    def _step(self, reading: Reading) -> None:
        step = self._steps.next(
            reading.pressure,
            busy=self._busy,
            context=self._context,
            needed=self._used,
            tight=self._was_tight,
        )
        if step is Step.NOTHING:
            return
        log_event("care.step", step=step.name.lower(), free_mib=round(reading.free_mib))
        if step is Step.FREE:
            self._engine.free_memory()
            self.said.emit(care_words.freed(reading, can_shorten=self._can_shorten))
        elif step is Step.SHORTEN:
            self._shrink(shorter(self._context, self._used))
        elif step is Step.INTERRUPT:
            self._stopped = True
            self.interrupt_wanted.emit()
        elif step is Step.SMALLEST:
            self._shrink(smallest(self._context, self._used), SMALL_MICRO_BATCH)
        else:
            if self._wishes is not None:
                self._wishes.forced = False  # what the plan refused has not gone well
            self._rest()
            self.said.emit(care_words.ended(reading, stopped=self._take_stopped()))

    def _shrink(self, context: int, micro_batch: int = 0) -> None:
        if not context or self._wishes is None or self._reading is None:
            return
        self._shrunk_from = self._context
        self._wishes.shrink(context, micro_batch)
        stopped = self._take_stopped()
        self.said.emit(care_words.shortening(self._reading, self._context, context, stopped=stopped))
        self._load(smaller=True)

    def _take_stopped(self) -> bool:
        stopped, self._stopped = self._stopped, False
        return stopped

    @property
    def _context(self) -> int:
        return self._loaded.context if self._loaded else 0

    @property
    def _can_shorten(self) -> bool:
        return shorter(self._context, self._used) > 0

    @property
    def _was_tight(self) -> bool:
        """Whether the plan foresaw that little would be left, and nothing was given up since."""
        plan = self._loaded.plan if self._loaded else None
        shrunk = self._wishes is not None and self._wishes.context > 0
        return plan is not None and plan.verdict is not Verdict.FITS and not shrunk

    def _needed_mib(self) -> float:
        """Return the weights that the engine computes with where they lie in the system's file cache."""
        plan, pid = (self._loaded.plan if self._loaded else None), self._engine.pid
        if plan is None or pid is None or plan.load_mode is not LoadMode.MMAP or plan.repack:
            return 0.0
        return min(mapped_mib(pid), plan.devices[0].weights_mib if plan.devices else 0.0)

    # --- loading, resting, checking --------------------------------------------------------------

    def _load(self, *, smaller: bool = False) -> None:
        if self._wishes is not None:
            self._state = _State.LOADING
            self._shorter_wanted = False
            self._engine.load(self._wishes.now(smaller=smaller))

    def _rest(self) -> None:
        self._state = _State.RESTING
        self._engine.rest()

    def _is_idle(self) -> bool:
        limit = self._settings.number(declared.IDLE_END_MINUTES) * 60
        idle_s = self._around.clock() - self._active_at
        return limit > 0 and self._state is _State.READY and not self._busy and idle_s >= limit

    def _tested(self, ok: bool) -> None:
        """Take the answer of a self-test after sleep."""
        if not ok and self._state is _State.READY:
            log_event("care.wrong_after_sleep")
            self._on_trial = lambda: self.said.emit(care_words.restarted_after_sleep())
            self._load()

    def _tried(self, well: Callable[[], None], ok: bool) -> None:
        """Take the answer of a self-test after a restart."""
        if ok:
            well()
        else:
            log_event("care.wrong_after_restart")
            self.said.emit(care_words.still_wrong())

    # --- the engine's events ---------------------------------------------------------------------

    def _on_planned(self, plan: Plan) -> None:
        self._plan = plan

    def _on_loading(self, _fraction: float) -> None:
        self._state = _State.LOADING

    def _on_loaded(self, loaded: Loaded) -> None:
        self._state = _State.READY
        self._loaded = loaded
        self._plan = loaded.plan or self._plan
        self._active_at = self._around.clock()
        self._steps.settle()
        trial, self._on_trial = self._on_trial, None
        if trial is not None:
            self._engine.self_test(lambda ok: self._tried(trial, ok))
        before, self._shrunk_from = self._shrunk_from, 0
        if before > loaded.context:
            self.said.emit(care_words.shortened(before, loaded.context))

    def _on_load_failed(self, _error: UserError) -> None:
        self._state = _State.FAILED
        self._on_trial = None
        self._shrunk_from = 0

    def _on_finished(self, done: TurnDone) -> None:
        self._used = done.context_tokens or self._used

    def _on_failed(self, error: UserError) -> None:
        if error.code == "engine.computing_failed":
            # The notice of it says what happened; that all is well again needs no word.
            self._on_trial = _nothing_to_say
            self._load()


def _nothing_to_say() -> None:
    """Leave the notice that stands there."""
