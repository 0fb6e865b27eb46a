"""What may be handed to an engine, and what it costs to know."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from app.core.errors import UserError
from app.core.paths import guide_model_path
from app.library.known.catalogue import CatalogueEntry, CatalogueFile, catalogue
from app.library.shelf import load_gate
from app.library.shelf.load_gate import LoadGate
from app.library.shelf.shelf import Shelf

CONTENT = b"a model file " * 1000


def entry(content: bytes = CONTENT, name: str = "small.gguf") -> CatalogueEntry:
    file = CatalogueFile("a/b", "0" * 40, name, len(content), hashlib.sha256(content).hexdigest(), True)
    return replace(catalogue()[0], name="small", files=(file,))


class Bench:
    """A gate over a folder; ``hashed`` counts the reports of each reading's end."""

    def __init__(self, folder: Path, *, only_catalogue: bool = False) -> None:
        self.file = folder / "small.gguf"
        self.file.write_bytes(CONTENT)
        self.folder, self.forbids = folder, only_catalogue
        self.hashed = 0
        self.gate = LoadGate(self.shelf())

    def shelf(self) -> Shelf:
        index = self.folder / "index.json"
        return Shelf(self.folder, index, (), (entry(),), lambda: self.forbids)

    def check(self, path: Path | None = None) -> None:
        def count(done: int, total: int) -> None:
            self.hashed += done == total

        self.gate.check(path or self.file, count)

    def refusal(self, path: Path | None = None) -> str:
        with pytest.raises(UserError) as caught:
            self.check(path)
        return caught.value.code


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_file_of_the_catalogue_is_read_once_until_it_changes(bench: Bench) -> None:
    bench.check()
    bench.check()
    assert bench.hashed == 1
    bench.gate = LoadGate(bench.shelf())  # the next run of the program
    bench.check()
    assert bench.hashed == 1
    os.utime(bench.file, ns=(1, 1))
    bench.check()
    assert bench.hashed == 2


def test_wrong_bytes_under_a_known_name_never_pass(bench: Bench) -> None:
    bench.check()
    bench.file.write_bytes(CONTENT[:-1] + b"!")
    assert bench.refusal() == "library.model_damaged"
    assert bench.refusal() == "library.model_damaged"
    assert bench.hashed == 2, "what is known to be wrong is not read again"


def test_an_unknown_file_waits_for_one_decision(bench: Bench, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere" / "other.gguf"
    other.parent.mkdir()
    other.write_bytes(b"something else")
    assert bench.refusal(other) == "library.model_unknown"
    bench.gate.accept(other)
    bench.check(other)
    bench.gate = LoadGate(bench.shelf())
    bench.check(other)
    assert bench.hashed == 1
    other.write_bytes(b"something new!")
    assert bench.refusal(other) == "library.model_unknown", "decided for those bytes only"


def test_a_policy_takes_the_decision(bench: Bench, tmp_path: Path) -> None:
    other = tmp_path / "other.gguf"
    other.write_bytes(b"something else")
    assert bench.refusal(other) == "library.model_unknown"
    bench.gate.accept(other)
    bench.forbids = True
    assert bench.refusal(other) == "library.import_forbidden"
    with pytest.raises(UserError, match="import_forbidden"):
        bench.gate.accept(other)
    bench.check()


def test_a_stop_ends_the_reading(bench: Bench) -> None:
    with pytest.raises(UserError) as caught:
        bench.gate.check(bench.file, stop=lambda: True)
    assert caught.value.code == "engine.load_cancelled"


def test_without_a_place_to_note_it_is_known_for_this_run(bench: Bench) -> None:
    (bench.folder / "index.json").mkdir()
    bench.check()
    bench.check()
    assert bench.hashed == 1
    other = bench.folder / "other.gguf"
    other.write_bytes(b"something else")
    assert bench.refusal(other) == "library.model_unknown"
    bench.gate.accept(other)
    bench.check(other)


def test_what_is_no_file_is_left_to_the_engine(bench: Bench, tmp_path: Path) -> None:
    bench.check(tmp_path / "missing.gguf")
    bench.check(tmp_path)
    bench.check(tmp_path / ("long" * 100))


def test_a_check_waits_for_the_shelf(bench: Bench) -> None:
    gate = LoadGate()
    passed = threading.Event()

    def check() -> None:
        gate.check(bench.file)
        passed.set()

    thread = threading.Thread(target=check)
    thread.start()
    assert not passed.wait(0.3)
    gate.use(bench.shelf())
    assert passed.wait(10)
    thread.join()


def test_a_shelf_that_never_comes_is_not_waited_for_without_end(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_gate, "_SHELF_PATIENCE_S", 0.2)
    bench.gate = LoadGate()
    assert bench.refusal() == "engine.load_cancelled"


def test_the_guide_is_what_ships(tmp_path: Path) -> None:
    LoadGate().check(guide_model_path())
    copy = tmp_path / "guide.gguf"
    shutil.copy(guide_model_path(), copy)
    shutil.copy(guide_model_path().with_suffix(".sha256"), tmp_path)
    with copy.open("r+b") as file:
        file.seek(10_000)
        file.write(b"damage")
    with pytest.raises(UserError) as caught:
        LoadGate(guide=copy).check(copy)
    assert caught.value.code == "library.model_damaged"
