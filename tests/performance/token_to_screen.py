"""From a batch of text out of the engine to the pixels that show it.

Job: the real program with its window and a real engine; the time from the moment the Interface's engine
thread has read a batch to the end of the window's repaint that first holds it. Rule: nothing of the
program is changed but two clocks around it. The engine sends at most 60 batches a second; the pipe is
not in it.

``xvfb-run -s "-screen 0 1280x800x24" python -m tests.performance.token_to_screen`` prints JSON.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar
from unittest.mock import patch

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

from app.core.conversation.draft import Draft
from app.core.conversation.message import PartKind
from app.core.conversation.sampling import Sampling
from app.engine.client import EngineClient, OnEvent
from app.engine.protocol.events import Event, PartDelta, TurnDone
from app.engine.protocol.requests import TurnRequest
from app.ui.commands import table
from app.ui.flow.choice.model import model_file
from app.ui.transcript.streaming import Streamer
from tests.support.models import tiny_gguf

WRITING_S = 20.0
BRISK = replace(tiny_gguf.NEVER_STOPS, layers=20, width=640, experts=2)
"""Writes about as fast as gpt-oss-20b on a good graphics card."""
WARM_UP_S = 2.0
"""Not counted: the first paints load fonts and lay the window out."""


class TimedClient(EngineClient):
    """The client, with a clock at the place where text arrives."""

    arrived: ClassVar[deque[float]] = deque()

    def __init__(self, **_checks: object) -> None:
        """Start without the check of the model file: nobody is here to vouch for a random one."""
        super().__init__()

    def generate(self, request: TurnRequest, on_event: OnEvent) -> TurnDone:
        """Run a turn and note when each piece of text came."""

        def note(event: Event) -> None:
            if isinstance(event, PartDelta) and event.kind is PartKind.ANSWER:
                self.arrived.append(time.monotonic())
            on_event(event)

        # Far more than is waited for; the budget would end the answer early.
        endless = Sampling(temperature=1.0, max_tokens=10**6)
        return super().generate(TurnRequest(request.messages, sampling=endless), note)


class TimedApplication(QApplication):
    """The application, with a clock behind every repaint of a window."""

    painted: Callable[[], None] | None = None

    def notify(self, receiver: QObject, event: QEvent) -> bool:
        """Deliver an event; a window's UpdateRequest ends with its pixels handed over."""
        repaint = event.type() is QEvent.Type.UpdateRequest and self.painted is not None
        handled = super().notify(receiver, event)
        if repaint and self.painted is not None:
            self.painted()
        return handled


def measure(profile: Path, weights: Path) -> dict[str, float]:
    """Return milliseconds from text to screen: median, p99 and worst, and how many batches."""
    from app import bootstrap

    application = TimedApplication(sys.argv[:1])
    waits: list[float] = []
    laid_out: list[float] = []
    lay_out = Streamer._step

    def noted(streamer: Streamer, deltas: list[PartDelta]) -> None:
        lay_out(streamer, deltas)
        answer = sum(delta.kind is PartKind.ANSWER for delta in deltas)
        laid_out.extend(TimedClient.arrived.popleft() for _ in range(answer))

    with (
        patch.object(bootstrap, "EngineClient", TimedClient),
        patch.object(Streamer, "_step", noted),
        patch.object(bootstrap, "guide", lambda: model_file(weights)),
    ):
        program = bootstrap.Program(application, profile)
        program.show()
        QTimer.singleShot(500, program.start.keep_nothing)
        QTimer.singleShot(3000, lambda: program.window.composer.submitted.emit(Draft("Go on.")))
        QTimer.singleShot(4000, lambda: program.window.commands.give(table.ANSWER_NOW))
        begin = time.monotonic() + 4.0 + WARM_UP_S

        def painted() -> None:
            now = time.monotonic()
            waits.extend((now - at) * 1000 for at in laid_out if at > begin)
            laid_out.clear()

        application.painted = painted
        QTimer.singleShot(round((4.0 + WARM_UP_S + WRITING_S) * 1000), application.quit)
        application.exec()
        application.painted = None
        program.close()
    if not waits:
        raise SystemExit("No text came to the screen: the program asks something of a person.")
    waits.sort()
    return {
        "batches": len(waits),
        "median_ms": round(statistics.median(waits), 1),
        "p99_ms": round(waits[int(len(waits) * 0.99)], 1),
        "worst_ms": round(waits[-1], 1),
    }


def main() -> int:
    """Measure with a random model file that never stops."""
    with tempfile.TemporaryDirectory() as folder:
        weights = tiny_gguf.write(Path(folder) / "endless.gguf", BRISK)
        found = measure(Path(folder) / "profile", weights)
    print(json.dumps(found))  # noqa: T201 - a command's answer
    return 0


if __name__ == "__main__":
    sys.exit(main())
