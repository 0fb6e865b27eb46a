"""The air-gapped kit: made, verified, installed, and what happens when either is cut short."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.errors import UserError
from app.library.kit import installing, making, verifying
from app.library.kit.making import Made
from app.library.kit.manifest import SUMS
from app.library.kit.packing import Contents
from app.library.known.catalogue import CatalogueEntry
from app.library.shelf.model_file import Condition
from app.library.shelf.shelf import Shelf
from tests.library.carrying import at_work, code_of, counted_reads
from tests.library.kits import KIT_FILE, never_asked
from tests.support.models import model_shelf
from tests.support.models.model_shelf import PIECE

ROOT = Path(__file__).parents[2]


def test_there_and_back(
    make_kit: Callable[..., Made],
    kit_shelf: Shelf,
    kit_entries: list[CatalogueEntry],
    kit_data: bytes,
    tmp_path: Path,
) -> None:
    made = make_kit()
    folder = tmp_path / "kit"
    pieces = sorted(path.name for path in (folder / "models").iterdir())
    assert pieces == [f"{KIT_FILE}.00{number}" for number in (1, 2, 3)]
    assert (folder / "installer" / "cloister-1.0.msi").read_bytes() == b"an installer"
    assert (folder / "licences" / "LICENSE").is_file()
    verdict = verifying.verify(folder)
    assert (verdict.sound, verdict.extra, verdict.seal) == (True, (), made.seal)
    (path,) = installing.install(folder, kit_shelf, kit_entries, never_asked)
    assert path == tmp_path / "models" / KIT_FILE
    assert path.read_bytes() == kit_data
    assert kit_shelf.files()[0].condition is Condition.KNOWN
    assert [item.name for item in kit_shelf.folder.iterdir()] == [KIT_FILE]
    assert installing.install(folder, kit_shelf, kit_entries, never_asked) == (path,)  # and once more


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="no sha256sum here")
def test_sha256sum_understands_the_list(make_kit: Callable[..., Made], tmp_path: Path) -> None:
    make_kit()
    command = ["sha256sum", "--check", "--strict", "--quiet", SUMS]
    assert subprocess.run(command, cwd=tmp_path / "kit", check=False).returncode == 0
    (tmp_path / "kit" / "models" / f"{KIT_FILE}.002").write_bytes(b"x")
    checked = subprocess.run(command, cwd=tmp_path / "kit", check=False, capture_output=True)
    assert b"tiny.gguf.002" in checked.stdout


def test_each_fault_is_named_by_file(
    make_kit: Callable[..., Made], kit_shelf: Shelf, kit_entries: list[CatalogueEntry], tmp_path: Path
) -> None:
    make_kit()
    folder = tmp_path / "kit"
    second = folder / "models" / f"{KIT_FILE}.002"
    data = bytearray(second.read_bytes())
    data[1000] ^= 1
    second.write_bytes(data)
    (folder / "licences" / "lucide.txt").unlink()
    (folder / "models" / "stranger.gguf").write_bytes(b"x")
    (folder / "READ-ME.txt").unlink()
    (folder / "READ-ME.txt").symlink_to(folder / "catalogue.toml")
    (folder / "System Volume Information").mkdir()
    verdict = verifying.verify(folder)
    assert verdict.damaged == (f"models/{KIT_FILE}.002", "READ-ME.txt")
    assert verdict.missing == ("licences/lucide.txt",)
    assert verdict.extra == ("models/stranger.gguf",)
    with pytest.raises(UserError) as error:
        installing.install(folder, kit_shelf, kit_entries, never_asked)
    assert error.value.code == "library.kit_damaged"
    assert error.value.values["name"] == f"models/{KIT_FILE}.002"
    assert list(kit_shelf.folder.iterdir()) == []


def test_making_it_again_keeps_what_is_right_and_mends_the_rest(
    make_kit: Callable[..., Made], tmp_path: Path
) -> None:
    first = make_kit()
    models = tmp_path / "kit" / "models"
    kept = (models / f"{KIT_FILE}.001").stat().st_ino
    (models / f"{KIT_FILE}.002").write_bytes(b"damaged")
    (models / f"{KIT_FILE}.003").unlink()
    (models / "old.gguf").write_bytes(b"from an earlier kit")
    assert make_kit() == first
    assert (models / f"{KIT_FILE}.001").stat().st_ino == kept
    assert verifying.verify(tmp_path / "kit").sound
    assert not (models / "old.gguf").exists()


def test_a_kit_is_never_made_among_other_things(make_kit: Callable[..., Made], tmp_path: Path) -> None:
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit" / "letter.txt").write_text("mine")
    assert code_of(make_kit) == "library.kit_folder_used"
    assert [path.name for path in (tmp_path / "kit").iterdir()] == ["letter.txt"]


def test_killed_while_it_is_made(tmp_path: Path, make_kit: Callable[..., Made], kit_data: bytes) -> None:
    source = tmp_path / "from" / KIT_FILE
    script = f"""
