"""LaTeX that means harm: refused, or drawn in bounded time."""

from __future__ import annotations

import time

import pytest

from app.maths.drawing import draw_formula
from app.maths.formula import NotDrawable
from app.maths.latex import MAX_CHARACTERS
from app.maths.typesetting import MAX_EM, typeset

ORDINARY = r"x = \frac{-b \pm \sqrt{b^2-4ac}}{2a}"

HOSTILE = {
    "exponential definitions": r"\def\a{\b\b}\def\b{\c\c}\def\c{x}\a",
    "new commands": r"\newcommand{\a}{\a\a}\a",
    "a million columns": r"\begin{array}{*{1000000}{c}}a\end{array}",
    "endless space": r"\hspace{99999999em}x",
    "endless rule": r"\rule{99999em}{99999em}",
    "too deep": "{" * 200 + "x" + "}" * 200,
    "too long": "x+" * MAX_CHARACTERS,
    "entities": "&#x41;&lt;&foo;",
    "a file": r"\input{/etc/passwd}",
    "a link": r"\href{file:///etc/passwd}{x}",
    "control characters": "a\x00b\x1fc",
    "surrogates": "a\ud800b",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_harm_is_refused(name: str) -> None:
    started = time.process_time()
    with pytest.raises(NotDrawable):
        draw_formula(HOSTILE[name], display=True)
    assert time.process_time() - started < 2


def test_markup_is_words() -> None:
    tags = draw_formula(r"\text{</mtext></math><script>}", display=False)
    letters = draw_formula(r"\text{mtextmathscript}", display=False)
    assert tags.width > letters.width


SLOW = {
    "fractions in brackets": r"\left(\frac{1}{" * 8 + "y" + r"}\right)" * 8,
    "powers": "x^{" * 18 + "y" + "}" * 18,
    "matrices": r"\begin{pmatrix}" * 12 + "y" + r"\end{pmatrix}" * 12,
    "roots": r"\sqrt[3]{" * 18 + "y" + "}" * 18,
    "one long row": "x+" * (MAX_CHARACTERS // 2 - 1) + "x",
    "a tall column": r"\begin{matrix}" + r"1\\" * 400 + r"1\end{matrix}",
    "primes": "f" + "'" * 900,
    "binomials": r"\binom{" * 18 + "a}{b" + "}" * 18,
    "lines in lines": r"{a\\" * 16 + "b" + "}" * 16,
}


@pytest.mark.parametrize("name", SLOW)
def test_time_grows_no_faster_than_the_square_of_the_length(name: str) -> None:
    typeset(ORDINARY, display=True)
    started = time.process_time()
    for _ in range(10):
        typeset(ORDINARY, display=True)
    ordinary = (time.process_time() - started) / 10
    started = time.process_time()
    try:
        found = typeset(SLOW[name], display=True)
    except NotDrawable:
        found = None
    taken = time.process_time() - started
    assert taken < 200 * ordinary, f"{taken / ordinary:.0f} times an ordinary formula"
    assert found is None or found.width <= MAX_EM
