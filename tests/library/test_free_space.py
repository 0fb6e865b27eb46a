"""Room on a disk, in figures that a person can compare."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from app.core.errors import UserError
from app.library import free_space
from app.library.free_space import GB


@pytest.mark.parametrize(
    ("needed", "free", "words"),
    [
        (12_109_566_624, 12_080_000_000, ("12.2 GB", "12.0 GB")),
        (12_149_000_000, 12_101_000_000, ("12.2 GB", "12.1 GB")),
        (4_418_720, 4_340_000, ("0.005 GB", "0.004 GB")),
        (12_100_000_000, 0, ("12.1 GB", "0.000 GB")),
    ],
)
def test_what_is_needed_and_what_is_free_are_never_told_as_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, needed: int, free: int, words: tuple[str, str]
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(total=500 * GB, free=free))
    with pytest.raises(UserError) as error:
        free_space.require(tmp_path, needed, to_the_end=True)
    for word in words:
        assert word in error.value.sentence
