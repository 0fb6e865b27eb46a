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

from app.children.confine.hardening import forbid_core_files
from app.children.confine.paths import program_paths
from app.children.confine.report import Confinement, Mechanism

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


_NETWORK = """(allow network-outbound)
(allow system-socket)
(allow file-read* (subpath "/private/etc") (subpath "/private/var/run"))
(allow file-read* (subpath "/Library/Keychains") (subpath "/private/var/db/mds"))
(allow mach-lookup (global-name "com.apple.dnssd.service") (global-name "com.apple.trustd.agent"))
(allow mach-lookup (global-name "com.apple.trustd") (global-name "com.apple.SecurityServer"))
"""


def profile(
    readable: Sequence[Path],
    devices: Sequence[Path] = (),
    writable: Sequence[Path] = (),
    network: bool = False,
) -> str:
    """Return the profile's text. ``devices`` may be read and written, files made in ``writable``."""
    lines = [_RULES, _NETWORK] if network else [_RULES]
    for path in (*program_paths(), *readable):
        real = os.path.realpath(path)
        kind = "subpath" if Path(real).is_dir() else "literal"
        lines.append(f"(allow file-read* ({kind} {_quoted(real)}))")
    lines += [f"(allow file-read* file-write-data (literal {_quoted(str(path))}))" for path in devices]
    for folder in writable:
        lines.append(f"(allow file-read* file-write* (subpath {_quoted(os.path.realpath(folder))}))")
    return "\n".join(lines)


def confine(
    readable: Sequence[Path],
    devices: Sequence[Path] = (),
    writable: Sequence[Path] = (),
    network: bool = False,
) -> Confinement:
    """Put the profile in force for this process and all its threads."""
    forbid_core_files()
    core = Mechanism("no_core", in_force=True)
    try:
        sandbox_init = ctypes.CDLL("/usr/lib/libSystem.B.dylib", use_errno=True).sandbox_init
    except (OSError, AttributeError):
        return Confinement((core, Mechanism("seatbelt", in_force=False, boundary=True)))
    message = ctypes.c_char_p()
    text = profile(readable, devices, writable, network).encode()
    failed = sandbox_init(text, ctypes.c_uint64(0), ctypes.byref(message))
    errno = ctypes.get_errno() if failed else 0
    return Confinement((core, Mechanism("seatbelt", in_force=not failed, boundary=True, errno=errno)))


def _quoted(text: str) -> str:
    # Seatbelt's strings take the same two escapes as JSON's; other characters stand for themselves.
    return json.dumps(text, ensure_ascii=False)
