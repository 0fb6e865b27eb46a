"""Where the adapter files of a load request are.

Job: find each one, so that the confinement can leave it readable. Rule: asks the system and opens
nothing; what is wrong with a file is kept beside its name and said when a turn asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from app.core.errors import UserError
from app.engine.host.files import model_file

_CODES = {
    "engine.file_missing": "engine.adapter_missing",
    "engine.file_foreign": "engine.adapter_foreign",
}

Places = Mapping[str, Path | UserError]


def find(names: Sequence[str]) -> Places:
    """Return the real path of each file, or the UserError ``engine.adapter_*`` a turn will get."""
    return {name: _place(name) for name in names}


def readable(places: Places) -> list[Path]:
    """Return those that exist."""
    return [place for place in places.values() if isinstance(place, Path)]


def _place(name: str) -> Path | UserError:
    try:
        return model_file.check_place(Path(name))
    except UserError as error:
        return UserError(_CODES.get(error.code, "engine.adapter_unreadable"))
