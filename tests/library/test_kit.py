"""The air-gapped kit: made, verified, installed, and what a stick does to it."""

from __future__ import annotations

import io
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.core.errors import UserError
from app.library import copying, kit, kit_installing, kit_making, kit_manifest, kit_parts
from app.library.catalogue import CatalogueEntry
from app.library.kit_making import Contents, Made
from app.library.kit_manifest import MANIFEST, SUMS, UNFINISHED, KitModel
from app.library.shelf import Condition, Shelf
from tests.support import model_shelf
from tests.support.model_shelf import PIECE

ROOT = Path(__file__).parents[2]
NAME = "tiny.gguf"


@pytest.fixture
def data(tmp_path: Path) -> bytes:
    return model_shelf.write(tmp_path / "from" / NAME, 5 * PIECE + 3)


@pytest.fixture
def entries(data: bytes) -> list[CatalogueEntry]:
    return [model_shelf.entry((NAME, data))]


@pytest.fixture
def make(tmp_path: Path, data: bytes) -> Callable[..., Made]:
    def run(largest: int = 2 * PIECE, folder: Path | None = None) -> Made:
        installer = tmp_path / "from" / "cloister-1.0.msi"
        installer.write_bytes(b"an installer")
        contents = Contents(
            {tmp_path / "from" / NAME: model_shelf.sha256(data)}, [installer], "Read me\n"
        )
        return kit_making.make(folder or tmp_path / "kit", contents, largest)

    return run


@pytest.fixture
def shelf(tmp_path: Path, entries: list[CatalogueEntry]) -> Shelf:
    return Shelf(tmp_path / "models", tmp_path / "index.json", entries=entries)


def _never(_model: KitModel) -> bool:
    raise AssertionError("what is in the catalogue needs no decision")


def _code(call: Callable[[], object]) -> str:
    with pytest.raises(UserError) as error:
        call()
    return error.value.code


def test_there_and_back(
    make: Callable[..., Made], shelf: Shelf, entries: list[CatalogueEntry], data: bytes, tmp_path: Path
) -> None:
    made = make()
    folder = tmp_path / "kit"
    pieces = sorted(path.name for path in (folder / "models").iterdir())
    assert pieces == [f"{NAME}.00{number}" for number in (1, 2, 3)]
    assert (folder / "installer" / "cloister-1.0.msi").read_bytes() == b"an installer"
    assert (folder / "licences" / "LICENSE").is_file()
    verdict = kit.verify(folder)
    assert (verdict.sound, verdict.extra, verdict.seal) == (True, (), made.seal)
    (path,) = kit_installing.install(folder, shelf, entries, _never)
    assert path == tmp_path / "models" / NAME
    assert path.read_bytes() == data
    assert shelf.files()[0].condition is Condition.KNOWN
    assert [item.name for item in shelf.folder.iterdir()] == [NAME]
    assert kit_installing.install(folder, shelf, entries, _never) == (path,)  # and once more


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="no sha256sum here")
def test_sha256sum_understands_the_list(make: Callable[..., Made], tmp_path: Path) -> None:
    make()
    command = ["sha256sum", "--check", "--strict", "--quiet", SUMS]
    assert subprocess.run(command, cwd=tmp_path / "kit", check=False).returncode == 0
    (tmp_path / "kit" / "models" / f"{NAME}.002").write_bytes(b"x")
    checked = subprocess.run(command, cwd=tmp_path / "kit", check=False, capture_output=True)
    assert b"tiny.gguf.002" in checked.stdout


def test_each_fault_is_named_by_file(
    make: Callable[..., Made], shelf: Shelf, entries: list[CatalogueEntry], tmp_path: Path
) -> None:
    make()
    folder = tmp_path / "kit"
    second = folder / "models" / f"{NAME}.002"
    data = bytearray(second.read_bytes())
    data[1000] ^= 1
    second.write_bytes(data)
    (folder / "licences" / "lucide.txt").unlink()
    (folder / "models" / "stranger.gguf").write_bytes(b"x")
    (folder / "READ-ME.txt").unlink()
    (folder / "READ-ME.txt").symlink_to(folder / "catalogue.toml")
    (folder / "System Volume Information").mkdir()
    verdict = kit.verify(folder)
    assert verdict.damaged == (f"models/{NAME}.002", "READ-ME.txt")
    assert verdict.missing == ("licences/lucide.txt",)
    assert verdict.extra == ("models/stranger.gguf",)
    with pytest.raises(UserError) as error:
        kit_installing.install(folder, shelf, entries, _never)
    assert error.value.code == "library.kit_damaged"
    assert error.value.values["name"] == f"models/{NAME}.002"
    assert list(shelf.folder.iterdir()) == []


