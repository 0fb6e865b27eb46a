"""How a child ended.

Job: one value that explains an ending by a code. Rule: plain data only (numbers and codes), fit for
a log line; the sentence for a person is chosen by whoever knows what the child was for.
"""

from __future__ import annotations

import signal
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

_VMSTAT = Path("/proc/vmstat")
_SIGKILL = 9
_ILLEGAL_ON_WINDOWS = 0xC000001D


class Ending(StrEnum):
    """Why a child is no longer there (or, for ``LINGERING``, still is)."""

    FINISHED = "finished"
    """It returned 0."""
    FAILED = "failed"
    """It returned another exit code."""
    CRASHED = "crashed"
    """It died of its own fault: a native abort, a bad memory access and the like."""
    KILLED = "killed"
    """Somebody else killed it."""
    OUT_OF_MEMORY = "out_of_memory"
    """It was killed, and the system killed something for want of memory meanwhile: a good guess."""
    STOPPED = "stopped"
    """We ended it, gently or not."""
    LINGERING = "lingering"
    """Not even a kill has ended it in time."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The ending of one child.

    ``exit_code`` is what it returned, None when a signal ended it; ``signal_number`` is that signal,
    0 for none. ``step`` names the rung of our stop ladder it ended on (``close``, ``terminate``,
    ``kill``), empty when it ended by itself. ``stderr_bytes`` counts what it wrote to stderr.
    """

    ending: Ending
    exit_code: int | None = None
    signal_number: int = 0
    step: str = ""
    stderr_bytes: int = 0

    @property
    def code(self) -> str:
        """A short code for logs, for example ``crashed.sigsegv`` or ``failed.64``."""
        if self.signal_number:
            return f"{self.ending}.{_signal_name(self.signal_number)}"
        return f"{self.ending}.{self.exit_code}" if self.exit_code else self.ending.value

    @property
    def unknown_instruction(self) -> bool:
        """Whether it met an instruction that the processor does not know."""
        return self.signal_number == signal.SIGILL or self.exit_code == _ILLEGAL_ON_WINDOWS

    @property
    def expected(self) -> bool:
        """Whether nobody needs to be told: it finished, or we ended it."""
        return self.ending in {Ending.FINISHED, Ending.STOPPED}


def explain(returncode: int, step: str, stderr_bytes: int, memory_kills: int) -> Outcome:
    """Return the outcome for a return code as ``subprocess`` gives it (negative: a signal).

    ``step`` is the last rung we had taken; ``memory_kills`` the out-of-memory kills of the whole
    system during the child's life.
    """
    number = -returncode if returncode < 0 else 0
    if _by_us(returncode, step):
        ending = Ending.STOPPED
    elif number == _SIGKILL:
        ending = Ending.OUT_OF_MEMORY if memory_kills else Ending.KILLED
    elif number == signal.SIGTERM:
        ending = Ending.KILLED
    elif number:
        ending = Ending.CRASHED
    else:
        ending = Ending.FAILED if returncode else Ending.FINISHED
    return Outcome(ending, None if number else returncode, number, step, stderr_bytes)


def _by_us(returncode: int, step: str) -> bool:
    # It may have crashed just before we began to stop it: the way it ended decides, not our wish.
    if not step or not returncode:
        return bool(step)
    if step == "close":
        return False
    return sys.platform == "win32" or -returncode in {signal.SIGTERM, _SIGKILL}


def memory_kill_count() -> int:
    """Return how many out-of-memory kills this system counts since it started; 0 where unknown."""
    try:
        lines = _VMSTAT.read_text("ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name.lower()
    except ValueError:
        return str(number)
