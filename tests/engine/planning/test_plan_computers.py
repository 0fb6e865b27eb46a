"""Described computers: those that ship, and nonsense in a person's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import UserError
from app.engine.planning import computers
from app.engine.protocol.plan import Device

GOOD = """
system = "linux"
ram_mib = 16000
available_mib = 12000.5
cores = 8

[[devices]]
name = "Card"
kind = "vulkan"
budget_mib = 8000
"""


def test_a_persons_own_file_is_read() -> None:
    found = computers.parse(GOOD.encode(), "mine")
    assert (found.name, found.system, found.cores, found.bandwidth_gbs) == ("mine", "linux", 8, 0.0)
    assert (found.ram_mib, found.available_mib) == (16000.0, 12000.5)
    assert found.devices == (Device("Card", "vulkan", 8000.0),)


def test_all_that_ship_can_be_read() -> None:
    names = computers.shipped()
    assert {"mac-16gb-macos-14", "mac-16gb-macos-26", "mac-8gb", "windows-office-16gb"} <= set(names)
    for name in names:
        assert computers.described(name).name == name


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("ram_mib = 16000", "ram_mib = -1", "computer_wrong"),
        ("ram_mib = 16000", "ram_mib = nan", "computer_wrong"),
        ("ram_mib = 16000", "ram_mib = inf", "computer_wrong"),
        ("ram_mib = 16000", "ram_mib = true", "computer_wrong"),
        ("ram_mib = 16000", 'ram_mib = "16 GB"', "computer_wrong"),
        ("ram_mib = 16000", "ram_mib = 9223372036854775807", "computer_wrong"),
        ("ram_mib = 16000", "ram_mib = 1" + "0" * 400, "computer_wrong"),
        ("ram_mib = 16000", f"ram_mib = {'9' * 5000}", "computer_not_toml"),
        ("ram_mib = 16000", "ram_mib = 1000", "computer_wrong"),  # less than what is free of it
        ("ram_mib = 16000\n", "", "computer_missing"),
        ("cores = 8", "cores = 0", "computer_wrong"),
        ("cores = 8", "cores = 8.5", "computer_wrong"),
        ("cores = 8", "cores = 2147483648", "computer_wrong"),
        ("cores = 8", "cores = 8\nlayers = 9223372036854775808", "computer_unknown_key"),
        ('system = "linux"', 'system = "amiga"', "computer_wrong"),
        ('system = "linux"', "system = 1", "computer_wrong"),
        ('kind = "vulkan"', 'kind = ["cuda"]', "computer_wrong"),
        ('name = "Card"', 'name = "a\\u001b[2J"', "computer_wrong"),
        ('name = "Card"', 'name = ""', "computer_wrong"),
        ("budget_mib = 8000", "budget_mib = -8000", "computer_wrong"),
        ("budget_mib = 8000", "", "computer_missing"),
        ("budget_mib = 8000", "budget_mib = 8000\nshared = 1", "computer_wrong"),
        ("[[devices]]", "[devices]", "computer_wrong"),
        ("[[devices]]", "[[devices", "computer_not_toml"),
    ],
)
def test_nonsense_is_one_sentence(before: str, after: str, code: str) -> None:
    assert before in GOOD
    with pytest.raises(UserError) as error:
        computers.parse(GOOD.replace(before, after).encode(), "mine")
    assert error.value.code == f"plan.{code}"


@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
@settings(max_examples=200)
def test_any_bytes_are_a_computer_or_a_sentence(data: bytes) -> None:
    with pytest.raises(UserError):
        computers.parse(data, "mine")


def test_deeply_nested_and_huge_files_are_refused() -> None:
    many_parts = b"a" + b".a" * 30000 + b" = 1"  # would be read for a minute
    for data in (b"a = " + b"[" * 4000, b"#" * (computers.MAX_BYTES + 1), many_parts):
        with pytest.raises(UserError):
            computers.parse(data, "mine")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("mac-1gb", "computer_unknown"),
        ("", "computer_unreadable"),
        (".", "computer_unreadable"),
        ("no/such/file.toml", "computer_unreadable"),
        ("a\0b", "computer_unreadable"),
        ("A" * 5000, "computer_unreadable"),
        ("/dev/null", "computer_unreadable"),
    ],
)
def test_names_that_name_nothing(name: str, code: str) -> None:
    with pytest.raises(UserError) as error:
        computers.described(name)
    assert error.value.code == f"plan.{code}"


def test_what_the_file_says_is_not_repeated(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD.replace('"linux"', '"the secret word"'))
    with pytest.raises(UserError) as error:
        computers.described(str(path))
    assert "secret" not in error.value.sentence
