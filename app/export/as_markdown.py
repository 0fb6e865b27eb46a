"""An export as Markdown.

Job: write a conversation so that any reader of Markdown shows it as it stood on the screen. Rule: what
was typed stays as it was typed, what a model wrote is written anew from what was read of it: no HTML
passes, and pictures stay links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from app.core.conversation.message import Role
from app.export.record import Export, name_of, remarks_of, sections_of
from app.markup.sanitise import clean
from app.markup.sources import MathsSource, Paragraph, Run, Source, Style, TableSource, TextSource
from app.markup.writing import BETWEEN, markdown_all
from app.storage.records import MessageRecord

_MEANS_SOMETHING = re.compile(r"(#{1,6}(?=\s|$)|[-+>](?=\s|$)|>|={3,}|-{3,}|~{3,})")
_MARKUP = re.compile(r"<(?=[A-Za-z/!?])|!(?=\[)|\](?=[(\[])")
"""What begins HTML, a picture or a link. A space behind it changes no formula."""
_NUMBERED = re.compile(r"(\d{1,9})([.)])(?=\s|$)")


def as_markdown(export: Export) -> str:
    """Return the whole file."""
    return BETWEEN.join(piece for piece in _pieces(export) if piece) + "\n"


def _pieces(export: Export) -> Iterator[str]:
    yield "# " + _line(export.title)
    for line in export.heading():
        yield _line(line)
    labels: set[str] = set()
    before: MessageRecord | None = None
    for number, record in enumerate(export.messages, 1):
        yield "---"
        yield "## " + _line(name_of(record))
        for remark in remarks_of(record):
            yield f"*{_line(remark)}*"
        for section in sections_of(record, before, notes=export.notes):
            if section.title:
                yield f"**{_line(section.title)}**"
            if section.warning:
                yield f"*{_line(section.warning)}*"
            typed = [each for each in section.sources if isinstance(each, TextSource)]
            if typed and (record.message.role is Role.USER or section.warning):
                yield BETWEEN.join(map(_typed, typed))
            else:
                found = _labels(section.sources)
                again = {label: f"{label}-{number}" for label in found & labels}
                labels |= found
                yield markdown_all([_tame(source, again) for source in section.sources])
        before = record


def _labels(sources: Sequence[Source]) -> set[str]:
    """Return the labels of the footnotes that are explained there."""
    texts = [source for source in sources if isinstance(source, TextSource)]
    return {each.marker for text in texts for each in text.paragraphs if each.kind == "note"}


def _tame(source: Source, again: Mapping[str, str]) -> Source:
    """Return a source as it may stand among others.

    Its formulas cannot be taken for markup (LaTeX stands in Markdown as it is), its headings are below
    those of the file, and labels of footnotes that another message used become those of ``again``.
    """
    if isinstance(source, MathsSource):
        return replace(source, latex=_MARKUP.sub(r"\g<0> ", source.latex))
    if isinstance(source, TextSource):
        return TextSource(tuple(_paragraph(each, again) for each in source.paragraphs))
    if isinstance(source, TableSource):
        rows = (tuple(_tamed(cell, again) for cell in row) for row in source.rows)
        return replace(source, rows=tuple(rows))
    return source


def _paragraph(paragraph: Paragraph, again: Mapping[str, str]) -> Paragraph:
    kind, marker = paragraph.kind, paragraph.marker
    if kind[0] == "h":
        kind = f"h{min(6, int(kind[1]) + 2)}"
    if kind == "note":
        marker = again.get(marker, marker)
    return replace(paragraph, kind=kind, marker=marker, runs=_tamed(paragraph.runs, again))


def _tamed(runs: tuple[Run, ...], again: Mapping[str, str]) -> tuple[Run, ...]:
    return tuple(replace(run, text=_run(run, again)) for run in runs)


def _run(run: Run, again: Mapping[str, str]) -> str:
    if run.style & Style.MATHS:
        return _MARKUP.sub(r"\g<0> ", run.text)
    return again.get(run.text, run.text) if run.style & Style.RAISED else run.text


def _line(words: str) -> str:
    one = " ".join(clean(words).split())
    return _start(markdown_all([TextSource((Paragraph((Run(one),)),))]))


def _typed(source: TextSource) -> str:
    """Return lines so that each stays a line and none means anything else."""
    lines = []
    for paragraph in source.paragraphs:
        bare = paragraph.text.lstrip(" ")
        indent = "\u00a0" * (len(paragraph.text) - len(bare))
        escaped = markdown_all([TextSource((Paragraph((Run(bare),)),))]) if bare else ""
        lines.append(indent + _start(escaped))
    blocks: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    return BETWEEN.join("\\\n".join(block) for block in blocks if block)


def _start(line: str) -> str:
    """Escape what would mean a heading, a list, a quote or a rule at the start of a line."""
    numbered = _NUMBERED.match(line)
    if numbered:
        return f"{numbered[1]}\\{line[numbered.end(1) :]}"
    return f"\\{line}" if _MEANS_SOMETHING.match(line) else line
