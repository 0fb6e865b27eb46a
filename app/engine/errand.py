"""One question to a fresh, confined engine child: the Interface's end.

Job: start a child, ask it one thing that needs no loaded model, and end it. Rule: foreign bytes (a
model file's header, a schema) are read in the child, never here; every wait ends; a child that dies or
hangs is not started again, so that nothing a file does can turn into a loop.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.children.child import AT_ONCE, PATIENT, Child
from app.children.watching.looks import Looks
from app.children.wire.channel import Channel, ChannelClosed, MessageTooLargeError, ProtocolError
from app.core.errors import UserError
from app.core.logs import log_event
from app.engine.protocol.errands import (
    LONGEST_SCHEMA_KIB,
    Answer,
    GrammarReady,
    GrammarRequest,
    HeaderRead,
    HeaderRequest,
    Planned,
    PlanRequest,
    Question,
    Surveyed,
    SurveyRequest,
    answer_from_json,
)
from app.engine.protocol.events import LOAD_TURN, error_of_engine
from app.engine.protocol.plan import Plan

PATIENCE_S = 60.0
"""How long an answer may take; drivers of graphics cards are slow to wake."""

GRAMMAR_PATIENCE_S = 15.0
"""How long compiling a grammar may take, the child's start included."""

_LOOK_S = 0.5

StartChild = Callable[[str], Child]


def plan(request: PlanRequest, start: StartChild = Child.start) -> Plan:
    """Return how a model would be loaded; raises UserError ``engine|plan|children.*``."""
    answer = ask(request, "plan.header_crashed", start)
    if not isinstance(answer, Planned):
        raise UserError("plan.header_crashed")
    return answer.plan


def header(path: Path, start: StartChild = Child.start) -> HeaderRead:
    """Return what a model file says of itself. Raises UserError ``engine|plan|children.*``."""
    answer = ask(HeaderRequest(str(path.absolute())), "plan.header_crashed", start)
    if not isinstance(answer, HeaderRead):
        raise UserError("plan.header_crashed")
    return answer


def survey(start: StartChild = Child.start) -> Surveyed:
    """Return this computer as it is now, and what its processor is computed with.

    Raises UserError ``plan.survey_failed`` or ``children.*``.
    """
    answer = ask(SurveyRequest(), "plan.survey_failed", start)
    if not isinstance(answer, Surveyed):
        raise UserError("plan.survey_failed")
    return answer


def check_schema(
    schema: str, start: StartChild = Child.start, patience_s: float = GRAMMAR_PATIENCE_S
) -> None:
    """Have a JSON Schema's grammar compiled; raises UserError ``engine.schema_*`` or ``children.*``."""
    crashed = "engine.schema_too_complex"
    if len(schema) > LONGEST_SCHEMA_KIB * 1024:
        raise UserError("engine.schema_too_large", limit=LONGEST_SCHEMA_KIB)
    answer = ask(GrammarRequest(schema), crashed, start, patience_s)
    if not isinstance(answer, GrammarReady):
        raise UserError(crashed)


def ask(
    question: Question, crashed: str, start: StartChild = Child.start, patience_s: float = PATIENCE_S
) -> Answer:
    """Ask a fresh child and return its answer.

    ``crashed`` is the code of the error for a child that dies, hangs or talks nonsense.
    Raises UserError.
    """
    child = start("engine")
    ladder = AT_ONCE
    try:
        frame = {"request": question.KIND, **question.to_json()}
        answer = _read(_answer(child.channel, frame, patience_s))
        ladder = PATIENT
    except (ChannelClosed, ProtocolError, MessageTooLargeError, TimeoutError):
        log_event("errand.failed", kind=question.KIND)
        raise UserError(crashed) from None
    except UserError:
        ladder = PATIENT
        raise
    finally:
        child.stop(ladder)
    return answer


def _answer(channel: Channel, frame: dict[str, Any], patience_s: float) -> dict[str, Any]:
    deadline, looks = time.monotonic() + patience_s, Looks()
    channel.send(frame, timeout=patience_s)
    while (left := deadline - time.monotonic()) > 0:
        received = channel.receive(min(left, _LOOK_S))
        if received is not None:
            return received
        deadline += looks.missed()
    raise TimeoutError


def _read(frame: dict[str, Any]) -> Answer:
    if frame.pop("turn", None) != LOAD_TURN:
        raise ProtocolError
    try:
        if frame["event"] == "failed":
            raise error_of_engine(frame["error"])
        return answer_from_json(frame)
    except (KeyError, TypeError, ValueError):
        raise ProtocolError from None
