"""A model in three parts in the library window: chosen by any of them, named, brought in as one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.core.paths import guide_model_path
from app.library.known.catalogue import CatalogueFile
from app.library.known.known_models import KnownModels
from app.library.shelf.model_file import Condition
from app.ui.flow.library.arriving.jobs import Stage
from app.ui.theme import Theme
from tests.support.models.model_shelf import sha256
from tests.support.models.split_gguf import split
from tests.support.network.hub import Bytes, Hub
from tests.support.windows.library_desk import KEY, Desk, open_desk, tiny_entry

PARTS = tuple(f"tiny-0000{number}-of-00003.gguf" for number in (1, 2, 3))


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    split(guide_model_path(), folder, 3)
    return folder


@pytest.fixture
def desk(qtbot: QtBot, theme: Theme, tmp_path: Path, stick: Path) -> Iterator[Desk]:
    profile = tmp_path / "profile"
    profile.mkdir(mode=0o700)
    files = tuple(
        CatalogueFile("a/b", "0" * 40, name, len(data), sha256(data), confirmed=True)
        for name in PARTS
        if (data := (stick / name).read_bytes())
    )
    with (
        Hub(Bytes(guide_model_path().read_bytes())) as hub,
        open_desk(qtbot, theme, profile, hub) as made,
    ):
        entry = replace(tiny_entry(made.hub.source), files=files)  # type: ignore[arg-type] # Bytes here
        made.flow.collection.catalogue = KnownModels((entry,))
        made.flow.collection._make_shelf()
        yield made


def choose(desk: Desk, monkeypatch: pytest.MonkeyPatch, *paths: Path) -> str:
    """Press the button of the window, and choose these files in the dialog."""
    names = [str(path) for path in paths]
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: (names, ""))
    desk.page.header.import_button.click()
    key = f"import:{paths[0].with_name(PARTS[0])}"
    desk.until(lambda: desk.flow.imports.get(key) is not None)
    return key


def stage_of(desk: Desk, key: str) -> Stage | None:
    job = desk.flow.imports.get(key)
    return job.stage if job is not None else None


@pytest.mark.parametrize("chosen", [PARTS[2:], PARTS[:1], PARTS], ids=["last", "first", "all"])
def test_any_part_brings_the_whole_model(
    desk: Desk, stick: Path, monkeypatch: pytest.MonkeyPatch, chosen: tuple[str, ...]
) -> None:
    key = choose(desk, monkeypatch, *(stick / name for name in chosen))
    desk.until(lambda: stage_of(desk, key) is Stage.OFFERED)
    assert len(desk.flow.imports.jobs) == 1
    assert "Bring the 3 parts of this model into your folder for model files" in desk.words
    desk.until(lambda: desk.fact("Files") == "\n".join(PARTS))
    desk.press("copy")
    desk.until(lambda: desk.condition() is Condition.KNOWN)
    assert sorted(path.name for path in (desk.profile / "models").iterdir()) == list(PARTS)
    desk.flow.choose(KEY)
    digests = [sha256((stick / name).read_bytes()) for name in PARTS]
    assert [desk.fact(f"Fingerprint {number}") for number in (1, 2, 3)] == digests
    assert desk.row().startswith("Ready")


def test_a_missing_part_is_named_and_tried_again_when_it_is_there(
    desk: Desk, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = (stick / PARTS[1]).rename(stick.parent / "away")
    key = choose(desk, monkeypatch, stick / PARTS[2])
    desk.until(lambda: stage_of(desk, key) is Stage.FAILED)
    assert f"part 2 is not beside the others: {PARTS[1]}." in desk.words
    assert "Put it into the same folder under this name, then try again." in desk.words
    away.rename(stick / PARTS[1])
    desk.press("again")
    desk.until(lambda: stage_of(desk, key) is Stage.OFFERED)
    desk.press("cancel_import")
    desk.until(lambda: stage_of(desk, key) is None)


def bring_unknown(desk: Desk, monkeypatch: pytest.MonkeyPatch, stick: Path, how: str) -> str:
    """Choose parts that no catalogue knows, up to the question whether to use them; returns the key."""
    desk.flow.collection.catalogue = KnownModels(())
    desk.flow.collection._make_shelf()
    key = choose(desk, monkeypatch, stick / PARTS[0])
    desk.until(lambda: stage_of(desk, key) is Stage.OFFERED)
    desk.press(how)
    desk.until(lambda: stage_of(desk, key) is Stage.UNKNOWN)
    return key


def test_parts_of_no_catalogue_show_each_fingerprint_before_it_is_decided(
    desk: Desk, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = bring_unknown(desk, monkeypatch, stick, "move")
    third = sha256((stick / PARTS[2]).read_bytes())
    assert desk.fact("Fingerprint 3") == third
    desk.press("use_file")
    desk.until(lambda: stage_of(desk, key) is None)
    desk.until(lambda: bool(desk.flow.library.files))
    (file,) = desk.flow.library.files
    assert (file.condition, file.hashes[2]) == (Condition.ACCEPTED, third)
    assert list(stick.iterdir()) == []
    desk.until(lambda: any(row.shown.name == "tiny" for row in desk.page.list.rows))


def test_what_is_missing_of_a_model_that_is_here_is_named(desk: Desk, stick: Path) -> None:
    shelf = desk.flow.shelf.make_folder()
    (shelf / PARTS[0]).write_bytes((stick / PARTS[0]).read_bytes())
    desk.flow.refresh()
    desk.until(lambda: desk.condition() is Condition.INCOMPLETE)
    desk.flow.choose(KEY)
    assert f"Not here: {PARTS[1]}, {PARTS[2]}." in desk.page.model.plan.sentence
    assert desk.page.model.foot.button("verify") is None
    assert desk.page.model.foot.button("remove") is not None


def test_the_page_stays_with_a_file_of_no_catalogue_that_came_in(
    desk: Desk, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = bring_unknown(desk, monkeypatch, stick, "copy")
    desk.press("use_file")
    desk.until(lambda: stage_of(desk, key) is None)
    assert desk.flow.current == f"file:{desk.profile / 'models' / PARTS[0]}"