import sys
from pathlib import Path
from app.library.kit import making, parts
parts._EVERY_S = 0.0
def slowly(done, total):
    print(done, flush=True)
    if done > 3 * 2**20:
        sys.stdin.read()
contents = making.Contents({{Path({str(source)!r}): {model_shelf.sha256(kit_data)!r}}})
making.make(Path({str(tmp_path / "kit")!r}), contents, 2 * 2**20, slowly)
"""
    with at_work(script, 3 * PIECE):
        pass
    folder = tmp_path / "kit"
    assert code_of(lambda: verifying.verify(folder)) == "library.kit_unfinished"
    kept = (folder / "models" / f"{KIT_FILE}.001").stat().st_ino
    make_kit()
    verdict = verifying.verify(folder)
    assert (verdict.sound, verdict.extra) == (True, ())
    assert (folder / "models" / f"{KIT_FILE}.001").stat().st_ino == kept


def test_installing_goes_on_after_a_kill(
    tmp_path: Path,
    make_kit: Callable[..., Made],
    kit_shelf: Shelf,
    kit_entries: list[CatalogueEntry],
    kit_data: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_kit()
    script = f"""
import sys
from pathlib import Path
from app.library.files import copying
from app.library.kit import installing
from app.library.shelf.shelf import Shelf
copying._EVERY_S, copying.SYNC_EVERY = 0.0, 2**20
def slowly(done, total):
    print(done, flush=True)
    if done > 3 * 2**20:
        sys.stdin.read()
shelf = Shelf(Path({str(kit_shelf.folder)!r}))
installing.install(Path({str(tmp_path / "kit")!r}), shelf, (), lambda model: True, slowly)
"""
    with at_work(script, 3 * PIECE):
        pass
    assert kit_shelf.files() == ()
    reads = counted_reads(monkeypatch)
    (path,) = installing.install(tmp_path / "kit", kit_shelf, kit_entries, never_asked)
    assert path.read_bytes() == kit_data
    assert sum(reads) <= len(kit_data) - 3 * PIECE


def test_what_is_in_no_catalogue_needs_a_decision(
    make_kit: Callable[..., Made], kit_shelf: Shelf, tmp_path: Path
) -> None:
    make_kit(0)
    folder = tmp_path / "kit"
    assert (
        code_of(lambda: installing.install(folder, kit_shelf, (), lambda _model: False))
        == "library.import_refused"
    )
    assert not kit_shelf.folder.exists()
    unknowing = Shelf(tmp_path / "models", tmp_path / "index.json")
    installing.install(folder, unknowing, (), lambda _model: True)
    assert unknowing.files()[0].condition is Condition.ACCEPTED


def test_an_installer_of_a_strange_name(tmp_path: Path) -> None:
    path = tmp_path / "set up\n.msi"
    path.write_bytes(b"x")
    contents = Contents({}, [path])
    assert code_of(lambda: making.make(tmp_path / "kit", contents)) == "library.kit_bad_installer"
