"""Markdown that grows.

Job: parse an answer while it streams, looking only at its last block, and end with exactly the
tokens that one parse of the whole gives. Rule: no HTML, no linkifying, no Qt; definitions of link
targets count only once their text is settled. The why of each step stands beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import normalizeReference
from markdown_it.rules_inline import StateInline, image, link
from markdown_it.token import Token

from app.markup.footnotes import add_footnotes
from app.markup.maths import add_maths
from app.markup.sanitise import NewlineFilter, clean

_Rule = Callable[[StateInline, bool], bool]
MAX_BLOCK = 64_000
"""A block that grows beyond this many characters (a paragraph without an end) is cut there."""
MAX_TABLE = 6_000
"""A longer table goes on as a table of its own, with its header once more."""
CONTINUED = "continued"
"""In the meta of a table: it is a further piece of the table before it."""
PIECE = 32_768
"""Whole texts are parsed in pieces of this size, so that no block is parsed at absurd length."""


NESTING = 100
"""Blocks deeper than this are shown as they stand; markdown-it would leave them out."""
LINK_TRIES = 200
"""Brackets of one paragraph that turned out not to be links, before all others are taken for text."""
_TRIES = -1
"""Key in a paragraph's own cache, where no position of a text can be."""


@cache
def make_parser() -> MarkdownIt:
    """Return the one parser used here; it keeps nothing from one text to the next.

    The preset's own html=True and nesting limit of 20 are wrong for text from a model: tags would
    pass, and items ten levels deep would vanish.
    """
    options = {"html": False, "linkify": False, "maxNesting": NESTING}
    parser = MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
    parser.inline.ruler.at("link", _patient(link))
    parser.inline.ruler.at("image", _patient(image))
    add_maths(parser)
    add_footnotes(parser)
    return parser


def _patient(rule: _Rule) -> _Rule:
    """Return a rule that gives up on brackets: each one that opens no link costs a look at the rest."""

    def tried(state: StateInline, silent: bool) -> bool:
        tries = state.cache.get(_TRIES, 0)
        if tries > LINK_TRIES:
            return False
        found = rule(state, silent)
        if not found and state.src[state.pos] in "[!":
            state.cache[_TRIES] = tries + 1
        return found

    return tried


@dataclass(frozen=True, slots=True)
class Change:
    """One step: ``frozen`` tokens are final, ``tail`` tokens replace the tail of the step before.

    With ``restart`` everything frozen before is void and ``frozen`` holds all of it again.
    """

    frozen: list[Token]
    tail: list[Token]
    restart: bool = False


@dataclass
class _Fence:
    """An open fence that is the whole tail: its text only needs looking through for the end."""

    token: Token
    closing: re.Pattern[str]
    checked: int
    content: str = ""


@dataclass(frozen=True, slots=True)
class _Cut:
    """Where settled text ends: characters and tokens; nothing is settled where ``end`` is 0.

    ``header`` are the lines that stand once more above the rest of a table, ``table_end`` its end.
    """

    end: int = 0
    tokens: int = 0
    forced: bool = False
    header: str = ""
    table_end: int = 0


