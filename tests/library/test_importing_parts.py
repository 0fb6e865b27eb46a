"""A model in several parts: any of them stands for all, what is missing is named, all come or none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.core.errors import UserError
from app.library.carrying.importing import How, Import
from app.library.files import regular_file
from app.library.shelf.model_file import Condition
from app.library.shelf.shelf import Shelf
from tests.library.carrying import bring, code_of, found, names
from tests.support.models import model_shelf

PARTS = tuple(f"big-0000{number}-of-00003.gguf" for number in (1, 2, 3))


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    return tmp_path / "the stick"


@pytest.fixture
def big(tmp_path: Path, stick: Path) -> Import:
    parts = [(name, model_shelf.write(stick / name, 2000, seed)) for seed, name in enumerate(PARTS)]
    entries = [model_shelf.entry(*parts, name="big")]
    return Import(Shelf(tmp_path / "models", None, entries=entries), entries)


def refusal(carry: Import, path: Path) -> UserError:
    with pytest.raises(UserError) as error:
        found(carry, path)
    return error.value


@pytest.mark.parametrize("chosen", PARTS)
def test_any_part_stands_for_all(big: Import, stick: Path, chosen: str) -> None:
    seen = found(big, stick / chosen)
    assert (seen.resembles, seen.size, seen.path) == ("big", 6000, stick / PARTS[0])
    assert [part.name for part in seen.parts] == list(PARTS)
    done = big.run(seen, How.COPY)
    assert (done.path.name, len(done.hashes), done.entry) == (PARTS[0], 3, "big")
    (model,) = big.shelf.files()
    assert (model.condition, model.hashes) == (Condition.KNOWN, done.hashes)
    assert names(big.shelf.folder) == list(PARTS)


@pytest.mark.parametrize("chosen", PARTS[:2])
def test_a_part_that_is_missing_is_named(big: Import, stick: Path, chosen: str) -> None:
    (stick / PARTS[2]).unlink()
    error = refusal(big, stick / chosen)
    assert error.code == "library.part_missing"
    assert "has 3 parts, and part 3 is not beside the others: big-00003-of-00003.gguf." in error.sentence
    assert "Put it into the same folder" in error.sentence


def test_several_missing_parts_are_named(big: Import, stick: Path) -> None:
    for name in PARTS[:2]:
        (stick / name).unlink()
    error = refusal(big, stick / PARTS[2])
    assert error.code == "library.parts_missing"
    assert (
        f"has 3 parts, and 2 of them are not beside the others: {PARTS[0]}, {PARTS[1]}."
        in error.sentence
    )
    (stick / PARTS[2]).unlink()
    assert refusal(big, stick / PARTS[2]).code == "library.missing"


def test_of_many_missing_parts_the_first_are_named(big: Import, stick: Path) -> None:
    model_shelf.write(stick / "huge-00001-of-00512.gguf", 100)
    sentence = refusal(big, stick / "huge-00001-of-00512.gguf").sentence
    assert "511 of them" in sentence
    assert "huge-00005-of-00512.gguf, …." in sentence
    assert "00006" not in sentence


def test_a_name_in_capitals_has_its_siblings_too(big: Import, stick: Path) -> None:
    for name in PARTS:
        (stick / name).rename(stick / name.replace(".gguf", ".GGUF"))
    done = bring(big, stick / PARTS[1].replace(".gguf", ".GGUF"))
    assert (done.path.name, done.entry) == (PARTS[0], "big")


def test_one_part_of_one_is_a_whole_file(big: Import, stick: Path) -> None:
    model_shelf.write(stick / "only-00001-of-00001.gguf", 700)
    big.accept = lambda _unknown: True
    assert bring(big, stick / "only-00001-of-00001.gguf").path.name == "only-00001-of-00001.gguf"


@pytest.mark.skipif(os.name != "posix", reason="Windows renames one by one")
@pytest.mark.parametrize("steps", range(6))
def test_ended_while_parts_are_moved_they_are_still_together(
    big: Import, stick: Path, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    """Ended at each of the six steps: the model is whole in one place, and the next run moves it."""
    link, unlink, left = os.link, Path.unlink, [steps]

    def step() -> None:
        if left[0] == 0:
            raise KeyboardInterrupt
        left[0] -= 1

    def linking(*words: object, **more: object) -> None:
        step()
        link(*words, **more)  # type: ignore[arg-type] # handed on as they came

    def unlinking(path: Path, missing_ok: bool = False) -> None:
        step()
        unlink(path, missing_ok=missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(os, "link", linking)
        patch.setattr(Path, "unlink", unlinking)
        with pytest.raises(KeyboardInterrupt):
            bring(big, stick / PARTS[0], How.MOVE)
    assert [names(stick), names(big.shelf.folder)].count(list(PARTS)) >= 1
    if names(stick) == list(PARTS):
        assert bring(big, stick / PARTS[0], How.MOVE).entry == "big"
        assert names(stick) == []
    assert names(big.shelf.folder) == list(PARTS)


def test_one_part_by_itself_is_not_the_model(big: Import, stick: Path) -> None:
    """Each hash is known, but what the catalogue knows is three files together."""
    (stick / PARTS[1]).rename(stick / "renamed.gguf")
    assert code_of(lambda: bring(big, stick / "renamed.gguf")) == "library.import_refused"


def test_a_part_whose_name_is_taken_leaves_the_others_where_they_were(big: Import, stick: Path) -> None:
    model_shelf.write(big.shelf.make_folder() / PARTS[1], 10)
    with pytest.raises(FileExistsError):
        regular_file.rename_all(
            [stick / name for name in PARTS], [big.shelf.folder / name for name in PARTS]
        )
    assert names(stick) == list(PARTS)
    assert names(big.shelf.folder) == [PARTS[1]]
    done = bring(big, stick / PARTS[0], How.MOVE)
    assert done.path.name == "big-2-00001-of-00003.gguf"
    assert names(stick) == []
