"""Markdown tokens into paragraphs, code and tables.

Job: the only place that knows the names of markdown-it's tokens. Rule: no Qt; pictures become text
links and are never loaded, a link that may not be followed shows its target as text, and nothing a
token says is dropped in silence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from app.core.texts import text
from app.markup.direction import keep_code_straight
from app.markup.footnotes import NOTE, REFERENCE
from app.markup.markdown import CONTINUED, PIECE, Change, MarkdownStream, fence_closed
from app.markup.maths import BLOCK, INLINE, UNCLOSED
from app.markup.sanitise import allowed_link, clean, clean_code
from app.markup.sources import (
    HARD_BREAK,
    Atom,
    Cell,
    CodeSource,
    Grouper,
    MathsSource,
    Paragraph,
    Run,
    Source,
    Style,
    TableSource,
)

GAP_BLOCK, GAP_WIDE, GAP_ITEM, GAP_HEADING = 12, 16, 6, 20
TASKS = ("[ ]", "[x]")
BULLETS = ("•", "◦", "▪")
_STYLES = {"strong": Style.STRONG, "em": Style.EMPHASIS, "s": Style.STRIKE}
_MAYBE_CLOSING = re.compile(r"^ {0,3}[`~]+[ \t]*$")


@dataclass
class _List:
    ordered: bool
    number: int
    marker: str = ""
    fresh: bool = True


@dataclass
class _Walk:
    """Where the walk over the tokens stands."""

    previous: Atom | None
    atoms: list[Atom] = field(default_factory=list)
    lists: list[_List] = field(default_factory=list)
    bars: list[int] = field(default_factory=list)

    # --- what is around -------------------------------------------------------------------------

    @property
    def indent(self) -> int:
        return len(self.lists)

    @property
    def quote(self) -> int:
        return len(self.bars)

    def take_marker(self) -> str:
        """Return the marker of the innermost item that has not shown it yet."""
        for level in self.lists[:-1]:
            if level.marker:
                self.add(Paragraph((), indent=self.lists.index(level) + 1, quote=self.quote), level)
        return self._take(self.lists[-1]) if self.lists else ""

    @staticmethod
    def _take(level: _List) -> str:
        marker, level.marker = level.marker, ""
        return marker

    def add(self, atom: Paragraph, level: _List | None = None, *, tight: bool = False) -> None:
        """Add a paragraph with its marker and the gap above it."""
        marker = self._take(level) if level else self.take_marker()
        gap = self.gap(atom.kind, tight=tight)
        tight = tight and gap == GAP_ITEM
        bars = tuple(self.bars)
        self.append(Paragraph(atom.runs, atom.kind, gap, tight, atom.indent, atom.quote, marker, bars))

    def append(self, atom: Atom) -> None:
        self.atoms.append(atom)
        self.previous = atom

    def gap(self, kind: str, *, tight: bool = False) -> int:
        """Return the pixels between the last atom and one of ``kind``."""
        last = self.previous
        if last is None:
            return 0
        if kind in {"code", "maths", "table"} or not isinstance(last, Paragraph):
            return GAP_WIDE if not self.lists else GAP_BLOCK
        if kind[0] == "h":
            return GAP_HEADING
        if kind == "note" and last.kind == "note":
            return GAP_ITEM
        if last.kind[0] == "h" or kind == "rule" or last.kind == "rule":
            return GAP_BLOCK if last.kind[0] != "h" else 8
        if tight and (self.lists or last.indent) and last.indent:
            return GAP_ITEM
        return GAP_BLOCK


def atoms_of(tokens: Sequence[Token], previous: Atom | None = None, *, live: bool = False) -> list[Atom]:
    """Return the atoms of ``tokens``; ``previous`` is the atom they follow.

    ``live`` says that the text ends in the middle: the last line of an open fence is left out while it
    may be the closing one, and the language is unknown until its line is complete.
    """
    walk = _Walk(previous)
    place = 0
    while place < len(tokens):
        token = tokens[place]
        # A paragraph is three tokens, everything else that may grow is one.
        rest = 3 if token.type == "paragraph_open" else 1
        place = _step(walk, tokens, place, live=live and place == len(tokens) - rest) + 1
        if token.type == "list_item_close" and walk.lists and walk.lists[-1].marker:
            walk.add(Paragraph((), indent=walk.indent, quote=walk.quote), tight=True)
    return walk.atoms


def _step(walk: _Walk, tokens: Sequence[Token], place: int, *, live: bool) -> int:
    """Take one token; returns the place of the last token it used up."""
    token = tokens[place]
    kind = token.type
    if kind in {"paragraph_open", "heading_open"}:
        if live and token.meta.get(UNCLOSED):
            words = clean(tokens[place + 1].content)[2:]
            _maths(walk, words.removesuffix("$").removesuffix("\\"), still_open=True)
        else:
            _paragraph(walk, token, tokens[place + 1].children or [])
        return place + 2
    if "list_" in kind:
        _list(walk, token)
    elif kind == "blockquote_open":
        walk.bars.append(walk.indent)
    elif kind == "blockquote_close":
        walk.bars.pop()
    elif kind == "hr":
        walk.add(Paragraph((), "rule", indent=walk.indent, quote=walk.quote))
    elif kind in {"fence", "code_block"}:
        _code(walk, token, live=live)
    elif kind == BLOCK:
        _maths(walk, clean(token.content), still_open=False)
    elif kind == "table_open":
        return _table(walk, tokens, place)
    elif kind == "inline" or (token.content and kind not in {"paragraph_close", "list_item_close"}):
        # Not expected from the parser as it is set up; shown as it stands rather than lost.
        walk.add(Paragraph((Run(clean(token.content)),), indent=walk.indent, quote=walk.quote))
    return place


def _list(walk: _Walk, token: Token) -> None:
    kind = token.type
    if kind in {"bullet_list_open", "ordered_list_open"}:
        walk.lists.append(_List(kind == "ordered_list_open", int(token.attrGet("start") or 1)))
        if token.attrGet("start") == 0:
            walk.lists[-1].number = 0
    elif kind == "list_item_open":
        level = walk.lists[-1]
        bullet = BULLETS[(sum(1 for each in walk.lists if not each.ordered) - 1) % len(BULLETS)]
        level.marker = f"{level.number}." if level.ordered else bullet
        level.number += 1
    elif kind in {"bullet_list_close", "ordered_list_close"}:
        walk.lists.pop()


def _paragraph(walk: _Walk, token: Token, children: Sequence[Token]) -> None:
    runs = _runs(children)
    if NOTE in token.meta:
        note = Paragraph(runs, "note", indent=walk.indent + 1, quote=walk.quote)
        last = walk.previous
        again = isinstance(last, Paragraph) and last.kind == "note"
        walk.add(note, _List(ordered=True, number=0, marker=clean(token.meta[NOTE])), tight=again)
        return
    level = walk.lists[-1] if walk.lists else None
    if level is not None and level.marker and runs and runs[0].text[:3].lower() in TASKS:
        box, rest = runs[0].text[:3].lower(), runs[0].text[3:]
        if not rest or rest[0] in " \u2028":
            level.marker = box
            first = Run(rest[1:], runs[0].style, runs[0].href)
            runs = (*((first,) if first.text else ()), *runs[1:])
    name = token.tag if token.type == "heading_open" else "p"
    walk.add(Paragraph(runs, name, indent=walk.indent, quote=walk.quote), tight=token.hidden)


def _maths(walk: _Walk, latex: str, *, still_open: bool) -> None:
    _show_marker(walk)
    gap = walk.gap("maths")
    walk.append(MathsSource(latex.strip(), still_open, gap, walk.indent, walk.quote))


def _code(walk: _Walk, token: Token, *, live: bool) -> None:
    _show_marker(walk)
    content = token.content
    still_open = live and token.type == "fence" and not fence_closed(token)
    language = clean(token.info.strip()).split(maxsplit=1)[0] if token.info.strip() else ""
    if still_open:
        start = content.rfind("\n") + 1
        if _MAYBE_CLOSING.match(content[start:]):
            content = content[:start]
        language = language if content else ""
    walk.append(
        CodeSource(
            clean_code(content.removesuffix("\n")),
            language,
            still_open,
            walk.gap("code"),
            walk.indent,
            walk.quote,
        )
    )


def _show_marker(walk: _Walk) -> None:
    if any(level.marker for level in walk.lists):
        walk.add(Paragraph((), indent=walk.indent, quote=walk.quote), tight=True)


def _table(walk: _Walk, tokens: Sequence[Token], place: int) -> int:
    _show_marker(walk)
    continued = CONTINUED in tokens[place].meta
    rows: list[list[Cell]] = []
    aligns: list[str] = []
    while tokens[place].type != "table_close":
        token = tokens[place]
        if token.type == "tr_open":
            rows.append([])
        elif token.type in {"th_open", "td_open"}:
            if token.type == "th_open":
                style = str(token.attrGet("style") or "")
                aligns.append(style.rpartition(":")[2] if style else "left")
            rows[-1].append(_runs(tokens[place + 1].children or []))
        place += 1
    width = len(aligns)
    shaped = tuple(tuple((row + [()] * width)[:width]) for row in rows)
    gap = walk.gap("table")
    walk.append(TableSource(shaped, tuple(aligns), gap, walk.indent, walk.quote, continued))
    return place


# --- inside a paragraph ---------------------------------------------------------------------------


def _runs(children: Sequence[Token]) -> tuple[Run, ...]:
    runs: list[Run] = []
    style = Style.PLAIN
    depth = dict.fromkeys(_STYLES, 0)
    links: list[str] = []
    for token in children:
        name, _, side = token.type.rpartition("_")
        if name in _STYLES and side in {"open", "close"}:
            depth[name] += 1 if side == "open" else -1
            style = style | _STYLES[name] if depth[name] else style & ~_STYLES[name]
        elif token.type == "link_open":
            links.append(str(token.attrGet("href") or ""))
        elif token.type == "link_close":
            target = links.pop() if links else ""
            if target and not allowed_link(target):
                _add(runs, f" ({clean(target)})", style, "")
        else:
            _add(runs, *_piece(token, style, links[-1] if links else ""))
    return keep_code_straight(runs)


def _piece(token: Token, style: Style, href: str) -> tuple[str, Style, str]:
    if token.type == "softbreak":
        return " ", style, href
    if token.type == "hardbreak":
        return HARD_BREAK, style, href
    if token.type == INLINE:
        return _formula(token), style | Style.MATHS, href
    if token.type == REFERENCE:
        return clean(token.content), style | Style.RAISED, href
    if token.type == "code_inline":
        return clean_code(token.content), style | Style.CODE, href
    if token.type == "image":
        return _picture(token, style, href)
    return clean(token.content), style, href


def _formula(token: Token) -> str:
    closing = {"\\(": "\\)", "\\[": "\\]"}.get(token.markup, token.markup)
    return f"{token.markup}{clean(token.content)}{closing}".replace("\n", " ")


def _picture(token: Token, style: Style, href: str) -> tuple[str, Style, str]:
    """Return a picture's words, as a link to it if it may be followed; it is never fetched."""
    target = str(token.attrGet("src") or "")
    words = "".join(child.content for child in token.children or []).strip() or token.content.strip()
    label = text("transcript.picture", words=clean(words)) if words else text("transcript.picture_bare")
    if allowed_link(target):
        return label, style, href or target
    return (f"{label} ({clean(target)[:200]})" if target else label), style, href


