"""Sources as HTML.

Job: paragraphs, lists, quotes, code, tables and formulas as elements. Rule: text is escaped, never
trusted; a link leads only where the transcript would let one lead; every block finds its own direction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape

from app.markup.lexers import language
from app.markup.marks import marked_lines
from app.markup.maths import latex_of
from app.markup.sanitise import allowed_link
from app.markup.sources import (
    HARD_BREAK,
    CodeSource,
    MathsSource,
    Paragraph,
    Run,
    Source,
    Style,
    TableSource,
    TextSource,
    utf16_slice,
)
from app.maths.drawing import draw_formula
from app.maths.formula import NotDrawable

LARGEST_COLOURED = 60_000
"""Code of more characters than this stays plain."""
EM = 15.0
"""Pixels of a letter of the page's text, which formulas are drawn for."""
_TAGS = (
    (Style.CODE, "code"),
    (Style.STRIKE, "s"),
    (Style.EMPHASIS, "em"),
    (Style.STRONG, "strong"),
    (Style.RAISED, "sup"),
)
LOWERED = re.compile(r'class="lower-(\d+)"')
"""A formula stands so many hundredths of an em below the line; the page's style has to say it."""
_NUMBER = re.compile(r"\d+")
_BOXES = {"[ ]": "\u2610", "[x]": "\u2611"}


def blocks_of(sources: Sequence[Source]) -> Iterator[str]:
    """Yield the elements of whole sources."""
    for source in sources:
        if isinstance(source, TextSource):
            yield from _Paragraphs().elements(source.paragraphs)
        elif isinstance(source, CodeSource):
            yield _code(source)
        elif isinstance(source, TableSource):
            yield from _table(source)
        else:
            yield _formula(source)


class _Paragraphs:
    """Opens and closes quotes and lists around paragraphs."""

    def __init__(self) -> None:
        self._quotes = 0
        self._lists: list[str] = []

    def elements(self, paragraphs: Sequence[Paragraph]) -> Iterator[str]:
        for paragraph in paragraphs:
            yield from self._lead_to(paragraph)
            yield _block(paragraph)
        yield from self._close_lists(0)
        yield "</blockquote>" * self._quotes

    def _lead_to(self, paragraph: Paragraph) -> Iterator[str]:
        if paragraph.quote != self._quotes:
            yield from self._close_lists(0)
            change = paragraph.quote - self._quotes
            yield '<blockquote dir="auto">' * change if change > 0 else "</blockquote>" * -change
            self._quotes = paragraph.quote
        if paragraph.kind == "note":  # it has its own number
            yield from self._close_lists(paragraph.indent - 1)
            return
        yield from self._close_lists(paragraph.indent)
        if not paragraph.marker or not paragraph.indent:
            return
        kind = "ol" if _NUMBER.match(paragraph.marker) else "ul"
        if len(self._lists) == paragraph.indent:
            if self._lists[-1] == kind:
                yield "</li>"
            else:
                yield from self._close_lists(paragraph.indent - 1)
        while len(self._lists) < paragraph.indent:
            number = _NUMBER.match(paragraph.marker)
            start = f' start="{number[0]}"' if number else ""
            yield f"<{kind}{start}>" + ("<li>" if len(self._lists) < paragraph.indent - 1 else "")
            self._lists.append(kind)
        yield '<li class="task">' if paragraph.marker in _BOXES else "<li>"

    def _close_lists(self, depth: int) -> Iterator[str]:
        while len(self._lists) > depth:
            yield f"</li></{self._lists.pop()}>"


def _block(paragraph: Paragraph) -> str:
    if paragraph.kind == "rule":
        return "<hr>"
    words = _inline(paragraph.runs)
    if paragraph.marker in _BOXES:
        words = f"{_BOXES[paragraph.marker]} {words}"
    if paragraph.kind == "note":
        return f'<p class="note" dir="auto"><sup>{escape(paragraph.marker)}</sup> {words}</p>'
    # The page's own headings are above those of an answer.
    tag = f"h{min(6, int(paragraph.kind[1]) + 2)}" if paragraph.kind[0] == "h" else "p"
    tight = ' class="tight"' if paragraph.tight else ""
    return f'<{tag}{tight} dir="auto">{words or "<br>"}</{tag}>'


def _inline(runs: Sequence[Run]) -> str:
    return "".join(map(_run, runs))


def _run(run: Run) -> str:
    if run.style & Style.MATHS:
        latex, display = latex_of(run.text)
        return _drawn(latex, run.text, display=display)
    words = escape(run.text).replace(HARD_BREAK, "<br>")
    for style, tag in _TAGS:
        if run.style & style:
            words = f"<{tag}>{words}</{tag}>"
    if run.href and allowed_link(run.href):
        words = f'<a href="{escape(run.href)}" rel="noopener noreferrer">{words}</a>'
    return words


def _drawn(latex: str, written: str, *, display: bool) -> str:
    try:
        formula = draw_formula(latex, display=display)
    except NotDrawable:
        return f"<code>{escape(written)}</code>"
    lower = max(0, round(formula.descent * 100))
    return formula.svg(latex, EM).replace("<svg ", f'<svg class="lower-{lower}" ', 1)


def _formula(source: MathsSource) -> str:
    return f'<div class="formula">{_drawn(source.latex, source.text, display=True)}</div>'


def _code(source: CodeSource) -> str:
    name = language(source.language).name
    code = f"<pre><code>{_coloured(source)}</code></pre>"
    return f'<figure class="code"><figcaption>{escape(name)}</figcaption>{code}</figure>'


def _coloured(source: CodeSource) -> str:
    if len(source.text) > LARGEST_COLOURED:
        return escape(source.text)
    lines = []
    for line, marks in zip(
        source.text.split("\n"), marked_lines(source.text, source.language), strict=False
    ):
        pieces, place = [], 0
        for start, length, group in marks:
            pieces.append(escape(utf16_slice(line, place, start)))
            place = start + length
            pieces.append(f'<span class="{group}">{escape(utf16_slice(line, start, place))}</span>')
        pieces.append(escape(utf16_slice(line, place, 2**31)))
        lines.append("".join(pieces))
    return "\n".join(lines)


def _table(source: TableSource) -> Iterator[str]:
    yield '<div class="table"><table>'
    for number, row in enumerate(source.rows):
        tag = 'th scope="col"' if not number else "td"
        yield "<thead>" if not number else "<tbody>" if number == 1 else ""
        cells = (
            f'<{tag} class="{align}" dir="auto">{_inline(cell)}</{tag[:2]}>'
            for cell, align in zip(row, source.aligns, strict=False)
        )
        yield f"<tr>{''.join(cells)}</tr>"
        yield "</thead>" if not number else ""
    yield "</tbody>" if len(source.rows) > 1 else ""
    yield "</table></div>"
