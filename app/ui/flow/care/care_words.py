"""What the engine's care says.

Job: from a reading and a step to a sentence and its buttons. Rule: figures first, then what was done,
then what can be done; no decision is made here.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.core import texts
from app.core.computer.pressure import Pressure, Reading
from app.ui.views.window.notice_card import NoticeKind

SHORTER, LONGER, CLOSE = "shorter_context", "longer_context", "close"
"""Codes of the buttons."""

Action = tuple[str, str]
_MIB_OF_A_GB = 1024.0


@dataclass(frozen=True, slots=True)
class Remark:
    """Something the person is told, with the codes and words of its buttons."""

    kind: NoticeKind
    sentence: str
    actions: tuple[Action, ...]


def short(reading: Reading, *, can_shorten: bool) -> Remark:
    """Say that memory is short while an answer is being written."""
    return _warning(_figures(reading), texts.text("care.memory.slow"), offer=can_shorten)


def freed(reading: Reading, *, can_shorten: bool) -> Remark:
    """Say that caches were given back."""
    return _warning(_figures(reading), texts.text("care.memory.freed"), offer=can_shorten)


def shortening(reading: Reading, before: int, after: int, *, stopped: bool) -> Remark:
    """Say that the model is loaded again; ``stopped``: an answer had to end for it."""
    doing = texts.text("care.memory.shortening", before=texts.number(before), after=texts.number(after))
    return _warning(_figures(reading), _stopped(stopped), doing)


def shortened(before: int, after: int) -> Remark:
    """Say that the model is loaded with a shorter context."""
    return Remark(
        NoticeKind.INFO,
        texts.text("care.memory.shortened", before=texts.number(before), after=texts.number(after)),
        ((LONGER, texts.text("care.actions.longer")), _close()),
    )


def ended(reading: Reading, *, stopped: bool) -> Remark:
    """Say that the engine was ended for want of memory."""
    return _warning(_figures(reading), _stopped(stopped), texts.text("care.memory.ended"))


def restarted_after_sleep() -> Remark:
    """Say that the engine was started again after sleep."""
    return Remark(NoticeKind.INFO, texts.text("care.wake.restarted"), (_close(),))


def still_wrong() -> Remark:
    """Say that starting the engine again did not help."""
    return _warning(texts.text("care.wake.failed"))


def _figures(reading: Reading) -> str:
    full = reading.pressure is Pressure.CRITICAL
    used, total = reading.used_mib / _MIB_OF_A_GB, reading.memory.ceiling_mib / _MIB_OF_A_GB
    values = {"used": texts.number(used, 1), "total": texts.number(total, 1, short=True)}
    return texts.text("care.memory.full" if full else "care.memory.short", **values)


def _stopped(stopped: bool) -> str:
    return texts.text("care.memory.stopped") if stopped else ""


def _warning(*sentences: str, offer: bool = False) -> Remark:
    actions = [(SHORTER, texts.text("care.actions.shorter"))] if offer else []
    said = " ".join(sentence for sentence in sentences if sentence)
    return Remark(NoticeKind.WARN, said, (*actions, _close()))


def _close() -> Action:
    return (CLOSE, texts.text("ui.actions.close_notice"))
