"""A virtual screen, and pictures of it where a test failed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end2end.people import People
from tests.end2end.reader import Reader, missing_for_reading
from tests.end2end.screen import Screen, missing_tools


@pytest.fixture(scope="session")
def screen() -> Iterator[Screen]:
    """One virtual screen for all tests of a session."""
    missing = missing_tools()
    if missing:
        pytest.skip(f"needs {' and '.join(missing)} for a real window")
    screen = Screen()
    yield screen
    screen.close()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where a test's pictures go; CLOISTER_PICTURES keeps them after the run."""
    wanted = os.environ.get("CLOISTER_PICTURES")
    folder = Path(wanted).absolute() if wanted else tmp_path / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def people(request: pytest.FixtureRequest, screen: Screen, pictures: Path) -> Iterator[People]:
    """Start the runs of the program in a test; each is ended, and pictured if the test failed."""
    people = People(screen, pictures)
    failed_before = request.session.testsfailed
    yield people
    people.end(request.node.name if request.session.testsfailed > failed_before else "")


@pytest.fixture
def reader(screen: Screen) -> Iterator[Reader]:
    """Start a screen reader for one test."""
    missing = missing_for_reading()
    if missing:
        pytest.skip(f"needs {' '.join(missing)} to read the accessibility tree")
    reader = Reader(screen.environment)
    yield reader
    reader.close()
