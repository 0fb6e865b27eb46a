"""Which programs hold the most memory, so that a person knows what could be closed.

Job: add up what each program of this person holds, by the name people know it by. Rule: names and sizes
only, for showing at the moment they are asked for; never logged, never kept, nothing of their windows,
files or arguments is read. What belongs to the desktop, or to this program, is not named.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

import psutil

from app.core.computer.memory import MIB
from app.core.shown_name import shown_name
from app.core.texts import text

MANY = 3
WORTH_CLOSING_MIB = 200.0
LONGEST_NAME = 40
_NOT_TO_CLOSE = frozenset(
    {
        *("systemd", "dbus-daemon", "Xorg", "Xwayland", "gnome-shell", "plasmashell", "kwin_x11"),
        *("kwin_wayland", "cinnamon", "xfwm4", "mutter", "openbox", "sway", "marco", "pipewire"),
        *("loginwindow", "Finder", "Dock", "WindowServer", "SystemUIServer", "explorer", "dwm"),
        *("ShellExperienceHost", "StartMenuExperienceHost", "SearchHost", "sihost", "svchost"),
    }
)
_RUNS_OTHERS = re.compile(
    r"(?:python|pypy|perl|ruby|node|nodejs|javaw?|php|lua|tclsh|wish|gjs|gjs-console|mono|dotnet|electron"
    r"|sh|bash|dash|zsh|fish|powershell|pwsh|wine|wine-preloader|wine64|wine64-preloader)w?[0-9.]*",
    re.IGNORECASE,
)
"""Programs that run a program written in a language of theirs: nobody knows it by their name."""


@dataclass(frozen=True, slots=True)
class RunningProgram:
    """One program of the person's: its name, and about how much memory closing it would free."""

    name: str
    mib: float


def largest_programs(many: int = MANY) -> tuple[RunningProgram, ...]:
    """Return the programs that hold the most memory, largest first; takes some 50 ms."""
    return largest(of_this_person(), many)


def largest(found: Iterable[tuple[str, float]], many: int = MANY) -> tuple[RunningProgram, ...]:
    """Add up (name, MiB) pairs by name and return the largest that are worth closing."""
    sums: dict[str, float] = defaultdict(float)
    for name, mib in found:
        if name and name not in _NOT_TO_CLOSE:
            sums[name] += mib
    programs = (RunningProgram(name, mib) for name, mib in sums.items() if mib >= WORTH_CLOSING_MIB)
    return tuple(sorted(programs, key=lambda program: (-program.mib, program.name))[:many])


def closing_words(programs: Sequence[RunningProgram]) -> str:
    """Return a sentence that names what could be closed and what that frees; "" for nothing."""
    if not programs:
        return ""
    frees = sum(program.mib for program in programs)
    if len(programs) == 1:
        return text("plan.programs.one", name=programs[0].name, size=frees)
    each = (text("plan.programs.each", name=one.name, size=one.mib) for one in programs)
    return text("plan.programs.many", list=", ".join(each), size=frees)


def program_name(name: str, executable: str) -> str:
    """Return what people call a process: of an app bundle the app, else the program file, else ``name``.

    The processes of one browser have many names, and one program file. Where that file only runs what
    others wrote in its language, it is ``name``: for a script that is started by itself, its own.
    "" where that tells no more.
    """
    path = PurePath(executable)
    bundle = next((part.removesuffix(".app") for part in path.parts if part.endswith(".app")), "")
    found = (_shown(called) for called in (bundle or path.name or name, name))
    return next((called for called in found if not _RUNS_OTHERS.fullmatch(called)), "")


def _shown(name: str) -> str:
    name = name.removesuffix(".exe").removesuffix(".EXE")
    return shown_name(name, LONGEST_NAME)


def of_this_person() -> Iterator[tuple[str, float]]:
    """Yield name and memory of this person's processes, without this program's."""
    ours = psutil.Process()
    user = ours.username()
    mine = {ours.pid, *(child.pid for child in ours.children(recursive=True))}
    for process in psutil.process_iter():
        if process.pid in mine:
            continue
        try:
            with process.oneshot():
                if process.username() == user:
                    yield program_name(process.name(), _executable(process)), _held_mib(process)
        except (psutil.Error, OSError):  # it ended, or is none of our business
            continue


def _executable(process: psutil.Process) -> str:
    try:
        return str(process.exe() or "")
    except (psutil.Error, OSError):
        return ""


def _held_mib(process: psutil.Process) -> float:
    """Return what ends with the process: not the pages it shares with others."""
    held = process.memory_info()
    if sys.platform == "win32":
        return float(held.private) / MIB
    shared = held.shared if sys.platform == "linux" else 0
    return max(0.0, float(held.rss - shared)) / MIB
