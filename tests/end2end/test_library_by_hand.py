"""The models window by mouse, where the system has a part: file manager and folder dialog.

Slow: ``.venv/bin/pytest -m slow tests/end2end/test_library_by_hand.py``, about half a minute.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from app.core.paths import guide_model_path
from tests.end2end.mouse import Mouse
from tests.end2end.people import People
from tests.end2end.reader import Reader
from tests.end2end.screen import Screen
from tests.end2end.waiting import wait_for
from tests.end2end.witness import made_vault
from tests.support.models.model_shelf import catalogue_words, sha256
from tests.support.network.hub import FILE

PASSPHRASE = "four plain words here"
_OPENER = '#!/bin/sh\necho "$1" > "{told}"\n'

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


def test_a_file_is_revealed_and_another_folder_chosen(
    screen: Screen, reader: Reader, people: People, tmp_path: Path
) -> None:
    profile, tools, other = tmp_path / "profile", tmp_path / "tools", tmp_path / "other disk"
    model = profile / "models" / FILE
    data = guide_model_path().read_bytes()
    made_vault(profile, PASSPHRASE)
    for folder in (model.parent, tools, other):
        folder.mkdir()
    model.write_bytes(data)
    words = catalogue_words("zz-tiny", FILE, len(data), sha256(data))
    (profile / "catalogue.toml").write_text(words, "utf-8")
    told = tmp_path / "told"
    opener = tools / "xdg-open"
    opener.write_text(_OPENER.format(told=told), "utf-8")
    opener.chmod(0o755)
    path = {"PATH": f"{tools}:{os.environ['PATH']}"}
    person = people.begin(profile, variables={**reader.variables, **path})
    person.opened(PASSPHRASE)
    mouse = Mouse(person, reader)

    mouse.click("Models")
    mouse.until(lambda tree: tree.all("push button", "Import a file…"), "the models window")
    person.press("Home", "Down")
    mouse.click("Show in folder")
    wait_for(told.exists, "the file manager")
    assert told.read_text("utf-8").strip() == model.parent.as_uri()

    mouse.click("Change…")
    dialog = "Choose a folder for model files"
    wait_for(lambda: screen.do("search", "--onlyvisible", "--name", dialog), "the folder dialog")
    screen.do("windowfocus", "--sync", screen.do("search", "--onlyvisible", "--name", dialog))
    person.picture("folder-dialog")
    person.press("ctrl+a")
    person.type(str(other))
    person.press("Return")
    wait_for(lambda: _kept(profile).get("model.folder") == str(other), "the other folder")
    assert model.exists(), "what was elsewhere stays there"


def _kept(profile: Path) -> dict[str, object]:
    kept: dict[str, object] = json.loads((profile / "settings.json").read_text("utf-8"))
    return kept
