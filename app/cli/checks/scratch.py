"""A folder for the tries of ``doctor``, gone afterwards.

Job: make one where the system keeps temporary files, or say that it cannot be done. Rule: a computer on
which no such folder can be made (a full disk) is in trouble, and not the program.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.core.errors import UserError


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Give a fresh folder; raises UserError ``cli.no_scratch`` where none can be made."""
    try:
        folder = tempfile.TemporaryDirectory(prefix="cloister-")
    except OSError:
        raise UserError("cli.no_scratch") from None
    with folder as place:
        yield Path(place)
