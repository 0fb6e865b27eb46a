"""What must not happen to a person, tried on the real program: damage, full disks, ends without warning.

Each test starts the window on a virtual screen with one fault and looks at the vault beside it. The
whole file takes about a minute and a half.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from app.core.conversation.message import Part, PartKind, user_message
from app.storage.database import connection
from app.storage.history import stored_text
from app.storage.records import MessageState
from app.storage.vault import Vault
from tests.end2end.people import People
from tests.end2end.person import Person
from tests.end2end.program import ROOT
from tests.end2end.waiting import wait_for
from tests.end2end.witness import Witness, made_vault

PASSPHRASE = "four plain words here"
QUESTION = "How do I stop an answer?"

Start = Callable[..., Person]


@pytest.fixture
def start(people: People) -> Start:
    """Start the program on a profile; it is ended with the test."""
    return people.begin


def old_conversation(vault: Vault) -> None:
    """Write a conversation of two messages."""
    conversation = vault.create_conversation("An old conversation")
    question = vault.add_user_message(conversation.id, None, user_message("old question"))
    answer = vault.begin_answer(conversation.id, question.id)
    vault.finish_answer(answer.id, [Part(PartKind.ANSWER, "old answer")], MessageState.DONE)


def length(witness: Witness) -> int:
    """Return the number of characters of the newest message."""
    return sum(len(part.text) for part in witness.last().parts)


# --- the model file -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def other_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the program, to one whose model file may be damaged."""
    tree = tmp_path_factory.mktemp("tree")
    left_out = shutil.ignore_patterns("__pycache__", "training", "corpus", "*.gguf")
    for name in ("app", "resources"):
        shutil.copytree(ROOT / name, tree / name, ignore=left_out)
    return tree


