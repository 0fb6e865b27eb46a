"""A session whose plan refuses the model file, and the memory panel beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.core.computer.memory import Memory
from app.core.computer.power import MAINS
from app.core.computer.pressure import Pressure, PressureGauge
from app.core.computer.programs import RunningProgram
from app.core.conversation.message import Stop
from app.core.errors import UserError
from app.engine.client import EngineClient, OnEvent
from app.engine.protocol.errands import Planned
from app.engine.protocol.events import Loaded, TurnDone
from app.engine.protocol.plan import DevicePlan, LoadMode, Plan, Reason, Verdict
from app.engine.protocol.requests import LoadRequest
from app.ui.dialogs.refusal import RefusalChoice, RefusalDialog
from app.ui.flow.care import refused_load
from app.ui.flow.care.engine_care import Surroundings
from app.ui.flow.choice.model import ModelChoice
from app.ui.flow.engine.worker import EngineWorker
from app.ui.flow.session import Session
from app.ui.theme import Theme
from tests.support.windows.wired import Wired

PLAN = Plan(
    verdict=Verdict.REFUSED,
    reasons=(Reason("plan.refused", {"needs": 12_000, "missing": 900}),),
    context=8192,
    micro_batch=256,
    gpu_layers=0,
    cpu_expert_layers=24,
    cache_type="f16",
    load_mode=LoadMode.MMAP,
    repack=False,
    threads=4,
    devices=(DevicePlan("CPU", 11_000, 11_700, 250, 200),),
    expected_tokens_per_second=9,
    speed_basis="plan.basis_memory",
    missing_mib=900,
)


class _Client(EngineClient):
    """Refuses until it is forced."""

    def __init__(self) -> None:
        super().__init__()
        self.forced: list[bool] = []
        self.contexts: list[int] = []

    @property
    def pid(self) -> int | None:
        """Of no process."""
        return 2**22 + 1

    def load(self, request: LoadRequest, on_event: OnEvent) -> Loaded:
        self.forced.append(request.wishes.force)
        self.contexts.append(request.wishes.context)
        on_event(Planned(PLAN))
        if not request.wishes.force:
            raise UserError("engine.refused", missing=900)
        tight = replace(PLAN, verdict=Verdict.TIGHT)
        loaded = Loaded(
            "m", "", request.wishes.context or 8192, 11_700, 250, 200, 1, "full", tight, PLAN.devices
        )
        on_event(loaded)
        return loaded

    def close(self) -> None:
        pass


class _Scarce:
    """A signal of memory that is short."""

    def level(self, memory: Memory, free_mib: float) -> Pressure:
        assert memory.available_mib >= free_mib
        return Pressure.SHORT


@pytest.fixture
def client() -> _Client:
    return _Client()


@pytest.fixture
def session(qtbot: QtBot, theme: Theme, client: _Client) -> Iterator[Session]:
    """Return a session that is about to use a model file which does not fit."""
    gauge = PressureGauge(_Scarce(), lambda: Memory(16_384, 922, None, 0, 0, 0))
    wired = Wired(theme, engine=EngineWorker(client), around=Surroundings(gauge, lambda: MAINS))
    window, session = wired.window, wired.session
    qtbot.addWidget(window)
    window.show()
    session.begin()
    session.use(ModelChoice(Path("m.gguf"), "big", ""))
    qtbot.waitUntil(lambda: "900 MB is missing" in window.notice.sentence)
    yield session
    session.close()


def _dialog(session: Session) -> RefusalDialog:
    notice = session._window.notice
    assert [button.text() for button in notice.buttons] == ["See what is missing", "Close"]
    notice.buttons[0].click()
    (dialog,) = session._window.findChildren(RefusalDialog)
    assert any("big" in sentence for sentence in dialog.sentences)
    return dialog


def test_what_the_plan_refuses_is_loaded_when_the_person_says_so(
    qtbot: QtBot, session: Session, client: _Client
) -> None:
    dialog = _dialog(session)
    with qtbot.waitSignal(session._engine.loaded):
        dialog.buttons[RefusalChoice.LOAD].click()
    assert client.forced == [False, True]
    assert session._window.notice.sentence == ""


def test_the_dialog_names_what_could_be_closed(
    qtbot: QtBot, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_now = (RunningProgram("browser", 3072.0), RunningProgram("letter", 900.0))
    monkeypatch.setattr(refused_load, "largest_programs", lambda: open_now)
    dialog = _dialog(session)
    qtbot.waitUntil(
        lambda: any("browser about 3 GB, letter about 900 MB" in s for s in dialog.sentences)
    )
    assert "frees about 3.9 GB" in dialog.accessibleDescription()


def test_looking_again_asks_the_plan_again(qtbot: QtBot, session: Session, client: _Client) -> None:
    dialog = _dialog(session)
    with qtbot.waitSignal(session._engine.load_failed):
        dialog.buttons[RefusalChoice.CHECK].click()
    assert client.forced == [False, False]
    assert "900 MB is missing" in session._window.notice.sentence


def test_the_guide_is_one_button_away(qtbot: QtBot, session: Session) -> None:
    dialog = _dialog(session)
    with qtbot.waitSignal(session.guide_wanted):
        dialog.buttons[RefusalChoice.GUIDE].click()


def test_closing_the_dialog_loads_nothing(qtbot: QtBot, session: Session, client: _Client) -> None:
    with qtbot.waitSignal(_dialog(session).finished):
        _dialog_of(session).reject()
    assert client.forced == [False]


def _dialog_of(session: Session) -> RefusalDialog:
    (dialog,) = session._window.findChildren(RefusalDialog)
    return dialog


def test_a_remark_stands_above_the_composer_and_its_button_acts(
    qtbot: QtBot, session: Session, client: _Client
) -> None:
    with qtbot.waitSignal(session._engine.loaded):
        _dialog(session).buttons[RefusalChoice.LOAD].click()
    session.care.set_busy(True)
    session.care.look()
    notice = session._window.notice
    assert notice.sentence.startswith("Memory is nearly full (15.1 of 16 GB).")
    notice.buttons[0].click()
    assert client.contexts == [0, 0]  # an answer is being written
    with qtbot.waitSignal(session._engine.loaded):
        session.care.set_busy(False)
    assert client.contexts == [0, 0, 4096]
    assert notice.sentence.startswith("The context is shorter now: 4,096 tokens instead of 8,192.")


def test_the_memory_panel_sets_the_plan_beside_what_was_set_aside(
    qtbot: QtBot, session: Session
) -> None:
    with qtbot.waitSignal(session._engine.loaded):
        _dialog(session).buttons[RefusalChoice.LOAD].click()
    session._engine.finished.emit(TurnDone(Stop.RETURN, (), tokens_per_second=8.5))
    popover = session._window.memory_popover
    unseen = len(popover.reasons)
    assert unseen == 0  # nothing is drawn that cannot be seen
    session._window.popovers.toggle(popover)
    assert popover.isVisible()
    assert len(popover.reasons) == 1
    assert "900" in popover.reasons[0]
