"""What an export says of a conversation, whatever its form.

Job: the heading, and of each message its name, its remarks and its sections. Rule: nothing is left out
in silence: what the model did not read, what was cut off and what is another version is said; working
notes come only when they were asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from app.core.conversation.message import Part, PartKind, Role
from app.core.texts import plural, text
from app.markup.atoms import Body
from app.markup.lexers import language_of_file
from app.markup.sanitise import NewlineFilter, clean, clean_code
from app.markup.sources import CodeSource, Source, TextSource, plain_lines
from app.storage.records import MessageRecord, MessageState

_BODIES = frozenset({PartKind.ANSWER, PartKind.PREAMBLE, PartKind.SUMMARY})
_REMARKS = {
    MessageState.STREAMING: "export.remark.streaming",
    MessageState.STOPPED: "export.remark.stopped",
    MessageState.INTERRUPTED: "export.remark.interrupted",
    MessageState.LENGTH: "export.remark.length",
}


@dataclass(frozen=True, slots=True)
class Export:
    """What is exported: a branch of a conversation, or an answer with its question.

    ``created`` and ``exported`` are seconds since the epoch; ``notes`` takes the working notes along.
    """

    title: str
    created: float
    exported: float
    messages: tuple[MessageRecord, ...]
    notes: bool = False

    def heading(self) -> list[str]:
        """Return the lines below the title: when, by whom, and what an exported file is not."""
        days = [moment(self.created)]
        last = max((each.created for each in self.messages), default=self.created)
        if moment(last) != days[0]:
            days.append(moment(last))
        zone = f"{datetime.fromtimestamp(self.exported).astimezone():UTC%z}"
        lines = [
            text("export.when", days=" \u2013 ".join(days), exported=moment(self.exported), zone=zone)
        ]
        names = dict.fromkeys(map(_model_of, self.messages))
        if any(names):
            lines.append(text("export.models", names=", ".join(filter(None, names))))
        unread = sum(each.left_out for each in self.messages)
        if unread:
            lines.append(text("export.unread_one" if unread == 1 else "export.unread", count=unread))
        return [*lines, text("export.outside")]


@dataclass(frozen=True, slots=True)
class Section:
    """A piece of a message. ``title`` stands over what is not the answer itself."""

    sources: tuple[Source, ...]
    title: str = ""
    warning: str = ""


def moment(seconds: float) -> str:
    """Return a day and a time."""
    when = datetime.fromtimestamp(seconds).astimezone()
    return f"{when.day} {when:%b} {when.year}, {when:%H:%M}"


def _model_of(record: MessageRecord) -> str:
    if not record.facts.model_name:
        return ""
    effort = text(f"ui.effort.{record.facts.effort.value}").lower()
    return text("export.model", name=clean(record.facts.model_name), effort=effort)


def name_of(record: MessageRecord) -> str:
    """Return who says a message, and when."""
    if record.message.role is Role.USER:
        return text("export.you", when=moment(record.created))
    name = clean(record.facts.model_name) or text("export.answer")
    if any(part.kind is PartKind.SUMMARY for part in record.message.parts):
        return text("export.summary", name=name, when=moment(record.created))
    effort = text(f"ui.effort.{record.facts.effort.value}").lower()
    return text("export.by", name=name, when=moment(record.created), effort=effort)


def remarks_of(record: MessageRecord) -> list[str]:
    """Return what is to be known about a message."""
    found = []
    if record.left_out:
        found.append(text("export.remark.unread"))
    if record.siblings > 1:
        found.append(text("export.remark.version", number=record.sibling, count=record.siblings))
    if record.state in _REMARKS:
        found.append(text(_REMARKS[record.state]))
    if record.facts.repaired:
        found.append(text("export.remark.repaired"))
    return found


def sections_of(
    record: MessageRecord, before: MessageRecord | None, *, notes: bool
) -> Iterator[Section]:
    """Yield the pieces of a message in order.

    The manual's page, which the vault keeps with the question, is a source of the answer to it: it is
    named last there, for which ``before`` is the message that stands before this one.
    """
    for part in record.message.parts:
        if not part.text.strip():
            continue
        if part.kind is PartKind.TEXT:
            yield Section((lines_of(part.text),))
        elif part.kind is PartKind.ATTACHMENT:
            yield _attachment(part)
        elif part.kind in _BODIES:
            yield Section(tuple(Body(part.text).sources))
        elif part.kind is PartKind.REASONING and notes:
            yield Section((lines_of(part.text),), text("export.notes"), text("export.notes_unchecked"))
        elif part.kind in (PartKind.TOOL_CALL, PartKind.TOOL_RESULT):
            yield _traffic(part)
    if before is not None and record.message.role is Role.ASSISTANT:
        yield from _manual(before)


def _manual(question: MessageRecord) -> Iterator[Section]:
    for part in question.message.parts:
        if part.kind is PartKind.MANUAL and part.name and part.text.strip():
            first = part.text.strip().splitlines()[0].removeprefix("Manual:").strip()
            yield Section((), text("export.manual", title=clean(first)))


def lines_of(words: str) -> TextSource:
    """Return words as they were typed."""
    newlines = NewlineFilter()
    return TextSource(tuple(plain_lines(clean(newlines.feed(words) + newlines.finish()))))


def _attachment(part: Part) -> Section:
    name = clean(part.name) or text("attach.pasted")
    title = text("attach.name", name=name, detail=plural("attach.characters", len(part.text)))
    language = language_of_file(clean(part.name))
    return Section((CodeSource(clean_code(part.text.strip("\n")), language),), title)


def _traffic(part: Part) -> Section:
    name = clean(part.name)[:60]
    if part.kind is PartKind.TOOL_RESULT:
        title = text("transcript.result", name=name)
    else:
        title = text("transcript.call" if part.complete else "transcript.call_incomplete", name=name)
    return Section((CodeSource(clean_code(part.text.strip("\n"))),), title)
