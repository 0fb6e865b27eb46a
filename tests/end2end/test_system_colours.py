"""The desktop turns dark, and asks for contrast, while the program runs: it follows without a restart.

Real window, real Guide; the desktop is the settings portal on a bus of its own (tests/support). Takes
about half a minute:

    .venv/bin/python -m pytest tests/end2end/test_system_colours.py -m slow
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO

import pytest
from PySide6.QtGui import QImage

from app.ui.theme import Colours
from tests.end2end.people import People
from tests.end2end.person import Person
from tests.end2end.program import ROOT
from tests.end2end.waiting import wait_for
from tests.end2end.witness import Witness

PASSPHRASE = "four plain words here"
SYSTEM_PYTHON = "/usr/bin/python3"
CARD = (700, 84)
"""A place inside the question's card; its left edge is at EDGE."""
EDGE = (412, 106)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]


@contextmanager
def desktop() -> Iterator[tuple[str, IO[str]]]:
    """Start a bus and its portal; give the bus's address and where to say what changes."""
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert bus.stdout is not None
    address = bus.stdout.readline().strip()
    portal = subprocess.Popen(
        [SYSTEM_PYTHON, str(ROOT / "tests" / "support" / "desktop_portal.py")],
        env={**os.environ, "DBUS_SESSION_BUS_ADDRESS": address},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert portal.stdin is not None
    assert portal.stdout is not None
    try:
        if portal.stdout.readline().strip() != "ready":
            pytest.skip("needs PyGObject for the system's Python (Debian: python3-gi)")
        yield address, portal.stdin
    finally:
        for process in (portal, bus):
            process.kill()
            process.wait()
        for stream in (bus.stdout, portal.stdin, portal.stdout):
            stream.close()


def test_the_window_follows_the_desktop(people: People, tmp_path: Path) -> None:
    if shutil.which("dbus-daemon") is None or not Path(SYSTEM_PYTHON).exists():
        pytest.skip("needs dbus-daemon and the system's Python")
    profile = tmp_path / "profile"
    with desktop() as (address, changes):
        person = people.begin(
            profile,
            theme="system",
            variables={
                "DBUS_SESSION_BUS_ADDRESS": address,
                "QT_QPA_PLATFORMTHEME": "xdgdesktopportal",
                "XDG_CURRENT_DESKTOP": "GNOME",
            },
        )
        person.choose_passphrase(profile, PASSPHRASE)
        witness = Witness(profile, PASSPHRASE)
        person.ask("How do I stop an answer?")
        wait_for(lambda: len(witness.branches()) == 2, "an answer")
        said = (("color-scheme", 1), ("contrast", 1), ("color-scheme", 2), ("contrast", 0))
        dark = contrast = False
        for name, value in said:
            dark = value == 1 if name == "color-scheme" else dark
            contrast = value == 1 if name == "contrast" else contrast
            changes.write(f"{name} {value}\n")
            changes.flush()
            wanted = Colours(dark=dark, high_contrast=contrast)
            wait_for(partial(looks, person, wanted), f"{name} {value}", 10)


def looks(person: Person, wanted: Colours) -> bool:
    """Say whether sidebar, transcript and the card in it have the colours of ``wanted``."""
    seen = QImage(str(person.picture("colours")))
    return (
        seen.pixelColor(5, 400) == wanted.sidebar
        and seen.pixelColor(1200, 400) == wanted.canvas
        and seen.pixelColor(*CARD) == wanted.sunken
        and (seen.pixelColor(*EDGE) != wanted.sunken) is wanted.high_contrast
    )
