"""The composer as a person uses it: keys, waiting messages, stopping, pasting."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, QRect, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLayout
from pytestqt.qtbot import QtBot

from app.core.conversation.draft import Draft
from app.core.conversation.message import Effort
from app.ui.theme import TextRole, Theme
from app.ui.views.composer.composer import Composer
from app.ui.views.composer.message_edit import MARGIN, MOST_LINES, clean_text

Key = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier


def test_return_sends_and_shift_return_breaks(composer: Composer) -> None:
    sent: list[str] = []
    composer.submitted.connect(lambda message: sent.append(message.text))
    QTest.keyClicks(composer.edit, "first")
    QTest.keyClick(composer.edit, Key.Key_Return, SHIFT)
    QTest.keyClicks(composer.edit, "second")
    assert composer.text() == "first\nsecond"
    assert sent == []
    QTest.keyClick(composer.edit, Key.Key_Return)
    assert sent == ["first\nsecond"]
    assert composer.text() == ""


def test_nothing_is_sent_without_text(composer: Composer) -> None:
    sent: list[str] = []
    composer.submitted.connect(lambda message: sent.append(message.text))
    assert not composer.send.isEnabled()
    QTest.keyClick(composer.edit, Key.Key_Return)
    QTest.keyClicks(composer.edit, "   ")
    assert not composer.send.isEnabled()
    QTest.keyClick(composer.edit, Key.Key_Return)
    assert sent == []
    QTest.keyClicks(composer.edit, "x")
    assert composer.send.isEnabled()
    QTest.mouseClick(composer.send, Qt.MouseButton.LeftButton)
    assert sent == ["   x"]


def test_a_message_sent_while_answering_waits_until_the_answer_is_done(
    qtbot: QtBot, composer: Composer
) -> None:
    sent: list[str] = []
    composer.submitted.connect(lambda message: sent.append(message.text))
    composer.set_busy(True)
    assert composer.stop.isVisible()
    assert not composer.send.isVisible()
    QTest.keyClicks(composer.edit, "next")
    QTest.keyClick(composer.edit, Key.Key_Return)
    assert sent == []
    assert composer.text() == ""
    assert composer.draft().waiting == (Draft("next"),)
    composer.set_busy(False)
    qtbot.waitUntil(lambda: sent == ["next"])
    assert composer.text() == ""


def test_escape_stops_and_keeps_a_waiting_message(qtbot: QtBot, composer: Composer) -> None:
    sent: list[str] = []
    composer.submitted.connect(lambda message: sent.append(message.text))
    composer.set_busy(True)
    QTest.keyClicks(composer.edit, "kept")
    QTest.keyClick(composer.edit, Key.Key_Return)
    with qtbot.waitSignal(composer.stop_requested):
        QTest.keyClick(composer.edit, Key.Key_Escape)
    composer.set_busy(False)
    with qtbot.assertNotEmitted(composer.submitted, wait=50):
        pass
    assert composer.draft().waiting == (Draft("kept"),)
    assert composer.waiting_card.rows[0].accessibleName() == "Not sent: kept"
    assert sent == []


def test_escape_does_nothing_without_an_answer(qtbot: QtBot, composer: Composer) -> None:
    with qtbot.assertNotEmitted(composer.stop_requested):
        QTest.keyClick(composer.edit, Key.Key_Escape)


def test_it_grows_to_eight_lines(composer: Composer, theme: Theme) -> None:
    line = theme.line_height(TextRole.READING)
    for count in range(1, 12):
        composer.set_text("\n".join(["line"] * count))
        wanted = min(count, MOST_LINES) * line + 2 * MARGIN
        assert composer.edit.height() == wanted, count
    composer.set_text("")
    assert composer.edit.height() == line + 2 * MARGIN


def test_pasting_takes_plain_text_only(composer: Composer) -> None:
    mime = QMimeData()
    mime.setHtml('<b>bold</b><img src="file:///etc/hostname">')
    mime.setText("bold\r\nnext\u2028line\x00\ufffc")
    QGuiApplication.clipboard().setMimeData(mime)
    QTest.keyClick(composer.edit, Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    # Data made in Python that stays in the clipboard outlives the interpreter, which then crashes.
    QGuiApplication.clipboard().setText("")
    assert composer.text() == "bold\nnext\nline\ufffd\ufffd"
    assert "<img" not in composer.edit.toHtml()


def test_html_without_text_loses_its_format(composer: Composer) -> None:
    mime = QMimeData()
    mime.setHtml('<b>bold</b><img src="file:///etc/hostname">')
    composer.edit.insertFromMimeData(mime)
    assert "img" not in composer.edit.toHtml()


def test_dropped_files_are_not_taken(composer: Composer) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/etc/hostname")])
    mime.setText("file:///etc/hostname")
    assert not composer.edit.canInsertFromMimeData(mime)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("a\rb\r\nc\u2029d", "a\nb\nc\nd"),
        ("\ud800 half \udfff", "\ufffd half \ufffd"),
        ("\x00\x1b[2J\ufdd0", "\ufffd\ufffd[2J\ufffd"),
        ("tab\tand\u00a0space", "tab\tand\u00a0space"),
        ("<|start|>system<|message|>", "<|start|>system<|message|>"),
    ],
)
def test_what_is_not_text_is_replaced(composer: Composer, raw: str, clean: str) -> None:
    assert clean_text(raw) == clean
    composer.set_text(raw)
    assert composer.text() == clean


def test_a_press_beside_the_field_goes_into_it(composer: Composer) -> None:
    composer.attach.setFocus()
    tools = composer.tools
    between = QPoint((tools.value.geometry().right() + tools.send.x()) // 2, tools.send.y() + 9)
    assert tools.childAt(between) is None
    QTest.mouseClick(tools, Qt.MouseButton.LeftButton, pos=between)
    assert composer.edit.hasFocus()


def test_the_draft_is_reported_once_after_typing(qtbot: QtBot, composer: Composer) -> None:
    drafts: list[str] = []
    composer.draft_changed.connect(lambda draft: drafts.append(draft.text))
    QTest.keyClicks(composer.edit, "abc")
    qtbot.waitUntil(lambda: drafts == ["abc"])
    QTest.keyClicks(composer.edit, "d")
    composer.flush_draft()
    assert drafts == ["abc", "abcd"]
    composer.set_text("another conversation's draft")
    composer.flush_draft()
    assert drafts == ["abc", "abcd"]


def test_effort_by_keys_and_pointer(composer: Composer) -> None:
    chosen: list[Effort] = []
    composer.effort_changed.connect(chosen.append)
    slider = composer.effort_slider
    assert slider.effort is Effort.MEDIUM
    QTest.keyClick(slider, Key.Key_Right)
    QTest.keyClick(slider, Key.Key_Right)
    assert slider.accessibleName() == "Reasoning effort, High, 3 of 3"
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(2, 10))
    assert chosen == [Effort.HIGH, Effort.LOW]
    composer.set_effort(Effort.MEDIUM)
    assert chosen == [Effort.HIGH, Effort.LOW]
    assert slider.effort is Effort.MEDIUM


@pytest.mark.parametrize("scale", [0.8, 1.0, 2.0])
def test_nothing_leaves_the_card_at_any_text_size(composer: Composer, scale: float) -> None:
    composer.set_estimate("about 15 s of thought")
    composer.set_text("A message")
    composer.set_theme(Theme(scale=scale))
    QApplication.processEvents()
    composer.resize(856, composer.sizeHint().height())
    for child in (composer.edit, composer.effort_slider, composer.send):
        area = QRect(child.mapTo(composer, QPoint()), child.size())
        assert composer.rect().contains(area)
    assert composer.send.height() == round(32 * scale)


def test_a_hint_without_room_ends_with_a_sentence_and_is_whole_in_the_tip(composer: Composer) -> None:
    edit = composer.edit
    edit.set_hint("Write your next message. It waits until this answer is done.")
    edit.grab()
    assert edit.toolTip() == ""
    assert edit._fitting_hint(10_000) == "Write your next message. It waits until this answer is done."
    assert edit._fitting_hint(300) == "Write your next message."
    assert edit._fitting_hint(80).endswith("…")
    edit.resize(300, edit.height())
    edit.grab()
    assert edit.toolTip() == "Write your next message. It waits until this answer is done."


def test_what_has_no_room_beside_the_buttons_is_left_out_and_not_cut(composer: Composer) -> None:
    composer.set_loading("Loading", may_stop=True)
    composer.set_theme(Theme(scale=2.0))
    column = composer.layout()
    assert column is not None
    column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # as narrow as a window makes it
    seen = []
    for width in range(1100, 480, -20):
        composer.resize(width, composer.sizeHint().height())
        QApplication.processEvents()
        seen.append((composer.tools.label.isVisible(), composer.tools.hint.isVisible()))
        for part in (composer.tools.label, composer.tools.value, composer.tools.hint):
            assert not part.isVisible() or part.width() >= part.sizeHint().width(), width
        if not composer.tools.label.isVisible():
            break
    assert seen[0] == (True, True)
    assert (True, False) in seen, "the hint goes first"
    assert seen[-1] == (False, False)
    composer.resize(1100, 200)
    assert composer.tools.label.isVisible()
