"""What README and docs name is there: every path and link, every verb, every room of the house."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.cli.main import VERBS

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md")))
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
PATH = re.compile(r"(?<![\w./~-])((?:app|docs|tests|installers|resources)/[\w./-]*\w)")
MODULE = re.compile(r"-m ((?:tests|installers)(?:\.\w+)+)")
MADE_LATER = ("resources/guide/training/runs",)
"""Named on a page, made by the command beside it."""


def named(page: Path) -> set[Path]:
    """Return the files and folders of the repository that a page names."""
    words = page.read_text("utf-8")
    return {
        *(page.parent / link for link in LINK.findall(words)),
        *(ROOT / path for path in PATH.findall(words) if not path.startswith(MADE_LATER)),
        *(ROOT / (name.replace(".", "/") + ".py") for name in MODULE.findall(words)),
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_names_is_there(page: Path) -> None:
    assert [str(each.relative_to(ROOT)) for each in sorted(named(page)) if not each.exists()] == []


def test_the_pages_name_something() -> None:
    """Else the test above would pass whatever became of its patterns."""
    assert len(named(ROOT / "README.md")) > 30
    assert ROOT / "tests/performance/cold_start.py" in named(ROOT / "docs/performance.md")


def test_the_readme_shows_every_verb() -> None:
    words = (ROOT / "README.md").read_text("utf-8")
    assert [verb for verb in VERBS if f"-m app {verb}" not in words] == []


def test_the_plan_shows_every_room() -> None:
    """The floors, and the rooms of the interface, which has most of them."""
    words = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    rooms = [
        folder.name
        for floor in (ROOT / "app", ROOT / "app" / "ui", ROOT / "app" / "ui" / "flow")
        for folder in floor.iterdir()
        if (folder / "__init__.py").exists()
    ]
    assert len(rooms) > 20
    assert [room for room in sorted(rooms) if f"{room}/" not in words] == []
