"""What an import leaves when it is ended in the middle: shown, gone on with, or deleted."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.core.paths import guide_model_path
from app.library.carrying.examining import examine
from app.library.carrying.importing import How, Import
from app.library.files import cloning, copying
from app.library.files.copying import Work
from app.library.files.fingerprint import Stopped
from app.library.known.known_models import KnownModels
from app.ui.flow.library.arriving.jobs import Stage
from app.ui.theme import Theme
from app.ui.views.library.values import Section
from tests.support.models import model_shelf
from tests.support.network.hub import FILE, Bytes, Hub
from tests.support.windows.library_desk import Desk, open_desk

LEFT, NAME = "left:import:mine.gguf", "mine.gguf"
Read = Callable[[io.FileIO, int], bytes]


@pytest.fixture
def desk(qtbot: QtBot, theme: Theme, tmp_path: Path) -> Iterator[Desk]:
    profile = tmp_path / "profile"
    profile.mkdir(mode=0o700)
    with (
        Hub(Bytes(guide_model_path().read_bytes())) as hub,
        open_desk(qtbot, theme, profile, hub) as made,
    ):
        yield made


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / NAME
    path.write_bytes(guide_model_path().read_bytes())
    return path


def leave_half(desk: Desk, source: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """End an import in its middle, as a program does that is closed then; returns what it wrote."""
    monkeypatch.setattr(copying, "PIECE", 2**20)
    pieces: list[int] = []

    def counted(file: io.FileIO, count: int) -> bytes:
        pieces.append(count)
        return file.read(count)

    carry = Import(desk.flow.shelf, (), lambda _: True)
    with monkeypatch.context() as patched:
        patched.setattr(copying, "_read", counted)
        patched.setattr(copying, "_EVERY_S", 0.0)
        with pytest.raises(Stopped):
            carry.run(examine(source, (), model_shelf.look), How.COPY, stop=lambda: len(pieces) > 1)
    done = sum(pieces)
    assert Work(desk.flow.shelf.folder / NAME).path.stat().st_size == done < source.stat().st_size
    desk.flow.refresh()
    desk.until(lambda: desk.page.list.row(LEFT) is not None)
    return done


def test_what_was_copied_is_shown_and_can_be_deleted(
    desk: Desk, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_half(desk, source, monkeypatch)
    row = desk.page.list.row(LEFT)
    assert row is not None
    assert (row.shown.section, row.shown.words) == (Section.IN_PROGRESS, "Not whole: 2 MB are copied.")
    desk.flow.choose(LEFT)
    assert "Import the same file" in desk.page.model.plan.sentence
    desk.press("discard_left")
    desk.until(lambda: desk.page.list.row(LEFT) is None)
    assert list(desk.flow.shelf.folder.iterdir()) == []
    assert source.exists()


def test_the_row_gives_way_to_the_import_that_goes_on(
    desk: Desk, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.flow.collection.catalogue = KnownModels(())
    done = leave_half(desk, source, monkeypatch)
    key, read = f"import:{source}", [0]
    monkeypatch.setattr(desk.flow.wishes, "ask_for_file", lambda: desk.flow.wishes.bring_in([source]))
    desk.flow.choose(LEFT)
    desk.press("import_again")
    desk.until(lambda: (job := desk.flow.imports.get(key)) is not None and job.stage is Stage.OFFERED)
    assert desk.page.list.row(LEFT) is None

    def counted(file: io.FileIO, count: int) -> bytes:
        piece = file.read(count)
        read[0] += len(piece)
        return piece

    monkeypatch.setattr(copying, "_read", counted)
    desk.press("copy")
    desk.until(lambda: (job := desk.flow.imports.get(key)) is not None and job.stage is Stage.UNKNOWN)
    desk.press("use_file")
    desk.until(lambda: any(file.name == NAME for file in desk.flow.library.files))
    assert read == [source.stat().st_size - done], "only the rest is read"
    assert [path.name for path in desk.flow.shelf.folder.iterdir()] == [NAME]


def test_an_import_that_is_cancelled_leaves_nothing(
    desk: Desk, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is stopped while it reads; what it had copied goes with it."""
    key, go_on, real = f"import:{source}", threading.Event(), copying._read
    work = desk.flow.shelf.folder / f"{NAME}.import"

    def waiting(file: io.FileIO, count: int) -> bytes:
        go_on.wait(20)
        return real(file, count)

    monkeypatch.setattr(copying, "_read", waiting)
    monkeypatch.setattr(cloning, "clone", lambda *_: False)
    desk.flow.wishes.bring_in([source])
    desk.until(lambda: (job := desk.flow.imports.get(key)) is not None and job.stage is Stage.OFFERED)
    desk.press("copy")
    desk.until(work.exists)
    desk.press("cancel_import")
    go_on.set()
    desk.until(lambda: desk.flow.imports.get(key) is None)
    desk.until(lambda: not work.exists())
    assert source.exists()
    assert desk.page.list.row(LEFT) is None


def test_what_another_program_writes_is_not_deleted(
    desk: Desk, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_half(desk, source, monkeypatch)
    desk.flow.choose(LEFT)
    with Work(desk.flow.shelf.folder / NAME)._open():
        desk.press("discard_left")
        desk.until(lambda: not desk.page.notice.isHidden())
    assert "still writing" in desk.page.notice.accessibleName() + desk.page.notice.sentence
    assert desk.page.list.row(LEFT) is not None


def test_a_half_download_of_no_catalogue_is_shown_and_one_of_the_catalogue_is_a_download(
    desk: Desk,
) -> None:
    folder = desk.flow.shelf.make_folder()
    (folder / f"{FILE}.part").write_bytes(b"x" * 1_000_000)
    (folder / "gone.gguf.part").write_bytes(b"x" * 2_000_000)
    desk.flow.refresh()
    desk.until(lambda: desk.page.list.row("left:download:gone.gguf") is not None)
    assert desk.row("left:download:gone.gguf") == "Not whole: 2 MB have arrived."
    assert [row.shown.key for row in desk.page.list.rows if row.shown.key.startswith("left:")] == [
        "left:download:gone.gguf"
    ]
    desk.flow.choose("left:download:gone.gguf")
    desk.press("discard_left")
    desk.until(lambda: desk.page.list.row("left:download:gone.gguf") is None)
    assert not (folder / "gone.gguf.part").exists()
    assert (folder / f"{FILE}.part").exists()
