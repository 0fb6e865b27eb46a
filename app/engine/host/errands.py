"""One question to an engine without a model: the child's end.

Job: confine this process, answer, end. Rule: the computer is looked at before the confinement closes
it, the file only after; each kind of question has one function in :data:`ERRANDS`, which returns the
answer or raises UserError.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.children.wire.channel import Channel
from app.core.errors import UserError
from app.engine.host import grammar_errand, plan_errands
from app.engine.protocol.errands import Answer, answer_to_json
from app.engine.protocol.events import LOAD_TURN

EXIT_OK, EXIT_PROTOCOL = 0, 65

Errand = Callable[[Mapping[str, Any]], Answer]
"""Answers one kind of question; confines this process before it touches what is foreign."""

ERRANDS: Mapping[str, Errand] = {
    "plan": plan_errands.answer_plan,
    "survey": plan_errands.answer_survey,
    "header": plan_errands.answer_header,
    "grammar": grammar_errand.answer_grammar,
}


def run(channel: Channel, kind: str, frame: Mapping[str, Any]) -> int:
    """Answer the question in ``frame`` (without its kind) and return the exit code."""
    try:
        answer = answer_to_json(ERRANDS[kind](frame))
    except UserError as error:
        answer = {"event": "failed", "error": error.to_json()}
    except (KeyError, TypeError, ValueError):
        return EXIT_PROTOCOL
    channel.send({**answer, "turn": LOAD_TURN})
    return EXIT_OK
