"""The whole program, open: every command there is has somebody who does it, and every window opens."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QMessageBox, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from app import bootstrap
from app.bootstrap import Program
from app.core.conversation.message import Part, PartKind, Role
from app.core.rules import seal
from app.core.rules import settings as declared
from app.core.rules.policy import Policy
from app.ui.commands import table
from app.ui.commands.command import Kind, Menu
from app.ui.flow.choice.model import model_file
from app.ui.flow.window.side_windows import kind_of
from app.ui.transcript.model import TranscriptItem
from app.ui.views.beside.limits_page import ModelKind, lines_of
from tests.support.pseudo import KEYS, OPEN, accented_language, escaped, words_of

NOT_HERE = {table.MINIMISE, table.ZOOM_WINDOW, table.BIN}
"""What this version, this system, or a run that keeps nothing has not."""


def opened(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Program]:
    program = Program(qapp, tmp_path)
    qtbot.addWidget(program.window)
    program.window.show()
    with qtbot.waitSignal(program.start.opened):
        program.start.keep_nothing()
    qtbot.waitUntil(lambda: program.session is not None)
    yield program
    program.window.close()
    program.close()


@pytest.fixture
def program(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Program]:
    yield from opened(qtbot, qapp, tmp_path)


@pytest.mark.qt_log_ignore("This plugin does not support raise", extend=True)
def test_every_command_can_be_given(program: Program) -> None:
    known = set(program.window.commands.known())
    menus = {command for command in table.ALL if command.kind is not Kind.FIXED}
    assert menus - known == NOT_HERE
    side = program.side
    for command, shown_by in (
        (table.SETTINGS, lambda: side.settings),
        (table.SHORTCUTS, lambda: side.sheet),
        (table.WHAT_IT_CAN, lambda: side.limits),
        (table.ABOUT, lambda: side.about),
        (table.MANUAL, lambda: side.manual),
    ):
        program.window.commands.give(command)
        window = shown_by()
        assert window is not None
        assert window.isVisible()
        assert not set(window.windowTitle().split()) & {"guide", "Built-in"}
        if side.settings is not None:
            for key, scale in ((Qt.Key.Key_Plus, 1.1), (Qt.Key.Key_0, 1.0)):
                QTest.keyClick(side.settings, key, Qt.KeyboardModifier.ControlModifier)
                assert program.appearance.theme.scale == scale, "in every window of the program"
        if side.limits is not None:
            assert set(lines_of(ModelKind.GUIDE, "weak")) <= set(side.limits.sentences)
        window.close()
        assert shown_by() is None, "a closed window is not dressed again"
    menu = QMenu()
    program._add_limits(menu)
    assert program.window.commands.action(table.WHAT_IT_CAN) in menu.actions()
    program.window.commands.give(table.LARGER)
    assert program.appearance.theme.scale == program.settings.number(declared.TEXT_SCALE) == 1.1
    program.window.commands.give(table.USUAL_SIZE)
    program.window.commands.give(table.MENU_BAR)
    assert program.window.contentsMargins().top() > 0
    assert program.settings.is_on(declared.MENU_BAR)
    shown = program.window.menus.menus[Menu.HELP].actions()
    first = next(action for action in shown if action.isVisible())
    assert first is program.window.commands.action(table.MANUAL)


def test_the_page_an_answer_was_given_opens_from_its_chip(program: Program) -> None:
    page = Part(PartKind.MANUAL, "Manual: Stopping an answer\nIt was worded otherwise.", name="stop")
    program.transcript_model.reset(
        [
            TranscriptItem(1, Role.USER, (Part(PartKind.TEXT, "How do I stop?"), page)),
            TranscriptItem(2, Role.ASSISTANT, (Part(PartKind.ANSWER, "Press Esc."),)),
        ]
    )
    layout = program.transcript.realiser.layout(1)
    chip = next(control for control in layout.controls() if control.action == "manual")
    program.transcript.actions_.perform(1, chip)
    shown = program.side.manual
    assert shown is not None
    assert shown.isVisible()
    assert shown.page is not None
    assert shown.page.slug == "stop"
    assert shown.text.accessibleDescription().startswith("This page has changed")
    shown.close()


@pytest.mark.parametrize("what", ["a link", "the library"])
def test_the_strip_is_sealed_as_soon_as_anything_else_is(
    qtbot: QtBot, program: Program, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    session, library, strip = program.session, program.library, program.window.status_strip
    assert session is not None
    assert library is not None
    qtbot.waitUntil(lambda: strip.summary().endswith("Offline: never connected"))
    monkeypatch.setattr(seal, "read_policy", lambda: Policy((Path("policy.toml"),), sealed=True))
    if what == "a link":
        program.transcript.link_activated.emit("https://example.com/")
        for box in program.window.findChildren(QMessageBox):
            box.reject()
    else:
        library.open()
    assert strip.summary().endswith("Sealed")


def test_a_file_is_known_by_its_name_only(tmp_path: Path) -> None:
    assert kind_of(model_file(tmp_path / "gpt-oss-20b-MXFP4.gguf")) is ModelKind.GPT_OSS
    assert kind_of(model_file(tmp_path / "mystery.gguf")) is ModelKind.OTHER


def test_nothing_is_wider_than_the_smallest_window_with_the_largest_text(
    program: Program, qtbot: QtBot
) -> None:
    window = program.window
    window.resize(window.minimumSize())
    program.appearance.set_scale(2.0)
    try:
        for panel in (window.ledger_popover, window.memory_popover):
            window.popovers.open(panel)
            qtbot.waitUntil(partial(is_held, panel))
        assert program.library is not None
        program.library.open()
        page = program.library.page
        assert page is not None
        qtbot.waitUntil(lambda: bool(page.list.rows))
        qtbot.waitUntil(partial(is_held, page))
    finally:
        program.appearance.set_scale(1.0)


def is_held(widget: QWidget) -> bool:
    """Say whether nothing in it that cannot be scrolled sideways holds more than it can show."""
    for area in widget.findChildren(QScrollArea):
        inside = area.widget()
        never = area.horizontalScrollBarPolicy() is Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        if inside is None or not never or not area.isVisible():
            continue
        if inside.minimumSizeHint().width() > area.viewport().width():
            return False
    return True


@pytest.mark.qt_log_ignore("This plugin does not support raise", extend=True)
def test_no_word_of_the_open_program_escapes_the_catalogue(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken = accented_language()
    monkeypatch.setattr(bootstrap, "british", lambda: spoken)
    try:
        for program in opened(qtbot, qapp, tmp_path):
            assert program.library is not None
            program.library.open()
            program.window.status_strip.network_requested.emit()
            for panel in (program.window.ledger_popover, program.window.memory_popover):
                program.window.popovers.open(panel)
            widgets = (program.window, *program.window.findChildren(QWidget))
            seen = {words for widget in widgets for words in words_of(widget)}
            assert sum(OPEN in words for words in seen) > 100
            assert {words for words in seen if escaped(KEYS.sub("", words))} == set()
    finally:
        spoken.remove(qapp)
