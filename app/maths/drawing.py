"""One formula, drawn from its LaTeX.

Job: have a formula typeset when it is wanted for the first time. Rule: what cannot be drawn raises
:class:`NotDrawable` and its source is shown instead; the same LaTeX is drawn once. A formula may take
some hundred milliseconds at worst, so nobody calls :func:`draw_formula` on the thread of a window.
"""

from __future__ import annotations

from functools import lru_cache
from threading import Lock

from app.maths.formula import Formula, NotDrawable

_KEPT = 300
_drawing = Lock()


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
