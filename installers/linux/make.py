"""From a checkout to the files that are handed out for Linux.

Job: the order of the steps: packages, stage, Briefcase, finish, pack. Rule: standard library only;
every input is hash-locked and every output the same for the same checkout.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import build_wheels
import environment
import stage
import system

from linux import deb, portable, tree

ROOT = Path(__file__).resolve().parents[2]
BUILD, OUT = ROOT / "build", ROOT / "build" / "dist"
SYSTEM_PYTHON = "/usr/bin/python3"
_HEADING = re.compile(r"^## (\S+) \((\d{4}-\d{2}-\d{2})\)$", re.MULTILINE)


def make(formats: Iterable[str]) -> list[Path]:
    """Build the formats named (``deb``, ``portable``); returns the files made."""
    system.install_or_explain(system.missing_packages((*system.BUILDING, *system.QT, *system.SCREEN)))
    environment.set_up("runtime")
    python = environment.packaging_python(BUILD / "packaging", SYSTEM_PYTHON)
    house = BUILD / "wheelhouse"
    build_wheels.engine_wheel(house, python)
    build_wheels.fill(house, python)
    version, date = release()
    moment = os.environ.get("SOURCE_DATE_EPOCH") or str(int(date.timestamp()))
    staged = stage.stage(house)
    stage.set_default(staged, "release_date", f"{date:%Y-%m-%d}")
    drawn(staged, f"{date:%Y-%m-%d}")
    made = tree.make(staged, python, moment, version)
    OUT.mkdir(parents=True, exist_ok=True)
    makers = {"deb": deb.pack, "portable": portable.pack}
    return [makers[name](made, OUT, int(moment)) for name in formats]


def release() -> tuple[str, datetime]:
    """Return the newest version in CHANGELOG.md, which has to be the project's, and its day."""
    found = _HEADING.search((ROOT / "CHANGELOG.md").read_text("utf-8"))
    if found is None or found[1] != stage.project()["version"]:
        raise SystemExit("CHANGELOG.md does not begin with this version. Nothing was built.")
    return found[1], datetime.strptime(found[2], "%Y-%m-%d").replace(tzinfo=UTC)


def drawn(staged: Path, date: str) -> None:
    """Put into the stage what the program itself makes: icons and the manual page."""
    for script, *arguments in (
        ("icons.py", str(staged / "icons")),
        ("man_page.py", str(staged / "cloister.1"), date),
    ):
        command = [environment.PYTHON, "-B", str(ROOT / "installers" / script), *arguments]
        if subprocess.call(command, cwd=ROOT, env={**os.environ, "COLUMNS": "1000"}):
            raise SystemExit("The icons or the manual page could not be made. Nothing was built.")


if __name__ == "__main__":
    sys.exit("Use: python3 installers/dev.py build")
