"""Formulas: drawn as their LaTeX says, with measures that fit a line of text."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from app.maths.drawing import draw_formula
from app.maths.formula import Formula, NotDrawable
from app.maths.latex import depth, prepare

DRAWN = (
    r"E=mc^2",
    r"x = \frac{-b \pm \sqrt{b^2-4ac}}{2a}",
    r"\int_0^\infty e^{-x^2}\,dx = \frac{\sqrt{\pi}}{2}",
    r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}",
    r"\begin{cases} x & x>0 \\ -x & \text{otherwise} \end{cases}",
    r"\begin{aligned} a &= b + c \\ &= d \end{aligned}",
    r"\begin{eqnarray} a &=& b \\ c &=& d \end{eqnarray}",
    r"\begin{alignat}{2} a &= b \end{alignat}",
    r"\mathrm{CrCl} = \frac{(140-\text{age}) \times \text{weight}}{72 \times S_{Cr}}",
    r"\hat{p} \pm z_{\alpha/2} \sqrt{\frac{\hat p (1-\hat p)}{n}}",
    r"\underbrace{a+b}_{c} \overbrace{d}^{n} \overrightarrow{AB} \widehat{ABC}",
    r"\left.\frac{d}{dx}\right|_{x=0} \left\langle x \right\rangle \bigg|_0^1",
    r"\binom{n}{\binom{k}{2}} + \tbinom nk",
    r"\textcolor{red}{x} + \color{blue} y",
    r"\boxed{x = 5} \cancel{y}",
    r"a = b \tag{1} \label{eq:one} \nonumber",
    r"\text{R\&D, } p<0.05, \text{ at } 5\% \text{ of } \$100",
    r"\mathop{\mathrm{argmin}}_x f(x)",
    r"37^\circ\mathrm{C}, 5\,\mathrm{mg/kg}, \mu\text{g}",
)
REFUSED = (
    "",
    "  ",
    r"\frac{a}",
    r"\left( x",
    "}",
    r"\begin{matrix} a",
    r"\ce{H2O}",
    r"\unknowncommand{x}",
    r"\text{中文}",
    r"a \mathop{b}",
)


@pytest.mark.parametrize("latex", DRAWN)
@pytest.mark.parametrize("display", [True, False])
def test_what_models_write_is_drawn(latex: str, display: bool) -> None:
    found = draw_formula(latex, display=display)
    assert 0 < found.width < 40
    assert found.ascent > 0
    assert re.fullmatch(r"[MLQCZ0-9 .\-]+", found.path)


@pytest.mark.parametrize("latex", REFUSED)
def test_what_cannot_be_drawn_whole_is_not_drawn(latex: str) -> None:
    with pytest.raises(NotDrawable):
        draw_formula(latex, display=False)


def corners(formula: Formula) -> tuple[float, float, float, float]:
    """Return the box around every point of the path, in em: left, top, right, bottom."""
    numbers = [float(each) / 1000 for each in re.findall(r"-?[0-9.]+", formula.path)]
    return min(numbers[::2]), min(numbers[1::2]), max(numbers[::2]), max(numbers[1::2])


@pytest.mark.parametrize("latex", ["x", r"\frac{a}{b}", r"\sqrt{\frac{a}{b}}", r"\sum_{i=1}^n x_i"])
def test_the_measures_hold_the_ink(latex: str) -> None:
    found = draw_formula(latex, display=True)
    left, top, right, bottom = corners(found)
    assert left >= -0.1
    assert right <= found.width + 0.1
    assert -top == pytest.approx(found.ascent, abs=0.1)
    assert bottom == pytest.approx(found.descent, abs=0.1)


def test_letters_stand_on_the_baseline() -> None:
    found = draw_formula("x", display=False)
    assert found.descent == pytest.approx(0.0, abs=0.03)
    below = draw_formula("y", display=False)
    assert below.descent > 0.15


def test_on_a_line_of_its_own_it_is_larger() -> None:
    inline = draw_formula(r"\sum_{i=1}^n x_i", display=False)
    alone = draw_formula(r"\sum_{i=1}^n x_i", display=True)
    assert alone.ascent + alone.descent > 1.3 * (inline.ascent + inline.descent)


def test_an_equation_number_stays() -> None:
    assert draw_formula(r"a=b\tag{12}", display=True).width > draw_formula("a=b", display=True).width + 1


def test_colours_and_links_count_for_nothing() -> None:
    plain, coloured = (draw_formula(each, display=False) for each in ("x", r"\color{white}{x}"))
    assert plain.path == coloured.path
    assert (
        draw_formula(r"\colorbox{black}{x}", display=False).path.count("M") <= plain.path.count("M") + 1
    )
    with pytest.raises(NotDrawable):
        draw_formula(r"\href{https://example.org}{x}", display=False)


def test_the_picture_carries_its_latex_as_its_name() -> None:
    latex = r'a < b \text{ & "c"}'
    made = draw_formula(latex, display=False).svg(latex, 16, "#102030")
    root = ET.fromstring(made)  # noqa: S314 - made here
    assert root.get("aria-label") == latex
    assert float(root.get("width", "0")) > 16
    assert root[0].get("fill") == "#102030"


def test_groups_are_counted() -> None:
    assert depth(r"\frac{a}{\sqrt{b}} \left( {c} \right) \{ \\ \}") == 2
    assert depth("x") == 0
    for broken in ("}{", "{", r"\right)", r"\begin{a}"):
        with pytest.raises(NotDrawable):
            depth(broken)


def test_binomials_are_written_out_with_their_whole_arguments() -> None:
    assert prepare(r"\binom{n}{k_{1}}") == r"\left({{n} \atop {k_{1}}}\right)"
    assert prepare(r"\dbinom nk") == r"\left({n \atop k}\right)"
