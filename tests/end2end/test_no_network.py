"""The proof of being offline, as an IT department can repeat it (docs/offline.md).

The whole conversation runs in an empty network namespace and under a watch on system calls; the
self-test and a download are watched too, and only the Fetcher opens a socket of the internet.
Takes about two minutes.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from functools import partial
from pathlib import Path

import pytest

from app.core.conversation.message import PartKind
from app.storage.network.pending import PendingConnections
from tests.end2end.people import People
from tests.end2end.person import Person
from tests.end2end.program import BARE, ROOT
from tests.end2end.waiting import wait_for
from tests.end2end.witness import Witness
from tests.support.models.model_shelf import catalogue_words
from tests.support.network.hub import COMMIT, FILE, REPOSITORY, Bytes, Hub
from tests.support.network.socket_watch import WATCHED, Watch

PASSPHRASE = "four plain words here"
MODEL = Bytes.random(300_000)
_CATALOGUE = catalogue_words(
    "tiny", FILE, MODEL.size, MODEL.sha256, repository=REPOSITORY, commit=COMMIT
)
needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")


def namespace() -> tuple[str, ...]:
    """Return the command that runs a program without any network; skips where the system refuses."""
    if os.environ.get("CLOISTER_NO_NETWORK"):  # all tests are in one already
        return ()
    within = ("unshare", "-n") if os.geteuid() == 0 else ("unshare", "-rn")
    if shutil.which("unshare") is None or subprocess.run([*within, "true"], check=False).returncode:
        pytest.skip("this system gives no network namespace")
    return within


def talk(person: Person, witness: Witness) -> None:
    """Have a short conversation with the Guide."""
    for count, question in ((2, "How do I stop an answer?"), (4, "Does anything leave this computer?")):
        person.ask(question)
        wait_for(partial(witness.answered, count), f"answer {count // 2}")
    answer = witness.branches()[1]
    assert answer.message.text_of(PartKind.MANUAL) or answer.message.answer


def watched(trace: Path, *words: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run a verb under the watch."""
    strace = ("strace", "-f", "-qq", "-s", "400", "-e", f"trace={WATCHED}", "-o", str(trace))
    return subprocess.run(
        [*strace, *BARE, *words],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "HOME": str(home), "CLOISTER_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.timeout(180)
def test_the_whole_conversation_works_without_any_network(people: People, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    person = people.begin(profile, within=namespace())
    person.choose_passphrase(profile, PASSPHRASE)
    talk(person, Witness(profile, PASSPHRASE))
    person.picture("no-network")
    assert person.close_window() == b""
    assert person.program.returncode == 0


@needs_strace
@pytest.mark.timeout(240)
def test_a_sealed_program_talks_and_opens_nothing_but_its_screen(people: People, tmp_path: Path) -> None:
    profile, trace = tmp_path / "profile", tmp_path / "trace.txt"
    profile.mkdir(mode=0o700)
    settings = {"appearance.theme": "light", "network.sealed": "on"}
    (profile / "settings.json").write_text(json.dumps(settings), "utf-8")
    person = people.begin(profile, trace=trace)
    person.choose_passphrase(profile, PASSPHRASE)
    talk(person, Witness(profile, PASSPHRASE))
    person.picture("sealed")
    assert person.close_window() == b""
    seen = Watch.read(trace)
    calls = [call for calls in seen.sockets.values() for call in calls]
    assert calls, "the trace saw nothing, not even the screen"
    assert [call for call in calls if "AF_UNIX" not in call] == []


@needs_strace
def test_the_list_of_models_and_a_sealed_download_open_nothing(tmp_path: Path) -> None:
    trace = tmp_path / "trace.txt"
    assert watched(trace, "models", "list", home=tmp_path).returncode == 0
    assert Watch.read(trace).internet() == set()
    (tmp_path / "settings.json").write_text('{"network.sealed": "on"}', "utf-8")
    done = watched(trace, "models", "download", "gpt-oss-20b", home=tmp_path)
    assert done.returncode == 1
    assert "sealed" in done.stderr
    seen = Watch.read(trace)
    assert seen.sockets == {}
    assert "fetcher" not in seen.roles.values(), "it is not even started"
    assert PendingConnections(tmp_path).all() == ()


@needs_strace
def test_a_download_connects_in_the_fetcher_alone_and_is_noted(tmp_path: Path) -> None:
    trace = tmp_path / "trace.txt"
    home = tmp_path / "home"
    home.mkdir()
    (home / "catalogue.toml").write_text(_CATALOGUE, "utf-8")
    with Hub(MODEL) as hub:
        done = watched(trace, "models", "download", "tiny", "--mirror", hub.endpoint, home=home)
    assert done.returncode == 0, done.stderr
    seen = Watch.read(trace)
    assert "fetcher" in seen.roles.values()
    assert seen.internet() == {"fetcher"}
    assert seen.listening == []
    noted = PendingConnections(home).all()
    assert noted, "every host is in the list"
    assert {item.outcome for item in noted} == {"done"}
    assert all(item.host.startswith("127.0.0.1") and item.ended for item in noted)


@needs_strace
def test_the_self_test_finds_what_the_watch_sees(tmp_path: Path) -> None:
    trace = tmp_path / "trace.txt"
    done = watched(trace, "doctor", "--network", "--json", home=tmp_path)
    assert done.returncode == 0, done.stderr
    seen = Watch.read(trace)
    assert set(seen.roles.values()) == {"program", "probe", "engine", "fetcher"}
    assert seen.internet() == {"probe", "fetcher"}, "not the program itself, and no engine"


@needs_strace
@pytest.mark.parametrize(
    ("display", "said"),
    [("localhost:44", "is reached over a network"), (":4711", "does not answer on this computer")],
)
def test_no_screen_is_looked_for_over_a_network(display: str, said: str, tmp_path: Path) -> None:
    trace = tmp_path / "trace.txt"
    watch = ("strace", "-f", "-qq", "-e", f"trace={WATCHED}", "-o", str(trace))
    done = subprocess.run(
        [*watch, *BARE],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "CLOISTER_HOME": str(tmp_path), "DISPLAY": display},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert said in done.stderr
    assert Watch.read(trace).internet() == set()
