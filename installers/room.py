"""What takes the room of an installation.

Job: print the table of docs/releasing.md for an installation's ``lib/cloister``, which holds ``app`` and
``app_packages``. Rule: standard library only; a file takes the blocks that the disk gives it, as ``du``
counts, in MB of 1,000,000 bytes, because that is what a person's disk loses.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

TOGETHER = {
    "numpy": "numpy and its algebra",
    "numpy.libs": "numpy and its algebra",
    "PySide6": "PySide6 with Qt",
    "shiboken6": "PySide6 with Qt",
    "llama_cpp": "llama.cpp",
    "sqlcipher3": "SQLCipher",
    "sqlcipher3.libs": "SQLCipher",
    "cryptography": "cryptography",
    "hf_xet": "downloads",
    "huggingface_hub": "downloads",
    "pygments": "colours of code",
    "resources": "the program: texts, Guide, fonts, icons",
    "app": "the program: code",
}
"""Which part a folder belongs to; all others are "all others"."""
OTHERS = "all others"


def room(home: Path) -> Counter[str]:
    """Return the bytes on the disk of each part below ``home``."""
    found: Counter[str] = Counter()
    for path in home.rglob("*"):
        inside = path.relative_to(home).parts
        name = inside[1] if len(inside) > 1 else inside[0]
        found[TOGETHER.get(name, OTHERS)] += path.lstat().st_blocks * 512
    return found


def table(home: Path) -> str:
    """Return the parts as a table, the largest first, and the sum."""
    parts = room(home)
    lines = ["| part | MB |", "|---|---|"]
    lines += [
        f"| {name} | {size / 1e6:.0f} |"
        for name, size in sorted(parts.items(), key=lambda one: (one[0] == OTHERS, -one[1]))
    ]
    return "\n".join([*lines, f"| together | {parts.total() / 1e6:.0f} |"])


if __name__ == "__main__":
    print(table(Path(sys.argv[1])))
