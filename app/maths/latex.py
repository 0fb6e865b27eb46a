"""LaTeX, made ready for the typesetting library.

Job: refuse what is too long, too deep or defines something, and spell what the library does not know in
ways it does. Rule: nothing that would be seen is dropped; what cannot be kept is refused.
"""

from __future__ import annotations

import re

from app.maths.formula import NotDrawable

MAX_CHARACTERS = 1000
"""Longer formulas are shown as they stand; the library's time grows with the square of the length."""
MAX_DEPTH = 20
"""Braces, fences and environments inside each other."""
LESS, AND = "\ue0f0", "\ue0f1"
"""Stand for ``<`` and ``&`` inside words, where the library would take them for tags."""

_DEFINES = re.compile(
    r"\\(?:[gex]?def|let|futurelet|(?:re|provide)?newcommand|newenvironment|DeclareMathOperator|"
    r"catcode|csname|loop|repeat|input|include|write|read|special|href|url|style|class|unicode)(?![a-zA-Z])"
)
_REPEATED_COLUMN = re.compile(r"\*\s*\{\s*\d")
_GROUPS = re.compile(r"\\\\|\\[{}]|\\(?:left|right|begin|end)(?![a-zA-Z])|[{}]")
_STEPS = {"{": 1, r"\left": 1, r"\begin": 1, "}": -1, r"\right": -1, r"\end": -1}
_WORDS = re.compile(r"(\\(?:text(?:rm|bf|it|tt|sf|normal|up|md)?|mbox|hbox)\s*)\{([^{}]*)\}")
_UNSEEN = re.compile(r"\\(?:nonumber|notag)(?![a-zA-Z])|\\label\s*\{[^{}]*\}")
_TAG = re.compile(r"\\tag(\*?)\s*\{([^{}]*)\}")
_OPERATOR = re.compile(r"\\mathop\s*\{\s*\\(?:mathrm|rm|text|operatorname)\s*\{?([a-zA-Z ]+)\}?\s*\}")
_NEWLINE = re.compile(r"\\newline(?![a-zA-Z])")
_ALIGNED_AT = re.compile(r"\\begin\{align(?:ed)?at\*?\}\s*\{\d+\}")
_ALIGNED_AT_END = re.compile(r"\\end\{align(?:ed)?at\*?\}")
_COLUMNS = re.compile(r"\\(begin|end)\{eqnarray\*?\}")
_IN_WORDS = (
    ("\\&", AND),
    ("&", AND),
    ("<", LESS),
    ("\\%", "%"),
    ("\\$", "$"),
    ("\\#", "#"),
    ("\\_", "_"),
)


def prepare(latex: str) -> str:
    """Return LaTeX that the library can typeset. Raises :class:`NotDrawable` for what it may not get."""
    if not latex.strip() or len(latex) > MAX_CHARACTERS or depth(latex) > MAX_DEPTH:
        raise NotDrawable
    if _DEFINES.search(latex) or _REPEATED_COLUMN.search(latex):
        # A handful of definitions can stand for a text that fills the memory.
        raise NotDrawable
    made = _UNSEEN.sub("", latex)
    made = _TAG.sub(_tag, made)
    made = _OPERATOR.sub(lambda hit: rf"\operatorname*{{{hit[1]}}}", made)
    made = _NEWLINE.sub(r"\\\\", made)
    made = _ALIGNED_AT_END.sub(r"\\end{align*}", _ALIGNED_AT.sub(r"\\begin{align*}", made))
    made = _COLUMNS.sub(lambda hit: rf"\{hit[1]}{{array}}" + "{rcl}" * (hit[1] == "begin"), made)
    return _WORDS.sub(_spell_words, _binomials(made))


def restore(words: str) -> str:
    """Give words their own signs again, after the library's parser."""
    return words.replace(LESS, "<").replace(AND, "&")


def depth(latex: str) -> int:
    """Return how deep groups stand inside each other, at most. Raises :class:`NotDrawable`.

    That is for a group that is closed and was not opened, or the other way round.
    """
    level = deepest = 0
    for hit in _GROUPS.finditer(latex):
        level += _STEPS.get(hit[0], 0)
        deepest = max(deepest, level)
        if level < 0:
            raise NotDrawable
    if level:
        raise NotDrawable
    return deepest


def _tag(hit: re.Match[str]) -> str:
    words = hit[2] if hit[1] else f"({hit[2]})"
    return rf"\qquad\text{{{words}}}"


def _spell_words(hit: re.Match[str]) -> str:
    words = hit[2]
    for written, meant in _IN_WORDS:
        words = words.replace(written, meant)
    return f"{hit[1]}{{{words}}}"


def _binomials(latex: str) -> str:
    r"""Write ``\binom{n}{k}`` out: the library looks for its arguments without counting braces."""
    made: list[str] = []
    place = 0
    for hit in re.finditer(r"\\[dt]?binom(?![a-zA-Z])\s*", latex):
        if hit.start() < place:
            continue
        first, middle = _group(latex, hit.end())
        second, end = _group(latex, middle)
        made += [latex[place : hit.start()], r"\left({", first, r" \atop ", second, r"}\right)"]
        place = end
    made.append(latex[place:])
    whole = "".join(made)
    # A binomial inside another's arguments was copied as it stood.
    return _binomials(whole) if made[1:] and re.search(r"\\[dt]?binom(?![a-zA-Z])", whole) else whole


def _group(latex: str, place: int) -> tuple[str, int]:
    """Return the group or sign at a place, and where it ends. Raises :class:`NotDrawable`."""
    while place < len(latex) and latex[place].isspace():
        place += 1
    if place >= len(latex):
        raise NotDrawable
    if latex[place] != "{":
        hit = re.compile(r"\\[a-zA-Z]+|[^\\{}]").match(latex, place)
        if hit is None:
            raise NotDrawable
        return hit[0], hit.end()
    level = 0
    for hit in re.compile(r"\\.|[{}]", re.DOTALL).finditer(latex, place):
        level += {"{": 1, "}": -1}.get(hit[0], 0)
        if not level:
            return latex[place : hit.end()], hit.end()
    raise NotDrawable
