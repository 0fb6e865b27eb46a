"""What the header of a Harmony message says, however badly it was written.

Job: read the pieces between ``<|start|>`` and ``<|message|>`` into role, channel, recipient and content
type. Rule: total; the last channel wins, the first ``to=`` wins, repeats are ignored, the constrain
token begins the content type and never a recipient. ``repaired`` says that something had to be guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from app.harmony.messages import CHANNELS, CONSTRAIN, ROLES

NOBODY = (None, "assistant", "all")
"""Recipients that do not make a message a tool call."""

_TOOL_WORD = re.compile(r"(?:functions|browser)\.[\w.:-]+|python|browser")
_DOTTED = re.compile(r"[A-Za-z_][\w-]*(?:\.[\w-]+)+")
_CHANNEL_NAME = re.compile(r"\s*([^\s<]*)")
_TYPE_WORD = re.compile(r"\s*(?!to=)(\S*)")
_TYPE_NAME = re.compile(r"\s*(?!to=)([A-Za-z][\w+/.-]*)")
_RECIPIENT = re.compile(r"\s*to=([^\s{]*)")
_PLAIN_TYPE = re.compile(r"\s*(json|code)(?=[\s{\[])")


class Opening(StrEnum):
    """How a header came to begin."""

    START = "start"
    """After a start token: the first word is the role."""
    PROMPT = "prompt"
    """The prompt already ended with ``<|start|>assistant``."""
    NOTHING = "nothing"
    """After a message's end, without a start token: the first word may be a role or a channel."""


@dataclass(slots=True)
class Header:
    """What a header says. ``content`` is set when the message ended inside its header.

    ``stray`` holds words in front of a header that belong to nothing.
    """

    role: str = "assistant"
    name: str | None = None
    channel: str | None = None
    recipient: str | None = None
    content_type: str | None = None
    content: str | None = None
    stray: str = ""
    repaired: bool = False


@dataclass(slots=True)
class Segment:
    """The bytes that follow one control token of a header; ``mark`` is that token's name."""

    mark: str
    data: bytearray = field(default_factory=bytearray)

    @property
    def text(self) -> str:
        """The bytes as text; broken UTF-8 becomes U+FFFD."""
        return self.data.decode("utf-8", "replace")


def read_header(segments: list[Segment], opening: Opening) -> Header:
    """Return what a header that ended with ``<|message|>`` says."""
    reader = _Reader(opening)
    for segment in segments:
        rest = reader.mark(segment)
        reader.words(rest.split(), first=segment.mark == "")
    return reader.finish()


def read_unfinished(segments: list[Segment], opening: Opening, *, cut: bool) -> Header | None:
    """Return a message that ended inside its header: what follows the channel's name is its content.

    None where nothing follows. Without a channel it is what follows the role. ``cut`` says that the
    stream ended here, so that a last ``to`` is the beginning of a recipient.
    """
    reader = _Reader(opening)
    last = max((i for i, item in enumerate(segments) if item.mark == "channel"), default=0)
    content = ""
    for index, segment in enumerate(segments):
        rest = reader.mark(segment, closed=True)
        if index < last:
            reader.words(rest.split(), first=segment.mark == "")
        elif segment.mark == "":
            content += reader.fields(reader.lead(rest))
        else:
            content += reader.fields(rest)
    header = reader.finish()
    header.content = content.lstrip()
    if cut and header.content in ("t", "to"):
        header.content = ""
    header.repaired = True
    return header if header.content else None


