"""What can be built on this system, and what cannot.

Job: choose the makers of this system's formats, run them and say where the results lie. Rule: standard
library only; what another system is needed for is said in one line each, never tried.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

FORMATS = {"linux": ("deb", "portable"), "darwin": ("dmg",), "win32": ("msi",)}
"""What each system can build, by ``sys.platform``."""
_ELSEWHERE = {
    "linux": "The Debian package and the portable archive are built on Linux.",
    "darwin": "The application for macOS is built on a Mac.",
    "win32": "The installer for Windows is built on Windows.",
}


def build(only: str | None) -> int:
    """Build every format of this system, or the one named; returns an exit code.

    Raises SystemExit with one sentence when something is missing or fails.
    """
    if sys.platform not in FORMATS:
        raise SystemExit("Cloister is built on Linux, macOS or Windows. Nothing was built.")
    here = FORMATS[sys.platform]
    if only is not None and only not in here:
        home = next(name for name, formats in FORMATS.items() if only in formats)
        raise SystemExit(f"{_ELSEWHERE[home]} Nothing was built.")
    for made in _make((only,) if only else here):
        size = made.stat().st_size / 1e6
        print(f"{made}\n  {size:.1f} MB, SHA-256 {hashlib.sha256(made.read_bytes()).hexdigest()}")
    for name, sentence in _ELSEWHERE.items():
        if name != sys.platform:
            print(f"Not built here: {sentence}")
    return 0


def _make(formats: tuple[str, ...]) -> list[Path]:
    if sys.platform == "linux":
        from linux import make

        return make.make(formats)
    raise SystemExit("docs/releasing.md has the steps for this system. Nothing was built.")
