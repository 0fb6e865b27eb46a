"""Confinement, proved on a real child, and its parts checked one by one."""

from __future__ import annotations

import errno
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from app.children.child import Child
from app.children.confine import Confinement, Level, Mechanism, landlock, macos
from app.children.confine.linux_calls import ARCHITECTURES, Architecture
from app.children.confine.seccomp import filter_program
from tests.support.probing import Trying, has_landlock

if sys.platform == "win32":
    pytest.skip("system calls of POSIX", allow_module_level=True)

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="Landlock and seccomp are Linux")


needs_landlock = pytest.mark.skipif(not has_landlock(), reason="this kernel has no Landlock")


class _Probe(Trying):
    """A confined child that tries things for us."""

    def __init__(self, child: Child, readable: Path) -> None:
        super().__init__(child)
        self.free = self.ask(request="try_fork")
        self.confinement = Confinement.from_json(self.ask(request="confine", readable=[str(readable)]))

    def errno(self, attempt: str, **values: Any) -> str:
        """Return the name of the error an attempt gave, empty when it was allowed."""
        answer = self.ask(request=f"try_{attempt}", **values)
        assert answer["refused"] is not None, "this platform cannot try that"
        return str(answer.get("errno", ""))


@pytest.fixture
def model_file(tmp_path: Path) -> Path:
    path = tmp_path / "file.gguf"
    path.write_bytes(b"weights")
    return path


@pytest.fixture
def probe(model_file: Path) -> Iterator[_Probe]:
    with Child.start("probe") as child:
        yield _Probe(child, model_file)


@needs_landlock
def test_every_mechanism_is_in_force(probe: _Probe) -> None:
    assert probe.free == {"refused": False}
    assert probe.confinement.level is Level.FULL
    assert {item.name for item in probe.confinement.mechanisms} == {
        "memory_first_to_go",
        "no_core",
        "not_dumpable",
        "no_new_privileges",
        "files",
        "system_calls",
    }
    status = dict(
        line.split(":\t", 1) for line in Path(f"/proc/{probe.pid}/status").read_text().splitlines()
    )
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
    assert Path(f"/proc/{probe.pid}/oom_score_adj").read_text().strip() == "900"
    limits = Path(f"/proc/{probe.pid}/limits").read_text()
    assert re.search(r"Max core file size\s+0\s+0", limits)


@needs_landlock
def test_it_reads_the_model_file_and_no_other(probe: _Probe, model_file: Path) -> None:
    foreign = model_file.with_name("history.db")
    foreign.write_bytes(b"secret")
    link = model_file.with_name("link.gguf")
    link.symlink_to(foreign)
    assert probe.errno("open", path=str(model_file)) == ""
    for path in (foreign, link, "/etc/passwd", "/root", Path(__file__), f"/proc/{os.getpid()}/environ"):
        assert probe.errno("open", path=str(path)) == "EACCES", path
    for folder in (model_file.parent, Path("/"), Path.home()):
        assert probe.errno("list", path=str(folder)) == "EACCES", folder


@needs_landlock
def test_it_writes_nothing(probe: _Probe, model_file: Path) -> None:
    assert probe.errno("open", path=str(model_file), write=True) == "EACCES"
    assert probe.errno("truncate", path=str(model_file)) == "EPERM"
    assert probe.errno("chmod", path=str(model_file)) == "EPERM"
    for folder in (model_file.parent, Path("/tmp"), Path("/dev/shm"), Path("/var/tmp")):  # noqa: S108 - the very places
        if folder.is_dir():
            assert probe.errno("create", path=str(folder / "cloister-new")) == "EACCES"
    assert probe.errno("open", path="/dev/null", write=True) == ""


@needs_landlock
def test_a_device_node_may_be_used_only_when_named(model_file: Path) -> None:
    with Child.start("probe") as child:
        channel = child.channel
        channel.send({"request": "confine", "readable": [str(model_file)], "devices": ["/dev/zero"]})
        assert channel.receive(20)
        for device, refused in (("/dev/zero", False), ("/dev/full", True)):
            channel.send({"request": "try_open", "path": device, "write": True})
            answer = channel.receive(20)
            assert answer is not None
            assert answer["refused"] is refused


