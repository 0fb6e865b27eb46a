"""An answer said while it is written.

Job: let assistive technology say each sentence once it is finished, that thinking began and ended, and
how the answer ended. Rule: words and never tokens, politely, one announcement a sentence; only what went
wrong interrupts. Nothing is split or kept while nobody listens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum

from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QWidget

from app.core.texts import text
from app.markup.sources import MathsSource, Source, TableSource, TextSource
from app.storage.records import MessageState
from app.ui.transcript.access.outline import spoken
from app.ui.transcript.access.words import code_name, table_name
from app.ui.transcript.content import Content, Notice
from app.ui.transcript.segments.notes import Live, spell_thought
from app.ui.widgets.access.announce import announce

_END = re.compile("[.!?\u2026]+[\"'\u201d\u2019)\\]]*(?=\\s+[^\\sa-z])|[\u3002\uff01\uff1f]+|\n")
"""Where a sentence ends: a small letter after the stop means that it was an abbreviation."""


class ReadAloud(Enum):
    """How much of an answer is said while it is written."""

    SENTENCES = "sentences"
    END = "end"
    OFF = "off"


class Sentences:
    """The finished sentences of sources that grow, each once."""

    def __init__(self, sources: Sequence[Source] = ()) -> None:
        """Begin after what ``sources`` say already."""
        self._index = max(0, len(sources) - 1)
        self._offset = len(_words(sources[-1])) if sources else 0

    def take(self, sources: Sequence[Source], *, finished: bool = False) -> Iterator[str]:
        """Yield what is new; the last source may still grow unless ``finished``."""
        while self._index < len(sources):
            source = sources[self._index]
            growing = self._index == len(sources) - 1 and not finished
            if isinstance(source, TextSource):
                yield from self._from_text(_words(source), growing=growing)
            elif not growing and not self._offset:
                yield _words(source)
            if growing:
                return
            self._index += 1
            self._offset = 0

    def _from_text(self, words: str, *, growing: bool) -> Iterator[str]:
        start = self._offset
        for hit in _END.finditer(words, start):
            sentence = words[start : hit.end()].strip()
            if any(map(str.isalpha, sentence)):  # the number of a list is said with its words
                yield sentence
                start = hit.end()
        if not growing:
            if words[start:].strip():
                yield words[start:].strip()
            start = len(words)
        self._offset = start


def _words(source: Source) -> str:
    if isinstance(source, TextSource):
        return "\n".join(spoken(paragraph) for paragraph in source.paragraphs)
    if isinstance(source, TableSource):
        return table_name(source)
    if isinstance(source, MathsSource):
        return source.latex
    return text("access.speech.code", name=code_name(source))


class Speech:
    """What one view says."""

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget
        self.mode = ReadAloud.SENTENCES
        self._sentences: Sentences | None = None
        self._thinking = self._thought = False

    @property
    def _reads(self) -> bool:
        return self.mode is ReadAloud.SENTENCES and QAccessible.isActive()

    def begin(self, content: Content) -> None:
        """Take an answer that begins, or goes on after what ``content`` holds."""
        self._sentences = Sentences(content.sources(folds=False)) if self._reads else None
        self._thinking = self._thought = False

    def step(self, content: Content, live: Live) -> None:
        """Say what is new in the answer."""
        if self._sentences is None or not self._reads:
            return
        if content.reasoning and not self._thought:
            if live.thought is not None:
                self._thought = True
                words = text("access.speech.thought", time=spell_thought(live.thought))
                announce(self._widget, words)
            elif not self._thinking and not live.reading:
                self._thinking = True
                announce(self._widget, text("access.speech.thinking"))
        self._say(content, finished=False)

    def _say(self, content: Content, *, finished: bool) -> None:
        if self._sentences is not None:
            for sentence in self._sentences.take(content.sources(folds=False), finished=finished):
                announce(self._widget, sentence)

    def end(self, content: Content, state: MessageState) -> None:
        """Say the rest, and how the answer ended."""
        if self._reads:
            self._say(content, finished=True)
        self._sentences = None
        failed = state is MessageState.INTERRUPTED
        if self.mode is ReadAloud.OFF and not failed:
            return
        notices = [entry.words for entry in content.plan() if isinstance(entry, Notice)]
        for words in notices or [text("transcript.complete")]:
            announce(self._widget, words, at_once=failed)
