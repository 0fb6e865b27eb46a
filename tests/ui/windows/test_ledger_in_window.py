"""The ledger panel in the window: opening it, the keyboard in it, and its place at every size."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.theme import Theme
from app.ui.views.window.main_window import MainWindow
from app.ui.views.window.regions import controls_of
from tests.support.ledgers import MOCK, TITLES, ledger
from tests.support.windows.shells import focus, shown_shell

Key = Qt.Key


@pytest.fixture
def shell(qtbot: QtBot, theme: Theme) -> MainWindow:
    made = shown_shell(qtbot, theme)
    made.status_strip.set_memory(12 * 1024**3, 16 * 1024**3)
    made.status_strip.set_context(6200, 16_384, 8192, 2)
    return made


def test_the_ring_of_an_item_stays_inside_the_window(shell: MainWindow) -> None:
    shell.ring.move_focus(shell.status_strip.context_group)
    assert shell.rect().contains(shell.ring.geometry())
    shell.set_theme(Theme(high_contrast=True))
    shell.ring.move_focus(shell.status_strip.model_group)
    assert shell.rect().contains(shell.ring.geometry())
    assert shell.status_strip.context_group.height() >= 28


def test_ctrl_i_opens_it_above_its_meter_and_esc_leads_back(shell: MainWindow) -> None:
    panel, meter = shell.ledger_popover, shell.status_strip.context_group
    panel.show_ledger(MOCK, TITLES)
    QTest.keyClick(focus(), Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    assert panel.isVisible()
    assert focus() is panel.left_out.rows[0].button, "the first action"
    assert shell.ring.isVisible()
    assert panel.width() == 444
    bottom = panel.mapTo(shell, QPoint(0, panel.height())).y()
    assert 0 < shell.status_strip.mapTo(shell, QPoint(0, 0)).y() - bottom <= 12
    left = panel.mapTo(shell, QPoint(0, 0)).x()
    assert abs(left - meter.mapTo(shell, QPoint(0, 0)).x()) < 24
    QTest.keyClick(focus(), Key.Key_Escape)
    assert panel.isHidden()
    assert focus() is meter
    QTest.keyClick(focus(), Key.Key_Return)
    assert panel.isVisible(), "Return on the meter opens it"


def test_tab_stays_inside_and_goes_from_top_to_bottom(shell: MainWindow) -> None:
    panel = shell.ledger_popover
    panel.show_ledger(ledger(200, 200, 5000, 7000, left_out=2, reserve=2048), TITLES)
    shell.popovers.toggle(panel)
    controls = [each for each in controls_of(panel) if each is not panel]
    tops = [each.mapTo(panel, QPoint(0, 0)).y() for each in controls]
    assert tops == sorted(tops)
    for _ in range(len(controls) + 1):
        QTest.keyClick(focus(), Key.Key_Tab)
        assert panel.isAncestorOf(focus())


def test_typing_goes_on_while_it_is_open(shell: MainWindow) -> None:
    panel = shell.ledger_popover
    panel.show_ledger(MOCK, TITLES)
    shell.popovers.toggle(panel)
    shell.composer.focus_message()
    assert panel.isVisible()
    edit = focus()
    composer_top = shell.composer.mapTo(shell, QPoint(0, 0)).y()
    assert panel.mapTo(shell, QPoint(0, panel.height())).y() <= composer_top, (
        "what is typed stays in sight"
    )
    for size in (500, 900, 9000):
        panel.show_ledger(ledger(2000, 1100, size, left_out=2), TITLES)
        QTest.keyClicks(edit, "a")
        assert focus() is edit
    assert panel.isVisible()
    shell.transcript.setFocus()
    assert panel.isHidden(), "going elsewhere closes it"
    assert focus() is shell.transcript


def test_focus_stays_inside_when_its_row_goes(shell: MainWindow) -> None:
    panel = shell.ledger_popover
    panel.show_ledger(MOCK, TITLES)
    shell.popovers.toggle(panel)
    shell.ring.move_focus(panel.left_out.rows[1].button)
    panel.show_ledger(ledger(200, 1100, 450, left_out=1), TITLES)
    assert focus() is panel.left_out.rows[0].button
    panel.show_ledger(ledger(450, 450), TITLES)
    assert focus() is panel, "no action left: the panel itself"
    QTest.keyClick(focus(), Key.Key_Escape)
    assert panel.isHidden()


def test_the_strip_leads_to_its_items_by_arrow_keys(shell: MainWindow) -> None:
    strip = shell.status_strip
    shell.ring.move_focus(strip)
    groups = (strip.model_group, strip.memory_group, strip.context_group, strip.seal_group)
    for expected in (*groups, strip.seal_group):
        QTest.keyClick(focus(), Key.Key_Right)
        assert focus() is expected
    QTest.keyClick(focus(), Key.Key_Left)
    QTest.keyClick(focus(), Key.Key_Left)
    assert focus() is strip.memory_group
    QTest.keyClick(focus(), Key.Key_Space)
    assert shell.memory_popover.isVisible()
    QTest.keyClick(focus(), Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    assert shell.memory_popover.isHidden(), "one panel at a time"
    assert shell.ledger_popover.isVisible()
    assert strip.context_group.accessibleName().startswith("Context, 6.2k of 16k tokens; 2 messages")


def test_it_does_not_open_before_there_is_a_meter(shell: MainWindow) -> None:
    shell.status_strip.set_context(0, 0)
    QTest.keyClick(focus(), Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    assert shell.ledger_popover.isHidden()


@pytest.mark.parametrize("scale", [0.8, 1.0, 1.5, 2.0])
@pytest.mark.parametrize("size", [(1280, 800), (880, 600)])
@pytest.mark.parametrize("mirrored", [False, True])
def test_it_stays_inside_the_window_at_every_size(
    shell: MainWindow, scale: float, size: tuple[int, int], mirrored: bool
) -> None:
    if mirrored:
        shell.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    shell.resize(*size)
    shell.set_theme(Theme(scale=scale))
    panel = shell.ledger_popover
    panel.show_ledger(ledger(2000, 1100, 6000, 7000, left_out=2, reserve=2048), TITLES)
    shell.popovers.toggle(panel)
    QApplication.processEvents()
    corner = panel.mapTo(shell, QPoint(0, 0))
    assert corner.x() >= 0
    assert corner.y() >= 0
    assert corner.x() + panel.width() <= shell.width()
    assert corner.y() + panel.height() <= shell.status_strip.mapTo(shell, QPoint(0, 0)).y()
    assert panel.docked is (scale == 2.0)
    shown = focus().visibleRegion().boundingRect()
    assert shown.height() >= focus().height(), "the focused action is scrolled into sight"
