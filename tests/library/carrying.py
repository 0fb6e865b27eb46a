"""Carrying a file in by hand, as the tests of it do, and what they ask afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.errors import UserError
from app.library import importing
from app.library.importing import Found, How, Import, Imported
from tests.support import model_shelf


def found(carry: Import, path: Path) -> Found:
    """Look at a file, with a stand-in for the confined child."""
    return importing.examine(path, carry.entries, model_shelf.look)


def bring(carry: Import, path: Path, how: How = How.COPY) -> Imported:
    """Look at a file and carry it in."""
    return carry.run(found(carry, path), how)


def code_of(call: Callable[[], object]) -> str:
    """Return the code of the refusal that ``call`` ends in."""
    with pytest.raises(UserError) as error:
        call()
    return error.value.code


def names(folder: Path) -> list[str]:
    """Return what lies in a folder, sorted."""
    return sorted(path.name for path in folder.iterdir())
