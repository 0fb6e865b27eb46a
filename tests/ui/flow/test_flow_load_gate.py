"""A model file on its way to the engine, as the window shows it: checked, refused, decided about."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.children.child import AT_ONCE
from app.core.paths import guide_model_path
from app.engine.client import EngineClient
from app.library.files.fingerprint import Progress, Stop
from app.library.known.catalogue import CatalogueFile, catalogue
from app.library.shelf.load_gate import LoadGate
from app.library.shelf.shelf import Shelf
from app.ui.flow.choice.model import ModelChoice, model_file
from app.ui.flow.engine.worker import EngineWorker
from app.ui.flow.session import Session
from app.ui.theme import Theme
from app.ui.views.window.main_window import MainWindow
from tests.support.windows.wired import Wired


class EndlessGate(LoadGate):
    """Reads a file named endless for ever, as far as anyone can see."""

    def check(
        self, path: Path, on_progress: Progress = lambda *_: None, stop: Stop = lambda: False
    ) -> None:
        if path.stem == "endless":
            on_progress(38, 100)
            while not stop():
                pass
        super().check(path, on_progress, stop)


@dataclass
class Desk:
    """A window whose engine asks the gate."""

    window: MainWindow
    session: Session
    folder: Path
    shelf: Shelf
    forbidden: list[bool]
    qtbot: QtBot

    def use(self, path: Path) -> None:
        self.session.use(model_file(path))

    def copy(self, name: str) -> Path:
        path = self.folder / name
        shutil.copy(guide_model_path(), path)
        return path

    def until(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition)

    def until_notice(self) -> list[str]:
        self.until(self.window.notice.isVisible)
        return [button.text() for button in self.window.notice.buttons]

    def press(self, number: int) -> None:
        QTest.mouseClick(self.window.notice.buttons[number], Qt.MouseButton.LeftButton)

    def until_loaded(self, path: Path) -> None:
        self.until(lambda: self.session.engine.ready)
        loaded = self.session.engine._client._request
        assert loaded is not None
        assert loaded.path == str(path)


@pytest.fixture
def desk(qtbot: QtBot, theme: Theme, tmp_path: Path) -> Iterator[Desk]:
    content = guide_model_path().read_bytes()
    file = CatalogueFile(
        "a/b", "0" * 40, "known.gguf", len(content), hashlib.sha256(content[::-1]).hexdigest(), True
    )
    entry = replace(catalogue()[0], name="known", files=(file,))
    forbidden = [False]
    shelf = Shelf(tmp_path, None, (), (entry,), lambda: forbidden[0])
    gate = EndlessGate(shelf)
    engine = EngineWorker(EngineClient(ladder=AT_ONCE, check_file=gate.check))
    wired = Wired(theme, engine=engine, gate=gate)
    window, session = wired.window, wired.session
    qtbot.addWidget(window)
    session.begin()
    window.show()
    yield Desk(window, session, tmp_path, shelf, forbidden, qtbot)
    session.close()


def test_an_unknown_file_is_asked_about_once(desk: Desk) -> None:
    path = desk.copy("mine.gguf")
    desk.use(path)
    assert desk.until_notice() == ["Use this file", "Use the built-in guide"]
    assert "its origin is not confirmed" in desk.window.notice.sentence
    assert "not loaded" in desk.window.status_strip.summary()
    assert desk.session.engine.pid is None
    desk.press(0)
    desk.until_loaded(path)
    assert desk.shelf.describe(path).usable
    desk.use(path)
    desk.until_loaded(path)
    assert not desk.window.notice.isVisible()


def test_a_damaged_file_has_no_way_past(desk: Desk) -> None:
    wanted: list[bool] = []
    desk.session.models_wanted.connect(lambda: wanted.append(True))
    desk.use(desk.copy("known.gguf"))
    assert desk.until_notice() == ["Show in Models", "Use the built-in guide"]
    assert "the fingerprints differ" in desk.window.notice.sentence
    assert desk.session.engine.pid is None
    desk.press(0)
    assert wanted == [True]


def test_a_policy_leaves_no_choice(desk: Desk) -> None:
    desk.forbidden[0] = True
    desk.use(desk.copy("mine.gguf"))
    assert desk.until_notice() == ["Show in Models", "Use the built-in guide"]
    assert "your organisation" in desk.window.notice.sentence


def test_a_check_is_seen_and_given_up_for_another_choice(desk: Desk) -> None:
    desk.use(desk.copy("endless.gguf"))
    desk.until(lambda: "checking the file, 38 %" in desk.window.status_strip.summary())
    guide = ModelChoice(guide_model_path(), "Built-in guide", "")
    desk.session.use(guide)
    desk.until_loaded(guide_model_path())
    assert not desk.window.notice.isVisible()


def test_closing_does_not_wait_for_a_check(desk: Desk) -> None:
    desk.use(desk.copy("endless.gguf"))
    desk.until(lambda: "checking the file, 38 %" in desk.window.status_strip.summary())
    desk.session.engine.close()
    assert not desk.session.engine._lane._thread.is_alive()
