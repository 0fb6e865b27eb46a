"""Labels: one line stays one line, paragraphs have the theme's line height, text is never markup."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.ui.theme import TextRole, Theme
from app.ui.widgets.words.label import Label, plain_tip
from app.ui.widgets.words.text_layout import one_line, shorten


def rows_with_ink(label: Label) -> list[int]:
    image = QImage(label.size(), QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.white)
    label.render(image)
    white = image.pixel(image.width() - 1, 0)
    return [
        y for y in range(image.height()) if any(image.pixel(x, y) != white for x in range(image.width()))
    ]


@pytest.mark.parametrize("tabular", [False, True])
def test_one_line_is_never_broken_at_its_own_width(qtbot: QtBot, theme: Theme, tabular: bool) -> None:
    for number in range(0, 4000, 211):
        label = Label(
            theme,
            f"{number} of 8.2k tokens; nothing left out",
            TextRole.SMALL,
            tabular=tabular,
        )
        qtbot.addWidget(label)
        label.resize(label.sizeHint())
        assert label.height() == 16
        ink = rows_with_ink(label)
        assert min(ink) >= 2
        assert max(ink) <= 14
        assert label.toolTip() == "", "nothing is elided"


def test_too_little_room_elides_and_keeps_the_words_in_the_tooltip(qtbot: QtBot, theme: Theme) -> None:
    label = Label(theme, "<b>A title</b> that is too long for the room it has")
    qtbot.addWidget(label)
    label.resize(80, 20)
    label.grab()
    assert label.toolTip() == plain_tip(label.text())
    assert "<b>" not in label.toolTip()


def test_a_paragraph_knows_where_it_stands_better(qtbot: QtBot, theme: Theme) -> None:
    label = Label(theme, "words " * 40, wrap=True)
    qtbot.addWidget(label)
    line = theme.line_height(TextRole.UI)
    whole, beside = label.heightForWidth(600), label.heightForWidth(200)
    assert label.is_better_over(beside - whole + line, 600, 200)
    assert not label.is_better_over(beside - whole + line + 1, 600, 200)
    label.set_most_lines(1)  # that it is cut where it stands now decides nothing
    assert label.is_better_over(beside - whole + line, 600, 200)


def test_a_paragraph_has_the_themes_line_height(qtbot: QtBot, theme: Theme) -> None:
    label = Label(theme, "words " * 40, TextRole.READING, wrap=True)
    qtbot.addWidget(label)
    line = theme.line_height(TextRole.READING)
    assert label.heightForWidth(200) % line == 0
    assert label.heightForWidth(200) > label.heightForWidth(400) > line
    assert Label(theme, "a\nb\nc", TextRole.READING, wrap=True).heightForWidth(400) == 3 * line


def test_shortened_text_says_that_there_is_more(theme: Theme) -> None:
    font = theme.font(TextRole.SMALL)
    text = "word " * 60
    short = shorten(text, font, 120, 2)
    assert short.endswith("…")
    assert text.startswith(short[:-1].rstrip())
    assert shorten("word", font, 120, 2) == "word"


def test_one_line_has_no_breaks() -> None:
    assert one_line(" a\n b\u2028c\x00d\t e ") == "a b c d e"


def test_the_label_draws_inside_itself(qtbot: QtBot, theme: Theme) -> None:
    label = Label(theme, "Ågj", TextRole.DISPLAY)
    qtbot.addWidget(label)
    label.resize(label.sizeHint())
    assert QRect(0, 0, 1000, 36).contains(label.rect())
