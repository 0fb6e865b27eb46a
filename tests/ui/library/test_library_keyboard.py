"""Where the keyboard is after the control that had it went: seen, and where no key acts by chance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from app.core.errors import UserError
from app.core.paths import guide_model_path
from app.core.rules import settings as declared
from app.core.rules.settings import ON
from app.library.known.known_models import KnownModels
from app.ui.flow.library.arriving.jobs import Stage
from app.ui.theme import Theme
from app.ui.theme.style_sheet import Kind
from app.ui.views.library.rows import ModelList
from app.ui.views.library.values import RowShown, Section
from app.ui.widgets.controls.button_row import ButtonRow
from app.ui.widgets.controls.buttons import Button
from tests.support.network.hub import Answer, Hub
from tests.support.windows.library_desk import KEY, Desk, open_desk

STALL = 2_000_000


@pytest.fixture
def desk(qtbot: QtBot, theme: Theme, tmp_path: Path, hub: Hub) -> Iterator[Desk]:
    with open_desk(qtbot, theme, tmp_path, hub) as made:
        made.window.activateWindow()
        qtbot.waitUntil(made.window.isActiveWindow)
        yield made


def lead_to(desk: Desk, code: str) -> QWidget:
    """Bring the keyboard to a button of the page as F6 and Tab do."""
    desk.flow.draw()
    rows = [block.buttons for block in desk.page.model.steps.blocks]
    rows += [desk.page.model.foot, desk.page.model.elsewhere.buttons]
    button = next(found for row in rows if (found := row.button(code)) is not None)
    desk.window.ring.move_focus(button)
    assert QApplication.focusWidget() is button
    return button


def press(desk: Desk, code: str) -> None:
    """Press a button of the page by Return."""
    QTest.keyClick(lead_to(desk, code), Qt.Key.Key_Return)


def focus() -> QWidget:
    """Return what has the keyboard."""
    now = QApplication.focusWidget()
    assert now is not None
    return now


def check_rests(desk: Desk) -> None:
    """Check that the keyboard is seen, and where neither Return nor Space does anything."""
    desk.window.activateWindow()  # the platform without a screen gives it up by itself now and then
    desk.qtbot.waitUntil(desk.window.isActiveWindow)
    now = focus()
    assert not isinstance(now, Button), getattr(now, "text", str)()
    assert now.isVisible()
    assert desk.window.ring.isVisible()
    assert desk.window.ring.geometry().contains(now.mapTo(desk.window, now.rect().center()))
    jobs, asked = desk.flow.downloads.jobs, len(desk.hub.seen)
    stages = [job.stage for job in jobs]
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
        QTest.keyClick(now, key)
    assert desk.flow.downloads.jobs == jobs
    assert [job.stage for job in jobs] == stages
    assert len(desk.hub.seen) == asked
    assert focus() is now


def stalled(desk: Desk) -> None:
    """Begin a download that stops half way."""
    desk.hub.bodies.append(Answer(stall_after=STALL))
    desk.press("download")
    desk.until(lambda: desk.hub.stalled.is_set() and desk.stage() is Stage.STALLED)


def test_cancelled_the_keyboard_does_not_wait_on_download(desk: Desk) -> None:
    stalled(desk)
    press(desk, "cancel")
    desk.until(lambda: desk.stage() is None)
    check_rests(desk)


def test_cancelled_after_a_pause_neither(desk: Desk) -> None:
    stalled(desk)
    desk.press("pause")
    desk.until(lambda: desk.stage() is Stage.PAUSED)
    press(desk, "cancel")
    desk.until(lambda: desk.stage() is None)
    check_rests(desk)
    QTest.keyClick(focus(), Qt.Key.Key_Tab)
    assert isinstance(focus(), Button)
    assert desk.page.model.isAncestorOf(focus())


def test_paused_the_keyboard_does_not_wait_on_resume(desk: Desk) -> None:
    stalled(desk)
    press(desk, "pause")
    desk.until(lambda: desk.stage() is Stage.PAUSED)
    check_rests(desk)


def test_a_connection_that_breaks_puts_nothing_under_the_hand_that_pauses(desk: Desk) -> None:
    desk.hub.bodies.append(Answer(stall_after=STALL, cut_after=STALL + 500_000))
    desk.press("download")
    desk.until(lambda: desk.hub.stalled.is_set() and desk.stage() is Stage.STALLED)
    lead_to(desk, "pause")
    desk.hub.every_body = Answer(cut_after=0)
    desk.hub.go_on.set()
    desk.until(lambda: desk.stage() in (Stage.RETRYING, Stage.FAILED))
    if desk.stage() is Stage.RETRYING:
        assert getattr(focus(), "text", str)() == "Pause"
    desk.until(lambda: desk.stage() is Stage.FAILED)
    check_rests(desk)


def test_wrong_bytes_put_nothing_under_it_either(desk: Desk) -> None:
    desk.hub.bodies.append(Answer(stall_after=STALL, flip=True))
    desk.press("download")
    desk.until(lambda: desk.hub.stalled.is_set() and desk.stage() is Stage.STALLED)
    lead_to(desk, "pause")
    desk.hub.go_on.set()
    desk.until(lambda: desk.stage() is Stage.FAILED)
    assert desk.page.model.steps.blocks[1].buttons.button("download_again") is not None
    check_rests(desk)


def test_sealed_under_the_keyboard_it_rests(desk: Desk) -> None:
    lead_to(desk, "download")
    desk.settings.set(declared.SEALED, ON)
    desk.flow.seal_changed(True)
    check_rests(desk)


def test_begun_by_a_key_that_is_held_it_is_not_paused_by_it(desk: Desk) -> None:
    desk.hub.bodies.append(Answer(stall_after=STALL))
    button = lead_to(desk, "download")
    for number in range(4):
        held = QKeyEvent(
            QKeyEvent.Type.KeyPress,
            Qt.Key.Key_Return,
            Qt.KeyboardModifier.NoModifier,
            autorep=bool(number),
        )
        QApplication.sendEvent(focus() if number else button, held)
        desk.flow.draw()
    desk.until(lambda: desk.stage() is Stage.STALLED)
    check_rests(desk)


def unknown(desk: Desk, folder: Path) -> str:
    """Choose a file that no catalogue knows, up to how it is brought in; returns the import's key."""
    source = folder / "mine.gguf"
    source.write_bytes(guide_model_path().read_bytes())
    desk.flow.collection.catalogue = KnownModels(())
    desk.flow.collection._make_shelf()
    desk.flow.wishes.bring_in([source])
    key = f"import:{source}"
    desk.until(lambda: imported(desk, key) is Stage.OFFERED)
    return key


