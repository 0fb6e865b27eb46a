"""What every child must still be able to read: the program itself.

Job: list the folders Python, its packages and this program are imported from. Rule: no more than
that; the folder this program lies in may hold other things, so only its parts are listed.
"""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

from app.core.paths import resources_dir


def program_paths() -> tuple[Path, ...]:
    """Return existing files and folders, without repetition."""
    app = Path(__file__).resolve().parents[2]
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    wanted = [app, resources_dir(), *(Path(path) for path in map(sysconfig.get_path, names) if path)]
    wanted += [Path(entry) for entry in sys.path if entry and Path(entry) != app.parent]
    wanted += [Path(sys.prefix) / "pyvenv.cfg"]
    return tuple(dict.fromkeys(path for path in wanted if path.exists()))
