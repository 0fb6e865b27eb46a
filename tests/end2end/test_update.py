"""An update under an open window, and two versions with one profile: a sentence each, and nothing lost.

Slow, as root, with dpkg, after ``python3 installers/dev.py build --only deb``:
.venv/bin/python -m pytest tests/end2end/test_update.py -m slow --timeout 600

The package is installed by dpkg itself into a folder of its own, where the program runs as in ``/usr``.
The newer version is the same program with a higher number and one migration more.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.storage.records import MessageState
from tests.end2end.people import People
from tests.end2end.person import Person
from tests.end2end.reader import Reader, Tree
from tests.end2end.waiting import wait_for
from tests.end2end.witness import Witness, made_vault
from tests.packaging.bare_root import built

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="packages of Debian"),
]
SECRET = "four plain words here"
NEWER = "99.0.0"
REPLACED = "Cloister was updated or removed while it was open."
RUNNING = "Cloister is already running with this profile."
FROM_NEWER = "This history was written by a newer Cloister."
QUESTION = "How do I stop an answer?"
TYPED = """
import os, pty, sys
def read(descriptor):
    data = os.read(descriptor, 4096)
    if b":" in data:
        os.write(descriptor, os.environb[b"SECRET"] + b"\\n")
    return data
raise SystemExit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:], read)))
"""


Start = Callable[["Place", Path], Person]


class Place:
    """A folder that dpkg installs into."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.program = root / "usr" / "bin" / "cloister"
        for folder in ("info", "updates"):
            (root / "var" / "lib" / "dpkg" / folder).mkdir(parents=True)
        (root / "var" / "lib" / "dpkg" / "status").touch()

    def install(self, package: Path) -> None:
        """Install a package over what is there, as an update does."""
        command = ["dpkg", f"--root={self.root}", "--force-depends", "--force-downgrade", "--install"]
        subprocess.run([*command, package], check=True, capture_output=True)

    def export(self, profile: Path) -> str:
        """Return what the program says when the conversations are listed on a terminal."""
        done = subprocess.run(
            [sys.executable, "-c", TYPED, str(self.program), "export"],
            env={**os.environ, "CLOISTER_HOME": str(profile), "SECRET": SECRET},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return " ".join(done.stdout.split())


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return the package that was built, and one of a version to come."""
    if os.geteuid() != 0 or shutil.which("dpkg") is None:
        pytest.skip("needs root and dpkg")
    older, folder = built("cloister_*.deb"), tmp_path_factory.mktemp("newer")
    subprocess.run(["dpkg-deb", "--raw-extract", older, folder / "tree"], check=True)
    control = folder / "tree" / "DEBIAN" / "control"
    control.write_text(
        re.sub(r"^Version: .*$", f"Version: {NEWER}", control.read_text("utf-8"), flags=re.MULTILINE),
        "utf-8",
    )
    app = folder / "tree" / "usr" / "lib" / "cloister" / "app" / "app"
    _edit(app / "__init__.py", r'__version__ = "[^"]*"', f'__version__ = "{NEWER}"')
    _edit(
        app / "storage" / "database" / "schema.py",
        r"^(MIGRATIONS: Final = \(.*)\)$",
        r'\1, Migration("to_come", ("CREATE TABLE to_come (id INTEGER PRIMARY KEY) STRICT",)))',
    )
    newer = folder / "newer.deb"
    packing = [
        "dpkg-deb",
        "--root-owner-group",
        "-Zgzip",
        "-z1",
        "--build",
        str(folder / "tree"),
        str(newer),
    ]
    subprocess.run(packing, check=True, capture_output=True)
    return older, newer


def _edit(file: Path, pattern: str, replacement: str) -> None:
    """Change a module and take its compiled form away, which is not compared with it."""
    text, count = re.subn(pattern, replacement, file.read_text("utf-8"), flags=re.MULTILINE)
    assert count == 1, file
    file.write_text(text, "utf-8")
    for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*"):
        compiled.unlink()


@pytest.fixture
def start(people: People, reader: Reader) -> Start:
    """Start the installed program with a profile; what it shows can be read."""

    def started(place: Place, profile: Path) -> Person:
        return people.begin(profile, program=[str(place.program)], variables=reader.variables)

    return started


def said(reader: Reader, person: Person, sentence: str) -> None:
    """Wait until a window shows a sentence."""

    def holds(tree: Tree) -> bool:
        return any(sentence in f"{node.name} {node.text}" for node in tree.nodes)

    reader.wait(person.program.pid, holds, sentence, 30)


def asked(person: Person, witness: Witness, question: str) -> MessageState:
    """Ask and wait until the answer is no longer written; returns how it ended."""
    before = len(witness.branches())
    person.ask(question)
    wait_for(lambda: len(witness.branches()) == before + 2, "the question to be kept")
    wait_for(lambda: witness.branches()[-1].state is not MessageState.STREAMING, "the answer's end")
    return witness.branches()[-1].state


def content(profile: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in profile.rglob("*") if path.is_file()}


def test_an_update_under_an_open_window_is_said_and_costs_nothing(
    packages: tuple[Path, Path], start: Start, reader: Reader, tmp_path: Path
) -> None:
    older, newer = packages
    place, profile = Place(tmp_path / "root"), tmp_path / "profile"
    place.install(older)
    witness = made_vault(profile, SECRET)
    window = start(place, profile).opened(SECRET)
    assert asked(window, witness, QUESTION) is MessageState.DONE
    place.install(newer)
    # What is asked now would be answered by another version, so it is not.
    window.ask("And how do I begin again?")
    said(reader, window, REPLACED)
    assert window.engine() is None
    # A second start of the newer version does not take the profile from the first window: it shows it.
    assert RUNNING in place.export(profile)
    assert start(place, profile).leave() == b""
    window.show()
    window.close_window()
    kept = [record.message.question for record in witness.branches()[::2]]
    assert kept[0] == QUESTION
    again = start(place, profile).opened(SECRET)
    assert asked(again, witness, QUESTION) is MessageState.DONE
    again.close_window()
    assert [record.message.question for record in witness.branches()[::2]] == [*kept, QUESTION]


def test_an_older_version_leaves_a_newer_ones_history_alone(
    packages: tuple[Path, Path], start: Start, reader: Reader, tmp_path: Path
) -> None:
    older, newer = packages
    profile = tmp_path / "profile"
    # Side by side, as an archive that was unpacked beside the package.
    new, old = Place(tmp_path / "new"), Place(tmp_path / "old")
    new.install(newer)
    old.install(older)
    witness = made_vault(profile, SECRET)
    first = start(new, profile).opened(SECRET)
    assert asked(first, witness, QUESTION) is MessageState.DONE
    first.close_window()
    left = content(profile)
    assert FROM_NEWER in old.export(profile)
    second = start(old, profile)
    second.unlock(SECRET)
    said(reader, second, FROM_NEWER)
    second.close_window()
    assert content(profile) == left
    assert QUESTION in new.export(profile)
