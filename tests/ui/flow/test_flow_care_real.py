"""The care of a real engine: checked after sleep, freed, ended when idle, started by typing."""

from __future__ import annotations

from collections.abc import Iterator

import psutil
import pytest
from pytestqt.qtbot import QtBot

from app.core.computer.memory import Memory
from app.core.computer.power import MAINS
from app.core.computer.pressure import Pressure, PressureGauge
from app.core.conversation.message import Stop, user_message
from app.core.conversation.sampling import Sampling
from app.core.paths import guide_model_path
from app.core.rules.settings import Settings
from app.engine.client import EngineClient
from app.engine.protocol.requests import LoadRequest, TurnRequest
from app.ui.flow.care.care_words import LONGER, Remark
from app.ui.flow.care.engine_care import EngineCare, Surroundings
from app.ui.flow.care.sleep_watch import Clocks, SleepWatch
from app.ui.flow.engine.worker import EngineWorker


class _Around:
    """Clocks and a pressure that the test sets."""

    def __init__(self) -> None:
        self.now, self.slept, self.pressure = 0.0, 0.0, Pressure.NONE

    def level(self, memory: Memory, free_mib: float) -> Pressure:
        assert free_mib <= memory.available_mib
        return self.pressure

    def surroundings(self) -> Surroundings:
        return Surroundings(
            PressureGauge(self),
            lambda: MAINS,
            SleepWatch(lambda: Clocks(self.now, self.now + self.slept)),
            lambda: self.now,
        )


@pytest.fixture
def around() -> _Around:
    return _Around()


@pytest.fixture
def worker() -> Iterator[EngineWorker]:
    worker = EngineWorker(EngineClient())
    yield worker
    worker.close()


@pytest.fixture
def care(qtbot: QtBot, worker: EngineWorker, around: _Around) -> Iterator[EngineCare]:
    care = EngineCare(worker, Settings(None), around.surroundings())
    with qtbot.waitSignal(worker.loaded):
        care.load(LoadRequest(str(guide_model_path())))
    care._timer.stop()  # the test looks itself
    yield care
    care.close()


def _ask(qtbot: QtBot, worker: EngineWorker) -> str:
    words = TurnRequest((user_message("Hello"),), sampling=Sampling(temperature=0, max_tokens=12))
    with qtbot.waitSignal(worker.finished) as asked:
        worker.ask(words)
    (done,) = asked.args or [None]
    assert done.stop in (Stop.RETURN, Stop.LENGTH)
    return "".join(part.text for part in done.parts)


def test_an_engine_that_is_well_after_sleep_goes_on(
    qtbot: QtBot, care: EngineCare, worker: EngineWorker, around: _Around
) -> None:
    said: list[Remark] = []
    care.said.connect(said.append)
    before, pid = _ask(qtbot, worker), worker.pid
    around.slept = 3600
    around.now += 3
    care.look()
    assert _ask(qtbot, worker) == before
    assert worker.pid == pid
    assert said == []


def test_short_memory_frees_and_reloads_a_real_engine(
    qtbot: QtBot, care: EngineCare, worker: EngineWorker, around: _Around
) -> None:
    said: list[Remark] = []
    care.said.connect(said.append)
    before = _ask(qtbot, worker)
    around.pressure = Pressure.SHORT
    around.now += 20
    care.look()
    assert _ask(qtbot, worker) == before  # with nothing kept
    around.now += 20
    with qtbot.waitSignal(worker.loaded) as loaded:
        care.look()
    assert loaded.args is not None
    assert loaded.args[0].context == 4096
    assert said[-1].actions[0][0] == LONGER
    assert _ask(qtbot, worker) == before


def test_an_idle_engine_really_ends_and_typing_really_starts_one(
    qtbot: QtBot, care: EngineCare, worker: EngineWorker, around: _Around
) -> None:
    before, pid = _ask(qtbot, worker), worker.pid
    assert pid is not None
    around.now += 16 * 60
    with qtbot.waitSignal(worker.rested):
        care.look()
    assert not psutil.pid_exists(pid)
    with qtbot.waitSignal(worker.loaded):
        care.typed()
    assert worker.pid != pid
    assert _ask(qtbot, worker) == before


def test_a_question_asked_of_a_resting_engine_waits_for_it(
    qtbot: QtBot, care: EngineCare, worker: EngineWorker, around: _Around
) -> None:
    before = _ask(qtbot, worker)
    for _ in range(5):  # more often than an engine that fails may be started again
        around.now += 16 * 60
        with qtbot.waitSignal(worker.rested):
            care.look()
        assert _ask(qtbot, worker) == before
    assert not care.resting
