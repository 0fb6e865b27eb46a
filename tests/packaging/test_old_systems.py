"""A system that cannot run the archive hears why in one sentence; any folder, link and caller do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from linux import portable

from app.children.watching.outcome import explain
from app.engine.failures import Failures

HERE = (os.confstr("CS_GNU_LIBC_VERSION") or "").split()[-1] if sys.platform == "linux" else ""
LOADER = "/bin/sh"
"""Stands for the loader: it is there on every system."""
linux = pytest.mark.skipif(sys.platform != "linux", reason="the archive is for Linux")


def unpacked(folder: Path, *, libc: str = "2.2", loader: str = LOADER, machine: str = "") -> Path:
    """Make a folder as the archive does, with a program that says what it was given."""
    program = folder / "bin" / "cloister"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "started $* $PATH"\n', "utf-8")
    starter = folder / "cloister"
    machine = machine or os.uname().machine
    starter.write_text(portable.starter_text(libc, loader, machine), "utf-8")
    for path in (program, starter):
        path.chmod(0o755)
    return starter


def started(
    *command: str | Path, path: str = "/usr/bin:/bin", **variables: str
) -> subprocess.CompletedProcess[str]:
    # No display: else a person's own would show what is wrong with a made-up system.
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={"PATH": path, **variables}
    )


@linux
@pytest.mark.parametrize(
    ("system", "words"),
    [
        ({"libc": "99.1"}, "Cloister needs the GNU C library 99.1 or later"),
        # As on a system whose C library is musl: nothing at the place of GNU's loader.
        ({"loader": "/lib64/ld-of-another"}, "Cloister needs the GNU C library 2.2 or later, and this"),
        ({"machine": "riscv64"}, "This Cloister is for riscv64 processors"),
    ],
)
def test_a_system_that_cannot_hears_it_in_one_sentence(
    tmp_path: Path, system: dict[str, str], words: str
) -> None:
    done = started(unpacked(tmp_path / "a", **system))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"Nothing was changed. {words}")


@linux
def test_a_folder_nothing_may_be_started_from_is_one_sentence(tmp_path: Path) -> None:
    starter = unpacked(tmp_path / "a")
    (tmp_path / "a" / "bin" / "cloister").chmod(0o644)  # as on a disk mounted with noexec
    done = started("/bin/sh", starter)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "starts no programs from the folder" in done.stderr


@linux
@pytest.mark.parametrize("libc", ["2.2", "2.9", HERE])
def test_any_folder_and_any_link_to_it_will_do(tmp_path: Path, libc: str) -> None:
    folder = tmp_path / 'Büro für "Fragen" & $HOME' / ("deep" * 30) / ("er" * 60) / "two\nlines\n"
    starter = unpacked(folder, libc=libc)
    assert len(str(starter)) > 260
    link = tmp_path / "-link"
    link.symlink_to(starter)
    for command in ([link], ["/bin/sh", starter], [starter]):
        done = started(*command, "--version", "a b")
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == "started --version a b /usr/bin:/bin\n"


@linux
@pytest.mark.parametrize("path", ["{planted}:/usr/bin:/bin", ".", ""])
def test_tools_that_a_caller_planted_are_not_run(
    tmp_path: Path, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    starter = unpacked(tmp_path / "a")
    planted = tmp_path / "planted"
    planted.mkdir()
    for name in ("readlink", "uname", "getconf", "ldd", "sed", "sort", "head", "dirname", "[", "printf"):
        (planted / name).write_text(f"#!/bin/sh\n: > '{planted}/was run'\n", "utf-8")
        (planted / name).chmod(0o755)
    monkeypatch.chdir(planted)
    callers = path.format(planted=planted)
    done = started(starter, path=callers)
    assert (done.stdout, done.stderr) == (f"started  {callers}\n", "")
    assert not (planted / "was run").exists()


@linux
def test_after_a_double_click_the_sentence_comes_in_a_window(tmp_path: Path) -> None:
    starter = unpacked(tmp_path / "a", libc="99.1")
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "zenity").write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{tmp_path}/shown"\n', "utf-8")
    (tools / "zenity").chmod(0o755)
    starter.write_text(starter.read_text("utf-8").replace("PATH=/usr/bin", f"PATH={tools}:/usr/bin"))
    done = started(starter, DISPLAY=":none")
    shown = (tmp_path / "shown").read_text("utf-8").splitlines()
    assert shown[:3] == ["--error", "--no-markup", "--text"]
    assert shown[3] == done.stderr.strip()


def test_an_old_processor_is_not_taken_for_a_damaged_file(tmp_path: Path) -> None:
    failures = Failures()
    failures.begin(tmp_path / "model.gguf")
    failures.loading()
    ended = explain(-int(signal.SIGILL), "", 0, 0)
    assert failures.of_load(False, ended).code == "engine.old_processor"
    on_windows = explain(0xC000001D, "", 0, 0)
    assert failures.of_load(False, on_windows).code == "engine.old_processor"
    assert failures.of_load(False, explain(-11, "", 0, 0)).code == "engine.load_crashed"