@needs_linux
@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK", "AF_VSOCK"])
def test_it_opens_no_socket_of_any_family(family: str, probe: _Probe) -> None:
    assert probe.errno("socket", family=family) == "EPERM"


@needs_linux
def test_it_reaches_no_listening_socket_of_ours(probe: _Probe, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "listening"))
        listening.listen()
        assert probe.errno("socket", family="AF_UNIX") == "EPERM"
        assert probe.errno("socketpair") == "EPERM"


@needs_linux
def test_it_starts_no_program_and_no_process_but_threads(probe: _Probe) -> None:
    assert probe.errno("spawn", path="/bin/true") == "EPERM"
    assert probe.errno("fork") == "EPERM"
    assert probe.errno("exec") == "EPERM"
    assert probe.errno("thread") == ""


@needs_linux
def test_it_touches_no_other_process(probe: _Probe) -> None:
    with subprocess.Popen(["/bin/sleep", "60"]) as bystander:
        try:
            for pid in (os.getpid(), bystander.pid):
                assert probe.errno("kill", pid=pid) == "EPERM"
                assert probe.errno("queue_signal", pid=pid) == "EPERM"
                assert probe.errno("ptrace", pid=pid) == "EPERM"
                assert probe.errno("limits", pid=pid) == "EPERM"
                assert probe.errno("open", path=f"/proc/{pid}/mem") in {"EACCES", "EPERM"}
        finally:
            bystander.kill()
    # Groups count as others: 0 and -1 would reach every process of the session or of the person.
    assert probe.errno("kill", pid=0) == "EPERM"
    assert probe.errno("kill", pid=-1) == "EPERM"
    assert probe.errno("kill", pid=probe.pid) == ""
    assert probe.errno("limits", pid=0) == ""


@needs_landlock
@pytest.mark.skipif(find_spec("llama_cpp") is None, reason="the engine's library is not installed")
def test_the_compute_library_works_inside(start_stub: Callable[[str], Child]) -> None:
    child = start_stub("native_library")
    answer = child.channel.receive(60)
    assert answer is not None, child.stop()
    assert answer["level"] == "full"
    assert answer["backends"] >= 1


@needs_linux
def test_confining_after_a_thread_was_started_is_a_bug(start_stub: Callable[[str], Child]) -> None:
    assert start_stub("confine_late").channel.receive(20) == {"noticed": True}


# --- the report ---------------------------------------------------------------------------------


def test_levels_are_honest() -> None:
    on, off = Mechanism("a", True, boundary=True), Mechanism("b", False, boundary=True, errno=38)
    harmless = Mechanism("c", True)
    assert Confinement((on, harmless)).level is Level.FULL
    assert Confinement((on, off)).level is Level.PARTIAL
    assert Confinement((off, harmless)).level is Level.NONE
    assert Confinement((on, Mechanism("d", False))).level is Level.PARTIAL
    assert Confinement(()).level is Level.NONE
    report = Confinement((on, off))
    assert Confinement.from_json(report.to_json()) == report


# --- the filter, run here as the kernel would ---------------------------------------------------


def _decide(
    architecture: Architecture, number: int, argument: int = 0, *, audit: int = 0, pid: int = 77
) -> int:
    """Run the filter program on one call; returns the kernel's action value."""
    data = {0: number, 4: audit or architecture.audit, 16: argument & 0xFFFFFFFF}
    program, at, accumulator = filter_program(architecture, pid), 0, 0
    while True:
        code, yes, no, value = program[at]
        at += 1
        if code == 0x20:
            accumulator = data[value]
        elif code == 0x06:
            return value
        else:
            tests = {0x15: accumulator == value, 0x35: accumulator >= value, 0x45: accumulator & value}
            at += yes if tests[code] else no


