"""Absurd sizes stay usable: a megabyte of answer, five in one line, ten thousand messages or rows.

Opening may take its time once, measured in what two hundred ordinary answers take on this machine; what
a reader does then, scrolling and jumping, may not. To see every figure:

    pytest tests/performance/test_transcript_sizes.py -s
"""

from __future__ import annotations

import random
import statistics
from dataclasses import dataclass

import pytest
from pytestqt.qtbot import QtBot

from app.core.conversation.message import Part, PartKind, Role
from app.ui.transcript.model import TranscriptItem
from app.ui.transcript.view import TranscriptView
from tests.performance.transcript_bench import (
    calibration_ms,
    cpu_ms,
    jumps_ms,
    paint,
    say,
    scrolls_ms,
    shown_view,
)
from tests.performance.transcript_sample import answer, conversation

ROW = "| a name of some length | 12.50 | words of a note that is a little longer |\n"
TABLE_10K = "| Name | Value | Note |\n|---|--:|---|\n" + ROW * 10_000
LINE_5M = "a line without an end " * 230_000


def megabyte() -> str:
    rng = random.Random(1)
    made: list[str] = []
    size = 0
    while size < 1_000_000:
        made.append(answer(rng, 20))
        size += len(made[-1]) + 2
    return "\n\n".join(made)[:1_000_000]


@dataclass(frozen=True)
class Size:
    """An absurd message, how many calibrations it may take to open, and milliseconds for one step."""

    role: Role
    words: str
    opening: float
    step: float = 15.0


SIZES = {
    "an answer of a megabyte": Size(Role.ASSISTANT, megabyte(), 12),
    "an answer of 5 MB in one line": Size(Role.ASSISTANT, LINE_5M, 12),
    "a question of 5 MB in one line": Size(Role.USER, LINE_5M, 12),
    "a table of 10,000 rows": Size(Role.ASSISTANT, TABLE_10K, 20),
}


@pytest.fixture
def view(qtbot: QtBot) -> TranscriptView:
    return shown_view(qtbot)


@pytest.fixture
def calibration(view: TranscriptView) -> float:
    """Return the milliseconds that 200 ordinary answers take to lay out here and now."""
    assert view.isVisible()
    return calibration_ms()


@pytest.mark.parametrize("name", SIZES)
def test_absurd_messages_stay_usable(view: TranscriptView, calibration: float, name: str) -> None:
    size = SIZES[name]
    kind = PartKind.TEXT if size.role is Role.USER else PartKind.ANSWER
    started = cpu_ms()
    view.model.reset([TranscriptItem(1, size.role, (Part(kind, size.words),))])
    paint()
    opened = cpu_ms() - started
    steps, jumps = scrolls_ms(view, 20), jumps_ms(view, 10)
    step, jump = statistics.median(steps), statistics.median(jumps)
    say(f"\n{name}: opened {opened:.0f} ms, step {step:.1f}, jump {jump:.1f} ms; {calibration:.0f}")
    slowness = max(1.0, calibration / 200)
    assert opened <= size.opening * calibration
    assert step <= size.step * slowness
    assert jump <= 2 * size.step * slowness
    view.actions_.select_all()
    assert len(view.actions_.selected_text()) > 0.5 * len(size.words)


def test_ten_thousand_messages_open_like_fifty(view: TranscriptView, calibration: float) -> None:
    items = conversation(10_000)
    view.model.reset(items[:50])
    paint()
    started = cpu_ms()
    view.model.reset(items)
    paint()
    opened = cpu_ms() - started
    say(f"\n10,000 messages: {opened:.0f} ms; calibration {calibration:.0f}")
    assert opened <= 1.0 * calibration
    for place in range(0, view.stage.maximum, view.stage.maximum // 10):
        view.scroll_to(place)
        paint()
    assert len(view.realiser.layouts) <= 80
