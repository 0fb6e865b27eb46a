"""Catalogues that IT and the person add: what counts, what is left out, and what it is told by."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.errors import UserError
from app.core.rules.policy import Policy, read_policy
from app.library.files import free_space
from app.library.known import catalogue, places
from app.library.known.catalogue import CatalogueEntry, parse
from app.library.known.known_models import known_models

ADDED = """
mirrors = ["https://models.firm.example/hub/", "https://second.firm.example:8443"]

[firm-20b]
publisher = "The firm"
licence = "Apache-2.0"
purpose = "chat"
like = "gpt-oss-20b"

[[firm-20b.files]]
repository = "firm/model"
commit = "0123456789abcdef0123456789abcdef01234567"
name = "firm-00001-of-00002.gguf"
confirmed = false

[[firm-20b.files]]
repository = "firm/model"
commit = "0123456789abcdef0123456789abcdef01234567"
name = "firm-00002-of-00002.gguf"
size = 77
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
confirmed = true
"""


def _shipped() -> tuple[CatalogueEntry, ...]:
    return catalogue.catalogue()


def test_what_a_file_adds(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.toml"
    path.write_text(ADDED)
    known = known_models([path, tmp_path / "none.toml"])
    assert known.complaints == ()
    assert known.mirrors == ("https://models.firm.example/hub", "https://second.firm.example:8443")
    entry = known.named("firm-20b")
    assert entry is not None
    assert (entry.title, entry.shape) == ("firm-20b", _shipped()[0].shape)
    (edition,) = entry.editions
    assert [(file.size, file.sha256[:2]) for file in edition] == [(0, ""), (77, "00")]


def test_the_large_model_may_come_in_three_parts() -> None:
    entry = known_models().named("gpt-oss-120b")
    assert entry is not None
    assert [len(edition) for edition in entry.editions] == [1, 3]
    whole, parts = (sum(file.size for file in edition) for edition in entry.editions)
    assert abs(whole - parts) < 2**20  # the same weights, other headers


def test_a_damaged_file_is_one_sentence_and_the_others_count(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text(ADDED)
    bad.write_text(ADDED.replace("like", "lke"))
    known = known_models([bad, good])
    assert known.named("firm-20b") is not None
    (complaint,) = known.complaints
    assert str(bad) in complaint.sentence
    known = known_models([good, good])  # names are taken: the second is left out
    assert [complaint.code for complaint in known.complaints] == ["library.catalogue_left_out"]


def test_what_ships_cannot_be_changed(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.toml"
    path.write_text(ADDED.replace("firm-20b", "gpt-oss-20b"))
    known = known_models([path])
    assert known.entries == _shipped()
    assert len(known.complaints) == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("https://models.firm.example/hub/", "http://models.firm.example"),
        ("https://models.firm.example/hub/", "https://me:secret@models.firm.example"),
        ("https://models.firm.example/hub/", "https://models.firm.example/?a"),
        ("https://models.firm.example/hub/", "file:///etc"),
        ("firm-00002-of-00002", "firm-00002-of-00003"),
        ("firm-00001-of-00002", "other-00001-of-00002"),
        ('like = "gpt-oss-20b"', 'like = "nothing"'),
        ('like = "gpt-oss-20b"', "like = 7"),
        ('like = "gpt-oss-20b"\n', ""),
        ("confirmed = false", "confirmed = true"),  # of what, without a hash
        ("mirrors = [", "mirrors = [7, "),
    ],
)
def test_mistakes(before: str, after: str) -> None:
    assert before in ADDED
    with pytest.raises(UserError) as error:
        parse(ADDED.replace(before, after).encode(), _shipped())
    assert error.value.code.startswith("library.catalogue_")


def test_places_do_not_follow_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = (places.shared_folders(), places.catalogue_files()[:-1])
    for name in ("XDG_DATA_DIRS", "XDG_CONFIG_DIRS", "PROGRAMDATA", "ALLUSERSPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    assert (places.shared_folders(), places.catalogue_files()[:-1]) == before


def test_under_a_strict_policy_the_profile_adds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert places.catalogue_files()[-1].parent == places.default_folder().parent
    monkeypatch.setattr(places, "read_policy", lambda: Policy(only_catalogue=True))
    assert places.default_folder().parent not in [path.parent for path in places.catalogue_files()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[models]\nonly_catalogue = true", (False, True)),
        ("[network]\nsealed = true", (True, False)),
        ("[models]\nonly_catalogue = 1", (True, True)),  # not understood: takes every liberty
        ("[models]\nonly_catalog = true", (True, True)),
        ("models = true", (True, True)),
        ("", (False, False)),
    ],
)
def test_what_a_policy_file_says(tmp_path: Path, text: str, expected: tuple[bool, bool]) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(text)
    policy = read_policy([path])
    assert (policy.sealed, policy.only_catalogue) == expected


def test_the_reserve_of_a_disk() -> None:
    gib = 2**30
    assert free_space.reserve_of(500 * gib) == 8 * gib
    assert free_space.reserve_of(64 * gib) == 64 * gib // 20
    assert free_space.reserve_of(16 * gib) == gib
    assert free_space.reserve_of(2**20) == 2**20 // 20
    assert free_space.in_gb(12_109_566_624) == "12.1"
    assert free_space.in_gb(4_000_000) == "0.004"
