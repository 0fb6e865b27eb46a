"""From an empty profile to a downloaded, checked model and an answer from it, on a real screen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.core.paths import guide_model_path
from tests.end2end.people import People
from tests.end2end.waiting import wait_for
from tests.end2end.witness import Witness
from tests.support.models.model_shelf import catalogue_words
from tests.support.network.hub import COMMIT, FILE, REPOSITORY, Bytes, Hub

PASSPHRASE = "four plain words here"
MODELS_BUTTON = (199, 750)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


def test_a_model_is_fetched_checked_tried_and_answers(people: People, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    profile.mkdir(mode=0o700)
    source = Bytes(guide_model_path().read_bytes())
    with Hub(source) as hub:
        facts = ("zz-tiny", FILE, source.size, source.sha256)
        words = catalogue_words(*facts, repository=REPOSITORY, commit=COMMIT, confirmed=False)
        (profile / "catalogue.toml").write_text(words, "utf-8")
        settings = {"appearance.theme": "light", "network.endpoint": hub.endpoint}
        (profile / "settings.json").write_text(json.dumps(settings), "utf-8")
        person = people.begin(profile)
        person.choose_passphrase(profile, PASSPHRASE)
        person.picture("models-offered")
        person.click(*MODELS_BUTTON)
        person.press("Up", "End")
        person.picture("models-before")
        assert hub.seen == []  # nothing has connected
        person.press("F6", "Return")
        wait_for((profile / "models" / FILE).exists, "the downloaded file")
        wait_for(lambda: _chosen(profile) == str(profile / "models" / FILE), "the trial")
        assert (profile / "models" / FILE).read_bytes() == source.data
        witness = Witness(profile, PASSPHRASE)
        wait_for(lambda: person.engine() is not None, "the loaded model")
        person.press("ctrl+n")
        person.ask("Does anything I write leave this computer?")
        wait_for(lambda: _answered(witness), "the answer")
        assert witness.branches()[-1].facts.model_name == Path(FILE).stem
        person.click(*MODELS_BUTTON)
        person.press("Home", "Down")
        person.picture("models-here")


def _chosen(profile: Path) -> str:
    kept = json.loads((profile / "settings.json").read_text("utf-8"))
    return str(kept.get("model.file", ""))


def _answered(witness: Witness) -> bool:
    branches = witness.branches()
    return len(branches) == 2 and branches[-1].state != "streaming"
