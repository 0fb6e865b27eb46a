"""The lock of a file: one has it, the other is told at once, and it ends with the descriptor."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.core.file_lock import lock

BUSY = (BlockingIOError, PermissionError)
"""What the systems call a lock that somebody has."""


def test_one_has_it_until_the_descriptor_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "a file"
    path.write_bytes(b"words")
    first, second = os.open(path, os.O_RDWR), os.open(path, os.O_RDWR)
    lock(first)
    with pytest.raises(BUSY):
        lock(second)
    assert path.read_bytes() == b"words"
    assert os.lseek(first, 0, os.SEEK_CUR) == 0
    os.close(first)
    lock(second)
    os.close(second)