@pytest.mark.timeout(120)
@pytest.mark.parametrize("fault", ["missing", "truncated", "foreign"])
def test_a_bad_model_file_costs_no_word(
    fault: str, start: Start, other_tree: Path, tmp_path: Path
) -> None:
    guide = other_tree / "resources" / "guide" / "guide.gguf"
    whole = (ROOT / "resources" / "guide" / "guide.gguf").read_bytes()
    contents = {"truncated": whole[: len(whole) // 2], "foreign": b"\xff\xd8\xff\xe0 a picture" * 500}
    guide.unlink(missing_ok=True)
    if fault in contents:
        guide.write_bytes(contents[fault])
    profile = tmp_path / "profile"
    witness = made_vault(profile, PASSPHRASE, old_conversation)
    person = start(profile, root=other_tree)
    person.unlock(PASSPHRASE)
    wait_for(person.warned, "the sentence about the model file")
    person.ask("What now?")
    wait_for(lambda: witness.ended(4), "the kept question")
    assert [record.message.question for record in witness.branches()][0::2] == [
        "old question",
        "What now?",
    ]
    assert witness.branches()[-1].state is MessageState.INTERRUPTED
    wait_for(person.warned, "the sentence once more")
    assert person.close_window() == b""


# --- the profile --------------------------------------------------------------------------------


def _remove(profile: Path) -> None:
    (profile / "history.db").unlink()


def _empty(profile: Path) -> None:
    (profile / "history.db").write_bytes(b"")


def _garbage_keys(profile: Path) -> None:
    for name in ("vault.json", "vault.json.bak"):
        (profile / name).write_bytes(b"\x00garbage\xff" * 20)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("damage", [_remove, _empty, _garbage_keys])
def test_a_damaged_profile_is_shown_and_left_alone(
    damage: Callable[[Path], None], start: Start, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    made_vault(profile, PASSPHRASE, old_conversation)
    damage(profile)
    settings = profile / "settings.json"
    settings.write_text('{"appearance.theme": "light"}', "utf-8")
    before = {path.name: path.read_bytes() for path in profile.iterdir()}
    person = start(profile)
    wait_for(person.troubled, "the page that says so")
    person.press("Return")  # look again: the same
    time.sleep(0.5)
    assert person.troubled()
    assert person.close_window() == b""
    assert {path.name: path.read_bytes() for path in profile.iterdir()} == before


@pytest.mark.timeout(60)
def test_a_file_in_the_profile_s_place_ends_in_one_sentence(start: Start, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    profile.write_text("not a folder", "utf-8")
    person = start(profile)
    person.press("Return")
    assert person.leave() == b""
    assert person.program.returncode == 1
    assert profile.read_text("utf-8") == "not a folder"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a profile on a disk of 4 MiB."""
    if os.name != "posix" or os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("needs the right to mount a small disk")
    profile = tmp_path / "profile"
    profile.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", str(profile)], check=False
    )
    if mounted.returncode:
        pytest.skip("this system does not let us mount a small disk")
    yield profile
    subprocess.run(["umount", "-l", str(profile)], check=True)


def fill(profile: Path) -> None:
    """Leave no room on the profile's disk."""
    with (profile / "ballast").open("ab", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            return


def make_room(profile: Path) -> None:
    """Undo :func:`fill`."""
    os.truncate(profile / "ballast", 0)


def allow_writing(person: Person, *, allowed: bool) -> None:
    """Let the system refuse (or allow) every byte that the program writes to a file."""
    limit = resource.RLIM_INFINITY if allowed else 0
    psutil.Process(person.program.pid).rlimit(psutil.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))


@pytest.mark.timeout(180)
def test_a_full_disk_costs_no_word(start: Start, small_disk: Path) -> None:
    witness = made_vault(small_disk, PASSPHRASE)
    person = start(small_disk).opened(PASSPHRASE)

    # The question cannot be kept: it goes back to the composer, and is sent once there is room.
    fill(small_disk)
    person.ask(QUESTION)
    wait_for(person.warned, "the sentence about the full disk")
    assert witness.branches() == []
    make_room(small_disk)
    person.press("Return")
    wait_for(lambda: witness.ended(2), "the answer after there was room")
    assert witness.branches()[0].message.question == QUESTION

    # The disk fills up while an answer is written: it is written to the end, and kept later.
    engine = person.ask_halfway(QUESTION, witness)
    fill(small_disk)
    allow_writing(person, allowed=False)  # the history's log may have some room of its own left
    engine.resume()
    wait_for(person.warned, "the sentence about the full disk once more")
    person.type("a draft on a full disk")
    time.sleep(1)  # the draft is not kept either
    make_room(small_disk)
    allow_writing(person, allowed=True)
    wait_for(lambda: witness.ended(4), "the answer after there was room")
    assert witness.branches()[-1].state is MessageState.DONE
    assert person.close_window() == b""
    assert drafts_of(witness) == ["a draft on a full disk"]

    # Without any room the program still starts, says so and changes nothing.
    fill(small_disk)
    before = (small_disk / "vault.json").read_bytes()
    person = start(small_disk)
    person.unlock(PASSPHRASE)
    wait_for(person.refused, "the sentence")
    assert person.close_window() == b""
    assert (small_disk / "vault.json").read_bytes() == before

    make_room(small_disk)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    person = start(small_disk)
    person.unlock(PASSPHRASE)
    wait_for(person.refused, "the sentence about a folder that cannot be written")
    assert person.close_window() == b""


def drafts_of(witness: Witness) -> list[str]:
    """Return every draft of the vault."""
    database = connection.open_existing(witness.profile / "history.db", witness.key)
    try:
        return [
            stored_text.decode_draft(row[0]).text for row in database.rows("SELECT text FROM drafts")
        ]
    finally:
        database.close()


# --- ends without warning -----------------------------------------------------------------------


@pytest.mark.timeout(120)
def test_a_killed_program_keeps_what_was_streamed_and_typed(start: Start, tmp_path: Path) -> None:
    profile = tmp_path / "Prófíll 文 profile"
    witness = made_vault(profile, PASSPHRASE)
    person = start(profile).opened(PASSPHRASE)
    engine = person.ask_halfway(QUESTION, witness)
    person.type("half a draft")
    wait_for(lambda: drafts_of(witness) == ["half a draft"], "the draft")
    kept = length(witness)
    assert kept > 0
    person.kill()
    wait_for(lambda: not _works(engine), "the engine to end with its parent")

    person = start(profile).opened(PASSPHRASE)
    wait_for(lambda: witness.ended(2), "the interrupted answer")
    assert witness.branches()[-1].state is MessageState.INTERRUPTED
    assert length(witness) == kept
    assert drafts_of(witness) == ["half a draft"]
    # The conversation goes on after it.
    person.press("ctrl+Down")
    assert person.close_window() == b""


def _works(process: psutil.Process) -> bool:
    try:
        return process.status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    except psutil.NoSuchProcess:
        return False


@pytest.mark.timeout(120)
def test_a_frozen_engine_is_stopped_and_the_program_closes(start: Start, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    witness = made_vault(profile, PASSPHRASE)
    person = start(profile).opened(PASSPHRASE)
    person.ask_halfway(QUESTION, witness)
    begun = time.monotonic()
    person.press("Escape")
    wait_for(lambda: witness.ended(2), "the stopped answer", 20)
    assert time.monotonic() - begun < 9, "Stop works within seconds"
    assert witness.branches()[-1].state is MessageState.STOPPED
    assert length(witness) > 0

    person.ask("What is Cloister?")  # a new engine comes by itself
    wait_for(lambda: witness.ended(4), "the next answer")
    frozen = person.ask_halfway(QUESTION, witness)
    begun = time.monotonic()
    assert person.close_window() == b""
    assert time.monotonic() - begun < 8, "the window does not wait for a frozen engine"
    assert witness.branches()[-1].state is MessageState.STOPPED
    assert length(witness) > 0
    assert not _works(frozen)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_the_program_as_its_window_does(
    number: signal.Signals, start: Start, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    witness = made_vault(profile, PASSPHRASE)
    person = start(profile).opened(PASSPHRASE)
    engine = person.ask_halfway(QUESTION, witness)
    engine.resume()
    person.type("unsent")
    person.program.send_signal(number)
    assert person.leave() == b""
    assert person.program.returncode == 0
    assert witness.branches()[-1].state is not MessageState.STREAMING
    assert drafts_of(witness) == ["unsent"]
    assert not (profile / "history.db-wal").exists(), "the vault was closed"


@pytest.mark.timeout(120)
def test_a_second_program_leaves_the_first_alone(start: Start, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    witness = made_vault(profile, PASSPHRASE)
    first = start(profile).opened(PASSPHRASE)
    header = (profile / "vault.json").read_bytes()
    second = start(profile)
    assert second.leave() == b"", "it ends by itself, before anyone is asked for a passphrase"
    assert (profile / "vault.json").read_bytes() == header
    first.show()
    first.ask(QUESTION)
    wait_for(lambda: witness.ended(2), "the answer of the first")
    assert first.close_window() == b""
