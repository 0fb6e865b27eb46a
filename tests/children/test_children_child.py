"""A child's life: started clean, tied to its parent, always ended."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.children import program
from app.children.channel import ChannelClosed, ProtocolError
from app.children.child import AT_ONCE, Child, Ladder
from app.children.outcome import Ending, Outcome, explain
from app.children.program import command, environment, is_packaged
from app.core.errors import UserError

StartStub = Callable[[str], Child]

if sys.platform == "win32":
    pytest.skip("signals and descriptors of POSIX", allow_module_level=True)

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's /proc and pidfd")

QUICK = Ladder(close_s=0.2, terminate_s=0.2, kill_s=5.0)


def _ready(child: Child) -> None:
    assert child.channel.receive(20) == {"ready": True}, child.stderr_tail()


def _ask(child: Child, **request: object) -> dict[str, object]:
    child.channel.send(request)
    answer = child.channel.receive(20)
    assert answer is not None, child.stderr_tail()
    return answer


# --- the ladder ---------------------------------------------------------------------------------


def test_a_well_behaved_child_ends_when_its_channel_closes() -> None:
    with Child.start("probe") as child:
        assert _ask(child, request="describe")["parent"] == os.getpid()
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
    _ready(child)
    begun = time.monotonic()
    outcome = child.stop(QUICK)
    assert (outcome.ending, outcome.step, outcome.signal_number) == (Ending.STOPPED, step, number)
    assert time.monotonic() - begun < 2


def test_a_frozen_child_is_killed(start_stub: StartStub) -> None:
    child = start_stub("ignore_close")
    _ready(child)
    os.kill(child.pid, signal.SIGSTOP)
    assert child.stop(QUICK).step == "kill"


def test_a_frozen_child_cannot_hold_a_sender(start_stub: StartStub) -> None:
    child = start_stub("deaf")
    _ready(child)
    os.kill(child.pid, signal.SIGSTOP)
    closed = threading.Event()

    def send() -> None:
        try:
            child.channel.send({"text": "x" * 5_000_000})
        except ChannelClosed:
            closed.set()

    sender = threading.Thread(target=send)
    sender.start()
    begun = time.monotonic()
    child.kill()
    assert child.stop(AT_ONCE).step == "kill"
    sender.join(5)
    assert closed.is_set()
    assert time.monotonic() - begun < 2


def test_a_kill_from_another_thread_is_known_as_ours(start_stub: StartStub) -> None:
    child = start_stub("ignore_close")
    _ready(child)
    child.kill()
    with pytest.raises(ChannelClosed):
        child.channel.receive(20)
    outcome = child.stop(QUICK)
    assert (outcome.ending, outcome.step, outcome.expected) == (Ending.STOPPED, "kill", True)
    child.kill()


def test_two_threads_may_stop_at_once(start_stub: StartStub) -> None:
    child = start_stub("ignore_close")
    _ready(child)
    outcomes: list[Outcome] = []
    threads = [threading.Thread(target=lambda: outcomes.append(child.stop(QUICK))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(set(outcomes)) == 1
    assert len(outcomes) == 3


# --- how it ended -------------------------------------------------------------------------------


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
    _ready(child)
    with pytest.raises(ChannelClosed):
        child.channel.receive(20)
    outcome = child.stop(QUICK)
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
    child = start_stub("noisy")
    _ready(child)
    outcome = child.stop()
    assert outcome.stderr_bytes == 160 * 5000 * len("secret words ")
    assert len(child.stderr_tail()) <= 12 * 1024


def test_a_grandchild_that_holds_stderr_does_not_hide_the_end(start_stub: StartStub) -> None:
    child = start_stub("grandchild")
    _ready(child)
    outcome = child.wait(2.5)
    assert outcome is not None
    assert outcome.ending is Ending.FINISHED
    child.stop()
    for thread in threading.enumerate():
        if thread.name == "child-stderr":
            thread.join(10)


def test_a_program_that_is_not_there_is_a_plain_sentence() -> None:
    with pytest.raises(UserError) as caught:
        Child(["/nonexistent/program"], {})
    assert caught.value.code == "children.start_failed"


def test_an_installed_program_that_was_updated_starts_no_child_of_another_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "cloister"
    installed.write_bytes(b"the old one")
    monkeypatch.setattr(sys, "executable", str(installed))
    monkeypatch.setattr(program, "_STARTED_FROM", program._file_of_program())
    monkeypatch.setattr(program, "is_packaged", lambda: True)
    assert not program.is_replaced()
    beside = tmp_path / "cloister.dpkg-new"
    beside.write_bytes(b"the new one")
    beside.rename(installed)
    for _ in ("updated", "removed"):
        with pytest.raises(UserError) as caught:
            Child.start("probe")
        assert caught.value.code == "children.replaced"
        installed.unlink(missing_ok=True)


def test_an_unknown_role_ends_at_once() -> None:
    with Child.start("stranger") as child:
        with pytest.raises(ChannelClosed):
            child.channel.receive(20)
        outcome = child.wait(5)
    assert outcome is not None
    assert outcome.code == "failed.64"


# --- tied to its parent -------------------------------------------------------------------------


def _start_parent(behaviour: str) -> tuple[subprocess.Popen[str], int]:
    file = Path(__file__).with_name("stub_child.py")
    parent = subprocess.Popen(
        [sys.executable, "-I", str(file), "parent", behaviour], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    return parent, int(parent.stdout.readline())


@needs_linux
@pytest.mark.parametrize("behaviour", ["waiting", "stopped"])
def test_a_child_is_gone_within_a_second_of_its_parent(behaviour: str) -> None:
    parent, pid = _start_parent(behaviour)
    with parent:
        pidfd = os.pidfd_open(pid)
        try:
            poller = select.poll()
            poller.register(pidfd, select.POLLIN)
            assert not poller.poll(0)
            parent.kill()
            assert poller.poll(1000), "the child outlived its parent"
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
        assert _ask(child, request="describe")["pid"] == child.pid


# --- a clean start ------------------------------------------------------------------------------


@pytest.fixture
def poisoned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Fill the environment and the working folder with traps; returns the folder of their marks."""
    traps, marks = tmp_path / "traps", tmp_path / "marks"
    (traps / "app").mkdir(parents=True)
    marks.mkdir()
    for name in ("sitecustomize", "usercustomize", "json", "app/__init__", "llama_cpp", "psutil"):
        mark = marks / name.replace("/", "-")
        (traps / f"{name}.py").write_text(f"open({str(mark)!r}, 'w').close()\n")
    startup = traps / "startup.py"
    startup.write_text(f"open({str(marks / 'startup')!r}, 'w').close()\n")
    for name, value in {
        "PYTHONPATH": str(traps),
        "PYTHONSTARTUP": str(startup),
        "PYTHONUSERBASE": str(traps),
        "PYTHONHASHSEED": "1",
        "PYTHONWARNINGS": "error",
        "LD_PRELOAD": str(traps / "evil.so"),
        "GGML_BACKEND_PATH": str(traps / "evil.so"),
        "LLAMA_CPP_LIB_PATH": str(traps),
        "OPENSSL_CONF": str(traps / "openssl.cnf"),
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "HF_ENDPOINT": "http://127.0.0.1:9",
        "QT_PLUGIN_PATH": str(traps),
        "PYTHON_KEYRING_BACKEND": "evil.Backend",
        "CLOISTER_HOME": str(traps),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(traps)
    return marks


def test_a_poisoned_environment_never_reaches_a_child(poisoned: Path) -> None:
    with Child.start("probe") as child:
        seen = _ask(child, request="describe")
        outcome = child.stop()
    assert not list(poisoned.iterdir())
    assert seen["environment"] == ["HOME", "LANG", "LC_ALL", "PATH", "TMPDIR"]
    assert seen["isolated"] is True
    assert seen["folder"] == "/"
    # The loader complains on stderr about a preload it cannot find.
    assert outcome.stderr_bytes == 0


def test_the_traps_of_the_poisoned_environment_work(poisoned: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", "import json"],
        capture_output=True,
        check=False,
        timeout=20,
    )
    assert {"sitecustomize", "json"} <= {mark.name for mark in poisoned.iterdir()}
    if sys.platform == "linux":
        assert ended.stderr


@needs_linux
def test_a_child_inherits_its_channel_and_nothing_else(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("-")
    fd = os.open(secret, os.O_RDONLY)
    os.set_inheritable(fd, True)
    try:
        with Child.start("probe") as child:
            _ask(child, request="describe")
            links = [str(link.readlink()) for link in Path(f"/proc/{child.pid}/fd").iterdir()]
    finally:
        os.close(fd)
    assert all(link == "/dev/null" or link.startswith("pipe:") for link in links), links
    # stdin, stdout, stderr, the channel's two, and an alarm pipe for each of these.
    assert len(links) == 9


def test_the_command_line_names_no_module_to_be_found_on_a_path() -> None:
    assert not is_packaged()
    line = command("engine", "3,4")
    assert "-I" in line
    assert "-m" not in line
    assert line[-4:] == ["--role", "engine", "--channel", "3,4"]


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@needs_linux
def test_starting_and_talking_makes_no_socket(tmp_path: Path) -> None:
    log = tmp_path / "calls"
    file = Path(__file__).with_name("stub_child.py")
    traced = ["strace", "-f", "-qq", "-e", "trace=network,execve", "-o", str(log)]
    subprocess.run(
        [*traced, sys.executable, "-I", str(file), "parent", "end"],
        stdout=subprocess.DEVNULL,
        timeout=60,
        check=True,
    )
    calls = [line.split(maxsplit=1)[1] for line in log.read_text().splitlines()]
    assert len([call for call in calls if call.startswith("execve")]) >= 2, "the child was not traced"
    assert [call for call in calls if not call.startswith(("execve", "+++", "---"))] == []


# --- a hostile child ----------------------------------------------------------------------------


@pytest.mark.parametrize("junk", [b"\xff\xff\xff\xff", b"0123456789", b"\x00\x00\x00\x02[]"])
def test_a_child_that_talks_junk_is_noticed_and_ended(junk: bytes) -> None:
    code = (
        "import os, sys, time; os.write(int(sys.argv[1].split(',')[1]), bytes.fromhex(sys.argv[2]));"
        "time.sleep(60)"
    )
    line = [sys.executable, "-I", "-c", code, "{channel}", junk.hex()]
    with Child(line, environment(os.environ)) as child:
        with pytest.raises(ProtocolError):
            child.channel.receive(20)
        assert child.stop(AT_ONCE).step == "kill"


def test_many_children_leave_nothing_behind() -> None:
    # The fixture around every test compares threads and descriptors.
    for _ in range(5):
        with Child.start("probe") as child:
            child.kill()
