"""The typesetting library, held on a short lead.

Job: from LaTeX over MathML to an outline; the only file that knows latex2mathml and ziamath. Rule: what
the library does not know, has no letter for or sets absurdly large is refused; its colours and links
count for nothing, so that a formula can neither hide text nor point anywhere.
"""

from __future__ import annotations

import math
import unicodedata
import warnings
from contextvars import ContextVar
from typing import Any
from xml.etree import ElementTree as ET

from app.maths.formula import UNITS, Formula, NotDrawable
from app.maths.latex import prepare, restore
from app.maths.outline import path_of

with warnings.catch_warnings():
    # It asks for its font in a way that Python discourages.
    warnings.simplefilter("ignore", DeprecationWarning)
    from ziamath.config import config
    from ziamath.escapes import unescape
    from ziamath.nodes.mrow import Mrow
    from ziamath.tex import tex2mml
    from ziamath.zmath import Math, loadedfonts

MAX_EM = 300.0
"""A formula wider or taller than this many em is not drawn."""
MAX_NODES = 4000
MAX_ROWS = 1000
"""Rows laid out for one formula, again and again for the same one counted."""
_SPACE = "{http://www.w3.org/1998/Math/MathML}"
_SIGNS = frozenset({f"{_SPACE}mi", f"{_SPACE}mo", f"{_SPACE}mn"})
_KEPT_ATTRIBUTES = frozenset({
    "accent", "accentunder", "columnalign", "columnlines", "columnspacing", "depth", "display",
    "displaystyle", "fence", "form", "height", "largeop", "linebreak", "linethickness", "lspace",
    "mathvariant", "maxsize", "minsize", "movablelimits", "notation", "rowlines", "rowspacing", "rspace",
    "scriptlevel", "separator", "stretchy", "symmetric", "voffset", "width",
})  # fmt: skip

# Outlines with one decimal of a thousandth of an em, each letter as a path of its own.
config.svg2 = False
config.precision = 1


_rows_left: ContextVar[int] = ContextVar("rows left", default=0)


class _Row(Mrow, tag="mrow"):
    """A row that is measured once.

    The library measures each row without its stretching signs by laying out all it contains, and does
    the same again for the rows inside while it measures: every level doubled the time, and eight
    fractions in brackets took three minutes. While a row is only measured, nothing in it stretches,
    so the rows inside need no measure of their own. (Naming the tag makes the library use this class.)
    A count of rows bounds what may still be hidden in it, such as line breaks inside line breaks.
    """

    def __init__(self, element: ET.Element, parent: Any, **kwargs: Any) -> None:
        left = _rows_left.get() - 1
        if left < 0:
            raise NotDrawable
        _rows_left.set(left)
        super().__init__(element, parent, **kwargs)

    def _get_height_nostretch(self, line: list[ET.Element], **kwargs: Any) -> tuple[float, float]:
        if kwargs.get("nostretch"):
            return 0.0, 0.0
        low, high = super()._get_height_nostretch(line, **kwargs)
        return float(low), float(high)


def typeset(latex: str, *, display: bool) -> Formula:
    """Return the outline of ``latex``. Raises :class:`app.maths.formula.NotDrawable`."""
    try:
        markup = unescape(tex2mml(prepare(latex), inline=not display))
        element = ET.fromstring(markup)  # noqa: S314 - it begins with <math>, so it defines no entities
        _check(element)
        _rows_left.set(MAX_ROWS)
        drawn = Math(element, size=UNITS)
        box = drawn.node.bbox
        svg = ET.Element("svg")
        drawn.node.draw(-box.xmin, 0, svg)
    except NotDrawable:
        raise
    except Exception as error:
        raise NotDrawable from error
    sizes = (box.xmax - box.xmin, box.ymax, -box.ymin)
    if not all(math.isfinite(each) and abs(each) <= MAX_EM * UNITS for each in sizes) or sizes[0] <= 0:
        raise NotDrawable
    width, ascent, descent = (each / UNITS for each in sizes)
    return Formula(width, ascent, descent, path_of(svg))


def _check(root: ET.Element) -> None:
    """Refuse what would be drawn wrongly; take away everything but shape and place."""
    for count, element in enumerate(root.iter()):
        if count > MAX_NODES:
            raise NotDrawable
        words = element.text or ""
        if element.tag in _SIGNS and len(element):
            raise NotDrawable  # the library would leave out what is inside
        if element.tag in _SIGNS and words.startswith("\\") and len(words) > 1:
            raise NotDrawable  # a command that the library does not know, which it would spell out
        element.text = restore(words)
        for sign in element.text:
            if unicodedata.category(sign) not in {"Zs", "Cf", "Cc"} and not _has_letter(sign):
                raise NotDrawable
        for name in [name for name in element.attrib if name not in _KEPT_ATTRIBUTES]:
            if name != "mathbackground" or element.tag != f"{_SPACE}mspace":  # the ink of a rule
                del element.attrib[name]
        if element.tag == f"{_SPACE}mstyle" and not element.attrib:
            element.tag = f"{_SPACE}mrow"  # it styles nothing any more


def _has_letter(sign: str) -> bool:
    return bool(_font().glyphindex(sign))


def _font() -> Any:

    return loadedfonts["default"]
