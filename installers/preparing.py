"""What every installable program is made from, whatever the system.

Job: packages, stage, icons and manual page in their order, and what the changelog says of the version.
Rule: standard library only; every input is hash-locked.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import build_wheels
import environment
import stage

ROOT = Path(__file__).resolve().parents[1]
BUILD, OUT = ROOT / "build", ROOT / "build" / "dist"
_HEADING = re.compile(r"^## (\S+) \((\d{4}-\d{2}-\d{2})\)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Prepared:
    """The stage, and with what Briefcase is run in it."""

    stage: Path
    python: str
    version: str
    moment: str
    """The date of every file built, in seconds."""


def prepare(system_python: str) -> Prepared:
    """Fill the wheelhouse and make the stage; raises SystemExit with one sentence when a step fails."""
    environment.set_up("runtime")
    python = environment.packaging_python(BUILD / "packaging", system_python)
    house = BUILD / "wheelhouse"
    build_wheels.engine_wheel(house, python)
    build_wheels.fill(house, python)
    version, date = release()
    moment = os.environ.get("SOURCE_DATE_EPOCH") or str(int(date.timestamp()))
    staged = stage.stage(house)
    stage.set_default(staged, "release_date", f"{date:%Y-%m-%d}")
    stage.write_build(staged, f"{date:%Y-%m-%d}", commit())
    _drawn(staged, f"{date:%Y-%m-%d}")
    OUT.mkdir(parents=True, exist_ok=True)
    return Prepared(staged, python, version, moment)


def release() -> tuple[str, datetime]:
    """Return the newest version in CHANGELOG.md, which has to be the project's, and its day."""
    found = _HEADING.search((ROOT / "CHANGELOG.md").read_text("utf-8"))
    if found is None or found[1] != stage.project()["version"]:
        raise SystemExit("CHANGELOG.md does not begin with this version. Nothing was built.")
    return found[1], datetime.strptime(found[2], "%Y-%m-%d").replace(tzinfo=UTC)


def commit() -> str:
    """Return the commit of the checkout, "" where there is none or something in it was changed."""
    try:
        changed = subprocess.run(
            ["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        asked = subprocess.run(
            ["git", "rev-parse", "--short=12", "HEAD"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return "" if changed else asked.stdout.strip()


def briefcase(prepared: Prepared, *arguments: str) -> None:
    """Run Briefcase in the stage; raises SystemExit when it stops."""
    home = prepared.stage / "briefcase"
    home.mkdir(exist_ok=True)
    variables = {**os.environ, "SOURCE_DATE_EPOCH": prepared.moment, "BRIEFCASE_HOME": str(home)}
    command = [prepared.python, "-m", "briefcase", *arguments, "--no-input"]
    if subprocess.call(command, cwd=prepared.stage, env=variables):
        raise SystemExit("Briefcase stopped; the lines above say why. Nothing was built.")


def run(*command: str | Path, sentence: str, variables: dict[str, str] | None = None) -> None:
    """Run a tool of the system; raises SystemExit with ``sentence`` when it fails or is not there."""
    try:
        code = subprocess.call([str(part) for part in command], env={**os.environ, **(variables or {})})
    except OSError:
        code = 1
    if code:
        raise SystemExit(sentence)


def _drawn(staged: Path, date: str) -> None:
    """Put into the stage what the program itself makes: icons and the manual page."""
    for script, *arguments in (
        ("icons.py", str(staged / "icons")),
        ("man_page.py", str(staged / "cloister.1"), date),
    ):
        command = [environment.PYTHON, "-B", str(ROOT / "installers" / script), *arguments]
        if subprocess.call(command, cwd=ROOT, env={**os.environ, "COLUMNS": "1000"}):
            raise SystemExit("The icons or the manual page could not be made. Nothing was built.")