def test_making_it_again_keeps_what_is_right_and_mends_the_rest(
    make: Callable[..., Made], tmp_path: Path
) -> None:
    first = make()
    models = tmp_path / "kit" / "models"
    kept = (models / f"{NAME}.001").stat().st_ino
    (models / f"{NAME}.002").write_bytes(b"damaged")
    (models / f"{NAME}.003").unlink()
    (models / "old.gguf").write_bytes(b"from an earlier kit")
    assert make() == first
    assert (models / f"{NAME}.001").stat().st_ino == kept
    assert kit.verify(tmp_path / "kit").sound
    assert not (models / "old.gguf").exists()


def test_a_kit_is_never_made_among_other_things(make: Callable[..., Made], tmp_path: Path) -> None:
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit" / "letter.txt").write_text("mine")
    assert _code(make) == "library.kit_folder_used"
    assert [path.name for path in (tmp_path / "kit").iterdir()] == ["letter.txt"]


def test_killed_while_it_is_made(tmp_path: Path, make: Callable[..., Made], data: bytes) -> None:
    source = tmp_path / "from" / NAME
    script = f"""
import sys
from pathlib import Path
from app.library import kit_making, kit_parts
kit_parts._EVERY_S = 0.0
def slowly(done, total):
    print(done, flush=True)
    if done > 3 * 2**20:
        sys.stdin.read()
contents = kit_making.Contents({{Path({str(source)!r}): {model_shelf.sha256(data)!r}}})
kit_making.make(Path({str(tmp_path / "kit")!r}), contents, 2 * 2**20, slowly)
"""
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if int(line) > 3 * PIECE:
                break
        child.send_signal(signal.SIGKILL)
        child.wait()
    folder = tmp_path / "kit"
    assert _code(lambda: kit.verify(folder)) == "library.kit_unfinished"
    kept = (folder / "models" / f"{NAME}.001").stat().st_ino
    make()
    verdict = kit.verify(folder)
    assert (verdict.sound, verdict.extra) == (True, ())
    assert (folder / "models" / f"{NAME}.001").stat().st_ino == kept


