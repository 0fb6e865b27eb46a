"""Pictures of the library window in every state, of the whole program with a real Fetcher and hub.

    CLOISTER_PICTURES=docs/screenshots .venv/bin/pytest tests/ui/test_library_pictures.py -m slow

About a minute for each theme: a stall is told after 20 seconds.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.bootstrap import Program
from app.core import settings as declared
from app.core.paths import guide_model_path
from app.library.catalogue import CatalogueFile, catalogue
from app.ui.flow.library.controller import LibraryFlow
from app.ui.flow.library.jobs import Stage, Trial
from app.ui.views.beside.network_page import NetworkPage
from app.ui.widgets.buttons import TextButton
from tests.end2end.person import made_vault
from tests.support import pictures, tiny_gguf
from tests.support.hub import COMMIT, REPOSITORY, Answer, Bytes, Hub
from tests.support.model_shelf import catalogue_words

PASSPHRASE = "four plain words here"
LARGE, TOO_LARGE, FIRM = "entry:gpt-oss-20b", "entry:gpt-oss-120b", "entry:house-style-20b"
FIRM_FILE, BIG_FILE, ODD_FILE = (
    "house-style-20b.gguf",
    "legal-drafting-20b.gguf",
    "ward-letters-20b.gguf",
)
ARCHIVE = "entry:whole-archive"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


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

    def seal(self) -> None:
        self._program.window.status_strip.network_requested.emit()
        page = self._program.window.findChild(NetworkPage)
        assert page is not None
        page.resize(760, 800)
        page.toggle.click()
        self.until(lambda: "Sealed" in self._program.window.status_strip.summary())
        self._qtbot.wait(500)
        self._save(page, f"network-page-{self._theme}")
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

    def picture(self, name: str) -> None:
        self.flow.draw()
        self._qtbot.wait(120)  # what fades or is laid out late
        self._save(self._program.window, f"library-{name}-{self._theme}")

    def _save(self, widget: QWidget, name: str) -> None:
        pictures.save(widget.grab().toImage(), self._folder / f"{name}.png")


@pytest.fixture(params=["light", "dark"])
def studio(
    request: pytest.FixtureRequest,
    qapp: QApplication,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Studio]:
    home = tmp_path / "home"
    profile = home / "Cloister"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("CLOISTER_HOME", str(profile))
    made_vault(profile, PASSPHRASE)
    guide = Bytes(guide_model_path().read_bytes())
    words = [
        catalogue_words(*facts, repository=REPOSITORY, commit=COMMIT)
        for facts in (
            ("house-style-20b", FIRM_FILE, guide.size, guide.sha256),
            ("whole-archive", "whole-archive.gguf", 8 * 10**12, "1" * 64),
            ("ward-letters-20b", ODD_FILE, 3_000_000, "2" * 64),
        )
    ]
    (profile / "catalogue.toml").write_text("\n".join(words), "utf-8")
    (profile / "settings.json").write_text(f'{{"appearance.theme": "{request.param}"}}', "utf-8")
    wanted = os.environ.get("CLOISTER_PICTURES")
    folder = Path(wanted).absolute() if wanted else tmp_path / "pictures"
    folder.mkdir(exist_ok=True)
    program = Program(qapp, profile)
    program.window.resize(1280, 800)
    with qtbot.waitSignal(program.start.locked):
        program.show()
    program.start.unlock_with_passphrase(PASSPHRASE)
    qtbot.waitUntil(lambda: program.library is not None, timeout=20_000)
    made = Studio(qtbot, program, folder, request.param)
    qtbot.waitUntil(lambda: made.flow.library.entries != (), timeout=20_000)
    yield made
    program.close()
    program.window.close()


def test_pictures(studio: Studio, tmp_path: Path) -> None:
    large = catalogue()[0].files[0]
    _offers(studio)
    _large_download(studio, large)
    _firm_download(studio)
    _files_that_are_here(studio)
    _by_hand(studio, tmp_path)
    _elsewhere_and_sealed(studio, tmp_path, large)


def _offers(studio: Studio) -> None:
    studio.flow.open(LARGE)
    studio.until(lambda: all(studio.flow.plans.is_known(key) for key in (LARGE, TOO_LARGE, FIRM)))
    studio.picture("offered")
    studio.flow.choose(TOO_LARGE)
    studio.picture("large-model")
    studio.flow.choose("entry:gpt-oss-safeguard-20b")
    studio.picture("no-file-known")
    studio.flow.choose("guide")
    studio.picture("guide")


def _large_download(studio: Studio, file: CatalogueFile) -> None:
    source = Paced(file.size, file.sha256)
    with Hub(source, place=(file.repository, file.commit, file.name)) as hub:
        studio.ask(hub)
        studio.flow.choose(LARGE)
        studio.press("download")
        studio.stage(LARGE, Stage.RUNNING)
        job = studio.flow.downloads.get(LARGE)
        assert job is not None
        studio.until(lambda: job.done > 2 * 10**8)
        studio.picture("downloading")
        studio.press("pause")
        studio.stage(LARGE, Stage.PAUSED)
        studio.picture("paused")
        hub.bodies.append(Answer(stall_after=2**25))
        studio.press("resume")
        studio.stage(LARGE, Stage.STALLED)
        studio.picture("stalled")
        hub.go_on.set()
        studio.stage(LARGE, Stage.RUNNING)
        hub.every_record = Answer(status=503)
        hub.bodies.append(Answer(cut_after=0))
        studio.press("pause")
        studio.stage(LARGE, Stage.PAUSED)
        studio.press("resume")
        studio.stage(LARGE, Stage.RETRYING)
        studio.picture("connection-lost")
        studio.press("cancel")
        studio.until(lambda: studio.flow.downloads.get(LARGE) is None)


def _firm_download(studio: Studio) -> None:
    guide = Bytes(guide_model_path().read_bytes())
    with Hub(guide, place=(REPOSITORY, COMMIT, FIRM_FILE)) as hub:
        studio.ask(hub)
        studio.flow.choose(FIRM)
        hub.token = "hf_secret"
        studio.press("download")
        studio.stage(FIRM, Stage.FAILED)
        studio.picture("token-wanted")
        hub.token, hub.every_record = "", Answer(status=403)
        studio.flow.wishes.act(FIRM, "again")
        studio.until(lambda: "refuses to give out" in _steps(studio))
        studio.picture("refused")
        hub.every_record = None
        hub.bodies.append(Answer(flip=True))
        studio.press("again")
        studio.until(lambda: "It is not the published file" in _steps(studio))
        studio.picture("check-failed")
        studio.press("compare")
        studio.picture("fingerprints-compared")
        studio.press("download_again")
        studio.stage(FIRM, Stage.ARRIVED)
        job = studio.flow.downloads.get(FIRM)
        assert job is not None
        studio.until(lambda: job.trial.stage in (Trial.DONE, Trial.FAILED))
        studio.picture("tried")
    source = Paced(8 * 10**12, "1" * 64)
    with Hub(source, place=(REPOSITORY, COMMIT, "whole-archive.gguf")) as hub:
        studio.ask(hub)
        studio.flow.choose(ARCHIVE)
        studio.press("download")
        studio.stage(ARCHIVE, Stage.FAILED)
        studio.picture("disk-full")
        studio.press("cancel")
        studio.until(lambda: studio.flow.downloads.get(ARCHIVE) is None)


def _steps(studio: Studio) -> str:
    page = studio.flow.page
    assert page is not None
    assert page.model.shown is not None
    return " ".join(step.words for step in page.model.shown.steps)


def _files_that_are_here(studio: Studio) -> None:
    shelf = studio.flow.shelf.folder
    big = shelf / BIG_FILE
    with big.open("wb") as file:
        file.truncate(4 * 10**9)
    (shelf / ODD_FILE).write_bytes(random.Random(1).randbytes(3_000_000))
    studio.flow.refresh()
    key = f"file:{big}"
    studio.until(lambda: studio.flow.library.file(key) is not None)
    studio.flow.choose(key)
    studio.picture("not-checked")
    studio.press("verify")
    studio.until(lambda: studio.flow.known().doing.verifying.get(key, 0.0) > 0.3)
    studio.picture("checking")
    studio.until(lambda: key not in studio.flow.known().doing.verifying, seconds=90.0)
    studio.flow.choose("entry:ward-letters-20b")
    studio.press("verify")
    studio.says("Damaged")
    studio.flow.choose(f"file:{shelf / ODD_FILE}")
    studio.picture("damaged")
    studio.flow.choose(key)
    studio.says("Not known to Cloister")
    studio.picture("unknown-here")
    studio.press("remove")
    studio.says("Removed.")
    studio.picture("removed")
    studio.flow.choose(FIRM)
    studio.flow.downloads.forget(FIRM)
    studio.press("share")
    studio.picture("in-use-and-shared")


def _by_hand(studio: Studio, tmp_path: Path) -> None:
    mine = tiny_gguf.write(tmp_path / "home" / "from the stick.gguf")
    studio.flow.wishes.bring_in(mine)
    key = f"import:{mine}"
    studio.stage(key, Stage.OFFERED)
    studio.until(lambda: studio.flow.plans.is_known(key))
    studio.picture("import-offered")
    studio.press("copy")
    studio.stage(key, Stage.UNKNOWN)
    studio.picture("import-unknown")
    studio.press("drop_file")
    studio.until(lambda: studio.flow.imports.get(key) is not None)
    note = tmp_path / "home" / "no model.gguf"
    note.write_text("a letter", "utf-8")
    studio.flow.wishes.bring_in(note)
    studio.stage(f"import:{note}", Stage.FAILED)
    studio.picture("import-refused")


def _elsewhere_and_sealed(studio: Studio, tmp_path: Path, large: CatalogueFile) -> None:
    cache = tmp_path / "home" / ".lmstudio" / "models" / "ggml-org"
    cache.mkdir(parents=True)
    with (cache / large.name).open("wb") as file:
        file.truncate(large.size)
    studio.flow.refresh()
    studio.until(lambda: studio.flow.library.elsewhere != ())
    studio.flow.choose(LARGE)
    studio.picture("found-elsewhere")
    studio.press("download_anyway")
    studio.seal()
    studio.picture("sealed")
