"""What a message's frame says of it: who wrote it and when, and how its toggle is called.

Job: short wordings from plain values, for the screen, for paper and for a screen reader. Rule: a time
of this computer; nothing is drawn here.
"""

from __future__ import annotations

from datetime import UTC, datetime

from app.core.texts import plural, text
from app.markup.sanitise import clean
from app.ui.transcript.model import TranscriptItem
from app.ui.transcript.segments.notes import spell_thought

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""A "now" beside which every day is another: paper says the day always."""


def spell_time(created: float, now: datetime | None = None) -> str:
    """Return when a message was written: the time, with the day if it was not today."""
    if created <= 0:
        return ""
    moment = datetime.fromtimestamp(created).astimezone()
    today = (now or datetime.now().astimezone()).date()
    clock = f"{moment:%H:%M}"
    if moment.date() == today:
        return clock
    day = f"{moment.day} {moment:%b}"
    return f"{day} {clock}" if moment.year == today.year else f"{day} {moment.year} {clock}"


def written_by(item: TranscriptItem) -> str:
    """Return the name of the model that wrote a message, as it may be shown."""
    return clean(item.model_name)[:80]


def summary_title(item: TranscriptItem) -> str:
    """Return what stands above a summary."""
    return plural("panels.summary.of", item.summary_of, name=written_by(item))


def reasoning_name(seconds: float, *, is_open: bool) -> str:
    """Return what the toggle of the working notes is called."""
    state = "shown" if is_open else "hidden"
    if seconds <= 0:
        return text(f"transcript.reasoning_{state}")
    return text(f"transcript.reasoning_{state}_after", time=spell_thought(seconds))
