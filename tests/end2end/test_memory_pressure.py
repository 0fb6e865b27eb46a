"""The real program where memory gets short, and where nobody asks anything for a while.

The first test needs the right to make a memory control group (root, usually): the program and a
neighbour share one, and the neighbour grows. The whole file takes about a minute.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.end2end.people import People
from tests.end2end.person import Person
from tests.end2end.program import ROOT
from tests.end2end.waiting import wait_for
from tests.end2end.witness import Witness, made_vault
from tests.support.memory_group import MemoryGroup, memory_group

PASSPHRASE = "four plain words here"
QUESTION = "How do I stop an answer?"
LIMIT_MIB = 1400
LEFT_MIB = 40
"""Less than the share of the limit below which memory is short, more than where it is critical."""

_NEIGHBOUR = """
import sys
from app.core.computer.memory import memory_now
held = []
print("ready", flush=True)
for line in sys.stdin:
    while memory_now().available_mib > float(line):
        held.append(bytearray(b"x") * (4 << 20))
    print("grown", flush=True)
"""


@contextmanager
def neighbour(group: MemoryGroup) -> Iterator[subprocess.Popen[str]]:
    """Start a program in the group that grows, when told, until so many MiB are left."""
    with group.inside():
        program = subprocess.Popen(
            [sys.executable, "-c", _NEIGHBOUR],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
    try:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        yield program
    finally:
        program.kill()
        program.communicate()


def grow(program: subprocess.Popen[str], left_mib: float) -> None:
    """Have the neighbour take all but ``left_mib``."""
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdin.write(f"{left_mib}\n")
    program.stdin.flush()
    assert program.stdout.readline() == "grown\n"


def settle_in(profile: Path, **settings: object) -> Witness:
    """Make a profile with a vault and these settings."""
    witness = made_vault(profile, PASSPHRASE)
    chosen = {"appearance.theme": "light", **settings}
    (profile / "settings.json").write_text(json.dumps(chosen), "utf-8")
    return witness


def whole_memory(person: Person) -> int:
    """Return the bytes the program and its children hold."""
    program = psutil.Process(person.program.pid)
    return sum(one.memory_info().rss for one in [program, *program.children(recursive=True)])


@pytest.mark.timeout(240)
def test_the_program_steps_down_before_the_system_kills(tmp_path: Path, people: People) -> None:
    profile = tmp_path / "profile"
    witness = settle_in(profile)
    with memory_group(LIMIT_MIB) as group:
        if group is None:
            pytest.skip("no memory control group can be made here")
        with group.inside():
            person = people.begin(profile)
        person.opened(PASSPHRASE)
        with neighbour(group) as hungry:
            first = person.engine()
            assert first is not None
            assert not person.warned()
            grow(hungry, LEFT_MIB)
            wait_for(person.warned, "the notice that memory is short")
            person.picture("memory-short")
            # A step is given time; what it gave back, the neighbour takes.
            wait_for(lambda: stepped_down(person, hungry, first), "a smaller engine", 90)
            person.picture("memory-stepped-down")
            assert group.kills == 0
        person.ask(QUESTION)
        wait_for(lambda: witness.answered(2), "an answer with a shorter context")
        assert person.close_window() == b""
        assert group.kills == 0


def stepped_down(person: Person, hungry: subprocess.Popen[str], first: psutil.Process) -> bool:
    """Say whether another engine is there; the neighbour goes on growing until then."""
    grow(hungry, LEFT_MIB)
    now = person.engine()
    return now is not None and now != first


def test_an_idle_engine_gives_its_memory_back_and_is_there_again_by_send(
    tmp_path: Path, people: People
) -> None:
    profile = tmp_path / "profile"
    witness = settle_in(profile, **{"engine.idle_end_minutes": 0.1})
    person = people.begin(profile)
    person.opened(PASSPHRASE)
    engine = person.engine()
    assert engine is not None
    held, its_part = whole_memory(person), engine.memory_info().rss
    wait_for(lambda: person.engine() is None, "the end of the idle engine")
    wait_for(lambda: not engine.is_running(), "its memory", 5)
    assert whole_memory(person) < held - 0.8 * its_part
    person.picture("resting")
    person.type("How do I")
    wait_for(lambda: person.engine() is not None, "the engine that typing starts", 10)
    assert witness.branches() == []
    person.ask(QUESTION)
    wait_for(lambda: witness.answered(2), "the answer")
    wait_for(lambda: person.engine() is None, "the end of the idle engine")
    person.ask(QUESTION)  # sent at once: it waits for the engine
    wait_for(lambda: witness.answered(4), "the second answer")
    assert person.close_window() == b""
