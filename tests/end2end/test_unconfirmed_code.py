"""A program ended on the page with the recovery code, and what its next starts show."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end2end.people import People
from tests.end2end.waiting import wait_for

PASSPHRASE = "four plain words here"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def test_the_code_comes_back_until_it_was_confirmed(people: People, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    person = people.begin(profile)
    person.type_passphrase_twice(PASSPHRASE)
    wait_for((profile / "vault.json.bak").exists, "the vault")
    person.picture("code-first")
    person.kill()
    first = (profile / "vault.json").read_bytes()

    person = people.begin(profile)
    person.unlock(PASSPHRASE)
    wait_for(person.shows_code, "the page with a new code")
    person.picture("code-again")
    assert (profile / "vault.json").read_bytes() != first
    person.keep_code()
    assert person.close_window() == b""

    person = people.begin(profile).opened(PASSPHRASE)
    person.picture("code-kept")
    assert person.close_window() == b""
