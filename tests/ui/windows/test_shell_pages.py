"""First start, unlocking and settings as a person goes through them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.core.rules import settings as declared
from app.core.rules.settings import Settings
from app.ui.commands.actions import Actions
from app.ui.commands.keymap import Keymap
from app.ui.theme import Theme
from app.ui.theme.appearance import Appearance, ThemeChoice
from app.ui.views.settings.window import SettingsWindow
from app.ui.views.start.first_run import FirstRunPage
from app.ui.views.start.passphrase_strength import Strength, strength
from app.ui.views.start.unlock import UnlockPage, Way

Key = Qt.Key
LEFT = Qt.MouseButton.LeftButton
CODE = "ABCD-EFGH-IJKL-MNOP-QRST-UVWX-YZ23-4567-ABCD"


@pytest.fixture
def first(qtbot: QtBot, theme: Theme) -> FirstRunPage:
    page = FirstRunPage(theme, key_store=True)
    qtbot.addWidget(page)
    page.resize(1280, 800)
    page.show()
    qtbot.waitExposed(page)
    return page


@pytest.fixture
def locked(qtbot: QtBot, theme: Theme) -> UnlockPage:
    page = UnlockPage(theme)
    qtbot.addWidget(page)
    page.resize(1280, 800)
    page.show()
    qtbot.waitExposed(page)
    page.field.setFocus()
    return page


def test_three_ways_to_keep_the_key(qtbot: QtBot, first: FirstRunPage) -> None:
    rows = first.choices.rows
    assert len(rows) == 3
    with qtbot.waitSignal(first.key_store_chosen):
        QTest.mouseClick(rows[0].button, LEFT)
    with qtbot.waitSignal(first.nothing_chosen):
        QTest.mouseClick(rows[2].button, LEFT)


def test_without_a_key_store_it_is_not_offered(qtbot: QtBot, theme: Theme) -> None:
    page = FirstRunPage(theme, key_store=False)
    qtbot.addWidget(page)
    assert [row.button.text() for row in page.choices.rows] == ["Choose a passphrase", "Keep nothing"]


def test_a_passphrase_is_typed_twice(first: FirstRunPage) -> None:
    given: list[str] = []
    first.passphrase_chosen.connect(given.append)
    QTest.mouseClick(first.choices.rows[1].button, LEFT)
    form = first.passphrase
    QTest.keyClicks(form.first, "short")
    assert "5 so far" in form.hint.text()
    QTest.keyClick(form.first, Key.Key_Return)
    assert form.first.hasFocus(), "what is too short is not typed again"
    assert form.hint._colour == "warn"
    QTest.keyClicks(form.first, "e")
    assert form.hint._colour == "text2"
    form.start()
    QTest.keyClicks(form.first, "orchard lantern pebble cycle")
    assert form.hint.text() == "Strong."
    QTest.keyClick(form.first, Key.Key_Return)
    assert form.second.hasFocus()
    QTest.keyClicks(form.second, "orchard lantern")
    assert form.match.text() == " ", "not yet wrong while it is being typed"
    QTest.keyClick(form.second, Key.Key_Return)
    assert given == []
    assert not form.proceed.isEnabled()
    assert form.match.text() == "The two passphrases differ.", "Return asks to go on, and hears why not"
    QTest.keyClicks(form.second, " ")
    assert form.match.text() == " "
    QTest.keyClicks(form.second, "x")
    assert form.match.text() == "The two passphrases differ."
    form.second.setText("orchard lantern pebble cycle")
    QTest.keyClick(form.second, Key.Key_Return)
    assert given == ["orchard lantern pebble cycle"]


def test_what_was_typed_is_hidden_until_asked_for(first: FirstRunPage) -> None:
    field = first.passphrase.first
    first.ask_passphrase()
    assert field.echoMode() is QLineEdit.EchoMode.Password
    assert field.inputMethodHints() & Qt.InputMethodHint.ImhSensitiveData
    QTest.mouseClick(field.eye, LEFT)
    assert field.echoMode() is QLineEdit.EchoMode.Normal
    assert field.eye.accessibleName() == "Hide the passphrase"


def test_the_recovery_code_is_shown_once(qtbot: QtBot, first: FirstRunPage) -> None:
    first.show_recovery_code(CODE)
    form = first.recovery
    assert form.shown.text().split() == CODE.split("-")
    assert "A B C D, E F G H" in form.shown.accessibleName()
    assert not form.proceed.isEnabled()
    QTest.mouseClick(form.copy, LEFT)
    assert QGuiApplication.clipboard().text() == CODE
    QTest.mouseClick(form.agree, LEFT)
    with qtbot.waitSignal(first.recovery_code_kept):
        QTest.mouseClick(form.proceed, LEFT)
    form.forget()
    assert form.shown.text() == ""
    assert form.shown.accessibleName() == ""


def test_a_failure_leaves_the_choice_open(qtbot: QtBot, first: FirstRunPage) -> None:
    first.set_waiting(True)
    assert not first.choices.rows[0].button.isEnabled()
    first.show_failure("Nothing was changed. The disk is full.")
    assert first.notice.sentence == "Nothing was changed. The disk is full."
    with qtbot.waitSignal(first.key_store_chosen):
        QTest.mouseClick(first.choices.rows[0].button, LEFT)


def test_unlocking_hands_the_passphrase_on_and_forgets_it(locked: UnlockPage) -> None:
    given: list[str] = []
    locked.passphrase_given.connect(given.append)
    assert not locked.unlock.isEnabled()
    QTest.keyClicks(locked.field, "secret words")
    QTest.keyClick(locked.field, Key.Key_Return)
    assert given == ["secret words"]
    assert locked.field.text() == ""
    assert not locked.field.isEnabled()


def test_after_a_wrong_one_it_waits(qtbot: QtBot, locked: UnlockPage) -> None:
    locked.show_failure("That passphrase did not fit.", wait_seconds=1)
    QTest.keyClicks(locked.field, "again")
    assert not locked.unlock.isEnabled()
    with qtbot.assertNotEmitted(locked.passphrase_given):
        QTest.keyClick(locked.field, Key.Key_Return)
    assert "Next try in 1 s." in locked.note.text()
    QTest.keyClicks(locked.field, " ")
    qtbot.waitUntil(locked.unlock.isEnabled)
    assert locked.note.text() == "That passphrase did not fit."


def test_return_pressed_while_it_waits_counts_when_it_is_over(qtbot: QtBot, locked: UnlockPage) -> None:
    locked.show_failure("That passphrase did not fit.", wait_seconds=1)
    QTest.keyClicks(locked.field, "again")
    with qtbot.waitSignal(locked.passphrase_given) as given:
        QTest.keyClick(locked.field, Key.Key_Return)
    assert given.args == ["again"]


def test_caps_lock_is_mentioned(locked: UnlockPage) -> None:
    for held, words in (
        (Qt.KeyboardModifier.ShiftModifier, ""),
        (Qt.KeyboardModifier.NoModifier, "Caps Lock is on."),
    ):
        event = QKeyEvent(QKeyEvent.Type.KeyPress, Key.Key_A, held, "A")
        QApplication.sendEvent(locked.field, event)
        assert locked.note.text() == words


def test_the_recovery_code_is_the_other_way_in(qtbot: QtBot, locked: UnlockPage) -> None:
    QTest.mouseClick(locked.other, LEFT)
    assert locked.field.echoMode() is QLineEdit.EchoMode.Normal
    assert locked.field.accessibleName() == "Recovery code"
    QTest.keyClicks(locked.field, CODE)
    wide = locked.field.fontMetrics().horizontalAdvance(CODE)
    qtbot.waitUntil(lambda: wide < locked.field.eye.x() - 16)  # it is seen whole
    with qtbot.waitSignal(locked.code_given) as given:
        QTest.mouseClick(locked.unlock, LEFT)
    assert given.args == [CODE]
    locked.set_waiting(False)
    QTest.mouseClick(locked.other, LEFT)
    assert locked.field.echoMode() is QLineEdit.EchoMode.Password


def test_only_the_ways_there_are(qtbot: QtBot, theme: Theme) -> None:
    page = UnlockPage(theme, (Way.CODE, Way.KEY_STORE))
    qtbot.addWidget(page)
    page.show()
    assert not page.other.isVisible()
    assert page.again.isVisible()
    with qtbot.waitSignal(page.key_store_asked):
        QTest.mouseClick(page.again, LEFT)


@pytest.mark.parametrize(
    ("passphrase", "expected"),
    [
        ("", Strength.EMPTY),
        ("short", Strength.SHORT),
        ("aaaaaaaaaaaa", Strength.SIMPLE),
        ("abcdefghijkl", Strength.SIMPLE),
        ("123456789012", Strength.SIMPLE),
        ("password password", Strength.SIMPLE),
        ("orchard lantern pebble", Strength.FAIR),
        ("orchard lantern pebble cycle", Strength.STRONG),
        ("tR7!kq9#Wz2@mB5x", Strength.STRONG),
    ],
)
def test_the_strength_hint(passphrase: str, expected: Strength) -> None:
    assert strength(passphrase, 8) is expected


def test_settings_change_the_appearance(qtbot: QtBot, appearance: Appearance) -> None:
    kept = Settings(None)
    host = QWidget()
    window = SettingsWindow(appearance.theme, appearance, kept, Actions(host, Keymap()))
    qtbot.addWidget(host)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    assert window.windowTitle() == "Cloister settings"
    look = window.look
    try:
        for box in (look.theme_box, look.contrast_box, look.motion_box):
            box.setFocus()
            QTest.keyClick(box, Key.Key_Down)
        assert appearance.theme.dark
        assert appearance.theme.high_contrast
        assert appearance.theme.still
        QTest.keyClick(look.size_box, Key.Key_End)
        assert appearance.scale == 2.0
        assert [kept.get(one) for one in (declared.THEME, declared.TEXT_SCALE)] == ["dark", 2.0]
        assert [kept.get(one) for one in (declared.CONTRAST, declared.MOTION)] == ["high", "less"]
    finally:
        appearance.set_choice(ThemeChoice.LIGHT)
        appearance.set_scale(1.0)
        appearance.set_high_contrast(False)
        appearance.set_still(False)


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_the_pages_scroll_rather_than_cut(qtbot: QtBot, scale: float) -> None:
    page = FirstRunPage(Theme(scale=scale), key_store=True)
    qtbot.addWidget(page)
    page.resize(880, 600)
    page.show()
    qtbot.waitExposed(page)
    for row in page.choices.rows:
        assert row.rect().contains(row.button.geometry())
        assert row.button.width() >= row.button.sizeHint().width()
        assert row.width() <= page.width()
