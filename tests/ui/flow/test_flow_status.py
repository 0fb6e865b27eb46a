"""What the strip and the composer say while a model file loads and while a prompt is read."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from app.core.errors import UserError
from app.engine.client import EngineClient
from app.engine.protocol.events import Loaded, PrefillProgress
from app.ui.flow.engine.pace import Pace
from app.ui.flow.engine.status import EngineStatus
from app.ui.flow.engine.worker import EngineWorker
from app.ui.theme import Theme
from app.ui.views.composer.composer import Composer
from app.ui.views.window.status_strip import StatusStrip


def test_the_time_left_is_measured_and_said_only_when_known() -> None:
    now = [10.0]
    pace = Pace(lambda: now[0])

    def at(seconds: float, done: int, total: int = 1000) -> int:
        now[0] = 10 + seconds
        return pace.seconds_left(done, total)

    assert at(0, 100) == 0, "nothing is measured yet; what was reused took no time"
    assert at(0.2, 110) == 0
    assert at(1.0, 200) == 8
    assert at(5.0, 600) == 4
    assert at(8.9, 990) == 0, "less than a second is not worth saying"
    assert at(20, 0) == 0, "another prompt is another reading"
    assert at(22, 500) == 2


def test_loading_says_that_one_can_write_already(qtbot: QtBot, theme: Theme) -> None:
    engine, strip, composer = EngineWorker(EngineClient()), StatusStrip(theme), Composer(theme)
    qtbot.addWidget(strip)
    qtbot.addWidget(composer)
    status = EngineStatus(engine, strip)
    status.waiting.connect(composer.set_loading)
    plain = composer.edit.accessibleDescription()
    status.expect("gpt-oss-20b")
    endings: tuple[Callable[[], None], ...] = (
        lambda: engine.loaded.emit(Loaded("m", "", 8192, 1, 1, 1, 1, "full")),
        lambda: engine.load_failed.emit(UserError("engine.no_memory")),
    )
    for ending in endings:
        engine.loading.emit(0.4)
        assert (
            composer.edit.accessibleDescription() == "Loading gpt-oss-20b, 40 %. You can write already."
        )
        assert "loading, 40 %" in strip.summary()
        ending()
        assert composer.edit.accessibleDescription() == plain
    with qtbot.waitSignal(status.reading) as said:
        engine.prefill.emit(PrefillProgress(100, 5100, 100))
    assert "reading 5,000 tokens" in strip.summary()
    assert said.args == ["Reading 5,000 tokens"]
    with qtbot.waitSignal(status.reading) as said:
        engine.prefill.emit(PrefillProgress(5100, 5100, 100))
    assert "reading" not in strip.summary()
    assert said.args == [""]
    status.close()
    engine.close()


def test_a_long_load_says_how_long_and_can_be_stopped(
    qtbot: QtBot, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    engine, strip, composer = EngineWorker(EngineClient()), StatusStrip(theme), Composer(theme)
    qtbot.addWidget(strip)
    qtbot.addWidget(composer)
    status = EngineStatus(engine, strip)
    status._pace = Pace(lambda: now[0])
    status.waiting.connect(composer.set_loading)
    composer.stop_loading_requested.connect(engine.stop_loading)
    cancelled: list[bool] = []
    monkeypatch.setattr(engine._client, "cancel", lambda: cancelled.append(True))
    status.expect("gpt-oss-20b")
    engine.loading.emit(0.0)
    assert composer.stop.isHidden(), "nothing is known yet: most loads are over at once"
    now[0] = 4.0
    engine.loading.emit(0.4)
    said = "Loading gpt-oss-20b, 40 %, about 6 s. You can write already."
    assert composer.edit.accessibleDescription() == said
    assert "loading, 40 %, about 6 s" in strip.summary()
    assert not composer.stop.isHidden()
    assert (composer.stop.text(), composer.stop.accessibleName()) == ("Stop loading", "Stop loading")
    assert not composer.send.isHidden(), "a message may be sent meanwhile"
    composer.set_busy(True)
    assert composer.stop.accessibleName() == "Stop answering"
    composer.set_busy(False)
    composer.stop.click()
    assert cancelled == [True]
    engine.load_failed.emit(UserError("engine.load_cancelled"))
    assert composer.stop.isHidden()
    assert "not loaded" in strip.summary()
