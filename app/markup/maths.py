r"""LaTeX in Markdown: ``$..$``, ``\(..\)``, ``$$..$$`` and ``\[..\]``.

Job: rules for the parser that keep formulas away from Markdown's own signs, and the way back from a
formula's text to its LaTeX. Rule: nothing here draws; a sum of money is not a formula; what a first line
begins is decided by that line alone, so that a text means the same at every moment while it streams.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

INLINE, BLOCK = "maths_inline", "maths_block"
UNCLOSED = "unclosed"
"""In the meta of a paragraph: it began as a formula whose end has not come (yet)."""
_CLOSERS = {"$$": "$$", "\\[": "\\]", "\\(": "\\)", "$": "$"}
_MAX_INLINE = 1200
"""Characters within which a formula inside a sentence has to end."""
_END = {
    "$$": re.compile(r"(?<!\\)\$\$\s*([.,;:]?)\s*$"),
    "\\[": re.compile(r"(?<!\\)\\\]\s*([.,;:]?)\s*$"),
}
_WORD = re.compile(r"(?:^|\s)[^\W\d_]{3,}(?=$|[\s,.;:])")
_LATEX = re.compile(r"[\\^_={}<>+]")
_MONEY = re.compile(r"[\d.,]+\s*(?:[kKmMbB]|bn|million|billion|thousand)?(?:\s.*)?", re.DOTALL)


def add_maths(parser: MarkdownIt) -> None:
    """Teach a parser formulas."""
    parser.block.ruler.before(
        "fence", BLOCK, _block, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    parser.inline.ruler.before("escape", INLINE, _inline)


def latex_of(words: str) -> tuple[str, bool]:
    """Return (LaTeX, on a line of its own?) of a formula as it stands in a text, with its signs."""
    for opening, closing in _CLOSERS.items():
        if words.startswith(opening) and words.endswith(closing) and len(words) > len(opening):
            return words[len(opening) : -len(closing)].strip(), opening in _END
    return words.strip(), False


# --- on lines of its own --------------------------------------------------------------------------


def _block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if state.is_code_block(start):
        return False
    place = state.bMarks[start] + state.tShift[start]
    opening = state.src[place : place + 2]
    if opening not in _END:
        return False
    first = state.src[place + 2 : state.eMarks[start]]
    if first.startswith("$"):
        return False
    closed = _END[opening].search(first)
    if closed is None and _CLOSERS[opening] in first:
        return False  # it ends within the sentence
    if closed is not None:
        content = first[: closed.start()]
        if _CLOSERS[opening] in content or (opening == "\\[" and not _LATEX.search(content)):
            return False
    if silent:
        return True
    last = start if closed is not None else _last_line(state, opening, start, end)
    if closed is None and last >= 0:
        closed = _END[opening].search(_line(state, last))
    if last < 0 or closed is None:
        _paragraph(state, start, _lines(state, start, end), closed=False)
        return True
    words = state.getLines(start, last + 1, state.blkIndent, keepLastLF=False).strip()[2:]
    whole = _END[opening].search(words)
    if whole is None or not words[: whole.start()].strip():
        _paragraph(state, start, last + 1, closed=True)
        return True
    token = state.push(BLOCK, "", 0)
    token.block = True
    token.markup = opening
    token.content = words[: whole.start()].strip("\n").rstrip() + whole[1]
    token.map = [start, last + 1]
    state.line = last + 1
    return True


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _last_line(state: StateBlock, opening: str, start: int, end: int) -> int:
    """Return the line that ends the formula, -1 if none does before a blank line or the end."""
    for number in range(start + 1, _lines(state, start, end)):
        if _CLOSERS[opening] in _line(state, number):
            return number
    return -1


def _lines(state: StateBlock, start: int, end: int) -> int:
    """Return the line after the last one that could belong to the formula."""
    number = start + 1
    while number < end and not state.isEmpty(number) and state.sCount[number] >= state.blkIndent:
        number += 1
    return number


def _paragraph(state: StateBlock, start: int, end: int, *, closed: bool) -> None:
    """Take lines that only looked like a formula as words."""
    opened = state.push("paragraph_open", "p", 1)
    opened.map = [start, end]
    opened.meta = {} if closed else {UNCLOSED: True}
    token = state.push("inline", "", 0)
    token.content = state.getLines(start, end, state.blkIndent, keepLastLF=False).strip()
    token.map = [start, end]
    token.children = []
    state.push("paragraph_close", "p", -1)
    state.line = end


# --- inside a sentence ----------------------------------------------------------------------------


def _inline(state: StateInline, silent: bool) -> bool:
    sign = state.src[state.pos]
    if sign == "\\":
        opening = state.src[state.pos : state.pos + 2]
        if opening not in ("\\(", "\\["):
            return False
        end = _find(state, opening)
    elif sign == "$":
        opening = "$$" if state.src.startswith("$$", state.pos) else "$"
        end = _find(state, opening) if opening == "$$" else _find_dollar(state)
    else:
        return False
    if end < 0:
        return False
    content = state.src[state.pos + len(opening) : end]
    if not content.strip() or (opening == "\\[" and not _LATEX.search(content)):
        return False  # brackets that were only kept from being a link, as in \[sic\]
    if not silent:
        token = state.push(INLINE, "", 0)
        token.content = content
        token.markup = opening
    state.pos = end + len(_CLOSERS[opening])
    return True


def _find(state: StateInline, opening: str) -> int:
    closing = _CLOSERS[opening]
    start = state.pos + len(opening)
    limit = min(state.posMax, start + _MAX_INLINE)
    found = state.src.find(closing, start, limit)
    while found > 0 and _is_escaped(state.src, found):
        found = state.src.find(closing, found + 1, limit)
    return found


def _find_dollar(state: StateInline) -> int:
    text = state.src
    start = state.pos + 1
    before = text[state.pos - 1] if state.pos else " "
    if before.isalnum() or before in "$\\" or start >= state.posMax or text[start].isspace():
        return -1
    limit = min(state.posMax, start + _MAX_INLINE)
    found = text.find("$", start, limit)
    while found > 0:
        after = text[found + 1] if found + 1 < state.posMax else " "
        if not _is_escaped(text, found):
            break
        found = text.find("$", found + 1, limit)
    if found <= start or text[found - 1].isspace() or after.isalnum() or after == "$":
        return -1
    return -1 if _is_prose(text[start:found]) else found


def _is_escaped(text: str, place: int) -> bool:
    count = 0
    while place > count and text[place - count - 1] == "\\":
        count += 1
    return count % 2 == 1


def _is_prose(content: str) -> bool:
    """Say whether words between two dollar signs are just that, as in "$5 each (US$)"."""
    if _LATEX.search(content):
        return False
    if _WORD.search(content):
        return True
    return bool(_MONEY.fullmatch(content)) and any(sign.isspace() for sign in content)
