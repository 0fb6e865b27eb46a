"""The runs of the program in one test.

Job: start them on the test's screen. Rule: whoever was started is ended with the test, and pictured
before if it failed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.end2end.person import Person
from tests.end2end.screen import Screen


class People:
    """Starts persons, and knows them all."""

    def __init__(self, screen: Screen, pictures: Path) -> None:
        self._screen, self._pictures = screen, pictures
        self._all: list[Person] = []

    def begin(self, profile: Path, **how: Any) -> Person:
        """Start the program with ``profile``; ``how`` is what Person takes."""
        person = Person(self._screen, profile, self._pictures, **how)
        self._all.append(person)
        return person

    def end(self, failed: str = "") -> None:
        """End all that still run; each is pictured first in a test that ``failed`` (its name)."""
        for person in self._all:
            if failed and person.program.poll() is None:
                print(f"picture: {person.picture(f'failed-{failed}')}")  # noqa: T201 - with the failure
            person.kill()
