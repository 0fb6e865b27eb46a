"""What a drawn formula is.

Job: the outline with its measures, for the screen and as SVG, and the answer that there is none. Rule:
plain values, in em and thousandths of it; no size of a text, no colour but the one that is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

UNITS = 1000
"""Units of a path in one em."""


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
