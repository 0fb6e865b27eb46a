"""What a message shows, as plain values: runs, paragraphs, code, tables.

Job: the form between Markdown and Qt. Every source has a ``text`` whose UTF-16 offsets are the
positions the view selects by. Rule: frozen, no Qt, no Markdown tokens; equal sources look equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntFlag
from functools import cached_property

HARD_BREAK = "\u2028"
"""A line break inside a paragraph, in the form QTextDocument keeps."""
LONG_LINE = 20_000
"""A line of typed words longer than this many characters is drawn as several."""
GROUP_CHARACTERS = 4000
"""A text segment is closed at the first paragraph beyond this many characters."""


class Style(IntFlag):
    """How a run of characters is set."""

    PLAIN = 0
    STRONG = 1
    EMPHASIS = 2
    CODE = 4
    STRIKE = 8
    MATHS = 16
    """A formula with its signs, as :func:`app.markup.maths.latex_of` reads it; one run, never joined."""
    RAISED = 32
    """The label of a footnote."""


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one style; ``href`` is a link that may be followed, else empty."""

    text: str
    style: Style = Style.PLAIN
    href: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One block of text.

    ``kind`` is ``p``, ``h1`` to ``h6``, ``note`` (a footnote) or ``rule``; ``gap`` the pixels above it
    at 100 % text; ``tight`` says that nothing but a line break separates it from the paragraph before;
    ``indent`` counts lists around it, ``quote`` block quotes, ``bars`` the lists around each of these;
    ``marker`` is the bullet or number of a list item, its box (``[ ]``, ``[x]``) or the label of a note;
    ``same_line`` says that not even a line break stood between it and the paragraph before.
    """

    runs: tuple[Run, ...]
    kind: str = "p"
    gap: int = 0
    tight: bool = False
    indent: int = 0
    quote: int = 0
    marker: str = ""
    bars: tuple[int, ...] = ()
    same_line: bool = False

    @property
    def text(self) -> str:
        """The characters, as they stand in the document."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True)
class TextSource:
    """Consecutive paragraphs: one text segment."""

    paragraphs: tuple[Paragraph, ...]

    @property
    def gap(self) -> int:
        """The space above the segment."""
        return self.paragraphs[0].gap

    @cached_property
    def text(self) -> str:
        """The characters; paragraphs are one position apart."""
        return "\n".join(paragraph.text for paragraph in self.paragraphs)


@dataclass(frozen=True, slots=True)
class CodeSource:
    """A code block. ``language`` is the info string's first word, ``open`` that it still grows.

    ``title`` is the name of the file it is, where it is one.
    """

    text: str
    language: str = ""
    open: bool = False
    gap: int = 0
    indent: int = 0
    quote: int = 0
    title: str = ""


@dataclass(frozen=True, slots=True)
class MathsSource:
    """A formula on lines of its own.

    ``latex`` is what stands between its signs; ``open`` says that its end has not come yet.
    """

    latex: str
    open: bool = False
    gap: int = 0
    indent: int = 0
    quote: int = 0

    @property
    def text(self) -> str:
        """The formula with its signs: what the clipboard gets."""
        return f"$$\n{self.latex}\n$$" if "\n" in self.latex else f"$${self.latex}$$"


Cell = tuple[Run, ...]


@dataclass(frozen=True)
class TableSource:
    """A table; the first of ``rows`` is the header. ``aligns`` holds ``left``, ``right``, ``center``.

    ``continued`` says that it is a further piece of the table before it, with the header once more.
    """

    rows: tuple[tuple[Cell, ...], ...]
    aligns: tuple[str, ...]
    gap: int = 0
    indent: int = 0
    quote: int = 0
    continued: bool = False

    @cached_property
    def text(self) -> str:
        """Tab separated values: what the clipboard gets, and what positions count in."""
        return "\n".join("\t".join(cell_text(cell) for cell in row) for row in self.rows)


Atom = Paragraph | CodeSource | MathsSource | TableSource
Source = TextSource | CodeSource | MathsSource | TableSource


def cell_text(cell: Cell) -> str:
    """Return a cell's characters on one line."""
    text = "".join(run.text for run in cell)
    return text.translate(_ONE_LINE)


_ONE_LINE = {ord("\t"): " ", ord("\n"): " ", ord(HARD_BREAK): " "}


def utf16_length(text: str) -> int:
    """Return how many positions Qt counts in ``text``."""
    return len(text) + sum(1 for sign in text if sign > "\uffff") if not text.isascii() else len(text)


def utf16_slice(text: str, start: int, end: int) -> str:
    """Return the characters between two of Qt's positions; half a character becomes U+FFFD."""
    if text.isascii() or max(text, default="") <= "\uffff":
        return text[start:end]
    return text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le", "replace")


class Grouper:
    """Gathers atoms into segments, the same way however the atoms arrive."""

    def __init__(self) -> None:
        self.closed: list[Source] = []
        self._open: list[Paragraph] = []
        self._size = 0

    def add(self, atoms: Sequence[Atom]) -> None:
        """Take more atoms; segments that cannot change any more go to ``closed``."""
        for atom in atoms:
            if isinstance(atom, Paragraph):
                if self._size > GROUP_CHARACTERS:
                    self._close()
                self._open.append(atom)
                self._size += len(atom.text) + 1
            else:
                self._close()
                self.closed.append(atom)

    def with_tail(self, atoms: Sequence[Atom]) -> list[Source]:
        """Return all segments as they would be with ``atoms`` added, without adding them."""
        tail = Grouper()
        tail._open = list(self._open)
        tail._size = self._size
        tail.add(atoms)
        tail._close()
        return self.closed + tail.closed

    def _close(self) -> None:
        if self._open:
            self.closed.append(TextSource(tuple(self._open)))
            self._open = []
        self._size = 0


def plain_lines(text: str) -> list[Paragraph]:
    """Return words as they were typed: every line a paragraph, nothing interpreted.

    A line of absurd length is drawn in pieces, which belong together when they are copied.
    """
    made: list[Paragraph] = []
    for line in text.split("\n"):
        pieces = [line[start : start + LONG_LINE] for start in range(0, len(line), LONG_LINE)] or [""]
        for number, piece in enumerate(pieces):
            runs = (Run(piece),) if piece else ()
            made.append(Paragraph(runs, tight=bool(made), same_line=number > 0))
    return made
