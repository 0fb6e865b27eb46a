"""Colours in code, a slice at a time.

Job: lex code with Pygments and lay colours over a code document's lines. Rule: the text is never
changed; more than a few hundred lines, or what takes longer than a moment, is done in slices between
events, and very large code stays plain.
"""

from __future__ import annotations

import time
import weakref
from collections import deque

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QTextCharFormat, QTextLayout

from app.markup.lexers import PRELOAD, language, lexer
from app.markup.marks import marked_lines
from app.markup.sanitise import is_bidi_mark
from app.markup.sources import CodeSource
from app.ui.transcript.segments.documents import SafeDocument
from app.ui.transcript.style import TranscriptStyle

MAX_CHARACTERS = 60_000
SLICE_LINES = 200
SLICE_S = 0.02


class _Job:
    def __init__(self, document: SafeDocument, source: CodeSource) -> None:
        self.document = weakref.ref(document)
        self.lines = marked_lines(source.text, source.language)
        self.done = 0


class Highlighter(QObject):
    """Colours code documents; one timer, running only while there is code left to colour."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: deque[_Job] = deque()
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._slice)
        self._formats: dict[str, QTextCharFormat] = {}
        self._unloaded = list(PRELOAD)

    @property
    def busy(self) -> bool:
        """Say whether code is left to colour."""
        return bool(self._jobs)

    def set_style(self, style: TranscriptStyle) -> None:
        """Use the colours of ``style`` from now on; open work is dropped with its documents."""
        self._jobs.clear()
        self._timer.stop()
        self._formats = {}
        for group, colour in style.code_colours().items():
            look = QTextCharFormat()
            look.setForeground(colour)
            self._formats[group] = look

    def colour(self, document: SafeDocument, source: CodeSource) -> None:
        """Colour a complete code block: the first lines now, the rest between events."""
        if len(source.text) > MAX_CHARACTERS:
            return
        job = _Job(document, source)
        if not self._advance(job, 2 * SLICE_LINES):
            self._jobs.append(job)
            self._timer.start()

    def finish(self) -> None:
        """Colour all that is left, now."""
        while self._jobs:
            self._slice()

    def preload_one(self) -> bool:
        """Import one of the usual lexers; returns False when all are there."""
        if self._unloaded:
            lexer(language(self._unloaded.pop(0)))
        return bool(self._unloaded)

    def _slice(self) -> None:
        if self._jobs and self._advance(self._jobs[0], SLICE_LINES):
            self._jobs.popleft()
        if not self._jobs:
            self._timer.stop()

    def _advance(self, job: _Job, lines: int) -> bool:
        """Colour some lines; returns True when the job is done or its document is gone."""
        document = job.document()
        if document is None:
            return True
        block = document.findBlockByNumber(job.done)
        first = block.position()
        changed = False
        ends = time.monotonic() + SLICE_S
        for _ in range(lines):
            if time.monotonic() > ends:
                break
            marks = next(job.lines, None)
            if marks is None or not block.isValid():
                lines = -1
                break
            ranges = [self._range(*mark) for mark in marks]
            ranges += [
                self._range(start, end - start, "mark") for start, end in is_bidi_mark(block.text())
            ]
            if ranges:
                block.layout().setFormats(ranges)
                changed = True
            block = block.next()
            job.done += 1
        if changed:
            end = block.position() if block.isValid() else document.characterCount()
            document.markContentsDirty(first, end - first)
        return lines < 0

    def _range(self, start: int, length: int, group: str) -> QTextLayout.FormatRange:
        made = QTextLayout.FormatRange()
        made.start = start
        made.length = length
        made.format = self._formats[group]
        return made
