"""The smallest window at 200 % text: nothing lies over anything else, and the strip takes two rows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.core.conversation.message import Part, PartKind
from app.core.errors import UserError
from app.ui.commands import table
from app.ui.theme.appearance import Appearance
from app.ui.transcript.segments.chrome import NoticeSegment
from app.ui.views.window.main_window import SMALLEST
from app.ui.views.window.notice_card import NoticeKind
from app.ui.widgets.words.label import Label
from tests.support.ledgers import TITLES, ledger
from tests.support.windows.layouts import lay_out
from tests.support.windows.stage import Stage
from tests.support.windows.states import STATES


@pytest.fixture
def stage(qtbot: QtBot, appearance: Appearance) -> Iterator[Stage]:  # noqa: ARG001 - made by it
    appearance.set_scale(2.0)
    with Stage(appearance.theme) as made:
        made.window.resize(*SMALLEST)
        yield made
    appearance.set_scale(1.0)


def _placed(stage: Stage, part: QWidget) -> QRect:
    return QRect(part.mapTo(stage.window, part.rect().topLeft()), part.size())


def _assert_one_below_another(stage: Stage, *parts: QWidget) -> None:
    shown = [_placed(stage, part) for part in parts if part.isVisible()]
    assert len(shown) > 1
    for above, below in pairwise(shown):
        assert above.bottom() < below.top()
    assert shown[-1].bottom() < stage.window.height()


@pytest.mark.parametrize("number", [9, 15, 20, 21, 22, 24])
def test_notice_composer_and_strip_have_their_whole_height(
    stage: Stage, qtbot: QtBot, number: int
) -> None:
    STATES[number].show(stage)
    window = stage.window
    notice, strip = window.notice, window.status_strip
    qtbot.waitUntil(lambda: notice.isHidden() or notice.height() >= notice.minimumSizeHint().height())
    _assert_one_below_another(stage, window.header, notice, window.composer, strip)
    assert window.composer.height() >= window.composer.minimumSizeHint().height()
    assert strip.height() == 2 * window.theme.px(28)
    for item in strip.items:
        assert strip.rect().contains(item.geometry().adjusted(item.reach, 0, -item.reach, 0))


def test_what_is_cut_in_the_strip_is_whole_in_its_tip(stage: Stage) -> None:
    STATES[15].show(stage)
    strip = stage.window.status_strip
    assert "Offline: never connected" in strip.seal_group.toolTip()
    assert strip.context_group.width() >= strip.context_group.sizeHint().width()


def test_the_seal_stands_whole_in_the_second_row_where_the_first_would_cut_it(stage: Stage) -> None:
    stage.open()
    strip = stage.window.status_strip
    strip.set_speed(None)
    strip.set_model("tiny", "")
    assert strip.seal_group.y() > strip.context_group.y()
    assert strip.seal_group.width() >= strip.seal_group.sizeHint().width()
    assert strip.seal_group.geometry().left() > strip.memory_group.geometry().right()


def test_what_the_model_reads_is_said_whole(stage: Stage) -> None:
    stage.say()
    stage.open()
    panel = stage.window.ledger_popover
    panel.show_ledger(ledger(2000, 1100, 500, 900), TITLES)
    stage.window.popovers.open(panel)
    shown = [label for label in panel.findChildren(Label) if label.isVisible()]
    assert shown
    for label in shown:
        assert label.width() >= (1 if label.wordWrap() else label.sizeHint().width()), label.text()
        assert label.height() >= label.heightForWidth(label.width()), label.text()
        assert panel.rect().contains(
            label.mapTo(panel, label.rect().topLeft()) + label.rect().bottomRight()
        ) or panel._content.isAncestorOf(label)


def test_chips_waiting_messages_and_words_do_not_meet(stage: Stage, qtbot: QtBot) -> None:
    stage.ask()
    composer = stage.window.composer
    for number in range(3):
        composer.edit.setPlainText(f"And then, number {number}, " + "words " * 40)
        composer._submit()
    for name in ("Lease 2019 with all schedules.txt", "Notice.md", ""):
        composer.add_attachment(Part(PartKind.ATTACHMENT, "words " * 400, name=name))
    composer.edit.setPlainText("words " * 100)
    qtbot.waitUntil(lambda: composer.edit.height() > 0 and composer.waiting_card.isVisible())
    parts = (stage.window.header, composer.waiting_card, composer._chips, composer.edit, composer.stop)
    qtbot.waitUntil(lambda: composer.height() >= composer.minimumSizeHint().height())
    _assert_one_below_another(stage, *parts, stage.window.status_strip)
    assert composer.edit.height() >= composer.edit.minimumHeight() > 0


def test_the_steps_between_questions_cover_no_words(stage: Stage, appearance: Appearance) -> None:
    STATES[15].show(stage)
    steps = stage.transcript._steps
    assert steps.isVisible()
    assert not steps.over_text
    for scale in (1.0, 2.0):  # as a person would change it
        appearance.set_scale(scale)
        stage.window.set_theme(appearance.theme)
        stage.transcript.set_theme(appearance.theme)
    assert not steps.over_text
    assert steps.back.width() >= 28 <= steps.back.height()


def test_there_is_room_to_search_for_words(stage: Stage, qtbot: QtBot) -> None:
    stage.say()
    stage.open()
    stage.window.commands.give(table.FIND)
    bar = stage.window.find_bar
    qtbot.waitUntil(lambda: bar.field.isVisible() and bar.field.width() > 100)
    hint = bar.field.fontMetrics().horizontalAdvance(bar.field.placeholderText())
    assert bar.field.width() > hint


def test_a_sentence_below_an_answer_has_the_height_of_its_lines(stage: Stage) -> None:
    STATES[14].show(stage)
    layout = stage.transcript.realiser.layout(1)
    notice = next(part for part in layout.segments if isinstance(part, NoticeSegment))
    lines = notice._laid_out().lineCount()
    assert lines > 1
    assert notice.height == lines * stage.transcript.style_.ui_line + 16


def test_a_notice_chips_and_waiting_messages_leave_the_composer_whole(
    stage: Stage, qtbot: QtBot
) -> None:
    stage.ask()
    window, composer = stage.window, stage.window.composer
    for number in range(2):
        composer.edit.setPlainText(f"And then, number {number}")
        composer._submit()
    for name in ("Lease 2019 with all schedules.txt", "Notice.md"):
        composer.add_attachment(Part(PartKind.ATTACHMENT, "words " * 400, name=name))
    sentence = UserError("attach.pdf", name="Lease of 3 September.pdf").sentence
    window.notice.show_notice(NoticeKind.WARN, sentence, [("close", "Close")])
    notice = window.notice
    cut = notice.findChild(Label)
    assert cut is not None

    def lines_gave_way() -> bool:
        """Say whether the notice has fewer lines now: what it leaves out can be read all the same."""
        window.grab()  # a label tells what it leaves out when it is painted
        return cut.toolTip() == sentence

    # They give way one after the other, each with a layout of its own.
    qtbot.waitUntil(lines_gave_way)
    qtbot.waitUntil(
        lambda: (
            composer.height() >= composer.minimumSizeHint().height()
            and notice.height() >= notice.heightForWidth(notice.width())
        )
    )
    parts = (window.header, notice, composer.waiting_card, composer, window.status_strip)
    _assert_one_below_another(stage, *parts)
    _assert_one_below_another(stage, composer._chips, composer.edit, composer.stop, window.status_strip)
    notice.clear()
    qtbot.waitUntil(window.header.isVisible)
    _assert_one_below_another(stage, *parts)
    window.menuBar().show()
    qtbot.waitUntil(lambda: not window.menuBar().visibleRegion().isEmpty())
    lay_out(window)
    _assert_one_below_another(stage, composer.waiting_card, composer, window.status_strip)
    assert composer.height() >= composer.minimumSizeHint().height(), "with the menus in sight too"
