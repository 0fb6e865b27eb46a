"""What could be closed: other programs of the person's, added up by the name people know."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.computer.programs import (
    RunningProgram,
    closing_words,
    largest,
    of_this_person,
    program_name,
)


@pytest.mark.parametrize(
    ("name", "executable", "shown"),
    [
        ("Isolated Web Co", "/usr/lib/firefox/firefox", "firefox"),
        ("chrome.exe", "", "chrome"),
        (
            "Google Chrome Helper (Renderer)",
            "/Applications/Google Chrome.app/Contents/Frameworks/Helper.app/Contents/MacOS/Helper",
            "Google Chrome",
        ),
        ("sshd", "", "sshd"),
        ("bad\x1b[31mname\n", "", "bad\ufffd[31mname\ufffd"),
        ("x" * 200, "", "x" * 40),
        ("notes-editor", "/usr/bin/python3.11", "notes-editor"),  # a script, called by its own name
        ("python3.11", "/usr/bin/python3.11", ""),
        ("pythonw.exe", "C:/Python311/pythonw.exe", ""),
        ("Python", "/Library/Python.framework/Resources/Python.app/Contents/MacOS/Python", ""),
        ("java", "/usr/lib/jvm/java-21/bin/java", ""),
        ("WINWORD.EXE", "/opt/wine/bin/wine64-preloader", "WINWORD"),
        ("pythonista", "/usr/bin/pythonista", "pythonista"),
    ],
)
def test_a_process_is_called_as_people_call_it(name: str, executable: str, shown: str) -> None:
    assert program_name(name, executable) == shown


def test_the_processes_of_one_program_are_one_line() -> None:
    found = [
        ("browser", 150.0),
        ("letter", 900.0),
        ("browser", 1000.0),
        ("small", 20.0),
        ("Finder", 5e3),
    ]
    assert largest(found) == (RunningProgram("browser", 1150.0), RunningProgram("letter", 900.0))
    assert largest(found, many=1) == (RunningProgram("browser", 1150.0),)
    assert largest([]) == ()


def test_it_is_said_what_closing_would_free() -> None:
    assert closing_words(()) == ""
    one = RunningProgram("browser", 3072)
    assert closing_words((one,)) == (
        "Of your other apps, browser holds the most memory; closing it frees about 3 GB."
    )
    words = closing_words((one, RunningProgram("letter", 512)))
    assert "browser about 3 GB, letter about 512 MB" in words
    assert words.endswith("Closing them frees about 3.5 GB.")


@pytest.mark.skipif(sys.platform != "linux", reason="starts a program by its Linux place")
def test_others_are_seen_and_this_programs_children_are_not(tmp_path: Path) -> None:
    copy = Path(shutil.copy("/bin/sleep", tmp_path / "somebody-elses"))
    start = f'"{copy}" 60 >/dev/null & echo $!'
    # Its parent ends at once, so that it is nobody's child of ours.
    pid = int(subprocess.run(["sh", "-c", start], stdout=subprocess.PIPE, check=True).stdout)
    try:
        assert "somebody-elses" in {name for name, _ in of_this_person()}
    finally:
        os.kill(pid, signal.SIGKILL)
    ours = Path(shutil.copy("/bin/sleep", tmp_path / "ours"))
    with subprocess.Popen([ours, "60"]) as child:
        assert "ours" not in {name for name, _ in of_this_person()}
        child.kill()
