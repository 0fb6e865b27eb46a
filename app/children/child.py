"""One child process, from start to certain end.

Job: start this program again in a role, hand out its channel, and end it. Rule: a child is always
stopped by somebody (``stop`` or ``with``), every wait has a named deadline, and what the child
writes to stderr is drained and counted but never kept, shown or logged.

The thread that starts the child ("keeper") lives exactly as long as the child. On Linux the
parent's death signal is tied to the *thread* that forked, so a child started from a short-lived
thread would be killed with it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Self

from app.children.starting import program
from app.children.watching.outcome import Ending, Outcome, explain, memory_kill_count
from app.children.wire.channel import Channel, channel_to_child
from app.core.errors import UserError
from app.core.logs import log_event

if sys.platform == "win32":
    from app.children.starting import windows as start_os
else:
    from app.children.starting import posix as start_os

_STDERR_PATIENCE_S = 1.0
_STEPS = ("", "close", "terminate", "kill")


@dataclass(frozen=True, slots=True)
class Ladder:
    """How patiently a child is ended; seconds to wait on each rung, 0 skips the rung.

    close: its channel ends, which it should notice. terminate: the system asks it to end. kill:
    the system ends it; a child that survives this sits in the kernel and is left behind.
    The rung before these, cancelling what it works on, belongs to the owner, who knows the words.
    """

    close_s: float = 5.0
    terminate_s: float = 5.0
    kill_s: float = 5.0


PATIENT = Ladder()
"""For closing down in the ordinary way."""
AT_ONCE = Ladder(close_s=0.0, terminate_s=0.0)
"""For a child that has stopped answering."""


class Child:
    """A running (or ended) child process.

    ``stop``, ``kill`` and ``outcome`` may be called from any thread.
    """

    def __init__(self, command: Sequence[str], env: Mapping[str, str], *, bulk: bool = False) -> None:
        """Use :meth:`start`; a test may start another command here.

        ``command`` still lacks the channel: ``{channel}`` in it is replaced by the descriptors.
        ``bulk`` gives it a line for raw bytes besides.
        """
        self._memory_kills_before = memory_kill_count()
        self._ended = threading.Event()
        self._signalling = threading.Lock()
        self._stopping = threading.Lock()
        self._returncode: int | None = None
        self._step = ""
        self._memory_kills = 0
        self._stderr_bytes = 0
        try:
            self.channel, self._process = self._launch(command, env, bulk)
        except OSError as error:
            log_event("child.start_failed", errno=error.errno or 0)
            raise UserError("children.start_failed") from error
        self.pid = self._process.pid

    def _launch(
        self, command: Sequence[str], env: Mapping[str, str], bulk: bool
    ) -> tuple[Channel, subprocess.Popen[bytes]]:
        channel, theirs = channel_to_child(bulk=bulk)
        started: Future[subprocess.Popen[bytes]] = Future()
        self._keeper = threading.Thread(
            target=self._keep, args=(command, env, theirs, started), name="child-keeper", daemon=True
        )
        self._keeper.start()
        try:
            return channel, started.result()
        except BaseException:
            self._keeper.join()
            channel.close()
            raise

    @classmethod
    def start(cls, role: str, *, bulk: bool = False) -> Child:
        """Start this program as ``role``.

        Raises UserError when the system refuses, or another version lies where this one did.
        """
        program.must_be_the_same()
        child = cls(program.command(role, "{channel}"), program.environment(os.environ), bulk=bulk)
        log_event("child.started", role=role, pid=child.pid)
        return child

    # --- its end ------------------------------------------------------------------------------

    def outcome(self) -> Outcome | None:
        """Return how it ended, or None while it lives."""
        return self._outcome() if self._ended.is_set() else None

    def wait(self, timeout: float) -> Outcome | None:
        """Wait at most ``timeout`` seconds for its end; returns the outcome or None."""
        self._ended.wait(timeout)
        return self.outcome()

    def kill(self) -> None:
        """End it at once, without waiting. Safe when it has ended already."""
        self._take_step("kill")

    def stop(self, ladder: Ladder = PATIENT) -> Outcome:
        """End it rung by rung and give everything back; returns how it ended.

        Takes at most the ladder's seconds together. May be repeated; a second caller waits for the
        first. The channel is closed afterwards in every case.
        """
        with self._stopping:
            for step, seconds in (
                ("close", ladder.close_s),
                ("terminate", ladder.terminate_s),
                ("kill", ladder.kill_s),
            ):
                if self._ended.is_set() or not seconds:
                    continue
                self._take_step(step)
                self._ended.wait(seconds)
            self.channel.close()
            if not self._ended.is_set():
                return Outcome(Ending.LINGERING, step="kill")
            self._keeper.join()
            return self._outcome()

    def _take_step(self, step: str) -> None:
        # Closing comes before the lock: it may have to wait for a thread inside the channel.
        if step == "close":
            self._mark(step)
            self.channel.close()
            return
        with self._signalling:
            # Under the lock the process cannot be reaped, so its number cannot be another's.
            if self._returncode is not None:
                return
            self._mark(step)
            if step == "terminate":
                self._process.terminate()
            else:
                self._process.kill()

    def _mark(self, step: str) -> None:
        # The harshest step taken explains the end, whatever order threads took them in.
        if not self._ended.is_set() and _STEPS.index(step) > _STEPS.index(self._step):
            self._step = step

    def _outcome(self) -> Outcome:
        assert self._returncode is not None
        return explain(self._returncode, self._step, self._stderr_bytes, self._memory_kills)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it, patiently."""
        self.stop()

    # --- the keeper thread ----------------------------------------------------------------------

    def _keep(
        self,
        command: Sequence[str],
        env: Mapping[str, str],
        theirs: tuple[int, ...],
        started: Future[subprocess.Popen[bytes]],
    ) -> None:
        begun = time.monotonic()
        try:
            process = start_os.start(command, env, theirs)
        except BaseException as error:  # noqa: BLE001 - a thread's border: the starter raises it
            started.set_exception(error)
            return
        finally:
            for fd in theirs:
                os.close(fd)
        started.set_result(process)
        assert process.stderr is not None
        drain = threading.Thread(
            target=self._drain, args=(process.stderr,), name="child-stderr", daemon=True
        )
        drain.start()
        start_os.await_end(process)
        with self._signalling:
            self._returncode = process.wait()
        self._memory_kills = memory_kill_count() - self._memory_kills_before
        # A grandchild could hold stderr open for ever: its words are not waited for.
        drain.join(_STDERR_PATIENCE_S)
        self._ended.set()
        seconds = time.monotonic() - begun
        log_event("child.ended", pid=process.pid, code=self._outcome().code, seconds=seconds)

    def _drain(self, stream: IO[bytes]) -> None:
        with stream:
            while data := os.read(stream.fileno(), 4096):
                self._stderr_bytes += len(data)