class _Reader:
    """Collects the fields of one header, piece by piece."""

    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        self._header = Header(repaired=opening is Opening.NOTHING)
        self._needs_role = opening is not Opening.PROMPT
        self._channel_word: str | None = None
        self._typed = False
        self._tool_word: str | None = None
        self._bare: list[str] = []
        self._junk: list[str] = []

    def mark(self, segment: Segment, *, closed: bool = False) -> str:
        """Take what the segment's own token announces; return the text after it."""
        text, header = segment.text, self._header
        if segment.mark == "channel":
            match = _CHANNEL_NAME.match(text)
            assert match is not None
            rest = text[match.end() :]
            channel, glued = _split_glued(match[1], CHANNELS)
            header.repaired |= header.channel is not None or not channel or bool(glued)
            header.channel = channel or header.channel
            return f"{glued}{rest}"
        if segment.mark == "constrain":
            match = (_TYPE_NAME if closed else _TYPE_WORD).match(text)
            name = "" if match is None else match[1]
            rest = text if match is None else text[match.end() :]
            if self._typed:
                header.repaired = True
            else:
                header.content_type, self._typed = f"{CONSTRAIN}{name}", True
            return rest
        return text

    def words(self, words: list[str], *, first: bool) -> None:
        """Take the words of one segment; ``first`` for those before any control token."""
        queue = list(reversed(words))
        while queue:
            word = queue.pop()
            if word.startswith("to="):
                value = word.removeprefix("to=")
                if not value and queue and not queue[-1].startswith("to="):
                    value = queue.pop()
                self._recipient(value)
            elif first and self._needs_role:
                self._needs_role = False
                word, glued = _split_glued(word, ("assistant",))
                if glued:
                    queue.append(glued)
                    self._header.repaired = True
                self._role_word(word)
            elif first and word == self._header.role:
                self._header.repaired |= self._opening is not Opening.PROMPT
            elif first and word in CHANNELS and self._channel_word is None:
                self._channel_word = word
            elif _TOOL_WORD.fullmatch(word) and self._tool_word is None:
                self._tool_word = word
            else:
                self._bare.append(word)

    def lead(self, text: str) -> str:
        """Take role and channel words in front of content that has no channel token; return the rest."""
        while True:
            match = re.match(r"\s*(\S+)", text)
            if match is None:
                return text
            word = match[1]
            is_own = word == self._header.role or (word in CHANNELS and self._channel_word is None)
            if not (self._needs_role or is_own):
                return text
            if self._needs_role and word.startswith("to="):
                return text
            self.words([word], first=True)
            text = text[match.end() :]

    def fields(self, text: str) -> str:
        """Take recipients and a plain content type in front of content; return the content."""
        while (match := _RECIPIENT.match(text)) is not None:
            self._recipient(match[1])
            text = text[match.end() :]
        match = _PLAIN_TYPE.match(text)
        if match is not None and self._header.recipient is not None and not self._typed:
            self._bare.append(match[1])
            text = text[match.end() :]
        return text

    def finish(self) -> Header:
        """Weigh what was collected and return the header."""
        header = self._header
        if self._channel_word is not None:
            header.repaired = True
            header.channel = header.channel or self._channel_word
        if self._tool_word is not None:
            if header.recipient is None and header.role == "assistant":
                header.recipient, header.repaired = self._tool_word, True
            else:
                self._bare.append(self._tool_word)
        if self._opening is Opening.NOTHING and self._junk:
            # Words that named neither role nor channel: a tool when they say so, else nothing at all.
            first = self._junk[0]
            if (
                header.recipient == "assistant"
                or _DOTTED.fullmatch(first)
                or _TOOL_WORD.fullmatch(first)
            ):
                header.role, header.name = "tool", first
            else:
                header.stray = " ".join([*self._junk, *self._bare])
                self._bare = []
        if self._bare and not self._typed:
            header.content_type = self._bare[-1]
        header.repaired |= len(self._bare) > 1 or (bool(self._bare) and self._typed)
        header.repaired |= self._needs_role
        header.repaired |= header.role == "assistant" and header.channel is None
        return header

    def _recipient(self, value: str) -> None:
        if self._header.recipient is None and value:
            self._header.recipient = value
        else:
            self._header.repaired = True

    def _role_word(self, word: str) -> None:
        header = self._header
        role, colon, name = word.partition(":")
        if role in ROLES and (role != "tool" or not colon):
            header.role = role
            header.name = word if role == "tool" else name or None
        elif word in CHANNELS:
            self._channel_word = word
        elif self._opening is Opening.NOTHING:
            self._junk.append(word)
        else:
            header.role, header.name = "tool", word


def _split_glued(word: str, known: tuple[str, ...]) -> tuple[str, str]:
    """Split ``commentaryto=f`` or ``assistantfinal`` where what stood between them is missing."""
    for name in known:
        rest = word.removeprefix(name)
        if rest != word and (rest.startswith("to=") or (name == "assistant" and rest in CHANNELS)):
            return name, rest
    return word, ""
