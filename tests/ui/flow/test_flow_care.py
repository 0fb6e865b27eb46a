"""The engine is looked after: memory, idle time, sleep. What is around it is brought by hand."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest
from pytestqt.qtbot import QtBot

from app.core.computer.memory import Memory
from app.core.computer.power import MAINS, Power
from app.core.computer.pressure import CALM_READINGS, Pressure, PressureGauge
from app.core.conversation.message import Stop
from app.core.errors import UserError
from app.core.rules import settings as declared
from app.core.rules.settings import Settings
from app.engine.client import EngineClient, OnEvent
from app.engine.protocol.events import Loaded, TurnDone
from app.engine.protocol.plan import DevicePlan, LoadMode, Plan, Verdict
from app.engine.protocol.requests import LoadRequest
from app.ui.flow.care.care_words import LONGER, SHORTER, Remark
from app.ui.flow.care.engine_care import EngineCare, Surroundings
from app.ui.flow.care.sleep_watch import Clocks, SleepWatch
from app.ui.flow.engine.worker import EngineWorker
from tests.support.clock import Clock

NONE, SHORT, CRITICAL = Pressure


class _Client(EngineClient):
    """An engine that does at once what it is told, and remembers it."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []
        self.requests: list[LoadRequest] = []
        self.tests: list[bool] = []
        self.refuse = False
        self.plan: Plan | None = None
        self.process = 2**22 + 1  # no such process
        self._there = False

    @property
    def pid(self) -> int | None:
        return self.process if self._there else None

    def load(self, request: LoadRequest, on_event: OnEvent) -> Loaded:
        self.requests.append(request)
        if self.refuse:
            raise UserError("engine.no_memory")
        self.done.append(f"load {request.wishes.context or 8192}")
        loaded = Loaded("m", "", request.wishes.context or 8192, 1, 1, 1, 1, "full", self.plan)
        self._there = True
        on_event(loaded)
        return loaded

    def rest(self) -> None:
        self.done.append("rest")
        self._there = False

    def free_memory(self) -> None:
        self.done.append("free")

    def self_test(self) -> bool:
        self.done.append("test")
        return self.tests.pop(0) if self.tests else True

    def close(self) -> None:
        pass


@dataclass
class _World:
    """What is around: set it, then :meth:`look`."""

    qtbot: QtBot
    client: _Client = field(default_factory=_Client)
    settings: Settings = field(default_factory=lambda: Settings(None))
    clock: Clock = field(default_factory=Clock)
    pressure: Pressure = NONE
    power: Power = MAINS
    slept: float = 0.0
    said: list[Remark] = field(default_factory=list)
    free: list[float] = field(default_factory=list)
    """What of the memory that counts as free was not, at each look."""

    def __post_init__(self) -> None:
        self.worker = EngineWorker(self.client)
        around = Surroundings(
            PressureGauge(self, lambda: Memory(16_384, 922, None, 0, 0, 0)),
            lambda: self.power,
            SleepWatch(lambda: Clocks(self.clock.now, self.clock.now + self.slept)),
            self.clock,
        )
        self.care = EngineCare(self.worker, self.settings, around)
        self.care.said.connect(self.said.append)

    def level(self, memory: Memory, free_mib: float) -> Pressure:
        self.free.append(memory.available_mib - free_mib)
        return self.pressure

    def load(self, request: LoadRequest | None = None) -> None:
        self.care.load(request or LoadRequest("m.gguf"))
        self.settle()

    def look(self, times: int = 1, seconds: float = 3.0) -> None:
        for _ in range(times):
            self.clock.now += seconds
            self.care.look()
            self.settle()

    def settle(self) -> None:
        """Wait until everything given to the engine's lane has come back."""
        for _ in range(2):  # what comes back may ask for more
            self._wait_for_the_lane()

    def _wait_for_the_lane(self) -> None:
        came = threading.Event()
        self.worker._lane.run(lambda: None, done=lambda _: came.set())
        self.qtbot.waitUntil(came.is_set)


@pytest.fixture
def world(qtbot: QtBot) -> Iterator[_World]:
    world = _World(qtbot)
    yield world
    world.care.close()
    world.worker.close()


