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

from linux import deb, graphics, portable, tree

SYSTEM_PYTHON = "/usr/bin/python3"


def make(formats: Iterable[str]) -> list[Path]:
    """Build the formats named (``deb``, ``portable``); returns the files made."""
    system.install_or_explain(system.missing_packages((*system.BUILDING, *system.QT, *system.SCREEN)))
    prepared = preparing.prepare(SYSTEM_PYTHON)
    made = tree.make(prepared.stage, prepared.python, prepared.moment, prepared.version)
    part = graphics.take_out(made)
    moment = int(prepared.moment)
    files = []
    for name in formats:
        maker = {"deb": deb, "portable": portable}[name]
        files.append(maker.pack(made, preparing.OUT, moment))
        if part is not None:
            files.append(maker.pack_part(part, preparing.OUT, moment))
    return files


if __name__ == "__main__":
    sys.exit("Use: python3 installers/dev.py build")
