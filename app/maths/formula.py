"""One formula, drawn.

Job: the outline of a formula with its measures, from its LaTeX. Rule: what cannot be drawn raises
:class:`NotDrawable` and its source is shown instead; the same LaTeX is drawn once. A formula may take
some hundred milliseconds at worst, so nobody calls :func:`draw_formula` on the thread of a window.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from html import escape
from threading import Lock

UNITS = 1000
"""Units of a path in one em."""
_KEPT = 300
_drawing = Lock()


class NotDrawable(Exception):  # noqa: N818 - it is an answer, not an error: the source is shown
    """The LaTeX is broken, unknown, too long or too large."""


@dataclass(frozen=True, slots=True)
class Formula:
    """The outline of a formula.

    ``path`` is SVG path data (absolute M, L, Q, C and Z only, to be filled by the non-zero rule) in
    thousandths of an em, with the origin on the baseline at the left edge and y running down.
    ``width``, ``ascent`` and ``descent`` are in em; both heights are measured from the baseline and may
    be negative for what stands wholly below or above it.
    """

    width: float
    ascent: float
    descent: float
    path: str

    def svg(self, latex: str, size: float, colour: str = "currentColor") -> str:
        """Return the formula as an SVG element for a text of ``size`` pixels, named by its LaTeX.

        It is to be lowered by ``descent`` times ``size`` pixels to stand on the baseline.
        """
        high = self.ascent + self.descent
        box = f"0 {-self.ascent * UNITS:.0f} {self.width * UNITS:.0f} {high * UNITS:.0f}"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(latex)}" '
            f'width="{self.width * size:.2f}" height="{high * size:.2f}" viewBox="{box}">'
            f'<path fill="{colour}" d="{self.path}"/></svg>'
        )


def draw_formula(latex: str, *, display: bool) -> Formula:
    """Return the drawn form of ``latex``, given without its dollar signs or brackets.

    ``display`` sets it large, as on a line of its own. Any thread but the window's may call it. Raises
    :class:`NotDrawable`.
    """
    found = _drawn(latex, display)
    if found is None:
        raise NotDrawable
    return found


@lru_cache(maxsize=_KEPT)
def _drawn(latex: str, display: bool) -> Formula | None:
    # The library behind takes a quarter of a second and some megabytes: only who needs it pays.
    from app.maths.typesetting import typeset

    with _drawing:  # its fonts are shared and not made for two threads
        try:
            return typeset(latex, display=display)
        except NotDrawable:
            return None