def test_the_context_is_what_the_settings_wish_for(world: _World) -> None:
    world.settings.set(declared.CONTEXT_TOKENS, 4096)
    world.load()
    assert world.client.requests[0].wishes.context == 4096
    assert not world.client.requests[0].wishes.force


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere such pages do not count as free")
def test_weights_in_the_file_cache_are_not_free(world: _World) -> None:
    cpu = DevicePlan("CPU", 8000, 6, 1, 1)
    world.client.process = os.getpid()
    world.client.plan = Plan(
        Verdict.FITS, (), 8192, 64, 0, 0, "f16", LoadMode.MMAP, False, 1, (cpu,), 0.0, ""
    )
    world.load()
    world.look()
    world.client.plan = replace(world.client.plan, repack=True)  # what is mapped is not computed with
    world.load()
    world.look()
    assert world.free == [6, 0]


def test_memory_gets_short_and_shorter_again(world: _World) -> None:
    world.load()
    world.look(5)
    world.pressure = SHORT
    world.look()
    assert world.client.done == ["load 8192", "free"]
    assert world.said[-1].sentence.startswith(
        "Memory is nearly full (15.1 of 16 GB). Cloister gave back"
    )
    assert world.said[-1].actions[0] == (SHORTER, "Use a shorter context")
    world.look(5)
    assert world.client.done[2:] == ["load 4096"]
    assert world.client.requests[-1].wishes.force  # its memory was ours a moment ago
    assert [request.wishes.flash_attention for request in world.client.requests] == [None, True]
    assert [remark.actions[0][0] for remark in world.said[1:]] == ["close", LONGER]
    assert "4,096 tokens instead of 8,192" in world.said[1].sentence
    world.look(20)
    assert world.client.done[3:] == ["load 2048"]
    assert not world.care.may_work()


def test_a_longer_context_comes_back_only_when_it_is_asked_for(world: _World) -> None:
    world.load()
    world.look(5)
    world.pressure = SHORT
    world.look(6)
    world.pressure = NONE
    world.look(30)
    assert world.client.done[-1] == "load 4096"
    assert world.care.act(LONGER)
    world.settle()
    assert world.client.done[-1] == "load 8192"


def test_no_answer_is_interrupted_while_memory_is_only_short(world: _World) -> None:
    stops: list[bool] = []
    world.care.interrupt_wanted.connect(lambda: stops.append(True))
    world.load()
    world.look(5)
    world.care.set_busy(True)
    world.pressure = SHORT
    world.look(20)
    assert world.client.done == ["load 8192"]
    assert [remark.sentence for remark in world.said] == [
        "Memory is nearly full (15.1 of 16 GB). Answers slow down until another app is closed."
    ]
    world.pressure = CRITICAL
    world.look(2)
    assert stops == [True]
    world.care.set_busy(False)
    world.look(3)
    assert world.client.done[1:] == ["free", "load 2048"]
    assert world.client.requests[-1].wishes.micro_batch == 64
    said = [remark.sentence for remark in world.said]
    assert any("Cloister stopped the answer" in sentence for sentence in said)


def test_a_shorter_context_asked_for_during_an_answer_waits_for_its_end(world: _World) -> None:
    world.load()
    world.care.set_busy(True)
    world.look()
    world.care.act(SHORTER)
    world.settle()
    assert world.client.done == ["load 8192"]
    world.care.set_busy(False)
    world.settle()
    assert world.client.done == ["load 8192", "load 4096"]


def test_the_conversation_on_screen_still_fits_after_a_step(world: _World) -> None:
    world.load()
    world.worker.finished.emit(TurnDone(Stop.RETURN, (), context_tokens=5000, context=8192))
    world.pressure = CRITICAL
    world.look(10)
    assert world.client.done[:3] == ["load 8192", "free", "load 6144"]


def test_critical_memory_ends_an_engine_that_cannot_be_smaller(world: _World) -> None:
    world.load(LoadRequest("m.gguf"))
    world.care.load_anyway()
    world.settle()
    assert world.client.requests[-1].wishes.force
    world.pressure = CRITICAL
    world.look(30)
    assert world.client.done[2:] == ["free", "load 2048", "rest"]
    assert world.said[-1].sentence.startswith(
        "Memory is full (15.1 of 16 GB). Cloister ended the engine"
    )
    world.care.typed()
    world.settle()
    assert not world.client.requests[-1].wishes.force  # it has not gone well: asked for again


