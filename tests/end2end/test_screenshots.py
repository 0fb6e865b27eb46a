"""The pictures of docs/screenshots, taken of the real program.

CLOISTER_PICTURES=docs/screenshots .venv/bin/python -m pytest tests/end2end/test_screenshots.py -m slow
"""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import pytest

from tests.end2end.people import People
from tests.end2end.waiting import wait_for
from tests.end2end.witness import Witness

PASSPHRASE = "four plain words here"
EARLIER = (
    "Does anything I write leave this computer?",
    "What is the recovery code for?",
    "How do I use a gpt-oss model file?",
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def finished(witness: Witness, count: int) -> bool:
    branches = witness.branches()
    return len(branches) == count and branches[-1].state != "streaming"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pictures(people: People, tmp_path: Path, theme: str) -> None:
    profile = tmp_path / "profile"
    person = people.begin(profile, theme=theme)
    person.wait_for_first_start()
    person.picture(f"first-start-{theme}")
    person.choose_passphrase(profile, PASSPHRASE)
    time.sleep(1)
    person.picture(f"empty-{theme}")
    witness = Witness(profile, PASSPHRASE)
    for number, question in enumerate(EARLIER):
        person.ask(question)
        wait_for(partial(finished, witness, 2 * number + 2), "an answer")
        person.press("ctrl+n")
    person.ask("How do I stop an answer?")
    wait_for(lambda: finished(witness, 8), "an answer")
    person.ask("What does the effort slider do?")
    wait_for(lambda: finished(witness, 10), "an answer")
    person.press("ctrl+r")
    wait_for(lambda: finished(witness, 11), "another answer")
    time.sleep(1)
    person.picture(f"main-{theme}")
    person.press("ctrl+shift+r")
    person.press("ctrl+k")
    person.type("key")
    time.sleep(1)
    person.picture(f"reasoning-and-search-{theme}")
    person.press("Escape", "Escape")
    person.show_thinking("How do I get back in without my passphrase?", witness)
    person.picture(f"thinking-{theme}")
    person.kill()
    person = people.begin(profile, theme=theme)
    time.sleep(3)
    person.picture(f"unlock-{theme}")
