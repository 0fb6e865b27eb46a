"""Carrying a file in by hand, as the tests of it do, and what they ask afterwards."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.core.errors import UserError
from app.library.carrying.examining import Found, examine
from app.library.carrying.importing import How, Import, Imported
from app.library.files import copying
from tests.support.models import model_shelf

ROOT = Path(__file__).parents[2]


def found(carry: Import, path: Path) -> Found:
    """Look at a file, with a stand-in for the confined child."""
    return examine(path, carry.entries, model_shelf.look)


def bring(carry: Import, path: Path, how: How = How.COPY) -> Imported:
    """Look at a file and carry it in."""
    return carry.run(found(carry, path), how)


def code_of(call: Callable[[], object]) -> str:
    """Return the code of the refusal that ``call`` ends in."""
    with pytest.raises(UserError) as error:
        call()
    return error.value.code


def counted_reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the list that each read of a copy adds its bytes to, from now on."""
    reads: list[int] = []
    real = copying._read

    def read(file: io.FileIO, count: int) -> bytes:
        reads.append(count)
        return real(file, count)

    monkeypatch.setattr(copying, "_read", read)
    return reads


def names(folder: Path) -> list[str]:
    """Return what lies in a folder, sorted."""
    return sorted(path.name for path in folder.iterdir())


@contextmanager
def at_work(script: str, done: int) -> Iterator[None]:
    """Run ``script`` in a process until it has told of more than ``done`` bytes; kill it at the end.

    The script prints how far it is, and waits at its standard input once it is far enough.
    """
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as child:
        assert child.stdout is not None
        assert any(int(line) > done for line in child.stdout), "it ended before it was that far"
        yield
        child.send_signal(signal.SIGKILL)
        child.wait()
