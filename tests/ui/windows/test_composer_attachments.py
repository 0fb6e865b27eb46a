"""What is attached to a message: long pastes and files, and the ways back."""

from __future__ import annotations

import time

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.core.conversation.draft import Draft
from app.core.conversation.message import Part, PartKind
from app.ui.views.composer.composer import Composer

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier
LETTER = "The tenant may determine this lease.\n" * 200


def paste(composer: Composer, text: str) -> None:
    mime = QMimeData()
    mime.setText(text)
    QGuiApplication.clipboard().setMimeData(mime)
    QTest.keyClick(composer.edit, Key.Key_V, CONTROL)
    # Data made in Python that stays in the clipboard outlives the interpreter, which then crashes.
    QGuiApplication.clipboard().setText("")


def file(name: str, text: str = "print()") -> Part:
    return Part(PartKind.ATTACHMENT, text, name=name)


def test_five_megabytes_become_a_chip_at_once(composer: Composer) -> None:
    QTest.keyClicks(composer.edit, "Summarise:")
    started = time.process_time()
    paste(composer, "x" * 5_000_000)
    assert time.process_time() - started < 1.0
    (chip,) = composer.chips.chips
    assert chip.isVisible()
    assert chip.accessibleName() == "Pasted text, 5,000,000 characters, attached"
    assert not chip.back.isEnabled()
    assert "slow" in chip.back.toolTip()
    assert composer.message() == Draft("Summarise:", (file("", "x" * 5_000_000),))
    QTest.keyClick(chip, Key.Key_Delete)
    assert composer.message() == Draft("Summarise:")
    assert not composer.chips.isVisible()


def test_a_long_paste_comes_back_by_undo_where_it_was_pasted(composer: Composer) -> None:
    QTest.keyClicks(composer.edit, "Read this: . Thank you")
    cursor = composer.edit.textCursor()
    cursor.setPosition(len("Read this: "))
    composer.edit.setTextCursor(cursor)
    paste(composer, LETTER)
    assert composer.text() == "Read this: . Thank you"
    assert len(composer.chips.chips) == 1
    QTest.keyClick(composer.edit, Key.Key_Z, CONTROL)
    assert composer.message() == Draft(f"Read this: {LETTER}. Thank you")
    QTest.keyClick(composer.edit, Key.Key_Z, CONTROL)
    assert composer.text() == "Read this: . Thank you"


def test_undo_takes_back_first_what_was_written_last(composer: Composer) -> None:
    paste(composer, LETTER)
    QTest.keyClicks(composer.edit, "words")
    QTest.keyClick(composer.edit, Key.Key_Z, CONTROL)
    assert len(composer.attached.parts) == 1
    assert composer.text() == ""


def test_a_long_paste_comes_back_by_its_button(composer: Composer) -> None:
    paste(composer, LETTER)
    (chip,) = composer.chips.chips
    assert chip.back.accessibleName() == "Put back into the message"
    QTest.mouseClick(chip.back, Qt.MouseButton.LeftButton)
    assert composer.message() == Draft(LETTER)


def test_a_removed_file_comes_back_by_undo(composer: Composer) -> None:
    composer.add_attachment(file("a.py"))
    composer.add_attachment(file("b.py"))
    QTest.keyClick(composer.chips.chips[0], Key.Key_Delete)
    assert composer.message() == Draft("", (file("b.py"),))
    QTest.keyClick(composer.edit, Key.Key_Z, CONTROL)
    assert [chip.toolTip() for chip in composer.chips.chips] == ["a.py", "b.py"]


def redo(composer: Composer) -> None:
    QTest.keyClick(composer.edit, Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier)


