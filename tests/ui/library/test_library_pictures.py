"""Pictures of the library window in every state, of the whole program with a real Fetcher and hub.

    CLOISTER_PICTURES=docs/screenshots .venv/bin/pytest tests/ui/library/test_library_pictures.py -m slow

About a minute for each look: a stall is told after 20 seconds. ``CLOISTER_LOOKS`` names others than the
two that are kept, as ``light-200-rtl,dark-200-ltr``: theme, text size, direction.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import bootstrap
from app.bootstrap import Program
from app.core.paths import guide_model_path
from app.core.texts import text
from app.engine import errand
from app.engine.planning.computers import described
from app.library.known.catalogue import CatalogueFile, catalogue
from app.ui.flow.library.arriving.jobs import Stage, Trial
from app.ui.language import british
from tests.end2end.witness import made_vault
from tests.support.models import tiny_gguf
from tests.support.models.model_shelf import catalogue_words
from tests.support.models.split_gguf import split
from tests.support.network.hub import COMMIT, REPOSITORY, Answer, Bytes, Hub
from tests.support.pseudo import mirrored_language
from tests.support.windows.studio import Paced, Studio

PASSPHRASE = "four plain words here"
LARGE, TOO_LARGE, FIRM = "entry:gpt-oss-20b", "entry:gpt-oss-120b", "entry:house-style-20b"
FIRM_FILE, BIG_FILE, ODD_FILE = (
    "house-style-20b.gguf",
    "legal-drafting-20b.gguf",
    "ward-letters-20b.gguf",
)
SPLIT_FILE, STRANGE_FILE = "discharge-notes-20b-00001-of-00003.gguf", "strange-20b.gguf"
TOWN, TOWN_FILE = Bytes(guide_model_path().read_bytes() + bytes(1)), "town-register-20b.gguf"
STRANGE, ARCHIVE = "entry:strange-20b", "entry:whole-archive"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


KEPT = ("light-100-ltr", "dark-100-ltr")
LOOKS = os.environ.get("CLOISTER_LOOKS", ",".join(KEPT)).split(",")


@pytest.fixture(params=LOOKS)
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
    guide, strange = Bytes(guide_model_path().read_bytes()), Bytes.random(2_000_000)
    words = [
        catalogue_words(*facts, repository=REPOSITORY, commit=COMMIT)
        for facts in (
            ("house-style-20b", FIRM_FILE, guide.size, guide.sha256),
            ("whole-archive", "whole-archive.gguf", 8 * 10**12, "1" * 64),
            ("ward-letters-20b", ODD_FILE, 3_000_000, "2" * 64),
            ("strange-20b", STRANGE_FILE, strange.size, strange.sha256),
        )
    ]
    town = ("town-register-20b", TOWN_FILE, TOWN.size, TOWN.sha256)
    words.append(catalogue_words(*town, repository=REPOSITORY, commit=COMMIT, confirmed=False))
    (profile / "catalogue.toml").write_text("\n".join(words), "utf-8")
    theme, scale, direction = request.param.split("-")
    kept = {"appearance.theme": theme, "appearance.text_scale": int(scale) / 100}
    (profile / "settings.json").write_text(json.dumps(kept), "utf-8")
    wanted = os.environ.get("CLOISTER_PICTURES")
    folder = Path(wanted).absolute() if wanted else tmp_path / "pictures"
    folder.mkdir(exist_ok=True)
    spoken = mirrored_language() if direction == "rtl" else british()
    monkeypatch.setattr(bootstrap, "british", lambda: spoken)
    program = Program(qapp, profile)
    with qtbot.waitSignal(program.start.locked):
        program.show()
    program.start.unlock_with_passphrase(PASSPHRASE)
    qtbot.waitUntil(lambda: program.library is not None)
    program.window.resize(1280, 800)  # not before: it is made to fit the screen, which is smaller here
    made = Studio(qtbot, program, folder, theme if request.param in KEPT else request.param)
    qtbot.waitUntil(lambda: made.flow.library.entries != ())
    yield made
    program.close()
    program.window.close()
    spoken.remove(qapp)


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
    studio.picture("safeguard")
    studio.flow.choose("guide")
    studio.picture("guide")


def _large_download(studio: Studio, file: CatalogueFile) -> None:
    source = Paced(file.size, file.sha256)
    with Hub(source, place=(file.repository, file.commit, file.name)) as hub:
        studio.ask(hub)
        studio.start(LARGE)
        studio.stage(LARGE, Stage.RUNNING)
        job = studio.download(LARGE)
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
        studio.pause_and_resume(LARGE)
        studio.stage(LARGE, Stage.RETRYING)
        studio.picture("connection-lost")
        studio.cancel(LARGE)


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
        studio.until(lambda: _trouble(studio, FIRM) == "library.fetch_forbidden")
        studio.picture("refused")
        hub.every_record = None
        hub.bodies.append(Answer(flip=True))
        studio.press("again")
        studio.until(lambda: text("models.step.check_failed") in _steps(studio))
        studio.picture("check-failed")
        studio.press("compare")
        studio.picture("fingerprints-compared")
        studio.press("download_again")
        studio.stage(FIRM, Stage.ARRIVED)
        job = studio.download(FIRM)
        studio.until(lambda: job.trial.stage in (Trial.DONE, Trial.FAILED))
        studio.picture("tried")
    source = Paced(8 * 10**12, "1" * 64)
    with Hub(source, place=(REPOSITORY, COMMIT, "whole-archive.gguf")) as hub:
        studio.ask(hub)
        studio.start(ARCHIVE)
        studio.stage(ARCHIVE, Stage.FAILED)
        studio.picture("disk-full")
        studio.cancel(ARCHIVE)


def _trouble(studio: Studio, key: str) -> str:
    job = studio.flow.downloads.get(key)
    return job.error.code if job is not None and job.error is not None else ""


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
    (shelf / TOWN_FILE).write_bytes(TOWN.data)
    key = studio.choose_file(big)
    studio.picture("not-checked")
    studio.press("verify")
    studio.until(lambda: studio.flow.known().doing.verifying.get(key, 0.0) > 0.3)
    studio.picture("checking")
    studio.until(lambda: key not in studio.flow.known().doing.verifying, seconds=90.0)
    studio.flow.choose("entry:ward-letters-20b")
    studio.press("verify")
    studio.says(text("models.row.damaged"))
    studio.picture("damaged")
    studio.flow.choose(key)
    studio.says(text("models.row.decide"))
    studio.picture("unknown-here")
    studio.press("remove")
    studio.says(text("models.row.removed"))
    studio.picture("removed")
    studio.flow.choose("entry:town-register-20b")
    studio.press("verify")
    studio.says(text("models.origin.catalogued"))
    studio.picture("not-confirmed-by-the-hub")
    studio.flow.choose(FIRM)
    studio.flow.downloads.forget(FIRM)
    studio.press("share")
    studio.picture("in-use-and-shared")


def _by_hand(studio: Studio, tmp_path: Path) -> None:
    mine = tiny_gguf.write(tmp_path / "home" / "from the stick.gguf")
    studio.flow.wishes.bring_in([mine])
    key = f"import:{mine}"
    studio.stage(key, Stage.OFFERED)
    studio.until(lambda: studio.flow.plans.is_known(key))
    studio.picture("import-offered")
    studio.press("copy")
    studio.stage(key, Stage.UNKNOWN)
    studio.picture("import-unknown")
    studio.press("use_file")
    studio.until(lambda: studio.flow.imports.get(key) is None)
    studio.picture("origin-not-confirmed")
    studio.press("remove")
    studio.says(text("models.row.removed"))
    note = tmp_path / "home" / "no model.gguf"
    note.write_text("a letter", "utf-8")
    studio.flow.wishes.bring_in([note])
    studio.stage(f"import:{note}", Stage.FAILED)
    studio.picture("import-refused")
    studio.flow.imports.cancel(f"import:{note}")
    first = split(mine, tmp_path / "home", 3, "gpt-oss-120b-mxfp4")
    studio.flow.wishes.bring_in([first])
    parts = f"import:{first}"
    studio.stage(parts, Stage.OFFERED)
    studio.until(lambda: studio.flow.plans.is_known(parts))
    studio.picture("import-parts")
    studio.drag(first.parent / "gpt-oss-20b-MXFP4.gguf")
    studio.picture("dragged-over")
    studio.drag(None)
    studio.flow.imports.cancel(parts)
    first.with_name(first.name.replace("00001-of", "00002-of")).unlink()
    studio.flow.wishes.bring_in([first])
    studio.stage(parts, Stage.FAILED)
    studio.picture("import-part-missing")
    studio.flow.imports.cancel(parts)


def test_pictures_of_the_first_page_under_seal(studio: Studio) -> None:
    studio.until(lambda: studio.offered is not None)
    studio.seal()
    studio.picture("sealed-first-page")


def test_pictures_of_what_passes(studio: Studio, tmp_path: Path) -> None:
    large = catalogue()[0].files[0]
    _tight(studio)
    _queued_and_checked_again(studio, large)
    _tried(studio)
    _copied(studio, tmp_path)
    _incomplete(studio)
    _half_way(studio)


def _tight(studio: Studio) -> None:
    plans = studio.flow.plans
    narrow = described("mac-16gb-macos-14")
    plans._ask = lambda request: errand.plan(replace(request, computer=narrow))
    plans.again()
    studio.flow.open(LARGE)
    studio.flow.refresh()
    studio.until(lambda: text("models.plan.tight") in studio.plan)
    studio.picture("tight")


def _queued_and_checked_again(studio: Studio, file: CatalogueFile) -> None:
    source = Paced(file.size, file.sha256, mb_per_second=400.0)
    with Hub(source, place=(file.repository, file.commit, file.name)) as hub:
        studio.ask(hub)
        studio.press("download")
        studio.stage(LARGE, Stage.RUNNING)
        studio.start(STRANGE)
        studio.stage(STRANGE, Stage.QUEUED)
        studio.picture("queued")
        studio.press("cancel")
        job = studio.download(LARGE)
        studio.until(lambda: job.done > 15 * 10**8, seconds=90.0)
        studio.flow.choose(LARGE)
        studio.pause_and_resume(LARGE)
        studio.stage(LARGE, Stage.CHECKING)
        studio.until(lambda: job.stage is not Stage.CHECKING or job.share > 0.02)
        studio.picture("checked-again")
        assert job.stage is Stage.CHECKING, "too fast for a picture"
        studio.cancel(LARGE)


def _tried(studio: Studio) -> None:
    source = Bytes(guide_model_path().read_bytes())
    with Hub(source, place=(REPOSITORY, COMMIT, FIRM_FILE)) as hub:
        studio.ask(hub)
        studio.start(FIRM)
        studio.stage(FIRM, Stage.ARRIVED)
        job = studio.download(FIRM)
        studio.until(lambda: job.trial.stage in (Trial.LOADING, Trial.WRITING, Trial.DONE))
        studio.picture("tried-loading", at_once=True)
        studio.until(lambda: job.trial.stage is Trial.DONE)
    source = Bytes.random(2_000_000)
    with Hub(source, place=(REPOSITORY, COMMIT, STRANGE_FILE)) as hub:
        studio.ask(hub)
        studio.start(STRANGE)
        studio.stage(STRANGE, Stage.ARRIVED)
        strange = studio.download(STRANGE)
        studio.until(lambda: strange.trial.stage is Trial.FAILED)
        studio.picture("trial-failed")


def _copied(studio: Studio, tmp_path: Path) -> None:
    big = tiny_gguf.write(tmp_path / "home" / "legal drafting.gguf")
    with big.open("ab") as file:
        file.truncate(3 * 10**9)
    studio.flow.wishes.bring_in([big])
    key = f"import:{big}"
    studio.stage(key, Stage.OFFERED)
    studio.press("copy")
    job = studio.flow.imports.get(key)
    assert job is not None
    studio.until(lambda: job.share > 0.3)
    studio.picture("copying")
    studio.press("cancel_import")
    studio.until(lambda: studio.flow.imports.get(key) is None)


def _half_way(studio: Studio) -> None:
    part, key = studio.flow.shelf.folder / f"{BIG_FILE}.import", f"left:import:{BIG_FILE}"
    part.write_bytes(random.Random(2).randbytes(5_000_000))
    studio.flow.refresh()
    studio.until(lambda: key in studio.flow.library.left())
    studio.flow.choose(key)
    studio.picture("half-way")


def _incomplete(studio: Studio) -> None:
    part = studio.flow.shelf.folder / SPLIT_FILE
    part.write_bytes(random.Random(1).randbytes(3_000_000))
    studio.choose_file(part)
    studio.picture("incomplete")


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
    studio.seal("network-page")
    studio.picture("sealed")
