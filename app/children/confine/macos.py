"""macOS: a seatbelt profile through sandbox_init. Written from documentation; not run by us yet.

Job: deny everything but reading what the child needs and, for Metal, one kernel service and one
compiler service. Rule: paths enter the profile as quoted strings only.
"""

from __future__ import annotations

import ctypes
import json
import os
from collections.abc import Sequence
from pathlib import Path

from app.children.confine.paths import program_paths
from app.children.confine.report import Confinement, Mechanism
from app.children.hardening import forbid_core_files

_RULES = """(version 1)
(deny default)
(allow file-read-metadata)
(allow sysctl-read)
(allow process-info* (target self))
(allow signal (target self))
(allow file-read* (literal "/dev/urandom") (literal "/dev/random"))
(allow file-read* file-write-data (literal "/dev/null"))
(allow file-read* (subpath "/usr/lib") (subpath "/System/Library"))
(allow iokit-open (iokit-user-client-class "AGXDeviceUserClient"))
(allow mach-lookup (global-name "com.apple.MTLCompilerService"))
"""


def profile(readable: Sequence[Path], devices: Sequence[Path] = ()) -> str:
    """Return the profile's text. ``devices`` may be read and written."""
    lines = [_RULES]
    for path in (*program_paths(), *readable):
        real = os.path.realpath(path)
        kind = "subpath" if Path(real).is_dir() else "literal"
        lines.append(f"(allow file-read* ({kind} {_quoted(real)}))")
    lines += [f"(allow file-read* file-write-data (literal {_quoted(str(path))}))" for path in devices]
    return "\n".join(lines)


def confine(readable: Sequence[Path], devices: Sequence[Path] = ()) -> Confinement:
    """Put the profile in force for this process and all its threads."""
    forbid_core_files()
    core = Mechanism("no_core", in_force=True)
    try:
        sandbox_init = ctypes.CDLL("/usr/lib/libSystem.B.dylib", use_errno=True).sandbox_init
    except (OSError, AttributeError):
        return Confinement((core, Mechanism("seatbelt", in_force=False, boundary=True)))
    message = ctypes.c_char_p()
    failed = sandbox_init(profile(readable, devices).encode(), ctypes.c_uint64(0), ctypes.byref(message))
    errno = ctypes.get_errno() if failed else 0
    return Confinement((core, Mechanism("seatbelt", in_force=not failed, boundary=True, errno=errno)))


def _quoted(text: str) -> str:
    # Seatbelt's strings take the same two escapes as JSON's; other characters stand for themselves.
    return json.dumps(text, ensure_ascii=False)