def test_redo_brings_again_what_undo_took_back(composer: Composer) -> None:
    composer.add_attachment(file("a.py"))
    composer.add_attachment(file("b.py"))
    QTest.keyClick(composer.edit, Key.Key_Z, CONTROL)
    assert composer.message() == Draft("", (file("a.py"),))
    redo(composer)
    assert composer.message() == Draft("", (file("a.py"), file("b.py")))
    assert len(composer.chips.chips) == 2
    QTest.keyClick(composer.chips.chips[0], Key.Key_Delete)
    for _ in range(2):
        QTest.keyClick(composer.edit, Key.Key_Z, CONTROL)
        assert composer.message() == Draft("", (file("a.py"), file("b.py")))
        redo(composer)
        assert composer.message() == Draft("", (file("b.py"),))


def test_redo_makes_a_long_paste_an_attachment_again(composer: Composer) -> None:
    QTest.keyClicks(composer.edit, "Read: ")
    paste(composer, LETTER)
    for _ in range(2):
        QTest.keyClick(composer.edit, Key.Key_Z, CONTROL)
        assert composer.message() == Draft(f"Read: {LETTER}")
        redo(composer)
        assert composer.message() == Draft("Read: ", (file("", LETTER),))
    redo(composer)
    assert composer.text() == "Read: ", "its words do not come a second time"


def test_what_was_written_since_is_not_passed_over_by_redo(composer: Composer) -> None:
    composer.add_attachment(file("a.py"))
    QTest.keyClick(composer.edit, Key.Key_Z, CONTROL)
    QTest.keyClicks(composer.edit, "words")
    redo(composer)
    assert composer.message() == Draft("words")


def test_a_pasted_text_alone_can_be_sent(qtbot: QtBot, composer: Composer) -> None:
    paste(composer, "y" * 50_000)
    with qtbot.waitSignal(composer.submitted) as signal:
        QTest.keyClick(composer.edit, Key.Key_Return)
    assert signal.args == [Draft("", (file("", "y" * 50_000),))]
    assert not composer.chips.isVisible()


def test_pasted_files_are_offered_and_not_written(qtbot: QtBot, composer: Composer) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/home/a/letter.txt")])
    QGuiApplication.clipboard().setMimeData(mime)
    with qtbot.waitSignal(composer.files_offered) as signal:
        QTest.keyClick(composer.edit, Key.Key_V, CONTROL)
    QGuiApplication.clipboard().setText("")
    assert [path.name for path in signal.args[0]] == ["letter.txt"]
    assert composer.text() == ""


def test_chips_stand_in_rows_and_nothing_leaves_the_card(composer: Composer) -> None:
    for number in range(7):
        composer.add_attachment(file(f"A document with a long name, part {number}.txt"))
    QTest.qWait(0)
    chips = composer.chips
    rows = {chip.y() for chip in chips.chips}
    assert len(rows) > 2
    assert all(chips.rect().contains(chip.geometry()) for chip in chips.chips)
    assert chips.chips[0].toolTip().startswith("A document with a long name, part 0")


def test_typing_costs_the_same_with_200_kb_of_text(composer: Composer) -> None:
    def cost() -> float:
        QTest.keyClicks(composer.edit, "warm")
        began = time.process_time()
        QTest.keyClicks(composer.edit, "typed at the end of it all")
        return time.process_time() - began

    short = cost()
    composer.set_text("The tenant may determine this lease on the break date.\n" * 3700)
    assert len(composer.text()) > 200_000
    assert cost() < 3 * short + 0.02


def focused() -> QWidget:
    found = QApplication.focusWidget()
    assert found is not None
    return found


def test_tab_leads_from_the_words_over_the_chips_to_the_tools(composer: Composer) -> None:
    composer.add_attachment(file("a.py"))
    paste(composer, LETTER)
    first, second = composer.chips.chips
    composer.focus_message()
    order: list[QWidget] = []
    for _ in range(6):
        QTest.keyClick(focused(), Key.Key_Tab)
        order.append(focused())
    assert order[0] is first
    assert order[2:4] == [second, second.back]
    assert order[5] is composer.attach
