"""What the clipboard gets.

Job: the characters of a range of a source, as plain text (tables as tab separated values) or as
Markdown; a whole table as comma separated values. Rule: from sources only, never from documents, so a
message that was never drawn copies the same; a range is counted in UTF-16 positions of ``source.text``;
a formula is copied whole, as its LaTeX.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from app.markup.direction import as_written, without_marks
from app.markup.sources import (
    HARD_BREAK,
    Cell,
    CodeSource,
    MathsSource,
    Paragraph,
    Run,
    Source,
    Style,
    TableSource,
    TextSource,
    cell_text,
    utf16_length,
    utf16_slice,
)

BETWEEN = "\n\n"
"""What stands between two segments, and between two messages."""
_LAST = 2**31
_Writer = Callable[[Paragraph, int, int, bool], str]


def plain(source: Source, start: int = 0, end: int = _LAST) -> str:
    """Return a range as plain text."""
    if isinstance(source, TableSource):
        return without_marks(utf16_slice(source.text, start, end))
    if not isinstance(source, TextSource):
        return utf16_slice(source.text, start, end)
    return _joined(source, start, end, _plain_paragraph)


def markdown(source: Source, start: int = 0, end: int = _LAST) -> str:
    """Return a range as Markdown that gives the same reading again."""
    if isinstance(source, MathsSource):
        return source.text
    if isinstance(source, CodeSource):
        return _fenced(utf16_slice(source.text, start, end), source.language)
    if isinstance(source, TableSource):
        whole = start <= 0 and end >= utf16_length(source.text)
        return _pipes(source) if whole else utf16_slice(source.text, start, end)
    return _joined(source, start, end, _markdown_paragraph)


def plain_all(sources: Sequence[Source]) -> str:
    """Return whole sources as plain text."""
    return joined([(source, plain(source)) for source in sources])


def markdown_all(sources: Sequence[Source]) -> str:
    """Return whole sources as Markdown."""
    return joined([(source, markdown(source)) for source in sources])


def joined(pieces: Sequence[tuple[Source, str]]) -> str:
    """Return the words of several sources with what stood between them."""
    made: list[str] = []
    for source, words in pieces:
        if made:
            first = source.paragraphs[0] if isinstance(source, TextSource) else None
            made.append(BETWEEN if first is None else _between(first))
        made.append(words)
    return "".join(made)


def _between(paragraph: Paragraph) -> str:
    if paragraph.same_line:
        return ""
    return "\n" if paragraph.tight else BETWEEN


def _parts(source: TextSource, start: int, end: int) -> Iterator[tuple[Paragraph, int, int, bool]]:
    """Yield (paragraph, from, to, from its beginning?) of every paragraph the range touches."""
    place = 0
    for paragraph in source.paragraphs:
        size = utf16_length(paragraph.text)
        if place + size >= start and place <= end:
            first, last = _whole_formulas(paragraph, max(start - place, 0), min(end - place, size))
            if first < last or (first == last == size == 0):
                yield paragraph, first, last, first == 0
        place += size + 1
        if place > end:
            break


def _whole_formulas(paragraph: Paragraph, first: int, last: int) -> tuple[int, int]:
    """Widen a range so that no formula is cut."""
    if first >= last:
        return first, last
    place = 0
    for run in paragraph.runs:
        end = place + utf16_length(run.text)
        if run.style & Style.MATHS and place < last and first < end:
            first, last = min(first, place), max(last, end)
        place = end
    return first, last


def _joined(source: TextSource, start: int, end: int, write: _Writer) -> str:
    pieces: list[str] = []
    for paragraph, first, last, whole in _parts(source, start, end):
        if pieces:
            pieces.append(_between(paragraph))
        pieces.append(write(paragraph, first, last, whole))
    return "".join(pieces)


def _lead(paragraph: Paragraph, *, whole: bool) -> str:
    if not paragraph.indent:
        return ""
    if paragraph.marker and whole:
        return "  " * (paragraph.indent - 1) + paragraph.marker + " "
    return "  " * paragraph.indent if whole else ""


def _plain_paragraph(paragraph: Paragraph, first: int, last: int, whole: bool) -> str:
    if paragraph.kind == "rule":
        return "---"
    runs = _cut_runs(paragraph.runs, first, last)
    words = "".join(as_written(run) for run in runs).replace(HARD_BREAK, "\n")
    return _lead(paragraph, whole=whole) + words


def _markdown_paragraph(paragraph: Paragraph, first: int, last: int, whole: bool) -> str:
    prefix = "> " * paragraph.quote
    if paragraph.kind == "rule":
        return prefix + "---"
    if paragraph.kind == "note" and whole:
        words = _all_styled(_cut_runs(paragraph.runs, first, last))
        return f"{prefix}[^{paragraph.marker}]: {words}"
    indent = "    " * (paragraph.indent - 1)
    if paragraph.marker and whole:
        box = f" {paragraph.marker}" if paragraph.marker[0] == "[" else ""
        prefix += indent + (paragraph.marker if paragraph.marker[-1] == "." else f"-{box}") + " "
    elif paragraph.indent:
        prefix += "    " * paragraph.indent
    if paragraph.kind[0] == "h" and whole:
        prefix += "#" * int(paragraph.kind[1]) + " "
    words = _all_styled(_cut_runs(paragraph.runs, first, last))
    return prefix + words


def _cut_runs(runs: Sequence[Run], first: int, last: int) -> Iterator[Run]:
    place = 0
    for run in runs:
        size = utf16_length(run.text)
        start, end = max(first - place, 0), min(last - place, size)
        if start < end:
            yield Run(utf16_slice(run.text, start, end), run.style, run.href)
        place += size


_NO_NAME = re.compile(r"[`|]")
_ESCAPE = re.compile(r"([\\`*_\[\]<>|~])")


def _all_styled(runs: Iterable[Run]) -> str:
    """Return runs as Markdown; a word's exclamation mark makes no picture of the link that follows."""
    made = ""
    for piece in map(_styled, runs):
        made = f"{made[:-1]}\\!{piece}" if made.endswith("!") and piece.startswith("[") else made + piece
    return made


