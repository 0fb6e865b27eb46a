"""What the program denies others of itself.

Job: no core files and no reading of this process by others of the same user, so that a crash leaves
no words behind. Rule: for the window and the command line, which hold a person's words and need files
and screen; a child takes the same steps, and more, in ``confine``. What is refused is no error.
"""

from __future__ import annotations

import contextlib
import sys

from app.children.confine import prctl


def harden_this_process() -> None:
    """Forbid core dumps, and on Linux attaching and reading this process's memory."""
    with contextlib.suppress(OSError):
        forbid_core_files()
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            forbid_reading()


def forbid_core_files() -> None:
    """Leave no memory image behind a crash (Windows has a setting of its own); raises OSError."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def forbid_reading() -> None:
    """Linux: let no process of the same user read this one; raises OSError."""
    prctl.set_option(prctl.DUMPABLE, 0)
