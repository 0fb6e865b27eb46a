"""The catalogue of models: what ships, and what a damaged or foreign one gives."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import UserError
from app.core.paths import resources_dir
from app.library.known.catalogue import CATALOGUE, catalogue, parse, read_catalogue

SHIPPED = (resources_dir() / CATALOGUE).read_text("utf-8")


def test_the_models_we_promise_are_there() -> None:
    entries = {entry.name: entry for entry in catalogue()}
    assert list(entries) == ["gpt-oss-20b", "gpt-oss-120b", "gpt-oss-safeguard-20b"]
    assert {entry.licence for entry in entries.values()} == {"Apache-2.0"}
    current = entries["gpt-oss-20b"].files[0]
    assert (current.name, current.size) == ("gpt-oss-20b-MXFP4.gguf", 12_109_566_624)
    assert entries["gpt-oss-safeguard-20b"].purpose == "classify"


def test_no_hash_is_named_twice_and_none_is_claimed_to_be_confirmed() -> None:
    files = [file for entry in catalogue() for file in entry.files]
    assert len({file.sha256 for file in files}) == len(files)
    assert not any(file.confirmed for file in files)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[gpt-oss-120b]", '["GPT oss"]'),
        ('licence = "Apache-2.0"', "licence = 2"),
        ('purpose = "classify"', 'purpose = "anything"'),
        ('purpose = "classify"\n', ""),
        ("size = 12109566624", "size = -1"),
        ("size = 12109566624", "size = true"),
        ("size = 12109566624", "size = 1000"),  # smaller than its own tensors
        ("layers = 36", "layers = 9223372036854775808"),
        ("layers = 36", "layers = 1e3"),
        ("layers = 36\n", ""),
        ('commit = "ef9b12f2', 'commit = "main'),
        ('name = "gpt-oss-20b-MXFP4.gguf"', 'name = "../../etc/passwd"'),
        ('repository = "ggml-org/gpt-oss-120b-GGUF"', 'repository = "https://elsewhere"'),
        ("confirmed = false", 'confirmed = "no"'),
        ("confirmed = false", "confirmed = false\nscript = 1"),
        ("[[gpt-oss-120b.files]]", "[gpt-oss-120b.files]"),
        ("[gpt-oss-120b.shape]", "[gpt-oss-120b.size]"),
        ("[gpt-oss-120b]", "[gpt-oss-120b"),
    ],
)
def test_what_does_not_follow_the_schema_is_one_sentence(before: str, after: str) -> None:
    assert before in SHIPPED
    with pytest.raises(UserError) as error:
        parse(SHIPPED.replace(before, after, 1).encode())
    assert error.value.code.startswith("library.catalogue_")


@given(st.one_of(st.binary(min_size=1, max_size=200), st.text(min_size=1, max_size=200).map(str.encode)))
@settings(max_examples=200)
def test_any_bytes_are_a_catalogue_or_a_sentence(data: bytes) -> None:
    with contextlib.suppress(UserError):
        assert parse(data).entries == ()  # comments and blank lines


def test_a_catalogue_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(UserError) as error:
            read_catalogue(path)
        assert error.value.code == "library.catalogue_unreadable"
