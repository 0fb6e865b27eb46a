"""What one message consists of, from its parts, whole or still streaming.

Job: sort parts into working notes, bodies of Markdown, tool traffic and notices, and keep them while
they grow. Rule: no Qt; hidden parts and the person's manual pages are never shown; the plan of a
message that streamed equals the plan of the same message loaded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.conversation.message import Part, PartKind, Role
from app.core.texts import plural, text
from app.engine.protocol.events import PartDelta
from app.markup.atoms import Body
from app.markup.lexers import language_of_file
from app.markup.sanitise import NewlineFilter, clean, clean_code
from app.markup.sources import CodeSource, Grouper, Source, TextSource, plain_lines
from app.storage.records import MessageState
from app.ui.transcript.model import TranscriptItem

_BODIES = frozenset({PartKind.ANSWER, PartKind.PREAMBLE, PartKind.SUMMARY})
_TRAFFIC = frozenset({PartKind.TOOL_CALL, PartKind.TOOL_RESULT})
SENTENCE_END = re.compile("[.!?\u2026\u3002\uff01\uff1f](?=[\\s\"'\u201d\u2019)]|$)")
_LANGUAGES = {"code": "python", "json": "json"}


@dataclass(frozen=True, slots=True)
class Fold:
    """A line or chip that opens to a text: tool traffic, or what is attached to a question."""

    key: int
    title: str
    code: CodeSource
    detail: str = ""
    pasted: bool = False


@dataclass(frozen=True, slots=True)
class Attached:
    """What is attached to a question, in order."""

    folds: tuple[Fold, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence about the answer. ``tone`` is ``quiet`` or ``warn``.

    ``retry`` offers to try again, ``go_on`` to continue, for which an answer at the ``edge`` of the
    context needs room first.
    """

    words: str
    tone: str
    retry: bool
    go_on: bool = False
    edge: bool = False


Entry = Source | Fold | Attached | Notice


class _Section:
    """One part."""

    def __init__(
        self, kind: PartKind, name: str, content_type: str = "", *, complete: bool = True
    ) -> None:
        self.kind = kind
        self.name = name
        self.content_type = content_type
        self.complete = complete
        self.pieces: list[str] = []
        self.body = Body() if kind in _BODIES else None

    @property
    def text(self) -> str:
        if len(self.pieces) > 1:
            self.pieces = ["".join(self.pieces)]
        return self.pieces[0] if self.pieces else ""

    def feed(self, words: str) -> None:
        self.pieces.append(words)
        if self.body is not None:
            self.body.feed(words)


class Content:
    """The content of one message."""

    def __init__(self, item: TranscriptItem) -> None:
        self.item = item
        self._sections: list[_Section] = []
        self._places: dict[int, _Section] = {}
        self._notes: str | None = None
        self._finished = item.state is not MessageState.STREAMING
        for number, part in enumerate(item.parts):
            self._add_part(number, part)
        self._user = _asked(item) if item.role is Role.USER else []

    def _add_part(self, number: int, part: Part) -> None:
        section = _Section(part.kind, part.name, part.content_type, complete=part.complete)
        section.pieces = [part.text]
        if section.body is not None:
            section.body = Body(part.text) if self._finished else section.body
            if not self._finished:
                section.body.feed(part.text)
        self._sections.append(section)
        self._places[number] = section

    # --- growing --------------------------------------------------------------------------------

    def feed(self, delta: PartDelta) -> None:
        """Add streamed text to its part, opening the part if it is new."""
        section = self._places.get(delta.index)
        if section is None:
            section = _Section(delta.kind, delta.name, complete=False)
            self._places[delta.index] = section
            self._sections.append(section)
        if delta.text:
            section.feed(delta.text)
            self._notes = self._notes if section.kind is not PartKind.REASONING else None

    def settle(self, item: TranscriptItem) -> bool:
        """Take the final item; returns False if its parts are not what streamed (start anew then)."""
        mine = [(section.kind, section.name, section.text) for section in self._sections]
        if mine != [(part.kind, part.name, part.text) for part in item.parts]:
            return False
        for section, part in zip(self._sections, item.parts, strict=True):
            section.content_type = part.content_type
            section.complete = part.complete
            if section.body is not None:
                section.body.finish()
        self.item = item
        self._finished = True
        return True

    # --- reading --------------------------------------------------------------------------------

    @property
    def reasoning(self) -> str:
        """The working notes, cleaned."""
        if self._notes is None:
            pieces = [each.text for each in self._sections if each.kind is PartKind.REASONING]
            self._notes = _tidy("\n\n".join(piece.strip("\n") for piece in pieces if piece.strip()))
        return self._notes

    def bodies(self) -> list[Body]:
        """Return the Markdown bodies in order."""
        return [section.body for section in self._sections if section.body is not None]

    def plan(self) -> list[Entry]:
        """Return what is drawn below the header, in order."""
        if self.item.role is Role.USER:
            return list(self._user)
        entries: list[Entry] = []
        for number, section in enumerate(self._sections):
            if section.body is not None:
                entries += section.body.sources
            elif section.kind in _TRAFFIC:
                entries.append(_fold(number, section, finished=self._finished))
        return entries + list(_notices(self.item))

    def sources(self, *, folds: bool = True) -> list[Source]:
        """Return what the clipboard can get, in order, with tool traffic as code if ``folds``."""
        found: list[Source] = []
        for entry in self.plan():
            if isinstance(entry, Fold):
                found += [entry.code] if folds else []
            elif not isinstance(entry, Notice | Attached):
                found.append(entry)
        return found