def _add(runs: list[Run], words: str, style: Style, href: str) -> None:
    if not words:
        return
    href = href if href and allowed_link(href) else ""
    alike = runs and runs[-1].style == style and runs[-1].href == href
    if alike and not style & (Style.MATHS | Style.RAISED):
        runs[-1] = Run(runs[-1].text + words, style, href)
    else:
        runs.append(Run(words, style, href))


# --- a whole body, growing or complete ------------------------------------------------------------


class Body:
    """The segments of one Markdown text that may still grow."""

    def __init__(self, source: str = "") -> None:
        self.stream = MarkdownStream()
        self._grouper = Grouper()
        self._last: Atom | None = None
        self.sources: list[Source] = []
        if source:
            for start in range(0, len(source), PIECE):
                self._take(self.stream.feed(source[start : start + PIECE]), live=False)
            self.finish()

    def feed(self, words: str) -> None:
        """Add streamed text; ``sources`` shows it."""
        self._take(self.stream.feed(words), live=True)

    def finish(self) -> None:
        """Say that nothing more comes."""
        self._take(self.stream.finish(), live=False)

    def _take(self, change: Change, *, live: bool) -> None:
        if change.restart:
            self._grouper = Grouper()
            self._last = None
        if change.frozen:
            atoms = atoms_of(change.frozen, self._last)
            self._grouper.add(atoms)
            self._last = atoms[-1] if atoms else self._last
        self.sources = self._grouper.with_tail(atoms_of(change.tail, self._last, live=live))
