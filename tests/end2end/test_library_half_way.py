"""An import that is killed in its middle: the next start says what is left of it, and deletes it.

Slow: ``.venv/bin/pytest -m slow tests/end2end/test_library_half_way.py``, about half a minute.
``CLOISTER_LARGE_MODEL`` names another model file to bring in, which must be larger than 300 MB.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.paths import guide_model_path
from tests.end2end.mouse import Mouse
from tests.end2end.people import People
from tests.end2end.person import Person
from tests.end2end.program import ROOT
from tests.end2end.reader import Reader
from tests.end2end.screen import Screen
from tests.end2end.waiting import wait_for
from tests.end2end.witness import made_vault

PASSPHRASE = "four plain words here"
ENOUGH = 300_000_000

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Return a model file that takes long to copy: most of it is a hole, which a copy fills."""
    named = os.environ.get("CLOISTER_LARGE_MODEL")
    if named:
        return Path(named)
    path = tmp_path / "stick" / "from the stick.gguf"
    path.parent.mkdir()
    path.write_bytes(guide_model_path().read_bytes())
    os.truncate(path, 8 * 10**9)
    return path


def listed(profile: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "app", "models", "list"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "CLOISTER_HOME": str(profile)},
        check=True,
    )
    return done.stdout


def choose(person: Person, screen: Screen, path: Path) -> None:
    """Type a path into the system's dialog."""
    dialog = "Import a model file"
    wait_for(lambda: screen.do("search", "--onlyvisible", "--name", dialog), "the file dialog")
    screen.do("windowfocus", "--sync", screen.do("search", "--onlyvisible", "--name", dialog))
    person.press("ctrl+a")
    person.type(str(path))
    person.press("Return")


def test_a_killed_import_is_seen_and_deleted(
    screen: Screen, reader: Reader, people: People, tmp_path: Path, source: Path
) -> None:
    profile = tmp_path / "profile"
    folder = profile / "models"
    made_vault(profile, PASSPHRASE)
    person = people.begin(profile, variables=reader.variables)
    person.opened(PASSPHRASE)
    mouse = Mouse(person, reader)
    mouse.click("Models")
    mouse.until(lambda tree: tree.all("push button", "Import a file…"), "the models window")
    mouse.click("Import a file…")
    choose(person, screen, source)
    mouse.until(lambda tree: tree.all("push button", "Copy it"), "the offer")
    mouse.click("Copy it")
    wait_for(lambda: half(folder) > ENOUGH, "the middle of the copy", 60)
    person.picture("half-way-copying")
    person.kill()
    left = half(folder)
    assert left > ENOUGH
    (line,) = [line for line in listed(profile).splitlines() if "not whole" in line]
    assert f"{left / 1e9:.1f} GB are copied" in line

    again = people.begin(profile, variables=reader.variables)
    again.opened(PASSPHRASE)
    mouse = Mouse(again, reader)
    mouse.click("Models")
    mouse.until(lambda tree: tree.all("push button", "Import a file…"), "the models window")
    again.press("Home")
    mouse.until(lambda tree: tree.all("push button", "Delete it"), "what is left")
    again.picture("half-way-left")
    mouse.click("Delete it")
    wait_for(lambda: half(folder) == 0, "the end of it")
    mouse.until(lambda tree: not tree.all("push button", "Delete it"), "the list without it")
    again.picture("half-way-deleted")
    assert "not whole" not in listed(profile)
    assert source.exists()


def half(folder: Path) -> int:
    """Return how much of a copy lies in the folder."""
    return sum(path.stat().st_size for path in folder.glob("*.import"))
