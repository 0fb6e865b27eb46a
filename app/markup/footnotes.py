"""Footnotes: ``[^1]`` in a sentence, ``[^1]: words`` at its place.

Job: rules for the parser. Rule: a note stands where the model wrote it and keeps its label, so that a
text that still grows never has to be numbered anew.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

REFERENCE = "footnote_ref"
NOTE = "note"
"""In the meta of a paragraph: the label of the note it is."""
_LABEL = re.compile(r"\[\^([^\s\[\]^]{1,40})\]")
_DEFINITION = re.compile(r"\[\^([^\s\[\]^]{1,40})\]:[ \t]*")


def add_footnotes(parser: MarkdownIt) -> None:
    """Teach a parser footnotes."""
    parser.block.ruler.before(
        "reference", NOTE, _definition, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    parser.inline.ruler.before("link", REFERENCE, _reference)


def _definition(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if state.is_code_block(start):
        return False
    place = state.bMarks[start] + state.tShift[start]
    found = _DEFINITION.match(state.src, place, state.eMarks[start])
    if found is None:
        return False
    if silent:
        return True
    number = start + 1
    while number < end and not state.isEmpty(number) and state.sCount[number] >= state.blkIndent:
        if _DEFINITION.match(state.src, state.bMarks[number] + state.tShift[number]):
            break
        number += 1
    opened = state.push("paragraph_open", "p", 1)
    opened.map = [start, number]
    opened.meta = {NOTE: found[1]}
    token = state.push("inline", "", 0)
    words = state.getLines(start, number, state.blkIndent, keepLastLF=False).strip()
    token.content = _DEFINITION.sub("", words, count=1)
    token.map = [start, number]
    token.children = []
    state.push("paragraph_close", "p", -1)
    state.line = number
    return True


def _reference(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "[":
        return False
    found = _LABEL.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        token = state.push(REFERENCE, "", 0)
        token.content = found[1]
    state.pos = found.end()
    return True
