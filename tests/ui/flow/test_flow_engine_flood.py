"""An engine that was taken over says more than anyone can look at: the window can still be used."""

from __future__ import annotations

import json
import struct
import time
from contextlib import suppress
from typing import cast

from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from app.children.child import Child
from app.children.wire.channel import Channel
from app.children.wire.pipes import PipeClosed
from app.core.conversation.message import PartKind, Stop, user_message
from app.engine.client import EngineClient, Patience
from app.engine.protocol.events import PartDelta, TurnDone, event_to_json
from app.engine.protocol.requests import LoadRequest, TurnRequest
from app.ui.flow.engine.worker import EngineWorker
from tests.engine.played_child import LOADED, PlayedChild

A_DELTA_S = 0.0005
"""What showing one costs, at least."""
QUICK = Patience(cancel_s=0.5)


def flood(channel: Channel) -> None:
    """Load, and then write without an end and without listening."""
    channel.receive(10)
    channel.send({"turn": 0, **event_to_json(LOADED)})
    channel.receive(10)
    data = json.dumps({"turn": 1, **event_to_json(PartDelta(0, PartKind.ANSWER, "x"))}).encode()
    many = (struct.pack(">I", len(data)) + data) * 2000
    with suppress(PipeClosed):  # somebody had enough of it
        while True:
            channel._sink.write(many, None)


def asking(qtbot: QtBot) -> EngineWorker:
    """Return a worker in the middle of such an answer."""
    client = EngineClient(lambda _role: cast("Child", PlayedChild(flood)), patience=QUICK)
    worker = EngineWorker(client)
    worker.delta.connect(lambda _delta: time.sleep(A_DELTA_S))
    with qtbot.waitSignal(worker.loaded):
        worker.load(LoadRequest("x"))
    with qtbot.waitSignal(worker.delta):
        worker.ask(TurnRequest((user_message("Hello"),)))
    return worker


def test_the_button_that_stops_it_can_be_pressed(qtbot: QtBot) -> None:
    worker = asking(qtbot)
    QTimer.singleShot(200, worker.stop)  # without a bound its turn would never come
    with qtbot.waitSignal(worker.finished) as ended:
        pass
    done = cast("TurnDone", ended.args[0])
    assert done.stop is Stop.CANCELLED
    assert done.parts[0].text.startswith("xxx"), "what was shown is kept"
    worker.close()


def test_the_window_closes_in_the_middle_of_it(qtbot: QtBot) -> None:
    worker = asking(qtbot)
    begun = time.monotonic()
    worker.close()
    assert time.monotonic() - begun < 10
