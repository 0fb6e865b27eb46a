"""Reads the model's tokens as messages while they arrive.

Job: messages, channels and text increments from any sequence of ids. Rule: total. It never raises,
never loses the answer's text, never emits half a character, and never calls reasoning, unknown
channels, tool traffic or other roles the answer. Decisions are made by id, never by spelling.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from app.harmony.header import NOBODY, Header, Opening, Segment, read_header, read_unfinished
from app.harmony.vocabulary import Vocabulary

_REPLACEMENT = "\ufffd"
_utf8_decoder = codecs.getincrementaldecoder("utf-8")


class Display(StrEnum):
    """Where a message may be shown."""

    REASONING = "reasoning"
    PREAMBLE = "preamble"
    FINAL = "final"
    TOOL_CALL = "tool_call"
    HIDDEN = "hidden"


class Terminator(StrEnum):
    """What ended a message."""

    END = "end"
    RETURN = "return"
    CALL = "call"
    ENDOFTEXT = "endoftext"
    EOS = "eos"
    """The stream ended."""
    START = "start"
    """The next message began without an end."""


@dataclass(frozen=True, slots=True)
class ParsedMessage:
    """One message read. ``complete`` is False when the stream ended inside it.

    ``name`` is a tool's or an author's name; ``content_type`` begins with ``<|constrain|>`` where the
    control token stood before it.
    """

    role: str
    name: str | None
    channel: str | None
    recipient: str | None
    content_type: str | None
    content: str
    complete: bool
    terminator: Terminator
    display: Display

    def to_json(self) -> dict[str, Any]:
        """Return plain data, every key present."""
        return {**asdict(self), "terminator": self.terminator.value, "display": self.display.value}


@dataclass(frozen=True, slots=True)
class ParserEvent:
    """More text of message number ``index``; the first event of an index opens it and may be empty.

    ``display``, ``recipient`` and ``content_type`` are the same in all events of one index, and the
    texts of one index concatenate to the message's content.
    """

    index: int
    display: Display
    text: str
    recipient: str = ""
    content_type: str = ""


class StreamParser:
    """Reads one generation.

    ``start_role`` is ``assistant`` when the prompt already ended with ``<|start|>assistant``, None when
    the stream begins with a start token. ``messages`` and ``stray`` grow as messages end; ``repaired``
    turns True when the model left the form and something had to be guessed.
    """

    def __init__(self, vocabulary: Vocabulary, start_role: str | None = "assistant") -> None:
        if start_role not in (None, "assistant"):
            raise ValueError("a generation continues the assistant's message or nothing")
        self._vocabulary = vocabulary
        special = vocabulary.special
        self._start, self._message = special["start"], special["message"]
        self._marks = {special["channel"]: "channel", special["constrain"]: "constrain"}
        self._terminators = {
            special[kind.value]: kind
            for kind in (Terminator.END, Terminator.RETURN, Terminator.CALL, Terminator.ENDOFTEXT)
        }
        self.messages: list[ParsedMessage] = []
        self.stray: list[str] = []
        self.repaired = False
        self._opening = Opening.PROMPT if start_role else Opening.NOTHING
        self._segments = [Segment("")]
        self._header: Header | None = None
        self._texts: list[str] = []
        self._decoder = _utf8_decoder("replace")

    @property
    def display(self) -> Display | None:
        """Where the message being read belongs, None between messages and inside headers."""
        return None if self._header is None else display_of(self._header)

    def push(self, token: int) -> list[ParserEvent]:
        """Read one id of any value; return what became readable, oldest first."""
        terminator = self._terminators.get(token)
        if terminator is not None:
            return self._end(terminator)
        if token == self._start:
            return self._begin()
        if self._header is not None:
            return self._content(token)
        if token == self._message:
            return self._open()
        self._header_token(token)
        return []

    def feed(self, tokens: Iterable[int]) -> list[ParserEvent]:
        """Read several ids; the same as pushing them one by one."""
        return [event for token in tokens for event in self.push(token)]

    def finish(self, *, cut: bool = False) -> list[ParserEvent]:
        """Say that the stream has ended; return the last events.

        Of one that was ``cut`` by others, half a character at its end is left away: more was to come.
        """
        if cut:
            self._decoder.reset()
        return self._end(Terminator.EOS)

    # --- headers ---------------------------------------------------------------------------------

    def _header_token(self, token: int) -> None:
        piece = self._vocabulary.piece(token)
        mark = self._marks.get(token)
        if piece is not None:
            self._segments[-1].data += piece
        elif mark is not None:
            self._segments.append(Segment(mark))
        else:
            self.repaired = True  # a control token without meaning here, or a number that is no token

    def _open(self) -> list[ParserEvent]:
        nothing = self._opening is Opening.NOTHING
        header = read_header(self._segments, self._opening)
        if nothing and header.stray and _only_text(self._segments) and header.recipient is None:
            header.stray = self._segments[0].text  # nothing in it was understood: keep it to the letter
        self._stray(header.stray)
        self.repaired |= header.repaired
        self._header = header
        self._texts = []
        self._decoder.reset()
        return [self._event("")]

    # --- content ---------------------------------------------------------------------------------

    def _content(self, token: int) -> list[ParserEvent]:
        piece = self._vocabulary.piece(token)
        if piece is not None:
            return self._emit(self._decoder.decode(piece))
        # Control tokens mean nothing inside a message and are never shown as text.
        self.repaired = True
        broken = self._decoder.decode(b"", final=True)
        return self._emit(broken if self._vocabulary.is_control(token) else broken + _REPLACEMENT)

    def _emit(self, text: str) -> list[ParserEvent]:
        if not text:
            return []
        self._texts.append(text)
        return [self._event(text)]

    def _event(self, text: str) -> ParserEvent:
        header = self._header
        assert header is not None
        return ParserEvent(
            index=len(self.messages),
            display=display_of(header),
            text=text,
            recipient=header.recipient or "",
            content_type=header.content_type or "",
        )

    # --- borders ---------------------------------------------------------------------------------

    def _begin(self) -> list[ParserEvent]:
        """Take a start token: end what is open, then expect a header whose first word is a role."""
        is_border = self._opening is Opening.NOTHING and self._header is None
        events = self._end(Terminator.START)
        self.repaired |= not is_border
        self._opening = Opening.START
        return events

    def _end(self, terminator: Terminator) -> list[ParserEvent]:
        if self._header is not None:
            events = self._emit(self._decoder.decode(b"", final=True))
            self._close(self._header, "".join(self._texts), terminator)
        else:
            events = self._end_header(terminator)
        self._header = None
        self._opening = Opening.NOTHING
        self._segments = [Segment("")]
        return events

    def _end_header(self, terminator: Terminator) -> list[ParserEvent]:
        """Take the end of a message whose content had not begun."""
        if self._opening is Opening.NOTHING and not any(s.mark == "channel" for s in self._segments):
            self._stray("".join(segment.text for segment in self._segments))
            return []
        self.repaired |= terminator is not Terminator.EOS
        header = read_unfinished(self._segments, self._opening, cut=terminator is Terminator.EOS)
        if header is None:
            return []
        self._stray(header.stray)
        self.repaired = True
        self._header, self._texts = header, []
        events = self._emit(header.content or "")
        self._close(header, header.content or "", terminator)
        return events

    def _close(self, header: Header, content: str, terminator: Terminator) -> None:
        self.messages.append(
            ParsedMessage(
                role=header.role,
                name=header.name,
                channel=header.channel,
                recipient=header.recipient,
                content_type=header.content_type,
                content=content,
                complete=terminator is not Terminator.EOS,
                terminator=terminator,
                display=display_of(header),
            )
        )

    def _stray(self, text: str) -> None:
        if text:
            self.stray.append(text)
            self.repaired = True


def display_of(header: Header) -> Display:
    """Return where a message with this header may be shown."""
    if header.role != "assistant":
        return Display.HIDDEN
    if header.recipient not in NOBODY:
        return Display.TOOL_CALL
    if header.channel in (None, "final"):
        return Display.FINAL
    if header.channel == "analysis":
        return Display.REASONING
    return Display.PREAMBLE if header.channel == "commentary" else Display.HIDDEN


def _only_text(segments: list[Segment]) -> bool:
    return len(segments) == 1


def parse(vocabulary: Vocabulary, tokens: Iterable[int], start_role: str | None) -> StreamParser:
    """Return a parser that has read ``tokens`` to their end."""
    parser = StreamParser(vocabulary, start_role)
    parser.feed(tokens)
    parser.finish()
    return parser