def imported(desk: Desk, key: str) -> Stage | None:
    """Return how far an import is."""
    job = desk.flow.imports.get(key)
    return job.stage if job is not None else None


def test_nothing_is_decided_about_an_unknown_file_by_chance(desk: Desk, tmp_path: Path) -> None:
    key = unknown(desk, tmp_path)
    press(desk, "copy")
    desk.until(lambda: imported(desk, key) is Stage.UNKNOWN)
    check_rests(desk)
    assert imported(desk, key) is Stage.UNKNOWN
    press(desk, "use_file")
    desk.until(lambda: imported(desk, key) is None)
    assert desk.flow.current == f"file:{desk.profile / 'models' / 'mine.gguf'}"
    check_rests(desk)
    for code, done in (
        ("verify", "Ready"),
        ("remove", "Removed"),
        ("undo", "Ready"),
    ):
        press(desk, code)
        desk.until(lambda done=done: desk.row(desk.flow.current).startswith(done))  # type: ignore[misc]
        check_rests(desk)
        assert desk.row(desk.flow.current).startswith(done)


def test_an_import_given_up_leaves_no_button_of_another_model_under_the_keyboard(
    desk: Desk, tmp_path: Path
) -> None:
    key = unknown(desk, tmp_path)
    press(desk, "cancel_import")
    desk.until(lambda: imported(desk, key) is None)
    assert desk.flow.current != key
    check_rests(desk)


def test_a_row_that_goes_hands_the_keyboard_to_the_page(desk: Desk, tmp_path: Path) -> None:
    key = unknown(desk, tmp_path)
    row = desk.page.list.row(key)
    assert row is not None
    desk.window.ring.move_focus(row)
    desk.flow.imports.cancel(key)
    desk.until(lambda: desk.page.list.row(key) is None)
    check_rests(desk)


def test_behind_a_dialog_the_keyboard_is_led_on_as_well(desk: Desk) -> None:
    stalled(desk)
    lead_to(desk, "pause")
    dialog = QDialog(desk.window)
    dialog.show()
    desk.qtbot.waitUntil(dialog.isActiveWindow)
    desk.flow.downloads.pause(KEY)
    desk.until(lambda: desk.stage() is Stage.PAUSED)
    dialog.close()
    desk.window.activateWindow()
    desk.qtbot.waitUntil(desk.window.isActiveWindow)
    check_rests(desk)


def test_a_dialog_gives_the_keyboard_back_with_its_ring(desk: Desk) -> None:
    button = lead_to(desk, "download")
    dialog = QDialog(desk.window)
    dialog.show()
    desk.qtbot.waitUntil(dialog.isActiveWindow)
    assert not desk.window.ring.isVisible()
    dialog.close()
    desk.window.activateWindow()
    desk.qtbot.waitUntil(button.hasFocus)
    assert desk.window.ring.isVisible()


