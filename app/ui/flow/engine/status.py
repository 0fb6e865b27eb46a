"""What the status strip says about the engine.

Job: show model, memory, speed and context as the engine reports them. Rule: measured figures only; a
figure that is not known is not shown; the memory of the whole program counts, children included.
"""

from __future__ import annotations

import psutil
from PySide6.QtCore import QObject, QTimer, Signal

from app.core import texts
from app.core.computer.memory import MIB, memory_now
from app.core.errors import UserError
from app.engine.protocol.events import Loaded, PartDelta, PrefillProgress, TurnDone
from app.ui.flow.engine.pace import Pace
from app.ui.flow.engine.worker import EngineWorker
from app.ui.views.window.status_strip import StatusStrip

MEMORY_EVERY_MS = 3000
WORTH_STOPPING_S = 2
"""A load that is expected to take less is over before a person has found the button."""
_CHECKING = (
    ("gate.checking", "gate.checking_about"),
    ("gate.write_already", "gate.write_already_about"),
)
_LOADING = (
    ("ui.engine.loading", "ui.engine.loading_about"),
    ("ui.engine.write_already", "ui.engine.write_already_about"),
)
"""What the strip says, and the composer; each without and with the seconds that are left."""
_NOT_LOADED = ("library.", "engine.load_cancelled")
_ABOUT_THE_REQUEST = ("engine.empty_prompt", "engine.prompt_", "engine.adapter_", "engine.schema_")


def is_about_the_engine(error: UserError) -> bool:
    """Say whether the engine itself is in trouble, and not only what it was asked."""
    return error.code.startswith("engine.") and not error.code.startswith(_ABOUT_THE_REQUEST)


class EngineStatus(QObject):
    """Keeps a :class:`StatusStrip` in step with an :class:`EngineWorker`.

    ``shown_name`` is what people call the model file ("the built-in guide"). ``measured`` carries the
    bytes that the program and its children hold, and the ``Memory`` around them.
    ``reading`` says how far a question is read. ``waiting`` says what is being waited for while a model
    file loads, "" once nothing is, and whether it takes so long that one may want to stop it.
    """

    measured = Signal(object, object)
    reading = Signal(str)
    waiting = Signal(str, bool)

    def __init__(self, engine: EngineWorker, strip: StatusStrip, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._strip = strip
        self._name = ""
        self._room = 0
        self._pace = Pace()
        self._slow = False
        self._process = psutil.Process()
        self._timer = QTimer(self, interval=MEMORY_EVERY_MS)
        self._timer.timeout.connect(self.show_memory)
        engine.checking.connect(self._checking)
        engine.loading.connect(self._loading)
        engine.loaded.connect(self._loaded)
        engine.load_failed.connect(self._failed)
        engine.failed.connect(self._failed)
        engine.prefill.connect(self._reading)
        engine.delta.connect(self._writing)
        engine.finished.connect(self._finished)
        engine.rested.connect(self._resting)
        strip.set_speed(None)

    @property
    def room(self) -> int:
        """How many tokens the loaded model reads at a time, 0 where none is loaded."""
        return self._room

    def expect(self, name: str) -> None:
        """Say which model file is about to be loaded."""
        self._name = name
        self._strip.set_model(name, "")
        self._timer.start()
        self.show_memory()

    def turn_to(self, used: int | None) -> None:
        """Show the tokens that the conversation on screen took when last read; None: not known."""
        self._strip.set_context(used or 0, self._room if used is not None else 0)

    def show_memory(self) -> None:
        """Read and show the memory that the program and its children hold."""
        used = self._process.memory_info().rss
        for child in self._process.children(recursive=True):
            try:
                used += child.memory_info().rss
            except psutil.Error:  # it ended between the two calls: it holds nothing any more
                continue
        memory = memory_now()
        self._strip.set_memory(used, round(memory.ceiling_mib * MIB))
        self.measured.emit(used, memory)

    def close(self) -> None:
        """Stop the timer."""
        self._timer.stop()

    def _checking(self, fraction: float) -> None:
        self._on_the_way(*_CHECKING, fraction)

    def _loading(self, fraction: float) -> None:
        if fraction < 1:
            self._on_the_way(*_LOADING, fraction)

    def _on_the_way(self, strip: tuple[str, str], composer: tuple[str, str], fraction: float) -> None:
        """Say how far it is, about how long it still takes, and offer to stop what takes long."""
        seconds = self._pace.seconds_left(fraction, 1.0)
        self._slow = self._slow or seconds >= WORTH_STOPPING_S
        known, percent = int(seconds > 0), round(fraction * 100)
        self._strip.set_model(self._name, texts.text(strip[known], percent=percent, seconds=seconds))
        words = texts.text(composer[known], name=self._name, percent=percent, seconds=seconds)
        self.waiting.emit(words, self._slow)

    def _waits_no_more(self) -> None:
        self._slow = False
        self.waiting.emit("", False)

    def _loaded(self, loaded: Loaded) -> None:
        self._strip.set_model(self._name, "")
        self._waits_no_more()
        self._room = loaded.context
        self._strip.set_context(0, loaded.context)
        self.show_memory()

    def _resting(self) -> None:
        self._strip.set_model(self._name, texts.text("care.strip.resting"))
        self._strip.set_speed(None)
        self.show_memory()

    def _failed(self, error: UserError) -> None:
        self._waits_no_more()
        stopped = texts.text("ui.engine.stopped") if is_about_the_engine(error) else ""
        if error.code.startswith(_NOT_LOADED):  # refused by the check before loading, or stopped
            stopped = texts.text("gate.not_loaded")
        self._strip.set_model(self._name, stopped)
        self._strip.set_speed(None)

    def _reading(self, progress: PrefillProgress) -> None:
        left = progress.total - progress.done
        seconds = self._pace.seconds_left(progress.done, progress.total)
        detail = words = ""
        if left > 0:
            about = "_about" if seconds else ""
            tokens = progress.total - progress.reused
            detail = texts.plural(f"ui.engine.reading{about}", tokens, seconds=seconds)
            words = texts.plural(f"ui.engine.reads{about}", tokens, seconds=seconds)
        self._strip.set_model(self._name, detail)
        self.reading.emit(words)

    def _writing(self, _delta: PartDelta) -> None:
        self._strip.set_model(self._name, "")

    def _finished(self, done: TurnDone) -> None:
        self._strip.set_model(self._name, "")
        self._strip.set_speed(done.tokens_per_second or None)
        self._strip.set_context(done.context_tokens, done.context)
        self.show_memory()