def notes_source(notes: str) -> TextSource:
    """Return working notes as one segment of plain lines."""
    return TextSource(tuple(plain_lines(notes)))


def last_sentence(notes: str) -> str:
    """Return the last complete sentence of working notes on one line, empty if there is none yet."""
    tail = notes[-2000:]
    ends = [hit.end() for hit in SENTENCE_END.finditer(tail)]
    if not ends:
        return ""
    start = ends[-2] if len(ends) > 1 else 0
    return " ".join(tail[start : ends[-1]].split()).lstrip("\"'\u201d\u2019) ")


def _question(item: TranscriptItem) -> str:
    return "\n\n".join(part.text for part in item.parts if part.kind is PartKind.TEXT and part.text)


def _asked(item: TranscriptItem) -> list[Entry]:
    """Return what a question consists of: what is attached, then its words."""
    folds = tuple(
        Fold(
            number,
            clean(part.name) or text("attach.pasted"),
            _file(part),
            plural("attach.characters", len(part.text)),
            pasted=not part.name,
        )
        for number, part in enumerate(item.parts)
        if part.kind is PartKind.ATTACHMENT
    )
    attached: list[Entry] = [Attached(folds)] if folds else []
    return [*attached, *_plain_sources(_question(item))]


def _file(part: Part) -> CodeSource:
    name = clean(part.name)
    language = language_of_file(name)
    return CodeSource(clean_code(part.text), language, title=name or text("attach.pasted"))


def _tidy(words: str) -> str:
    newlines = NewlineFilter()
    return clean(newlines.feed(words) + newlines.finish())


def _plain_sources(words: str) -> list[Source]:
    grouper = Grouper()
    grouper.add(plain_lines(_tidy(words)))
    return grouper.with_tail([])


def _fold(number: int, section: _Section, *, finished: bool) -> Fold:
    name = clean(section.name)[:60]
    if section.kind is PartKind.TOOL_RESULT:
        title = text("transcript.result", name=name)
    elif finished and not section.complete:
        title = text("transcript.call_incomplete", name=name)
    else:
        title = text("transcript.call", name=name)
    kind = section.content_type.strip("<|>").removeprefix("constrain|>")
    guess = "python" if section.name == "python" else ""
    language = "" if section.kind is PartKind.TOOL_RESULT else _LANGUAGES.get(kind, guess)
    return Fold(number, title, CodeSource(clean_code(section.text.strip("\n")), language))


def _notices(item: TranscriptItem) -> Sequence[Notice]:
    found: list[Notice] = []
    if item.state is MessageState.STOPPED:
        found.append(Notice(text("transcript.stopped"), "quiet", retry=True, go_on=True))
    elif item.state is MessageState.INTERRUPTED:
        found.append(Notice(text("transcript.interrupted"), "warn", retry=True))
    elif item.state is MessageState.LENGTH:
        words = "panels.continue.edge" if item.edge else "transcript.length"
        found.append(Notice(text(words), "warn", retry=False, go_on=True, edge=item.edge))
    if item.repaired:
        retry = not any(notice.retry for notice in found)
        found.append(Notice(text("transcript.repaired"), "warn", retry=retry))
    return found
