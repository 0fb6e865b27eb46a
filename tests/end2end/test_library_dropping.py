"""Model files that are dragged into the real window out of another program, with the mouse.

Slow: ``.venv/bin/pytest -m slow tests/end2end/test_library_dropping.py``, about a minute.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.paths import guide_model_path
from tests.end2end.drag_source import Drag
from tests.end2end.mouse import Mouse
from tests.end2end.people import People
from tests.end2end.person import Person
from tests.end2end.reader import Reader
from tests.end2end.screen import Screen
from tests.end2end.waiting import wait_for
from tests.end2end.witness import made_vault
from tests.support.models.model_shelf import catalogue_words, sha256
from tests.support.models.split_gguf import split

PASSPHRASE = "four plain words here"
MIDDLE, COMPOSER = (600, 330), (760, 700)
KNOWN = "house-style.gguf"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """Return a folder with a model that a catalogue knows."""
    folder = tmp_path / "the stick"
    folder.mkdir()
    shutil.copyfile(guide_model_path(), folder / "from a friend.gguf")
    return folder


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "profile" / "models"


@pytest.fixture
def person(reader: Reader, people: People, models: Path) -> Iterator[Person]:
    profile, data = models.parent, guide_model_path().read_bytes()
    made_vault(profile, PASSPHRASE)
    words = catalogue_words("house-style", KNOWN, len(data), sha256(data))
    (profile / "catalogue.toml").write_text(words, "utf-8")
    person = people.begin(profile, variables=reader.variables)
    yield person.opened(PASSPHRASE)
    assert b"Traceback" not in person.close_window()


@pytest.fixture
def mouse(person: Person, reader: Reader) -> Mouse:
    return Mouse(person, reader)


def drop(screen: Screen, mouse: Mouse, *files: Path, cue: str) -> None:
    """Drag files into the window, see the cue, let go; whoever had the files is told to keep them."""
    with Drag(screen, files) as drag:
        drag.pull_to(*MIDDLE)
        mouse.sees(cue)
        assert drag.let_go() == "copied"
        mouse.until(lambda tree: not tree.all("", "Let go"), "the cue to go")


def test_a_file_is_copied_verified_and_listed(
    screen: Screen, person: Person, mouse: Mouse, stick: Path, models: Path
) -> None:
    mine = stick / "from a friend.gguf"
    drop(screen, mouse, mine, cue="Let go to import from a friend.gguf")
    mouse.sees("Step 1 of 3, Copy")
    person.picture("dropped-offered")
    mouse.click("Copy it")
    wait_for((models / KNOWN).exists, "the copy")
    mouse.sees("house-style, 4 MB, Ready. Checked today.")
    person.picture("dropped-copied")
    assert (models / KNOWN).read_bytes() == mine.read_bytes() == guide_model_path().read_bytes()


@pytest.mark.parametrize(("way", "kept"), [("Move it", False), ("Use it where it lies", True)])
def test_a_file_is_moved_or_used_where_it_lies(
    screen: Screen, mouse: Mouse, stick: Path, models: Path, way: str, kept: bool
) -> None:
    mine = stick / "from a friend.gguf"
    number = mine.stat().st_ino
    drop(screen, mouse, mine, cue="Let go to import")
    mouse.click(way)
    mouse.sees("house-style, 4 MB, Ready. Checked today.")
    assert (models / KNOWN).stat().st_ino == number
    assert mine.exists() == kept


def test_a_folder_with_a_model_in_three_parts(
    screen: Screen, person: Person, mouse: Mouse, tmp_path: Path, models: Path
) -> None:
    folder = tmp_path / "gpt-oss-120b-GGUF"
    folder.mkdir()
    first = split(guide_model_path(), folder, 3, "ward-letters")
    mouse.click("Models")
    mouse.sees("Import a file")
    drop(screen, mouse, folder, cue="Let go to import gpt-oss-120b-GGUF")
    mouse.sees("Files, ward-letters-00001-of-00003.gguf, ward-letters-00002-of-00003.gguf, ward-")
    person.picture("dropped-parts")
    mouse.click("Copy it")
    mouse.sees("Fingerprint 3")
    person.picture("dropped-unknown-parts")
    mouse.click("Use this file")
    mouse.sees("ward-letters, 4 MB, Ready. Checked today.")
    mouse.until(
        lambda tree: tree.focused is not None and tree.focused.said == "label 'ward-letters'",
        "the keyboard on the name of the page, not on whatever stood next to the button that went",
    )
    assert len(list(models.glob("ward-letters-0000?-of-00003.gguf"))) == 3
    (folder / "ward-letters-00002-of-00003.gguf").unlink()
    with Drag(screen, [first]) as drag:
        drag.pull_to(*MIDDLE)
        drag.let_go()
        mouse.until(
            lambda tree: any("part 2 is not beside" in node.description for node in tree.nodes),
            "the missing part by name",
        )
    person.picture("dropped-part-missing")


def test_two_files_at_once_and_what_is_no_model(
    screen: Screen, person: Person, mouse: Mouse, stick: Path, models: Path
) -> None:
    mine, fake, letter = stick / "from a friend.gguf", stick / "fake.gguf", stick / "letter.txt"
    fake.write_text("a letter under another name")
    letter.write_text("Dear Sir")
    drop(screen, mouse, mine, fake, cue="Let go to import 2 files")
    mouse.sees("house-style, 4 MB, imported, Say how")
    mouse.sees("fake, This is not a model file, whatever")
    drop(screen, mouse, letter, cue="Let go to import letter.txt")
    mouse.sees("letter.txt, This is not a model file.")
    person.picture("dropped-no-model")
    mouse.click("Close")
    mouse.until(lambda tree: not tree.all("", "letter.txt, This"), "the letter to go")
    person.press("Escape")
    with Drag(screen, [letter]) as drag:
        drag.pull_to(*COMPOSER)
        person.picture("dragged-over-composer")
        assert drag.let_go() == "copied"
        mouse.sees("letter.txt, 8 characters, attached")
    reply = stick / "reply.txt"
    reply.write_text("Dear Madam")
    drop(screen, mouse, reply, mine, cue="Let go to import from a friend.gguf")
    mouse.sees("Models header")
    person.press("Escape")
    mouse.sees("reply.txt, 10 characters, attached")
    mouse.sees("letter.txt, 8 characters, attached")
    assert not models.exists()


def test_a_file_that_vanishes_and_a_program_that_ends_in_the_middle(
    screen: Screen, person: Person, mouse: Mouse, stick: Path
) -> None:
    mine = stick / "from a friend.gguf"
    with Drag(screen, [mine]) as drag:
        drag.pull_to(*MIDDLE)
        mouse.sees("Let go to import")
        mine.unlink()
        assert drag.let_go() == "copied"
        mouse.sees("from a friend, The model file is not there.")
    person.picture("dropped-vanished")
    person.press("Escape")
    shutil.copyfile(guide_model_path(), mine)
    with Drag(screen, [mine]) as drag:
        drag.pull_to(*MIDDLE)
        mouse.sees("Let go to import")
    screen.do("mouseup", "1")
    screen.do("mousemove", "610", "340", "mousemove", "620", "350")
    mouse.until(lambda tree: not tree.all("", "Let go"), "the cue to go by itself")
    with Drag(screen, [mine]) as drag:
        drag.pull_to(*MIDDLE)
        mouse.sees("Let go to import")
        drag.pull_to(1279, 799)
        drag.pull_to(*MIDDLE)
        assert drag.let_go() == "copied"
        mouse.click("Copy it")
        mouse.sees("house-style, 4 MB, Ready. Checked today.")
