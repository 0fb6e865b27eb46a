"""The page about the program, its parts, and a new version that lies on disk."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.core import notices
from app.core.notices import Build
from app.core.texts import text
from app.library import release
from app.library.release import Release
from app.ui.flow.tasks import Lane
from app.ui.flow.window import release_check
from app.ui.theme import Theme
from app.ui.views.beside.about import AboutWindow, version_words
from app.ui.views.beside.parts_window import PartsWindow


@pytest.fixture
def lane() -> Iterator[Lane]:
    made = Lane("release")
    yield made
    assert made.close()


@pytest.fixture
def about(qtbot: QtBot) -> AboutWindow:
    window = AboutWindow(Theme(dark=False))
    qtbot.addWidget(window)
    window.show()
    return window


def test_every_part_can_be_read_with_the_keyboard(qtbot: QtBot) -> None:
    window = PartsWindow(Theme(dark=False))
    qtbot.addWidget(window)
    window.show()
    listed = notices.parts()
    assert window.list.model().rowCount() == len(listed) > 50
    window.list.setFocus()
    QTest.keyClick(window.list, Qt.Key.Key_Home)
    for part in listed:
        shown = window.words.toPlainText()
        assert part.words[:200].strip() in shown
        assert len(shown) >= len(part.words)
        QTest.keyClick(window.list, Qt.Key.Key_Down)
    window.set_theme(Theme(dark=True))
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isVisible()


def test_it_opens_on_qt_and_says_how_to_replace_it(qtbot: QtBot) -> None:
    window = PartsWindow(Theme(dark=False))
    qtbot.addWidget(window)
    window.show()
    shown = window.words.toPlainText()
    assert "You may replace it" in shown
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in shown
    assert "GNU GENERAL PUBLIC LICENSE" in shown
    assert window.list.width() > 200


def test_a_built_program_says_when_and_from_what() -> None:
    assert version_words(None).startswith("Version ")
    assert version_words(Build("2026-12-01", "0123456789ab")).endswith("2026-12-01 from 0123456789ab")
    assert version_words(Build("2026-12-01", "")).endswith("2026-12-01")
    assert notices.build() is None, "a checkout was never built"


def test_a_list_on_disk_is_checked_and_the_verdict_shown(
    about: AboutWindow, lane: Lane, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = Release("9.0.0", "2027-01-02", ("a.deb",), ())
    monkeypatch.setattr(release, "verify", lambda path: found if path.name == "SHA256SUMS" else None)
    chosen = str(tmp_path / "SHA256SUMS")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (chosen, ""))
    release_check.ask(about, lane)
    qtbot.waitUntil(lambda: about.verdict.text() != "")
    assert "this one is newer" in about.verdict.text()
    assert "a.deb: whole" in about.verdict.text()


def test_a_file_that_is_no_list_gets_its_sentence(
    about: AboutWindow, lane: Lane, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "SHA256SUMS").write_bytes(b"<b>\x00</b>")
    release_check.check(about, lane, tmp_path / "SHA256SUMS")
    qtbot.waitUntil(lambda: about.verdict.text() != "")
    assert text("errors.release.unsigned.what") in about.verdict.text()


def test_a_choice_not_made_and_a_window_closed_change_nothing(
    about: AboutWindow, lane: Lane, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    release_check.ask(about, lane)
    assert not about.verdict.isVisible()
    gone = AboutWindow(Theme(dark=False))
    gone.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    gone.show()
    release_check.check(gone, lane, tmp_path / "none")
    with qtbot.waitSignal(gone.destroyed):
        gone.close()
    done: list[object] = []
    lane.run(lambda: None, done.append)
    qtbot.waitUntil(lambda: done != [])


def test_nothing_lies_over_anything_in_the_smallest_window_at_200_percent(qtbot: QtBot) -> None:
    window = AboutWindow(Theme(dark=False, scale=2.0))
    qtbot.addWidget(window)
    window.resize(window.minimumSize())
    window.show()
    parts = (window._mark, *window._labels, window.buttons)
    for above, below in pairwise(parts):
        assert above.geometry().bottom() < below.y()
    assert window.buttons.geometry().bottom() < window.height()
