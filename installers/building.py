"""What can be built on this system, and what cannot.

Job: choose the makers of this system's formats, run them and say where the results lie. Rule: standard
library only; what another system is needed for is said in one line each, never tried.
"""

from __future__ import annotations

import hashlib
import importlib
import sys
from pathlib import Path

FORMATS = {"linux": ("deb", "portable"), "darwin": ("dmg",), "win32": ("msi",)}
"""What each system can build, by ``sys.platform``."""
WHEELS = "wheels"
"""The engine alone, on any of them; the formats are then made with it."""
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
    if only is not None and only not in (*here, WHEELS):
        home = next(name for name, formats in FORMATS.items() if only in formats)
        raise SystemExit(f"{_ELSEWHERE[home]} Nothing was built.")
    for made in _wheels() if only == WHEELS else _make((only,) if only else here):
        size = made.stat().st_size / 1e6
        print(f"{made}\n  {size:.1f} MB, SHA-256 {hashlib.sha256(made.read_bytes()).hexdigest()}")
    for name, sentence in _ELSEWHERE.items():
        if name != sys.platform:
            print(f"Not built here: {sentence}")
    return 0


def _wheels() -> list[Path]:
    import build_wheels
    import environment

    folder = environment.ROOT / "build"
    system_python = "/usr/bin/python3" if sys.platform == "linux" else sys.executable
    python = environment.packaging_python(folder / "packaging", system_python)
    return [build_wheels.engine_wheel(folder / "wheelhouse", python)]


def _make(formats: tuple[str, ...]) -> list[Path]:
    # By name: a type checker of one system would take the others' lines for dead.
    maker = importlib.import_module(
        {"linux": "linux", "darwin": "macos"}.get(sys.platform, "windows") + ".make"
    )
    made: list[Path] = maker.make(formats)
    return made
