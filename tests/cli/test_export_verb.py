"""The verb ``export``, as a person types it into a terminal."""

from __future__ import annotations

import os
import pty
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.conversation.message import Part, PartKind, user_message
from app.storage.keys.slots import PassphraseCost
from app.storage.records import MessageState
from app.storage.unlock import Protection, create

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal", allow_module_level=True)

ROOT = Path(__file__).parents[2]
PROMPT = b"Passphrase: "
END_OF_INPUT = "\x04"
"""Ctrl+D at the start of a line."""
PASSPHRASE = "four words of a test"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Make a vault with one conversation behind a passphrase."""
    cheap = Protection.with_passphrase(PASSPHRASE, PassphraseCost(memory_kib=64, iterations=1, lanes=1))
    vault, _ = create(tmp_path / "profile", cheap)
    kept = vault.create_conversation("Break notice")
    question = vault.add_user_message(kept.id, None, user_message("Which clause?"))
    begun = vault.begin_answer(kept.id, question.id)
    parts = (Part(PartKind.REASONING, "Let me see."), Part(PartKind.ANSWER, "Clause **14.2**."))
    vault.finish_answer(begun.id, parts, MessageState.DONE)
    vault.close()
    return tmp_path


def typed(home: Path, words: str, *arguments: str) -> tuple[int, str]:
    """Run the verb on a terminal and type ``words``; returns the exit code and what was shown."""
    ours, theirs = pty.openpty()
    program = subprocess.Popen(
        [sys.executable, "-m", "app", "export", *arguments],
        cwd=ROOT,
        env={**os.environ, "CLOISTER_HOME": str(home / "profile")},
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    shown = b""
    assert program.stdout is not None
    while PROMPT not in shown and (more := os.read(program.stdout.fileno(), 4096)):
        shown += more
    if PROMPT in shown:  # what is typed before is thrown away
        os.write(ours, words.encode() if words == END_OF_INPUT else f"{words}\n".encode())
    rest, _ = program.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    return program.returncode, (shown + rest).decode()


def test_conversations_are_listed_and_one_is_written_for_its_owner_alone(home: Path) -> None:
    code, shown = typed(home, PASSPHRASE)
    assert code == 0
    assert "Break notice" in shown
    number = shown.split("Break notice")[0].split()[-2]
    target = home / "out.md"
    code, shown = typed(home, PASSPHRASE, number, str(target))
    assert code == 0
    assert "not encrypted" in shown
    words = target.read_text("utf-8")
    assert "Clause **14\\.2**" in words or "Clause **14.2**" in words
    assert "Let me see" not in words
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert typed(home, PASSPHRASE, number, str(target))[0] == 1, "what is there stays"
    assert typed(home, PASSPHRASE, number, str(target), "--replace", "--notes")[0] == 0
    assert "Let me see" in target.read_text("utf-8")


def test_a_wrong_passphrase_no_terminal_and_no_form_are_one_sentence_each(home: Path) -> None:
    code, shown = typed(home, "something else", "1", str(home / "out.html"))
    assert code == 1
    assert "Traceback" not in shown
    done = subprocess.run(
        [sys.executable, "-m", "app", "export"],
        cwd=ROOT,
        env={**os.environ, "CLOISTER_HOME": str(home / "profile")},
        input=PASSPHRASE,
        capture_output=True,
        timeout=60,
        check=False,
        text=True,
    )
    assert done.returncode == 1
    assert "terminal" in done.stderr
    code, shown = typed(home, "", "1", str(home / "out.pdf"))
    assert code == 1
    assert "window" in shown
    assert not list(home.glob("out*"))


def test_the_end_of_the_input_at_the_question_is_one_sentence(home: Path) -> None:
    code, shown = typed(home, END_OF_INPUT)
    assert code == 1
    assert "Traceback" not in shown
    assert shown.rstrip().endswith("Run the same command again and type what it asks for.")


@pytest.mark.parametrize("number", ["9", "-1", "9" * 40])
def test_a_number_that_no_conversation_has_is_said_to_be_none(home: Path, number: str) -> None:
    code, shown = typed(home, PASSPHRASE, "--", number, str(home / "out.md"))
    assert code == 1
    assert f"no conversation with the number {number}" in shown
    assert not list(home.glob("out*"))