def test_installing_goes_on_after_a_kill(
    tmp_path: Path,
    make: Callable[..., Made],
    shelf: Shelf,
    entries: list[CatalogueEntry],
    data: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make()
    script = f"""
import sys
from pathlib import Path
from app.library import copying, kit_installing
from app.library.shelf import Shelf
copying._EVERY_S, copying.SYNC_EVERY = 0.0, 2**20
def slowly(done, total):
    print(done, flush=True)
    if done > 3 * 2**20:
        sys.stdin.read()
shelf = Shelf(Path({str(shelf.folder)!r}))
kit_installing.install(Path({str(tmp_path / "kit")!r}), shelf, (), lambda model: True, slowly)
"""
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if int(line) > 3 * PIECE:
                break
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert shelf.files() == ()
    reads: list[int] = []
    real = copying._read

    def read(file: io.FileIO, count: int) -> bytes:
        reads.append(count)
        return real(file, count)

    monkeypatch.setattr(copying, "_read", read)
    (path,) = kit_installing.install(tmp_path / "kit", shelf, entries, _never)
    assert path.read_bytes() == data
    assert sum(reads) <= len(data) - 3 * PIECE


def test_what_is_in_no_catalogue_needs_a_decision(
    make: Callable[..., Made], shelf: Shelf, tmp_path: Path
) -> None:
    make(0)
    folder = tmp_path / "kit"
    assert (
        _code(lambda: kit_installing.install(folder, shelf, (), lambda _model: False))
        == "library.import_refused"
    )
    assert not shelf.folder.exists()
    unknowing = Shelf(tmp_path / "models", tmp_path / "index.json")
    kit_installing.install(folder, unknowing, (), lambda _model: True)
    assert unknowing.files()[0].condition is Condition.ACCEPTED


def test_a_consistent_lie_is_found_by_the_catalogue(
    make: Callable[..., Made], shelf: Shelf, entries: list[CatalogueEntry], tmp_path: Path
) -> None:
    """Who alters a model file and mends all hashes of the kit has made a file of no catalogue."""
    make(0)
    folder = tmp_path / "kit"
    path = folder / "models" / NAME
    altered = path.read_bytes()[:-1] + b"\0"
    path.write_bytes(altered)
    sha256 = model_shelf.sha256(altered)
    manifest, _ = kit.read_manifest(folder)
    files = tuple(
        replace(file, sha256=sha256) if file.path == f"models/{NAME}" else file
        for file in manifest.files
    )
    lie = replace(manifest, files=files, models=(replace(manifest.models[0], sha256=sha256),))
    (folder / MANIFEST).write_bytes(lie.to_bytes())
    (folder / SUMS).write_bytes(kit.sums_of(lie, lie.to_bytes()))
    assert kit.verify(folder).sound  # the kit's own hashes find damage only
    asked: list[KitModel] = []

    def refuse(model: KitModel) -> bool:
        asked.append(model)
        return False

    assert (
        _code(lambda: kit_installing.install(folder, shelf, entries, refuse)) == "library.import_refused"
    )
    assert asked[0].sha256 == sha256


@pytest.mark.parametrize(
    "path",
    [
        "../../outside.gguf",
        "/etc/passwd",
        "models/../../x",
        "C:/x",
        "models\\x",
        "models/CON",
        "models/nul.gguf",
        "models//x",
        "",
        ".",
        "models/.hidden",
        "models/x.",
        "models/x ",
        "a/b/c/d",
        "models/\u202ex",
        "models/x\n",
        "kit.json",
        "SHA256SUMS",
        "MODELS/TINY.GGUF",  # twice where case does not count
        7,
        None,
    ],
)
def test_path_tricks_in_the_manifest(make: Callable[..., Made], tmp_path: Path, path: object) -> None:
    make(0)
    data = json.loads((tmp_path / "kit" / MANIFEST).read_bytes())
    data["files"].append({"path": path, "size": 1, "sha256": "0" * 64})
    assert _code(lambda: kit_manifest.parse(json.dumps(data).encode())) == "library.kit_bad_manifest"


@pytest.mark.parametrize(
    "change",
    [
        {"kit": 2},
        {"files": None},
        {"models": 3},
        {"models": [{"name": "../x.gguf", "size": 0, "sha256": "0" * 64, "pieces": ["READ-ME.txt"]}]},
        {"models": [{"name": "x.exe", "size": 0, "sha256": "0" * 64, "pieces": ["READ-ME.txt"]}]},
        {"models": [{"name": "x.gguf", "size": 9, "sha256": "0" * 64, "pieces": []}]},
        {"models": [{"name": "x.gguf", "size": 9, "sha256": "0" * 64, "pieces": ["none"]}]},
        {"models": [{"name": "x.gguf", "size": True, "sha256": "z", "pieces": ["READ-ME.txt"]}]},
    ],
)
def test_other_lies_in_the_manifest(
    make: Callable[..., Made], tmp_path: Path, change: dict[str, object]
) -> None:
    make(0)
    data = json.loads((tmp_path / "kit" / MANIFEST).read_bytes())
    call = lambda: kit_manifest.parse(json.dumps({**data, **change}).encode())  # noqa: E731 - called below
    assert _code(call) == "library.kit_bad_manifest"
    (tmp_path / "kit" / MANIFEST).write_bytes(b"[" * 100_000)
    assert _code(lambda: kit.verify(tmp_path / "kit")) == "library.kit_bad_manifest"


def test_links_in_a_kit_are_not_followed(
    make: Callable[..., Made], shelf: Shelf, entries: list[CatalogueEntry], tmp_path: Path
) -> None:
    make(0)
    folder = tmp_path / "kit"
    (folder / "models").rename(tmp_path / "elsewhere")
    (folder / "models").symlink_to(tmp_path / "elsewhere")
    assert kit.verify(folder).damaged == (f"models/{NAME}",)
    assert _code(lambda: kit_installing.install(folder, shelf, entries, _never)) == "library.kit_damaged"


def test_what_is_no_kit(tmp_path: Path) -> None:
    assert _code(lambda: kit.verify(tmp_path)) == "library.kit_none"
    assert _code(lambda: kit.verify(tmp_path / "none")) == "library.kit_none"
    (tmp_path / UNFINISHED).touch()
    assert _code(lambda: kit.verify(tmp_path)) == "library.kit_unfinished"


def test_pieces_add_up() -> None:
    assert kit_parts.FAT_PIECE < 2**32 - 1, "the largest file on FAT32"
    size = 12_109_566_624
    pieces = kit_parts.pieces_of("models/x.gguf", size, kit_parts.FAT_PIECE)
    assert [piece.path[-4:] for piece in pieces] == [".001", ".002", ".003"]
    assert sum(piece.size for piece in pieces) == size
    assert [piece.begin for piece in pieces] == [0, kit_parts.FAT_PIECE, 2 * kit_parts.FAT_PIECE]
    assert kit_parts.pieces_of("a", 0, 5) == (kit_parts.Piece("a", 0, 0),)


Remount = Callable[[], None]


@pytest.fixture(params=["vfat", "tmpfs"])
def stick(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, Remount]]:
    """Mount a file system of 48 MiB, FAT where the system can; and how to make it read-only."""
    folder, image = tmp_path / "stick", tmp_path / "stick.img"
    folder.mkdir()
    what = ["-o", "size=48m", "tmpfs"]
    if request.param == "vfat":
        what = ["-o", "loop", str(image)]
        with image.open("wb") as file:
            file.truncate(48 * PIECE)
        if shutil.which("mkfs.vfat") is None:
            pytest.skip("no FAT can be made here")
        subprocess.run(["mkfs.vfat", "-F", "32", str(image)], check=True, capture_output=True)
    mount = ["mount", "-t", request.param, *what, str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, check=False).returncode:
        pytest.skip("a stick can only be mounted by root")

    def to_read_only() -> None:
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)

    yield folder, to_read_only
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_stick_carries_it_and_may_be_read_only(
    stick: tuple[Path, Remount],
    make: Callable[..., Made],
    shelf: Shelf,
    entries: list[CatalogueEntry],
    data: bytes,
    request: pytest.FixtureRequest,
) -> None:
    folder, to_read_only = stick
    assert kit_parts.is_fat(folder / "kit") == ("vfat" in request.node.name)
    make(folder=folder / "kit")
    to_read_only()
    assert kit.verify(folder / "kit").sound
    (path,) = kit_installing.install(folder / "kit", shelf, entries, _never)
    assert path.read_bytes() == data
    assert _code(lambda: make(folder=folder / "kit")) == "library.kit_not_written"


