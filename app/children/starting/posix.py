"""Starting and awaiting a process on Linux and macOS.

Job: the system's part of ``app.children.child``. Rule: only the channel's descriptors and stderr
are inherited; the child has its own session, so a Ctrl+C in a terminal reaches the parent only.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Mapping, Sequence


def start(
    command: Sequence[str], env: Mapping[str, str], channel: tuple[int, ...]
) -> subprocess.Popen[bytes]:
    """Start ``command`` with ``{channel}`` filled in; raises OSError."""
    text = ",".join(str(fd) for fd in channel)
    return subprocess.Popen(
        [part.replace("{channel}", text) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        bufsize=0,
        env=dict(env),
        cwd="/",
        pass_fds=channel,
        start_new_session=True,
    )


def await_end(process: subprocess.Popen[bytes]) -> None:
    """Block until the process has ended, leaving it to be reaped where the system allows that."""
    if hasattr(os, "waitid"):
        with contextlib.suppress(ChildProcessError):  # a poll before a signal may have reaped it
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    else:
        # macOS before Python 3.13: reaps at once; a signal sent in that very moment may miss.
        process.wait()
