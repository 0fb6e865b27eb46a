"""A system that is too old hears it in one sentence; any folder will do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import stage

from app.children.outcome import explain
from app.engine.failures import Failures

STARTER = stage.ROOT / "installers" / "linux" / "starter.sh"

HERE = (os.confstr("CS_GNU_LIBC_VERSION") or "").split()[-1] if sys.platform == "linux" else ""
linux = pytest.mark.skipif(sys.platform != "linux", reason="the archive is for Linux")


def unpacked(folder: Path, libc: str) -> Path:
    """Make a folder as the archive does, with a program that says what it was given."""
    program = folder / "bin" / "cloister"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "started $*"\n', "utf-8")
    starter = folder / "cloister"
    starter.write_text(STARTER.read_text("utf-8").replace("@LIBC@", libc), "utf-8")
    for path in (program, starter):
        path.chmod(0o755)
    return starter


@linux
def test_an_old_c_library_is_one_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [unpacked(tmp_path / "a", "99.1")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("Nothing was changed. Cloister needs the GNU C library 99.1 or later")


@linux
@pytest.mark.parametrize(
    "libc", ["2.2", "2.9", (os.confstr("CS_GNU_LIBC_VERSION") or "glibc 2.2").split()[-1]]
)
def test_any_folder_and_any_link_to_it_will_do(tmp_path: Path, libc: str) -> None:
    folder = tmp_path / 'Büro für "Fragen" & $HOME' / ("deep" * 30) / ("er" * 60)
    starter = unpacked(folder, libc)
    assert len(str(starter)) > 260
    link = tmp_path / "link"
    link.symlink_to(starter)
    done = subprocess.run([link, "--version", "a b"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "started --version a b\n", "")


def test_an_old_processor_is_not_taken_for_a_damaged_file(tmp_path: Path) -> None:
    failures = Failures()
    failures.begin(tmp_path / "model.gguf")
    failures.loading()
    ended = explain(-int(signal.SIGILL), "", 0, 0)
    assert failures.of_load(False, ended).code == "engine.old_processor"
    on_windows = explain(0xC000001D, "", 0, 0)
    assert failures.of_load(False, on_windows).code == "engine.old_processor"
    assert failures.of_load(False, explain(-11, "", 0, 0)).code == "engine.load_crashed"
