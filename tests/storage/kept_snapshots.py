"""Keys, a header, and the writing and reading of a whole snapshot."""

from __future__ import annotations

from pathlib import Path

from app.storage.snapshots import Snapshots

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
HEADER = {"fingerprint": "abc", "tokens": 17}


def write(snapshots: Snapshots, conversation: int, data: bytes) -> Path:
    """Keep a snapshot of ``data`` under :data:`HEADER`; returns its file."""
    file = snapshots.begin(conversation, HEADER, len(data))
    file.write(data)
    assert file.keep()
    return file.path


def read(snapshots: Snapshots, conversation: int) -> bytes | None:
    """Return what a conversation's snapshot holds, None where there is none."""
    found = snapshots.find(conversation)
    if found is None:
        return None
    assert found.header == HEADER
    data = b"".join(bytes(chunk) for chunk in found.chunks())
    found.close()
    return data


def names(folder: Path) -> list[str]:
    """Return what lies in a folder, sorted; nothing where there is no folder."""
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
