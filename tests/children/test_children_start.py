"""How a child is started: a clean environment, its channel and nothing else, or a plain refusal."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from app.children.child import AT_ONCE, Child
from app.children.starting import program
from app.children.starting.program import command, environment, is_packaged
from app.children.wire.channel import ChannelClosed, ProtocolError
from app.core.errors import UserError
from tests.children.talking import ask

if sys.platform == "win32":
    pytest.skip("signals and descriptors of POSIX", allow_module_level=True)

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's /proc and pidfd")


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
        outcome = child.wait(20)
    assert outcome is not None
    assert outcome.code == "failed.64"


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
        seen = ask(child, request="describe")
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
            ask(child, request="describe")
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


def test_a_child_starts_where_no_temporary_file_can_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_place() -> str:
        raise FileNotFoundError("No usable temporary directory found")

    # What Python finds on a disk that is full, or may only be read.
    monkeypatch.setattr(tempfile, "gettempdir", no_place)
    with Child.start("probe") as child:
        assert ask(child, request="describe")["isolated"] is True
