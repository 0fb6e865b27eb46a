"""Messages that wait behind an answer, and earlier questions by the arrow keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.core.conversation.draft import Draft
from app.core.conversation.message import Part, PartKind
from app.ui.theme import Theme
from app.ui.views.composer.composer import Composer
from app.ui.views.window.main_window import MainWindow
from app.ui.widgets.words.label import Label

Key = Qt.Key
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def composer(qtbot: QtBot, theme: Theme) -> Composer:
    window = MainWindow(theme, Label(theme, ""))
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    window.composer.focus_message()
    return window.composer


def write(composer: Composer, *messages: str) -> None:
    """Write and send messages."""
    for words in messages:
        QTest.keyClicks(composer.edit, words)
        QTest.keyClick(composer.edit, Key.Key_Return)


def said(composer: Composer) -> list[str]:
    return [row.accessibleName() for row in composer.waiting_card.rows]


def test_they_wait_in_order_and_leave_in_order(qtbot: QtBot, composer: Composer) -> None:
    sent: list[str] = []
    composer.submitted.connect(lambda message: sent.append(message.text))
    composer.submitted.connect(lambda _: composer.set_busy(True))
    composer.set_busy(True)
    write(composer, "first", "second", "third")
    waits = "Waits until this answer is done"
    assert said(composer) == [f"{waits}: first", f"{waits}: second", f"{waits}: third"]
    assert composer.waiting_card.isVisible()
    QTest.mouseClick(composer.waiting_card.rows[1].remove, LEFT)
    composer.set_busy(False)
    qtbot.waitUntil(lambda: sent == ["first"])
    composer.set_busy(False)
    qtbot.waitUntil(lambda: sent == ["first", "third"])
    assert composer.waiting_card.isHidden()


def test_one_is_edited_where_it_was_written(composer: Composer) -> None:
    composer.set_busy(True)
    write(composer, "a first wish")
    QTest.keyClicks(composer.edit, "meanwhile")
    QTest.mouseClick(composer.waiting_card.rows[0].edit, LEFT)
    assert composer.message() == Draft("a first wish\n\nmeanwhile")
    assert composer.draft().waiting == ()


def test_send_now_stops_the_answer_and_goes_first(qtbot: QtBot, composer: Composer) -> None:
    sent: list[str] = []
    composer.submitted.connect(lambda message: sent.append(message.text))
    composer.set_busy(True)
    write(composer, "first", "second")
    with qtbot.waitSignal(composer.stop_requested):
        QTest.mouseClick(composer.waiting_card.rows[1].now, LEFT)
    composer.set_busy(False)
    qtbot.waitUntil(lambda: sent == ["second"])


def test_after_stop_one_is_sent_only_when_the_person_says_so(qtbot: QtBot, composer: Composer) -> None:
    sent: list[str] = []
    composer.submitted.connect(lambda message: sent.append(message.text))
    composer.set_busy(True)
    write(composer, "later")
    QTest.mouseClick(composer.stop, LEFT)
    composer.set_busy(False)
    with qtbot.assertNotEmitted(composer.submitted, wait=50):
        pass
    assert said(composer) == ["Not sent: later"]
    QTest.mouseClick(composer.waiting_card.rows[0].now, LEFT)
    assert sent == ["later"]
    assert composer.draft() == Draft()


def test_more_than_can_wait_stays_in_the_field(composer: Composer) -> None:
    composer.set_busy(True)
    write(composer, *(f"wish {number}" for number in range(6)))
    assert len(composer.draft().waiting) == 5
    assert composer.text() == "wish 5"


def test_what_waited_comes_back_with_the_draft_and_is_not_sent(composer: Composer) -> None:
    composer.set_draft(Draft("half a", (), (Draft("waited"),)))
    assert composer.text() == "half a"
    assert said(composer) == ["Not sent: waited"]
    composer.set_message(Draft("an earlier question"))
    assert composer.draft().waiting == (Draft("waited"),)


def test_arrows_bring_earlier_questions_and_never_take_words(composer: Composer) -> None:
    composer.history.questions = lambda: ("the first\nof two lines", "the last")
    QTest.keyClick(composer.edit, Key.Key_Up)
    assert composer.text() == "the last"
    for _ in range(2):
        QTest.keyClick(composer.edit, Key.Key_Up)
        assert composer.text() == "the first\nof two lines"
    for _ in range(2):  # within the two lines first
        QTest.keyClick(composer.edit, Key.Key_Down)
    assert composer.text() == "the last"
    QTest.keyClicks(composer.edit, "changed ")
    QTest.keyClick(composer.edit, Key.Key_Up)
    QTest.keyClick(composer.edit, Key.Key_Down)
    assert composer.text() == "the lastchanged "
    composer.set_text("")
    QTest.keyClick(composer.edit, Key.Key_Down)
    assert composer.text() == ""


def test_down_leads_back_to_the_empty_field(composer: Composer) -> None:
    composer.history.questions = lambda: ("the last",)
    QTest.keyClick(composer.edit, Key.Key_Up)
    QTest.keyClick(composer.edit, Key.Key_Down)
    assert composer.text() == ""
    QTest.keyClick(composer.edit, Key.Key_Up)
    assert composer.text() == "the last"


@pytest.mark.parametrize(("scale", "size"), [(1.0, (880, 600)), (2.0, (1280, 800))])
def test_nothing_overlaps_however_much_is_written(
    qtbot: QtBot, composer: Composer, scale: float, size: tuple[int, int]
) -> None:
    window = composer.window()
    assert isinstance(window, MainWindow)
    window.set_theme(Theme(scale=scale))
    window.resize(*size)
    composer.set_busy(True)
    write(composer, *(f"wish {number}" for number in range(5)))
    for number in range(8):
        composer.add_attachment(Part(PartKind.ATTACHMENT, "words", name=f"a long name {number}.txt"))
    composer.edit.setPlainText("line\n" * 20)
    chips = composer.chips.parentWidget()
    assert chips is not None

    def in_order() -> bool:
        place = composer.mapTo(window, composer.rect().topLeft()).y()
        bottom = chips.mapTo(composer, chips.rect().bottomLeft()).y()
        strip = window.status_strip.mapTo(window, window.status_strip.rect().topLeft()).y()
        return (
            bottom <= composer.edit.y()
            and composer.edit.geometry().bottom() < composer.tools.y()
            and composer.stop.geometry().bottom() < composer.tools.height()
            and composer.tools.geometry().bottom() < composer.height()
            and place + composer.height() <= strip
        )

    qtbot.waitUntil(in_order)