def test_a_notice_that_is_closed_hands_the_keyboard_to_the_page(desk: Desk) -> None:
    desk.flow.show_trouble(UserError("library.remove_failed"))
    close = desk.page.notice.buttons[0]
    desk.window.ring.move_focus(close)
    QTest.keyClick(close, Qt.Key.Key_Return)
    assert not desk.page.notice.sentence
    check_rests(desk)


def to_first_page(desk: Desk) -> QWidget:
    """Go back to the empty conversation; returns the button of its offer."""
    desk.flow.leave()
    offer = desk.window.empty_state.offer
    desk.until(offer.isVisible)
    return offer.buttons.buttons[0]


def test_the_first_page_leads_the_keyboard_to_the_button_that_says_who_is_asked(desk: Desk) -> None:
    button = to_first_page(desk)
    desk.window.ring.move_focus(button)
    QTest.keyClick(button, Qt.Key.Key_Return)
    assert getattr(focus(), "text", str)() == "Download 4 MB"
    assert desk.page.model.isAncestorOf(focus())
    assert desk.window.ring.isVisible()
    assert "Cloister will connect to" in focus().accessibleDescription()
    again = QKeyEvent(
        QKeyEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, autorep=True
    )
    QApplication.sendEvent(focus(), again)  # the key is still down
    assert desk.stage() is None


def test_who_clicks_there_finds_no_button_under_return(desk: Desk) -> None:
    button = to_first_page(desk)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    now = focus()
    assert not isinstance(now, Button)
    assert desk.page.model.isAncestorOf(now)
    QTest.keyClick(now, Qt.Key.Key_Return)
    assert desk.stage() is None
    assert desk.hub.seen == []


def test_an_offer_that_goes_hands_the_keyboard_to_the_message(desk: Desk) -> None:
    button = to_first_page(desk)
    desk.window.ring.move_focus(button)
    desk.window.empty_state.offer.show_offer(None)
    assert focus() is desk.window.composer.edit
    assert desk.window.ring.isVisible()


def test_the_second_half_of_a_double_click_presses_nothing_that_came_in_between(
    qtbot: QtBot, theme: Theme
) -> None:
    row = ButtonRow(theme)
    qtbot.addWidget(row)
    pressed: list[str] = []
    row.acted.connect(pressed.append)
    row.show_wishes([("cancel", "Cancel and delete", None, Kind.QUIET)])
    row.acted.connect(lambda _: row.show_wishes([("download", "Download", None, Kind.PRIMARY)]))
    row.show()
    QTest.mouseClick(row.buttons[0], Qt.MouseButton.LeftButton)
    new = row.buttons[0]
    mouse = QMouseEvent.Type
    second = (mouse.MouseButtonDblClick, mouse.MouseButtonRelease)
    send(new, *second)
    assert pressed == ["cancel"]
    send(new, mouse.MouseButtonPress, mouse.MouseButtonRelease, *second)
    assert pressed == ["cancel", "download", "download"], "its own is two presses, as ever"


def send(button: QWidget, *kinds: QMouseEvent.Type) -> None:
    """Send what a mouse does to the middle of a button."""
    at, left = QPointF(button.rect().center()), Qt.MouseButton.LeftButton
    for kind in kinds:
        none = Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(button, QMouseEvent(kind, at, button.mapToGlobal(at), left, left, none))


def test_the_list_follows_the_chosen_row_into_another_section(qtbot: QtBot, theme: Theme) -> None:
    shown = ModelList(theme)
    qtbot.addWidget(shown)
    shown.resize(300, 200)
    shown.show()
    had = [
        RowShown(f"{number}", Section.AVAILABLE, f"Model {number}", "", "Fits.") for number in range(9)
    ]
    shown.show_rows(had, "8")
    bar = shown.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0 and in_sight(shown, "8"))
    begun = [replace(had[8], section=Section.IN_PROGRESS), *had[:8]]
    shown.show_rows(begun, "8")
    qtbot.waitUntil(lambda: bar.value() < bar.maximum() // 2 and in_sight(shown, "8"))
    shown.show_rows(had, "8")
    qtbot.waitUntil(lambda: bar.value() > bar.maximum() // 2 and in_sight(shown, "8"))
    bar.triggerAction(bar.SliderAction.SliderToMinimum)  # who looks at others is not pulled along
    shown.show_rows([had[0], had[2], had[1], *had[3:]], "8")
    qtbot.wait(50)
    assert bar.value() == 0


def in_sight(shown: ModelList, key: str) -> bool:
    """Return whether the whole row can be seen."""
    row = shown.row(key)
    assert row is not None
    return row.visibleRegion().boundingRect() == row.rect()
