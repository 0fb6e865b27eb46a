"""Starting and awaiting a process on Windows. Written from documentation; not run by us yet.

Job: the system's part of ``app.children.child``. Rule: only the channel's handles are inherited, by the
start-up information's handle list, and the child belongs to a job object that ends it with us.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence

if sys.platform == "win32":
    import msvcrt
    import os

    from app.children.confine.windows import Job

    class _OwnedProcess(subprocess.Popen[bytes]):
        """Holds its job: the last handle to it closes when this process ends, which ends the child."""

        job: Job | None = None

    def start(
        command: Sequence[str], env: Mapping[str, str], channel: tuple[int, ...]
    ) -> subprocess.Popen[bytes]:
        """Start ``command`` with ``{channel}`` (handles) filled in; raises OSError."""
        handles = [msvcrt.get_osfhandle(fd) for fd in channel]
        for handle in handles:
            os.set_handle_inheritable(handle, True)
        text = ",".join(str(handle) for handle in handles)
        process = _OwnedProcess(
            [part.replace("{channel}", text) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            bufsize=0,
            env=dict(env),
            close_fds=True,
            startupinfo=subprocess.STARTUPINFO(lpAttributeList={"handle_list": handles}),
            creationflags=subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP,
        )
        process.job = Job.that_ends_with_us()
        process.job.adopt(process.pid)
        return process

    def await_end(process: subprocess.Popen[bytes]) -> None:
        """Block until the process has ended."""
        process.wait()
