"""Files of the library window that are not as they should be, or that others should use too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from app.core.errors import UserError
from app.core.paths import guide_model_path
from app.core.rules import settings as declared
from app.core.rules.settings import ON
from app.library.known.catalogue import CatalogueFile
from app.library.known.known_models import KnownModels
from app.library.shelf.model_file import Condition
from app.ui.flow.library.arriving.jobs import Stage, Trial
from app.ui.theme import Theme
from app.ui.views.library.values import Section
from tests.support.network.hub import COMMIT, FILE, REPOSITORY, Answer, Bytes, Hub
from tests.support.windows.library_desk import KEY, Desk, open_desk, tiny_entry


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """Return the folder of all users; whether it can be made is for the test to say."""
    return tmp_path / "all" / "models"


@pytest.fixture
def desk(qtbot: QtBot, theme: Theme, tmp_path: Path, hub: Hub, shared: Path) -> Iterator[Desk]:
    profile = tmp_path / "profile"
    profile.mkdir(mode=0o700)
    with open_desk(qtbot, theme, profile, hub, shared) as made:
        yield made


def put(desk: Desk, data: bytes) -> Path:
    """Put a file on the shelf as another program would, and have it checked."""
    path = desk.flow.shelf.make_folder() / FILE
    path.write_bytes(data)
    desk.flow.refresh()
    desk.until(lambda: desk.flow.library.file(KEY) is not None)
    desk.press("verify")
    desk.until(lambda: desk.condition() not in (None, Condition.UNVERIFIED))
    return path


def damaged(desk: Desk) -> Path:
    good = guide_model_path().read_bytes()
    path = put(desk, good[:-1] + bytes((good[-1] ^ 1,)))
    assert desk.condition() is Condition.DAMAGED
    return path


def test_a_damaged_file_is_one_row_and_is_fetched_again(desk: Desk) -> None:
    path = damaged(desk)
    desk.flow.draw()
    assert [row.shown.key for row in desk.page.list.rows] == ["guide", KEY]
    assert desk.row().startswith("Damaged")
    desk.press("replace")
    desk.until(lambda: desk.stage() is Stage.ARRIVED)
    assert path.read_bytes() == guide_model_path().read_bytes()
    desk.until(lambda: desk.condition() is Condition.KNOWN)


def test_sealed_a_damaged_file_can_only_be_removed(desk: Desk) -> None:
    damaged(desk)
    desk.settings.set(declared.SEALED, ON)
    desk.flow.draw()
    row = desk.page.list.row(KEY)
    assert row is not None
    assert row.shown.action is None
    assert desk.page.model.foot.button("replace") is None
    desk.press("remove")
    desk.until(lambda: desk.row().startswith("Removed"))


def test_who_may_write_there_moves_a_file_to_where_all_users_find_it(desk: Desk, shared: Path) -> None:
    path = put(desk, guide_model_path().read_bytes())
    desk.press("use")
    desk.flow.open(KEY)
    desk.press("share")
    shown = desk.page.model.shown
    assert shown is not None
    assert f"The file moves to {shared}" in shown.hint
    desk.press("share_now")
    desk.until(lambda: (shared / FILE).exists() and not path.exists())
    desk.until(lambda: (file := desk.flow.library.file(KEY)) is not None and file.shared)
    assert (shared / FILE).stat().st_mode & 0o777 == 0o644
    desk.until(lambda: desk.settings.word(declared.MODEL_FILE) == str(shared / FILE))
    desk.until(lambda: desk.condition() is Condition.KNOWN)  # it was hashed on its way
    assert desk.row().startswith("In use")
    assert desk.page.model.foot.button("remove") is None


def test_who_may_not_is_told_what_an_administrator_does(
    desk: Desk, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared.mkdir(parents=True)
    monkeypatch.setattr("os.access", lambda *_: False)
    path = put(desk, guide_model_path().read_bytes())
    desk.press("share")
    assert desk.page.model.foot.button("share_now") is None
    desk.press("copy_command")
    command = QApplication.clipboard().text()
    assert command.endswith(f"models import {path} --how move --shared")
    shown = desk.page.model.shown
    assert shown is not None
    assert command in shown.hint


def test_a_file_that_goes_while_it_is_read_again_is_told(desk: Desk) -> None:
    path = put(desk, guide_model_path().read_bytes())
    path.unlink()
    desk.press("verify")
    desk.until(lambda: KEY not in desk.flow.known().doing.verifying)
    desk.until(lambda: desk.flow.library.file(KEY) is None)
    row = desk.page.list.row(KEY)
    assert row is not None
    assert row.shown.section is not Section.HERE
    assert UserError("library.missing").sentence in desk.page.notice.sentence


def test_a_file_of_more_than_two_gigabytes_is_counted_truly(desk: Desk, tmp_path: Path) -> None:
    source = tmp_path / "mine.gguf"
    source.write_bytes(guide_model_path().read_bytes())
    desk.flow.wishes.bring_in([source])
    key = f"import:{source}"
    desk.until(lambda: (job := desk.flow.imports.get(key)) is not None and job.stage is Stage.OFFERED)
    job = desk.flow.imports.get(key)
    assert job is not None
    job.stage = Stage.RUNNING
    desk.flow.imports._progress.emit(key, 3 * 10**9, 12 * 10**9)
    desk.flow.draw()
    assert "3.0 of 12.0 GB" in desk.words
    assert desk.row(key).startswith("Copying the file, 25 %")


def test_after_a_trial_that_failed_what_answered_before_answers_again(desk: Desk) -> None:
    noise = Bytes.random(300_000)
    desk.hub.source, desk.hub.etag = noise, noise.sha256
    desk.flow.collection._catalogued(KnownModels((tiny_entry(noise),)))
    desk.until(lambda: desk.flow.library.entries[0].files[0].sha256 == noise.sha256)
    desk.press("download")
    desk.until(lambda: desk.stage() is Stage.ARRIVED)
    job = desk.flow.downloads.get(KEY)
    assert job is not None
    desk.until(lambda: job.trial.stage is Trial.FAILED)
    assert "This is not a model file" in desk.words
    assert desk.settings.word(declared.MODEL_FILE) == ""
    desk.until(lambda: desk.window.status_strip.summary().startswith("Built-in guide"))
    assert desk.row().startswith("Ready")


def test_a_model_in_three_parts_arrives_whole(desk: Desk) -> None:
    sources = {f"large-0000{n}-of-00003.gguf": Bytes.random(300_000 + n) for n in (1, 2, 3)}
    desk.hub.more.update(sources)
    parts = tuple(
        CatalogueFile(REPOSITORY, COMMIT, name, source.size, source.sha256, False)
        for name, source in sources.items()
    )
    entry = replace(tiny_entry(Bytes.random(1)), files=parts)
    desk.flow.collection._catalogued(KnownModels((entry,)))
    desk.until(lambda: desk.flow.library.entries == (entry,))
    assert "for these 3 files only, 901 kB together: large-00001-of-00003.gguf" in desk.words
    desk.hub.bodies += [Answer(), Answer(cut_after=100_000)]  # the second part comes in two pieces
    desk.press("download")
    desk.until(lambda: desk.stage() is Stage.ARRIVED)
    desk.until(lambda: (file := desk.flow.library.file(KEY)) is not None and len(file.parts) == 3)
    assert desk.condition() is Condition.KNOWN
    folder = desk.flow.shelf.folder
    assert {name: (folder / name).stat().st_size for name in sources} == {
        name: source.size for name, source in sources.items()
    }


def test_a_folder_whose_disk_is_gone_is_said_and_another_can_be_chosen(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, other = tmp_path / "disk", tmp_path / "other"
    for folder in (disk, other):
        folder.mkdir()
    desk.flow.collection.use_folder(disk)
    disk.rmdir()
    desk.flow.refresh()
    desk.until(lambda: "is not there" in desk.page.header.room)
    desk.press("download")
    desk.until(lambda: desk.stage() is Stage.FAILED)
    assert not disk.exists()
    assert "The folder for the download is not there." in desk.words
    assert not desk.hub.seen
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(other))
    desk.press("folder")
    desk.until(lambda: desk.stage() is Stage.ARRIVED)
    assert (other / FILE).is_file()
    assert "is not there" not in desk.page.header.room


def test_what_was_removed_goes_for_good_also_after_another_folder_was_chosen(
    desk: Desk, tmp_path: Path
) -> None:
    path = put(desk, guide_model_path().read_bytes())
    desk.press("remove")
    desk.until(lambda: desk.row().startswith("Removed"))
    assert not path.exists()
    (tmp_path / "other").mkdir()
    desk.flow.collection.use_folder(tmp_path / "other")
    desk.flow.close()
    assert [file.name for file in path.parent.rglob("*.gguf")] == []


def test_the_menu_of_models_names_what_answers_once(desk: Desk) -> None:
    path = put(desk, guide_model_path().read_bytes())
    chooser = desk.flow._chooser

    def offered() -> list[str]:
        names = [action.text() for action in chooser.menu().actions() if not action.isSeparator()]
        return names[: names.index("Use a model file…")]

    assert offered() == ["Built-in guide", "tiny"]
    chooser.choose_file(path)
    assert offered() == ["Built-in guide", chooser.current.name]
