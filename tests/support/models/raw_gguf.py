"""Writes the bytes of a GGUF's header one by one, for files that no writer would make.

Job: whatever a header can claim. Rule: what it claims of its tensors is a hole in the file, so that
gigabytes take no room on a disk.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from pathlib import Path

TEXT, ARRAY, FLOAT = 8, 9, 6

Tensor = tuple[str, tuple[int, ...]]


def text(words: str) -> bytes:
    """Return a text as a header has it."""
    raw = words.encode()
    return struct.pack("<Q", len(raw)) + raw


def entry(key: str, words: str) -> bytes:
    """Return one entry with a text."""
    return text(key) + struct.pack("<I", TEXT) + text(words)


def list_entry(key: str, kind: int, count: int, items: bytes = b"") -> bytes:
    """Return one entry that claims a list of ``count`` items, of which ``items`` are there."""
    return text(key) + struct.pack("<IIQ", ARRAY, kind, count) + items


ADAPTER = (
    entry("general.architecture", "gpt-oss"),
    entry("general.type", "adapter"),
    entry("adapter.type", "lora"),
    text("adapter.lora.alpha") + struct.pack("<If", FLOAT, 8.0),
)


def write(path: Path, entries: Sequence[bytes], tensors: Sequence[Tensor] = (), hole: int = 0) -> Path:
    """Write entries, tensors of 4-byte numbers that are all 0, and ``hole`` bytes more of nothing."""
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(entries)) + b"".join(entries)
    offset = 0
    for name, sizes in tensors:
        count = 4
        for size in sizes:
            count *= size
        head += text(name) + struct.pack(f"<I{len(sizes)}Q", len(sizes), *sizes)
        head += struct.pack("<IQ", 0, offset)
        offset += -(-count // 32) * 32
    path.write_bytes(head + bytes(-len(head) % 32 if tensors else 0))
    os.truncate(path, path.stat().st_size + offset + hole)
    return path
