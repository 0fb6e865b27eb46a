"""A child's life: tied to its parent, always ended, and its ending told apart."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from app.children.child import AT_ONCE, Child, Ladder
from app.children.starting.program import command, environment
from app.children.watching.outcome import Ending, Outcome, explain
from app.children.wire.channel import ChannelClosed
from tests.children.talking import ask, ready

StartStub = Callable[[str], Child]

if sys.platform == "win32":
    pytest.skip("signals and descriptors of POSIX", allow_module_level=True)

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's /proc and pidfd")

QUICK = Ladder(close_s=0.2, terminate_s=0.2, kill_s=5.0)
BY_ITSELF = Ladder(close_s=20.0, terminate_s=0.2, kill_s=5.0)
"""Leaves who is about to end the time to do so, on a busy computer as well."""


def test_a_well_behaved_child_ends_when_its_channel_closes() -> None:
    with Child.start("probe") as child:
        assert ask(child, request="describe")["parent"] == os.getpid()
        assert child.outcome() is None
    assert child.outcome() == Outcome(Ending.STOPPED, exit_code=0, step="close")
    assert child.stop() == child.outcome()


@pytest.mark.parametrize(
    ("behaviour", "step", "number"),
    [("ignore_close", "terminate", signal.SIGTERM), ("ignore_all", "kill", signal.SIGKILL)],
)
def test_the_ladder_ends_who_will_not_listen(
    behaviour: str, step: str, number: int, start_stub: StartStub
) -> None:
    child = start_stub(behaviour)
    ready(child)
    outcome = child.stop(QUICK)
    assert (outcome.ending, outcome.step, outcome.signal_number) == (Ending.STOPPED, step, number)


def test_a_frozen_child_is_killed(start_stub: StartStub) -> None:
    child = start_stub("ignore_close")
    ready(child)
    os.kill(child.pid, signal.SIGSTOP)
    assert child.stop(QUICK).step == "kill"


def test_a_frozen_child_cannot_hold_a_sender(start_stub: StartStub) -> None:
    child = start_stub("deaf")
    ready(child)
    os.kill(child.pid, signal.SIGSTOP)
    closed = threading.Event()

    def send() -> None:
        try:
            child.channel.send({"text": "x" * 5_000_000})
        except ChannelClosed:
            closed.set()

    sender = threading.Thread(target=send)
    sender.start()
    child.kill()
    assert child.stop(AT_ONCE).step == "kill"
    sender.join(20)
    assert closed.is_set()


def test_a_kill_from_another_thread_is_known_as_ours(start_stub: StartStub) -> None:
    child = start_stub("ignore_close")
    ready(child)
    child.kill()
    with pytest.raises(ChannelClosed):
        child.channel.receive(20)
    outcome = child.stop(QUICK)
    assert (outcome.ending, outcome.step, outcome.expected) == (Ending.STOPPED, "kill", True)
    child.kill()


def test_two_threads_may_stop_at_once(start_stub: StartStub) -> None:
    child = start_stub("ignore_close")
    ready(child)
    outcomes: list[Outcome] = []
    threads = [threading.Thread(target=lambda: outcomes.append(child.stop(QUICK))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(set(outcomes)) == 1
    assert len(outcomes) == 3


@pytest.mark.parametrize(
    ("behaviour", "ending", "code"),
    [
        ("fail", Ending.FAILED, "failed.3"),
        ("abort", Ending.CRASHED, "crashed.sigabrt"),
        ("terminate_itself", Ending.KILLED, "killed.sigkill"),
    ],
)
def test_an_ending_of_its_own_is_not_taken_for_ours(
    behaviour: str, ending: Ending, code: str, start_stub: StartStub
) -> None:
    child = start_stub(behaviour)
    ready(child)
    with pytest.raises(ChannelClosed):
        child.channel.receive(20)
    outcome = child.stop(BY_ITSELF)
    assert (outcome.ending, outcome.code) == (ending, code)
    assert not outcome.expected


@pytest.mark.parametrize(
    ("returncode", "step", "memory_kills", "ending"),
    [
        (0, "", 0, Ending.FINISHED),
        (0, "terminate", 0, Ending.STOPPED),
        (1, "", 0, Ending.FAILED),
        (1, "close", 0, Ending.FAILED),
        (-signal.SIGSEGV, "", 0, Ending.CRASHED),
        (-signal.SIGBUS, "kill", 0, Ending.CRASHED),
        (-signal.SIGTERM, "", 0, Ending.KILLED),
        (-signal.SIGTERM, "terminate", 0, Ending.STOPPED),
        (-signal.SIGKILL, "", 0, Ending.KILLED),
        (-signal.SIGKILL, "", 2, Ending.OUT_OF_MEMORY),
        (-signal.SIGKILL, "close", 1, Ending.OUT_OF_MEMORY),
        (-signal.SIGKILL, "kill", 1, Ending.STOPPED),
        (-signal.SIGTERM, "", 2, Ending.KILLED),
    ],
)
def test_return_codes_explained(returncode: int, step: str, memory_kills: int, ending: Ending) -> None:
    outcome = explain(returncode, step, 0, memory_kills)
    assert outcome.ending is ending
    assert outcome.code.startswith(ending.value)
    assert (outcome.exit_code is None) == (returncode < 0)


def test_a_noisy_child_neither_blocks_nor_fills_memory(start_stub: StartStub) -> None:
    tracemalloc.start()
    try:
        child = start_stub("noisy")
        ready(child)
        outcome = child.stop()
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert outcome.stderr_bytes == 160 * 5000 * len("secret words ")
    assert most < outcome.stderr_bytes / 10


def test_a_grandchild_that_holds_stderr_does_not_hide_the_end(start_stub: StartStub) -> None:
    child = start_stub("grandchild")
    frame = child.channel.receive(20)
    assert frame is not None
    try:
        outcome = child.wait(20)
        assert outcome is not None
        assert outcome.ending is Ending.FINISHED
        child.stop()
    finally:
        os.kill(frame["grandchild"], signal.SIGKILL)
    for thread in threading.enumerate():
        if thread.name == "child-stderr":
            thread.join(10)


def _start_parent(behaviour: str) -> tuple[subprocess.Popen[str], int]:
    file = Path(__file__).with_name("stub_child.py")
    parent = subprocess.Popen(
        [sys.executable, "-I", str(file), "parent", behaviour], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    return parent, int(parent.stdout.readline())


@needs_linux
@pytest.mark.parametrize("behaviour", ["waiting", "stopped"])
def test_a_child_is_gone_with_its_parent(behaviour: str) -> None:
    parent, pid = _start_parent(behaviour)
    with parent:
        pidfd = os.pidfd_open(pid)
        try:
            poller = select.poll()
            poller.register(pidfd, select.POLLIN)
            assert not poller.poll(0)
            parent.kill()
            assert poller.poll(20_000), "the child outlived its parent"
        finally:
            os.close(pidfd)


def test_a_child_whose_parent_died_before_the_tie_ends_by_itself() -> None:
    (their_read, our_write), (our_read, their_write) = os.pipe(), os.pipe()
    os.close(our_write)  # as the end of the parent would
    ended = subprocess.run(
        [part.format(channel=f"{their_read},{their_write}") for part in command("probe", "{channel}")],
        pass_fds=(their_read, their_write),
        env=environment(os.environ),
        timeout=20,
        check=False,
    )
    for fd in (their_read, our_read, their_write):
        os.close(fd)
    assert ended.returncode == 69


def test_a_child_outlives_the_thread_that_started_it() -> None:
    started: list[Child] = []
    thread = threading.Thread(target=lambda: started.append(Child.start("probe")))
    thread.start()
    thread.join(20)
    with started[0] as child:
        # Long enough for a death signal tied to that thread, which would come at its end.
        assert child.wait(0.2) is None
        assert ask(child, request="describe")["pid"] == child.pid


def test_many_children_leave_nothing_behind() -> None:
    # The fixture around every test compares threads and descriptors.
    for _ in range(5):
        with Child.start("probe") as child:
            child.kill()
