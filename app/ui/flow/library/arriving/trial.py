"""The third step: the model loads and writes one test sentence.

Job: choose the model file, wait until it is loaded, have one short sentence written that belongs to no
conversation. Rule: an answer under way is never interrupted: the trial waits for its end.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.core import texts
from app.core.conversation.message import Effort, PartKind, assistant_message, user_message
from app.core.conversation.sampling import Sampling
from app.core.errors import UserError
from app.engine.client import EngineClient
from app.engine.protocol.events import Event, TurnDone
from app.engine.protocol.requests import TurnRequest
from app.ui.flow.choice.model import ModelChoice, ModelChooser
from app.ui.flow.engine.worker import EngineWorker
from app.ui.flow.library.arriving.jobs import Trial, TrialState

LONGEST = 160
MOST_TOKENS = 400


class ModelTrial(QObject):
    """Tries one model file at a time; ``changed`` carries the key it was started with."""

    changed = Signal(str)

    def __init__(
        self, engine: EngineWorker, chooser: ModelChooser, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._engine, self._chooser = engine, chooser
        self._key, self._path = "", Path()
        self._before: ModelChoice | None = None
        self._state = TrialState()
        self._busy = False
        engine.loading.connect(self._loading)
        engine.loaded.connect(self._loaded)
        engine.load_failed.connect(self._load_failed)

    @property
    def key(self) -> str:
        """Whose trial is under way; "" for none."""
        under_way = (Trial.WAITING, Trial.LOADING, Trial.WRITING)
        return self._key if self._state.stage in under_way else ""

    def start(self, key: str, path: Path, state: TrialState) -> None:
        """Try a checked model file; ``state`` is kept up to date."""
        if self.key:
            return
        self._key, self._path, self._state = key, path, state
        state.error, state.share, state.sentence = None, 0.0, ""
        if self._busy:
            state.stage = Trial.WAITING
        else:
            self._load()
        self.changed.emit(key)

    def set_busy(self, busy: bool) -> None:
        """Note whether an answer is being written."""
        self._busy = busy
        if not busy and self._state.stage is Trial.WAITING:
            self._load()
            self.changed.emit(self._key)

    def _load(self) -> None:
        self._state.stage = Trial.LOADING
        self._before = self._chooser.current
        self._chooser.choose_file(self._path)

    def _loading(self, share: float) -> None:
        if self._state.stage is Trial.LOADING:
            self._state.share = share
            self.changed.emit(self._key)

    def _loaded(self, _loaded: object) -> None:
        if self._state.stage is not Trial.LOADING:
            return
        self._state.stage, self._state.share = Trial.WRITING, 1.0
        state = self._state
        self._engine.aside(_write, partial(self._written, state), partial(self._failed, state))
        self.changed.emit(self._key)

    def _load_failed(self, error: UserError) -> None:
        if self._state.stage is Trial.LOADING:
            self._failed(self._state, error)

    def _written(self, state: TrialState, done: TurnDone) -> None:
        message = assistant_message(done.parts)
        words = " ".join(
            (message.text_of(PartKind.ANSWER) or message.text_of(PartKind.REASONING)).split()
        )
        state.sentence = words if len(words) <= LONGEST else f"{words[:LONGEST].rstrip()}…"
        state.speed, state.stage = done.tokens_per_second, Trial.DONE
        self.changed.emit(self._key)

    def _failed(self, state: TrialState, error: UserError) -> None:
        state.stage, state.error = Trial.FAILED, error
        before, self._before = self._before, None
        if before is not None and before.path != self._path:
            self._chooser.go_back_to(before)  # what answered until now answers again
        self.changed.emit(self._key)


def _write(client: EngineClient) -> TurnDone:
    """Have the sentence written; runs on the engine's lane."""
    question = texts.text("models.test.question")
    request = TurnRequest(
        messages=(user_message(question),),
        effort=Effort.LOW,
        sampling=Sampling(temperature=0.0, seed=1, max_tokens=MOST_TOKENS),
    )
    return client.generate(request, _ignore)


def _ignore(_event: Event) -> None:
    """Nobody reads along."""