_ALLOWED, _KILLED = 0x7FFF0000, 0x80000000


def _failing(number: int) -> int:
    return 0x00050000 | number


@pytest.fixture(params=sorted(ARCHITECTURES))
def architecture(request: pytest.FixtureRequest) -> Architecture:
    return ARCHITECTURES[request.param]


def test_the_filter_kills_foreign_calling_conventions(architecture: Architecture) -> None:
    assert _decide(architecture, 0, audit=0x40000003) == _KILLED
    if architecture.x32_from:
        assert _decide(architecture, architecture.x32_from + 41) == _KILLED


def test_the_filter_refuses_every_named_call(architecture: Architecture) -> None:
    judged_by_argument = {"clone", "kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "prlimit64"}
    for name, number in architecture.calls.items():
        if name == "clone3":
            assert _decide(architecture, number) == _failing(errno.ENOSYS)
        elif name not in judged_by_argument:
            assert _decide(architecture, number) == _failing(errno.EPERM), name
    for needed in (
        "socket",
        "socketpair",
        "connect",
        "execve",
        "ptrace",
        "io_uring_setup",
        "bpf",
        "setns",
    ):
        assert needed in architecture.calls


def test_the_filter_judges_by_argument(architecture: Architecture) -> None:
    calls = architecture.calls
    threads, fork = 0x003D0F00, 0x01200000 | signal.SIGCHLD
    assert _decide(architecture, calls["clone"], threads) == _ALLOWED
    assert _decide(architecture, calls["clone"], fork) == _failing(errno.EPERM)
    for name in ("kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"):
        assert _decide(architecture, calls[name], 77) == _ALLOWED
        for other in (78, 0, -1, -77):
            assert _decide(architecture, calls[name], other) == _failing(errno.EPERM)
    assert _decide(architecture, calls["prlimit64"], 0) == _ALLOWED
    assert _decide(architecture, calls["prlimit64"], 77) == _ALLOWED
    assert _decide(architecture, calls["prlimit64"], 78) == _failing(errno.EPERM)


def test_the_filter_allows_the_rest(architecture: Architecture) -> None:
    named = set(architecture.calls.values())
    for number in set(range(450)) - named:
        assert _decide(architecture, number) == _ALLOWED
    for _, yes, no, _ in filter_program(architecture, 77):
        assert max(yes, no) < 256


@pytest.mark.parametrize(
    ("name", "header"),
    [("x86_64", "x86_64-linux-gnu/asm/unistd_64.h"), ("aarch64", "asm-generic/unistd.h")],
)
def test_call_numbers_agree_with_the_kernels_headers(name: str, header: str) -> None:
    path = Path("/usr/include") / header
    if not path.exists():
        pytest.skip("the kernel's headers are not installed")
    pattern = re.compile(r"#define __NR(?:3264)?_(\w+)\s+(\d+)")
    known = {call: int(number) for call, number in pattern.findall(path.read_text())}
    ours = ARCHITECTURES[name].calls
    wrong = {
        call: (number, known[call]) for call, number in ours.items() if known.get(call, number) != number
    }
    assert wrong == {}
    assert len(known.keys() & ours.keys()) > 60


def test_landlock_masks_what_the_kernel_does_not_know() -> None:
    assert [landlock.file_rights(version).bit_count() for version in (1, 2, 3, 4, 5, 7)] == [
        13,
        14,
        15,
        15,
        16,
        16,
    ]


# --- macOS, as far as text goes -----------------------------------------------------------------


def test_the_seatbelt_profile_denies_by_default_and_quotes_paths(tmp_path: Path) -> None:
    nasty = tmp_path / 'a") (allow default) (deny "b\\c.gguf'
    nasty.write_bytes(b"")
    text = macos.profile([nasty])
    assert text.startswith("(version 1)\n(deny default)\n")
    assert '\\") (allow default) (deny \\"b\\\\c.gguf")' in text
    assert "network" not in text
    assert text.count("(") - text.count(")") == nasty.name.count("(") - nasty.name.count(")")