def _styled(run: Run) -> str:
    lead = run.text[: len(run.text) - len(run.text.lstrip())]
    trail = run.text[len(run.text.rstrip()) :] if run.text.strip() else ""
    core = as_written(run).strip()
    if not core:
        return run.text.replace(HARD_BREAK, "  \n")
    if run.style & Style.RAISED:
        core = f"[^{core}]"
    elif run.style & Style.MATHS:
        pass  # its own signs tell it from words
    elif run.style & Style.CODE:
        ticks = "`" * (1 + max((len(hit) for hit in re.findall("`+", core)), default=0))
        pad = " " if core[0] == "`" or core[-1] == "`" else ""
        core = f"{ticks}{pad}{core}{pad}{ticks}"
    else:
        core = _ESCAPE.sub(r"\\\1", core)
        if core.count("$") > 1:
            core = core.replace("$", r"\$")  # two prices are not a formula
    for style, mark in ((Style.EMPHASIS, "*"), (Style.STRONG, "**"), (Style.STRIKE, "~~")):
        if run.style & style:
            core = f"{mark}{core}{mark}"
    if run.href:
        core = f"[{core}](<{run.href}>)"
    return (lead + core + trail).replace(HARD_BREAK, "  \n")


def _fenced(code: str, language: str) -> str:
    ticks = "`" * max(3, 1 + max((len(hit) for hit in re.findall("`+", code)), default=0))
    # With a backtick in its name it would be no fence, with a pipe a table: its code would be markup.
    return f"{ticks}{_NO_NAME.sub('', language)}\n{code}\n{ticks}"


def _pipes(table: TableSource) -> str:
    rules = {"left": "---", "right": "--:", "center": ":-:"}
    lines = [_pipe_row(table.rows[0]), [rules.get(align, "---") for align in table.aligns]]
    lines += [_pipe_row(row) for row in table.rows[1:]]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _pipe_row(row: Sequence[Cell]) -> list[str]:
    return [_all_styled(cell).replace("\n", " ") for cell in row]


def comma_separated(table: TableSource) -> str:
    """Return a table as comma separated values (RFC 4180), for a spreadsheet.

    A cell that a spreadsheet would take for a formula gets an apostrophe in front: the text is a
    model's, and such cells may call programs or send what stands beside them.
    """
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\r\n")
    for row in table.rows:
        writer.writerow([_harmless(without_marks(cell_text(cell))) for cell in row])
    return made.getvalue()


def _harmless(words: str) -> str:
    risky = words[:1] in ("=", "+", "-", "@", "\t") and not _NUMBER.fullmatch(words)
    return f"'{words}" if risky else words


_NUMBER = re.compile(r"[+-]?[\d.,\u00a0\u202f ]*\d%?")
