"""Giving up what a process does not need, one module per platform.

Job: ``confine`` is called once, in the child, before it touches foreign bytes, starts a thread or
imports a native library; ``hardening`` and ``sealing`` are for the process a person starts. Rule: what
could not be given up is reported, never assumed.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from app.children.confine.report import Confinement, Level, Mechanism

__all__ = ["Confinement", "Level", "Mechanism", "confine"]


def confine(
    readable: Sequence[Path],
    devices: Sequence[Path] = (),
    *,
    writable: Sequence[Path] = (),
    network: bool = False,
) -> Confinement:
    """Confine this process for the rest of its life, and say what came of it.

    Afterwards it may read the program's own files, the system's libraries and ``readable`` (files,
    or folders with all below them), use the device nodes in ``devices`` (for a GPU) and talk over
    its open descriptors; it may not write a file, open a socket, start a program or reach into
    another process. Two exceptions, for the Fetcher alone: in the folders ``writable`` it may make,
    change, rename and remove files, and with ``network`` it may connect (but not listen) and read what
    names and certificates need. Paths that do not exist are left out. Raises RuntimeError when called
    after a thread was started (a bug: on Linux the other threads would stay free).
    """
    if sys.platform == "linux":
        from app.children.confine.linux import confine as confine_here
    elif sys.platform == "darwin":
        from app.children.confine.macos import confine as confine_here
    elif sys.platform == "win32":
        from app.children.confine.windows import confine as confine_here
    else:
        return Confinement(())
    return confine_here(readable, devices, writable, network)