def test_reading_ahead_keeps_to_settings_battery_and_memory(world: _World) -> None:
    assert not world.care.may_work()  # nothing is loaded
    world.load()
    world.look()
    assert world.care.may_read_ahead()
    world.settings.set(declared.READ_AHEAD, declared.OFF)
    assert not world.care.may_read_ahead()
    assert world.care.may_work()
    world.power = Power(on_battery=True, percent=29)
    world.look()
    assert not world.care.may_work()
    world.power = Power(on_battery=True, percent=30)
    world.look()
    assert world.care.may_work()
    world.pressure = SHORT
    world.look()
    assert not world.care.may_work()
    world.pressure = NONE
    world.look(CALM_READINGS)
    assert world.care.may_work()


def test_an_idle_engine_ends_and_typing_starts_it(world: _World) -> None:
    world.load()
    world.look(1, seconds=14 * 60)
    world.care.typed()
    world.look(1, seconds=14 * 60)
    world.care.set_busy(True)
    world.look(1, seconds=60 * 60)
    world.care.set_busy(False)
    assert "rest" not in world.client.done
    world.look(1, seconds=15 * 60)
    assert world.client.done[-1] == "rest"
    assert world.care.resting
    world.look(3, seconds=15 * 60)
    assert world.client.done.count("rest") == 1
    world.care.typed()
    world.care.typed()
    world.settle()
    assert world.client.done[-2:] == ["rest", "load 8192"]
    assert not world.care.resting


def test_never_is_never(world: _World) -> None:
    world.settings.set(declared.IDLE_END_MINUTES, 0)
    world.load()
    world.look(1, seconds=1e6)
    assert "rest" not in world.client.done


def test_a_file_that_does_not_load_is_not_tried_by_typing(world: _World) -> None:
    world.load()
    world.look(1, seconds=1e4)
    world.client.refuse = True
    for _ in range(3):
        world.care.typed()
        world.settle()
    assert len(world.client.requests) == 2


def test_after_sleep_the_engine_is_checked(world: _World) -> None:
    world.load()
    world.look(3)
    assert "test" not in world.client.done
    world.slept = 3600
    world.look(3)
    assert world.client.done == ["load 8192", "test"]
    assert world.said == []


def test_an_engine_that_is_wrong_after_sleep_is_started_again(world: _World) -> None:
    world.load()
    world.client.tests = [False, True]
    world.slept = 3600
    world.look(3)
    assert world.client.done == ["load 8192", "test", "load 8192", "test"]
    assert world.said[-1].sentence.startswith("After this computer slept")


def test_an_engine_that_stays_wrong_is_not_started_for_ever(world: _World) -> None:
    world.load()
    world.client.tests = [False, False, False]
    world.slept = 3600
    world.look(5)
    assert world.client.done == ["load 8192", "test", "load 8192", "test"]
    assert "does not compute as it should" in world.said[-1].sentence


def test_a_decode_error_restarts_the_engine_and_checks_it(world: _World) -> None:
    world.load()
    world.worker.failed.emit(UserError("engine.computing_failed"))
    world.settle()
    assert world.client.done == ["load 8192", "load 8192", "test"]
    assert world.said == []


def test_other_trouble_is_left_to_the_next_question(world: _World) -> None:
    world.load()
    world.worker.failed.emit(UserError("engine.stopped"))
    world.settle()
    assert world.client.done == ["load 8192"]


def test_the_new_pressure_is_told_once(world: _World) -> None:
    told: list[Pressure] = []
    world.care.pressure_changed.connect(told.append)
    world.look(3)
    world.pressure = SHORT
    world.look(3)
    world.pressure = NONE
    world.look(CALM_READINGS + 2)
    assert told == [SHORT, NONE]


def test_other_buttons_are_not_ours(world: _World) -> None:
    unknown: Callable[[str], bool] = world.care.act
    assert not unknown("close")
    assert not unknown("restart")