class MarkdownStream:
    """Parses a text given in pieces. ``max_block`` is :data:`MAX_BLOCK` but for tests.

    ``parses`` and ``parsed_characters`` count the work, for the performance bars.
    """

    def __init__(self, parser: MarkdownIt | None = None, max_block: int = MAX_BLOCK) -> None:
        self._parser = parser or make_parser()
        self._max_block = max_block
        self._newlines = NewlineFilter()
        self._frozen: list[str] = []
        self._continued: set[int] = set()
        """Which pieces, counted with the tail as the last, begin with the rest of a table."""
        self._tail = ""
        self._env: dict[str, Any] = {}
        self._fence: _Fence | None = None
        self._late = False
        self.parses = 0
        self.parsed_characters = 0
        self.longest_tail = 0

    def feed(self, text: str) -> Change:
        """Add more text. Raises nothing, whatever the text holds."""
        return self._step(clean(self._newlines.feed(text)))

    def finish(self) -> Change:
        """Add what was held back at the end of the text."""
        return self._step(self._newlines.finish())

    # --- one step ---------------------------------------------------------------------------

    def _step(self, text: str) -> Change:
        self._tail += text
        if self._fence is not None:
            token = self._grow_fence(self._fence)
            if token is not None:
                return Change([], [token])
            self._fence = None
        frozen: list[Token] = []
        restart = False
        while True:
            env = _copy(self._env)
            tokens = self._parse(self._tail, env)
            cut = self._cut(tokens)
            if not cut.end:
                break
            if not cut.forced and len(_references(env)) == len(_references(self._env)):
                # No definition came in, so these very tokens are final: no second parse.
                self._settle(cut.end)
                frozen += tokens[: cut.tokens]
                tokens = tokens[cut.tokens :]
                break
            late, more = self._freeze_table(cut) if cut.header else self._freeze(cut.end)
            restart = restart or late
            frozen = more if late else frozen + more
        self.longest_tail = max(self.longest_tail, len(self._tail))
        if self._uses(self._fresh(env)):
            # The tail defines a target that settled text refers to. Until the definition is settled as
            # well, all of it is parsed with the definition known; the definition may still grow.
            self._late = True
            return Change(self._parse_frozen(_copy(env)), tokens, restart=True)
        if self._late and not restart:
            restart = True
            frozen = self._parse_frozen(self._env)
        self._late = False
        self._enter_fence(tokens)
        return Change(frozen, tokens, restart)

    def _parse_frozen(self, env: dict[str, Any]) -> list[Token]:
        tokens: list[Token] = []
        for number, piece in enumerate(self._frozen):
            tokens += self._parse(piece, env, number)
        return tokens

    def _parse(self, text: str, env: dict[str, Any], piece: int | None = None) -> list[Token]:
        self.parses += 1
        self.parsed_characters += len(text)
        tokens = self._parser.parse(text, env)
        number = len(self._frozen) if piece is None else piece
        if number in self._continued and tokens and tokens[0].type == "table_open":
            tokens[0].meta[CONTINUED] = True
        if any(token.level >= NESTING - 1 for token in tokens):
            return _flattened(tokens, text)
        return tokens

    # --- where settled text ends ------------------------------------------------------------

    def _cut(self, tokens: list[Token]) -> _Cut:
        blocks = [
            (number, token)
            for number, token in enumerate(tokens)
            if token.level == 0 and token.nesting >= 0 and token.map is not None
        ]
        if not blocks:
            return _Cut()
        offsets = _line_offsets(self._tail)
        starts = [token.map[0] for _, token in blocks if token.map is not None]
        places = [offsets[line] for line in starts]
        for (_, token), place, end in zip(blocks, places, [*places[1:], len(self._tail)], strict=True):
            if token.type == "table_open" and token.map is not None:
                cut = self._table_cut(place, offsets[min(token.map[1], len(offsets) - 1)])
                if cut.end:
                    return cut
            if end - place > self._max_block and token.type != "fence":
                return _Cut(self._forced(place), forced=True)
        # A last block whose first line is unfinished may yet turn out to belong to the block before:
        # after "1. a", a lone "2" is a paragraph, the "." that follows makes it the same list.
        chosen = len(blocks) - (1 if starts[-1] + 1 < len(offsets) else 2)
        return _Cut(places[chosen], blocks[chosen][0]) if chosen > 0 else _Cut()

    def _table_cut(self, place: int, end: int) -> _Cut:
        """Return where a long table is cut: between two rows, if it has any that early."""
        if end - place <= MAX_TABLE:
            return _Cut()
        rule = self._tail.find("\n", self._tail.find("\n", place) + 1)
        cut = self._tail.rfind("\n", rule + 1, place + MAX_TABLE)
        if rule < 0 or cut < 0:
            return _Cut()
        return _Cut(cut + 1, 0, True, self._tail[place : rule + 1], end)

    def _forced(self, place: int) -> int:
        limit = place + self._max_block
        newline = self._tail.rfind("\n", place + self._max_block // 2, limit)
        return newline + 1 if newline >= 0 else limit

    def _settle(self, end: int) -> str:
        piece, self._tail = self._tail[:end], self._tail[end:]
        self._frozen.append(piece)
        return piece

    def _freeze(self, end: int) -> tuple[bool, list[Token]]:
        """Settle the first ``end`` characters; returns (everything parsed again?, tokens)."""
        known = _copy(self._env)
        tokens = self._parse(self._settle(end), self._env, len(self._frozen) - 1)
        fresh = [label for label in _references(self._env) if label not in _references(known)]
        if not self._uses(fresh):
            return False, tokens
        # Settled text refers to a target that only this piece defines: give it its links, once.
        return True, self._parse_frozen(self._env)

    def _freeze_table(self, cut: _Cut) -> tuple[bool, list[Token]]:
        """Settle all of a long table but its last piece; returns what :meth:`_freeze` does."""
        restart = False
        frozen: list[Token] = []
        end = cut.table_end
        while cut.end:
            late, more = self._freeze(cut.end)
            restart = restart or late
            frozen = more if late else frozen + more
            self._tail = cut.header + self._tail
            self._continued.add(len(self._frozen))
            end += len(cut.header) - cut.end
            cut = self._table_cut(0, end)
        return restart, frozen

    def _fresh(self, env: dict[str, Any]) -> list[str]:
        known = _references(self._env)
        return [label for label in _references(env) if label not in known]

    def _uses(self, labels: list[str]) -> bool:
        # Too many hits only cost a parse, a missed one would show wrong text: the search is generous.
        if not labels or not self._frozen:
            return False
        text = normalizeReference("".join(self._frozen)).replace("[ ", "[").replace(" ]", "]")
        return any(f"[{label}]" in text for label in labels)

    # --- an open fence as the whole tail ----------------------------------------------------

    def _enter_fence(self, tokens: list[Token]) -> None:
        if len(tokens) != 1 or tokens[0].type != "fence" or fence_closed(tokens[0]):
            return
        first, newline, _ = self._tail.partition("\n")
        mark = tokens[0].markup
        if not newline or tokens[0].map is None or tokens[0].map[0] or not first.startswith(mark):
            return
        self._fence = _Fence(
            token=tokens[0],
            closing=re.compile(rf"^ {{0,3}}{re.escape(mark[0])}{{{len(mark)},}}[ \t]*$"),
            checked=len(first) + 1,
        )

    def _grow_fence(self, fence: _Fence) -> Token | None:
        """Return the fence's token with what was added, or None when the fence may have ended."""
        while True:
            newline = self._tail.find("\n", fence.checked)
            line = self._tail[fence.checked : newline if newline >= 0 else len(self._tail)]
            if fence.closing.match(line):
                return None
            if newline < 0:
                break
            fence.content += line + "\n"
            fence.checked = newline + 1
        # The parser does not count a last line of blanks alone.
        whole = fence.content + (line if line.strip(" \t") else "")
        token = fence.token.copy(content=whole)
        token.map = [0, 1 + _line_count(whole)]
        return token


def _flattened(tokens: list[Token], text: str) -> list[Token]:
    """Return the tokens with every block that is nested too deeply as one paragraph of its source."""
    lines = text.split("\n")
    made: list[Token] = []
    block: list[Token] = []
    for token in tokens:
        block.append(token)
        if token.level or token.nesting > 0:
            continue
        if any(each.level >= NESTING - 1 for each in block):
            start, end = block[0].map or [0, 0]
            words = "\n".join(lines[start:end])
            opened = Token("paragraph_open", "p", 1, map=[start, end], block=True)
            child = Token("text", "", 0, content=words)
            inline = Token("inline", "", 0, level=1, content=words, children=[child], block=True)
            block = [opened, inline, Token("paragraph_close", "p", -1, block=True)]
        made += block
        block = []
    return made + block


def _line_count(text: str) -> int:
    return text.count("\n") + (0 if not text or text.endswith("\n") else 1)


def fence_closed(token: Token) -> bool:
    """Say whether a fence token's closing line was seen."""
    if token.map is None:
        return True
    return token.map[1] - token.map[0] - 1 > _line_count(token.content)


def _copy(env: dict[str, Any]) -> dict[str, Any]:
    return {"references": dict(_references(env))}


def _references(env: dict[str, Any]) -> dict[str, Any]:
    references = env.get("references", {})
    return references if isinstance(references, dict) else {}


def _line_offsets(text: str) -> list[int]:
    offsets = [0]
    place = text.find("\n")
    while place >= 0:
        offsets.append(place + 1)
        place = text.find("\n", place + 1)
    return offsets
