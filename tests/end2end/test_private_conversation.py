"""The main job, as a person does it: real window, real engine, real model, real vault.

The Guide answers in the program on a virtual screen; the engine is killed in the middle of an answer;
the program is closed and started again. Takes about a minute. Pictures: CLOISTER_PICTURES=folder.
"""

from __future__ import annotations

import shutil
import time
from functools import partial
from pathlib import Path

import psutil
import pytest

from app.core.conversation.message import PartKind
from app.storage.records import MessageState
from tests.end2end.people import People
from tests.end2end.person import Person
from tests.end2end.screen import Screen
from tests.end2end.waiting import wait_for, written_in_slices
from tests.end2end.witness import Witness

PASSPHRASE = "four plain words here"


def meet_in_the_middle(person: Person, engine: psutil.Process, witness: Witness) -> int:
    """Ask until the engine stands still in the middle of an answer; returns the number of messages."""
    for _ in range(5):
        engine.suspend()
        count = len(witness.branches()) + 2
        person.ask("What does the effort slider do?")
        wait_for(partial(begun, witness, count), "an answer to begin")
        wait_for(lambda: written_in_slices(engine, witness), "the first words of an answer")
        if witness.branches()[-1].state is MessageState.STREAMING:
            return count
        engine.resume()
        wait_for(partial(witness.ended, count), "an answer that was too quick")
    raise AssertionError("the engine was never met in the middle of an answer")


def begun(witness: Witness, count: int) -> bool:
    """Say whether there are ``count`` messages."""
    return len(witness.branches()) == count


@pytest.mark.timeout(300)
def test_a_private_conversation(people: People, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    person = people.begin(profile)
    person.choose_passphrase(profile, PASSPHRASE)
    witness = Witness(profile, PASSPHRASE)

    # A question, and an answer that streams in beside its closed reasoning.
    person.ask("How do I stop an answer?")
    wait_for(lambda: len(witness.branches()) == 2, "the question in the vault")
    wait_for(lambda: witness.ended(2), "the first answer")
    question, answer = witness.branches()
    assert question.message.question == "How do I stop an answer?"
    assert question.message.text_of(PartKind.MANUAL).startswith("Manual: ")
    assert answer.state is MessageState.DONE
    assert answer.message.reasoning
    assert "Esc" in answer.message.answer
    assert answer.facts.thinking_ms > 0
    person.picture("1-answered")

    # The engine dies in the middle of the next answer: what it wrote is kept, one sentence says so.
    engine = person.engine()
    assert engine is not None
    engine.nice(19)  # a busy machine gives its slices to us first
    count = meet_in_the_middle(person, engine, witness)
    engine.kill()
    wait_for(lambda: witness.ended(count), "the interrupted answer")
    cut_off = witness.branches()[-1]
    assert cut_off.state is MessageState.INTERRUPTED
    assert cut_off.message.parts
    wait_for(person.warned, "the sentence about the engine")
    person.picture("2-engine-killed")

    # Try again: a new engine, a second answer beside the first.
    person.press("ctrl+r")
    wait_for(lambda: witness.ended(count + 1), "the answer after the restart")
    again = witness.branches()[-1]
    assert (again.parent_id, again.sibling, again.siblings) == (cut_off.parent_id, 2, 2)
    assert again.state is MessageState.DONE
    person.picture("3-tried-again")

    # Close and start again: both branches are there.
    assert person.close_window() == b""
    assert person.program.returncode == 0
    person = people.begin(profile)
    person.unlock(PASSPHRASE)
    wait_for(lambda: person.engine() is not None, "the unlocked conversation")
    assert [record.id for record in witness.branches()] == list(range(1, count + 2))
    person.picture("4-started-again")
    person.close_window()


@pytest.mark.timeout(120)
def test_a_wrong_passphrase_opens_nothing(people: People, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    person = people.begin(profile)
    person.choose_passphrase(profile, PASSPHRASE)
    person.close_window()
    person = people.begin(profile)
    before = (profile / "vault.json").read_bytes()
    person.unlock("another passphrase")
    wait_for(lambda: (profile / "vault.json").read_bytes() != before, "the counted try")
    time.sleep(0.5)  # nothing more may happen: there is no state to wait for
    assert person.engine() is None
    person.picture("5-wrong-passphrase")


@pytest.mark.timeout(120)
def test_keep_nothing_writes_nothing(screen: Screen, people: People, tmp_path: Path) -> None:
    profile, home = tmp_path / "profile", tmp_path / "home"
    (home / "Okafor").mkdir(parents=True)
    places = {"HOME": "", "TMPDIR": "", "XDG_CONFIG_HOME": "config", "XDG_CACHE_HOME": "cache"}
    variables = {name: str(home / place) for name, place in places.items()}
    person = people.begin(profile, variables=variables)
    before = sorted(path.name for path in profile.iterdir())
    person.wait_for_first_start()
    person.press("Tab", "Return")
    wait_for(lambda: person.engine() is not None, "the conversation")
    with screen.clipboard("canary of a long paste\n" * 150):
        person.press("ctrl+v")
        time.sleep(0.5)
    person.type("canary words that nobody may keep")
    person.press("Return")
    person.type("canary that waits")
    person.press("Return")
    time.sleep(2)  # the answers leave no trace to wait for
    person.press("ctrl+f")
    person.type("canary")
    person.press("Return", "Escape")
    # An export as far as the dialog that asks where, and one that goes somewhere.
    person.press("ctrl+shift+e")
    what = person.wait_for_window("^Export$")
    screen.do("windowfocus", "--sync", what)
    person.press("Return")
    where = person.wait_for_window("^Export$", but=what)
    screen.do("windowfocus", "--sync", where)
    exported = home / "Okafor" / "canary.pdf"
    person.press("ctrl+a")
    person.type(str(exported))
    person.press("Return")
    wait_for(exported.exists, "the exported file")
    person.click(700, 690)  # a screen without a window manager activates no window by itself
    person.type("canary in a draft")
    time.sleep(0.7)  # a draft is kept half a second after the last letter, where it is kept
    assert person.close_and_lose() == b""
    assert sorted(path.name for path in profile.iterdir()) == before
    assert [path for path in home.rglob("*") if path.is_file()] == [exported]


@pytest.mark.timeout(180)
def test_no_process_opens_a_connection(people: People, tmp_path: Path) -> None:
    if shutil.which("strace") is None:
        pytest.skip("needs strace to watch the system calls")
    trace = tmp_path / "network.txt"
    profile = tmp_path / "profile"
    person = people.begin(profile, trace=trace)
    person.choose_passphrase(profile, PASSPHRASE)
    witness = Witness(profile, PASSPHRASE)
    person.ask("Does anything I write leave this computer?")
    wait_for(lambda: witness.ended(2), "the answer")
    engine = person.engine()
    assert engine is not None
    person.close_window()
    calls = [line.split(maxsplit=1) for line in trace.read_text("utf-8").splitlines()]
    # The window's line to its screen is the one socket there is; it never leaves the computer.
    sockets = [call for _, call in calls if call.startswith("socket(")]
    assert sockets, "the trace saw nothing, not even the screen"
    assert [call for call in sockets if "AF_UNIX" not in call] == []
    connects = [call for _, call in calls if call.startswith("connect(")]
    assert [call for call in connects if ".X11-unix" not in call] == []
    assert [call for process, call in calls if int(process) == engine.pid] == []
