"""What the program is made of, and when it was built.

Job: read the lists that ``installers/notices/make.py`` and the build leave in the resources. Rule: they
come with the program, so what is wrong in them is a bug; a checkout was never built.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from app.core.paths import resources_dir


@dataclass(frozen=True, slots=True)
class Part:
    """Something of somebody else's in the program; ``licence`` is SPDX, ``texts`` are names of files."""

    name: str
    version: str
    licence: str
    texts: tuple[str, ...]

    @property
    def words(self) -> str:
        """Its licence and notices, whole, as plain text."""
        folder = resources_dir() / "licenses" / "parts"
        return "\n\n\n".join((folder / name).read_text("utf-8").strip() for name in self.texts)


@dataclass(frozen=True, slots=True)
class Build:
    """The day the program was built, and from which commit ("" where that is not known)."""

    date: str
    commit: str


def parts() -> list[Part]:
    """Return every part, sorted by name whatever its letters' case."""
    listed = json.loads((resources_dir() / "licenses" / "parts.json").read_text("utf-8"))
    found = [Part(one["name"], one["version"], one["licence"], tuple(one["texts"])) for one in listed]
    return sorted(found, key=lambda part: part.name.casefold())


def build() -> Build | None:
    """Return when the program was built; None in a checkout."""
    path = resources_dir() / "build.json"
    if not path.is_file():
        return None
    said = json.loads(path.read_text("utf-8"))
    return Build(said["date"], said["commit"])
