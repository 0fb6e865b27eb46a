"""A continued turn that nobody ends keeps what the message said before."""

from __future__ import annotations

from app.core.conversation.message import Part, PartKind, Stop
from app.engine.protocol.events import PartDelta
from app.engine.shown import Shown

REASONING = Part(PartKind.REASONING, "Hm.")
BEGUN = Part(PartKind.ANSWER, "It is", complete=False)


def test_what_was_there_before_is_kept_and_added_to() -> None:
    shown = Shown((REASONING, BEGUN))
    assert shown.cancelled().parts == (REASONING, BEGUN)
    shown.note(PartDelta(1, PartKind.ANSWER, " so."))
    shown.note(PartDelta(2, PartKind.TOOL_CALL, "1+1", "python"))
    done = shown.cancelled()
    assert done.stop is Stop.CANCELLED
    assert done.parts == (
        REASONING,
        Part(PartKind.ANSWER, "It is so.", complete=False),
        Part(PartKind.TOOL_CALL, "1+1", "python", complete=False),
    )
