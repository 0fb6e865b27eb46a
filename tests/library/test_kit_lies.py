"""A kit that is not what it says: its manifest, its links, its hashes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.library.kit import installing, verifying
from app.library.kit.making import Made
from app.library.kit.manifest import MANIFEST, SUMS, UNFINISHED, KitModel, parse
from app.library.known.catalogue import CatalogueEntry
from app.library.shelf.shelf import Shelf
from tests.library.carrying import code_of
from tests.library.kits import KIT_FILE, never_asked
from tests.support.models import model_shelf


def test_a_consistent_lie_is_found_by_the_catalogue(
    make_kit: Callable[..., Made], kit_shelf: Shelf, kit_entries: list[CatalogueEntry], tmp_path: Path
) -> None:
    """Who alters a model file and mends all hashes of the kit has made a file of no catalogue."""
    make_kit(0)
    folder = tmp_path / "kit"
    path = folder / "models" / KIT_FILE
    altered = path.read_bytes()[:-1] + b"\0"
    path.write_bytes(altered)
    sha256 = model_shelf.sha256(altered)
    manifest, _ = verifying.read_manifest(folder)
    files = tuple(
        replace(file, sha256=sha256) if file.path == f"models/{KIT_FILE}" else file
        for file in manifest.files
    )
    lie = replace(manifest, files=files, models=(replace(manifest.models[0], sha256=sha256),))
    (folder / MANIFEST).write_bytes(lie.to_bytes())
    (folder / SUMS).write_bytes(verifying.sums_of(lie, lie.to_bytes()))
    assert verifying.verify(folder).sound  # the kit's own hashes find damage only
    asked: list[KitModel] = []

    def refuse(model: KitModel) -> bool:
        asked.append(model)
        return False

    assert (
        code_of(lambda: installing.install(folder, kit_shelf, kit_entries, refuse))
        == "library.import_refused"
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
def test_path_tricks_in_the_manifest(
    make_kit: Callable[..., Made], tmp_path: Path, path: object
) -> None:
    make_kit(0)
    data = json.loads((tmp_path / "kit" / MANIFEST).read_bytes())
    data["files"].append({"path": path, "size": 1, "sha256": "0" * 64})
    assert code_of(lambda: parse(json.dumps(data).encode())) == "library.kit_bad_manifest"


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
    make_kit: Callable[..., Made], tmp_path: Path, change: dict[str, object]
) -> None:
    make_kit(0)
    data = json.loads((tmp_path / "kit" / MANIFEST).read_bytes())
    call = lambda: parse(json.dumps({**data, **change}).encode())  # noqa: E731 - called below
    assert code_of(call) == "library.kit_bad_manifest"
    (tmp_path / "kit" / MANIFEST).write_bytes(b"[" * 100_000)
    assert code_of(lambda: verifying.verify(tmp_path / "kit")) == "library.kit_bad_manifest"


def test_links_in_a_kit_are_not_followed(
    make_kit: Callable[..., Made], kit_shelf: Shelf, kit_entries: list[CatalogueEntry], tmp_path: Path
) -> None:
    make_kit(0)
    folder = tmp_path / "kit"
    (folder / "models").rename(tmp_path / "elsewhere")
    (folder / "models").symlink_to(tmp_path / "elsewhere")
    assert verifying.verify(folder).damaged == (f"models/{KIT_FILE}",)
    assert (
        code_of(lambda: installing.install(folder, kit_shelf, kit_entries, never_asked))
        == "library.kit_damaged"
    )


def test_what_is_no_kit(tmp_path: Path) -> None:
    assert code_of(lambda: verifying.verify(tmp_path)) == "library.kit_none"
    assert code_of(lambda: verifying.verify(tmp_path / "none")) == "library.kit_none"
    (tmp_path / "file").write_bytes(b"x")
    assert code_of(lambda: verifying.verify(tmp_path / "file")) == "library.kit_none"
    (tmp_path / UNFINISHED).touch()
    assert code_of(lambda: verifying.verify(tmp_path)) == "library.kit_unfinished"
