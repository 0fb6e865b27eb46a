"""The models window for pictures: the whole program with a real Fetcher, brought into a state.

Job: do what a person does until the window is in the state that is wanted, and save it. Rule: the
program itself is never told what to show.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.bootstrap import Program
from app.core.rules import settings as declared
from app.ui.flow.library.arriving.jobs import Download, Stage
from app.ui.flow.library.controller import LibraryFlow
from app.ui.views.beside.network_page import NetworkPage
from app.ui.views.library.values import OfferShown
from app.ui.widgets.controls.buttons import TextButton
from tests.support.network.hub import Hub
from tests.support.windows import pictures


class Paced:
    """Bytes of a file of full size that come at the speed of a good line."""

    def __init__(self, size: int, sha256: str, mb_per_second: float = 30.0) -> None:
        self.size, self.sha256, self._speed = size, sha256, mb_per_second * 1e6
        self._block = random.Random(4).randbytes(2**20)

    def read(self, start: int, count: int) -> bytes:
        time.sleep(count / self._speed)
        at = start % 997
        return self._block[at : at + count]


class Studio:
    """The program, and what is done with it for a picture."""

    def __init__(self, qtbot: QtBot, program: Program, folder: Path, theme: str) -> None:
        self._qtbot, self._program = qtbot, program
        self._folder, self._theme = folder, theme

    @property
    def flow(self) -> LibraryFlow:
        assert self._program.library is not None
        return self._program.library

    def ask(self, hub: Hub) -> None:
        self._program.settings.set(declared.ENDPOINT, hub.endpoint)

    def seal(self, picture: str = "") -> None:
        self._program.window.status_strip.network_requested.emit()
        page = self._program.window.findChild(NetworkPage)
        assert page is not None
        page.resize(760, 800)
        page.toggle.click()
        self.until(lambda: self.flow.known().sealed)
        self._qtbot.wait(500)
        if picture:
            self._save(page, f"{picture}-{self._theme}")
        page.close()

    def until(self, condition: Callable[[], bool], seconds: float = 40.0) -> None:
        def holds() -> bool:
            self.flow.draw()
            return condition()

        self._qtbot.waitUntil(holds, timeout=round(seconds * 1000))

    def stage(self, key: str, *stages: Stage) -> None:
        def is_there() -> bool:
            job = self.flow.downloads.get(key) or self.flow.imports.get(key)
            return job is not None and job.stage in stages

        self.until(is_there)

    def start(self, key: str) -> None:
        """Choose a model and press Download."""
        self.flow.choose(key)
        self.press("download")

    def download(self, key: str) -> Download:
        """Return the download under way for a model."""
        job = self.flow.downloads.get(key)
        assert job is not None
        return job

    def pause_and_resume(self, key: str) -> None:
        self.press("pause")
        self.stage(key, Stage.PAUSED)
        self.press("resume")

    def cancel(self, key: str) -> None:
        self.press("cancel")
        self.until(lambda: self.flow.downloads.get(key) is None)

    def choose_file(self, path: Path) -> str:
        """Look at the shelf again and choose the row of a file there; returns the row's key."""
        self.flow.refresh()
        key = f"file:{path}"
        self.until(lambda: self.flow.library.file(key) is not None)
        self.flow.choose(key)
        return key

    def drag(self, path: Path | None) -> None:
        """Hold a file over the window, or (None) take it away again."""
        event: QEvent = QDragLeaveEvent()
        data = QMimeData()
        if path is not None:
            data.setUrls([QUrl.fromLocalFile(str(path))])
            copied, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
            none = Qt.KeyboardModifier.NoModifier
            event = QDragEnterEvent(QPoint(400, 300), copied, data, left, none)
        QApplication.sendEvent(self._program.window, event)

    def says(self, words: str) -> None:
        page = self.flow.page
        assert page is not None
        self.until(lambda: any(words in row.shown.words for row in page.list.rows))

    def press(self, code: str) -> None:
        self.until(lambda: self._button(code) is not None)
        button = self._button(code)
        assert button is not None
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def _button(self, code: str) -> TextButton | None:
        page = self.flow.page
        assert page is not None
        rows = [block.buttons for block in page.model.steps.blocks]
        rows += [page.model.foot, page.model.elsewhere.buttons]
        return next((found for row in rows if (found := row.button(code)) is not None), None)

    @property
    def offered(self) -> OfferShown | None:
        """What the first page offers."""
        return self._program.window.empty_state.offer.shown

    @property
    def plan(self) -> str:
        """What is said of the chosen model's plan."""
        page = self.flow.page
        return page.model.plan.sentence if page is not None else ""

    def picture(self, name: str, *, at_once: bool = False) -> None:
        self.flow.draw()
        self._qtbot.wait(1 if at_once else 120)  # what fades or is laid out late
        self._save(self._program.window, f"library-{name}-{self._theme}")

    def _save(self, widget: QWidget, name: str) -> None:
        pictures.save(widget.grab().toImage(), self._folder / f"{name}.png")