@pytest.mark.parametrize(("kind", "fat"), [("vfat", True), ("FAT32", True), ("exfat", False)])
def test_the_innermost_mount_tells_whether_it_is_fat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, fat: bool
) -> None:
    assert not kit_parts.is_fat(tmp_path)
    mounts = [
        SimpleNamespace(mountpoint="/", fstype="ext4"),
        SimpleNamespace(mountpoint=str(tmp_path.resolve()), fstype=kind),
    ]
    monkeypatch.setattr("psutil.disk_partitions", lambda **_: mounts)
    assert kit_parts.is_fat(tmp_path / "kit") == fat
    assert not kit_parts.is_fat(tmp_path.parent)


def test_a_stick_that_is_too_small(tmp_path: Path, make: Callable[..., Made]) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, check=False).returncode:
        pytest.skip("a small disk can only be mounted by root")
    try:
        assert _code(lambda: make(folder=folder / "kit")) == "library.no_space"
        assert not (folder / "kit" / "models").exists()
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_an_installer_of_a_strange_name(tmp_path: Path) -> None:
    path = tmp_path / "set up\n.msi"
    path.write_bytes(b"x")
    contents = Contents({}, [path])
    assert _code(lambda: kit_making.make(tmp_path / "kit", contents)) == "library.kit_bad_installer"
