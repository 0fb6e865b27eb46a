"""From a checkout to the files that are handed out for Linux.

Job: the order of the steps: prepare, Briefcase, finish, pack. Rule: standard library only; the same
checkout gives the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import preparing
import system

from linux import deb, portable, tree

SYSTEM_PYTHON = "/usr/bin/python3"


def make(formats: Iterable[str]) -> list[Path]:
    """Build the formats named (``deb``, ``portable``); returns the files made."""
    system.install_or_explain(system.missing_packages((*system.BUILDING, *system.QT, *system.SCREEN)))
    prepared = preparing.prepare(SYSTEM_PYTHON)
    made = tree.make(prepared.stage, prepared.python, prepared.moment, prepared.version)
    makers = {"deb": deb.pack, "portable": portable.pack}
    return [makers[name](made, preparing.OUT, int(prepared.moment)) for name in formats]


if __name__ == "__main__":
    sys.exit("Use: python3 installers/dev.py build")
