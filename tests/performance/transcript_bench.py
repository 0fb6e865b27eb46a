"""What the measurements of the transcript share: a view on screen, CPU time, this machine's worth."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.core.conversation.message import Role
from app.ui.theme import Theme
from app.ui.theme.type import load_fonts
from app.ui.transcript.content import Content
from app.ui.transcript.message.layout import MessageLayout
from app.ui.transcript.model import TranscriptModel
from app.ui.transcript.segments.highlight import Highlighter
from app.ui.transcript.style import TranscriptStyle
from app.ui.transcript.view import TranscriptView
from tests.performance.transcript_sample import conversation


def say(words: str) -> None:
    """Show a figure (pytest keeps it unless called with -s)."""
    sys.stdout.write(words + "\n")


def paint() -> None:
    """Let Qt paint what was asked for, and nothing more."""
    QApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)


def cpu_ms() -> float:
    """Return the CPU time of this process in milliseconds."""
    return time.process_time() * 1000


def shown_view(qtbot: QtBot) -> TranscriptView:
    """Return an empty transcript, 1000 by 760 pixels, on the screen."""
    load_fonts()
    made = TranscriptView(Theme(), TranscriptModel())
    qtbot.addWidget(made)
    made.resize(1000, 760)
    with qtbot.waitExposed(made):
        made.show()
    return made


def scrolls_ms(view: TranscriptView, count: int) -> list[float]:
    """Return the milliseconds of CPU that each of ``count`` steps of the wheel takes, painted."""
    return [_moved_ms(view.scroll_by, -120) for _ in range(count)]


def jumps_ms(view: TranscriptView, count: int) -> list[float]:
    """Return the milliseconds of CPU that each of ``count`` jumps to anywhere takes, painted."""
    rng = random.Random(5)
    return [_moved_ms(view.scroll_to, rng.randrange(view.stage.maximum)) for _ in range(count)]


def _moved_ms(move: Callable[[int], object], pixels: int) -> float:
    started = cpu_ms()
    move(pixels)
    paint()
    return cpu_ms() - started


def calibration_ms() -> float:
    """Return the milliseconds of CPU that 200 ordinary answers take to lay out here and now."""
    items = [item for item in conversation(400, seed=7) if item.role is Role.ASSISTANT]
    style = TranscriptStyle(Theme())
    highlighter = Highlighter()
    highlighter.set_style(style)
    started = cpu_ms()
    for item in items:
        MessageLayout(style, Content(item), highlighter).set_width(720)
    return cpu_ms() - started
