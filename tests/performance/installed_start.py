"""From the start of the program to a letter in the composer: the installed program beside this checkout.

CLOISTER_PROGRAM=/usr/bin/cloister .venv/bin/python -m tests.performance.installed_start [--rounds N]

Both open the same vault by its passphrase on the same virtual screen, in turns, and the first round of
each is not counted, so that both are read from the disk's cache. The time is that of a person who
types at once; the bar for the installed program is 1.3 times the checkout's.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QGuiApplication, QImage

from app.ui.theme import Colours
from tests.end2end.program import CHECKOUT, INSTALLED, PROGRAM, ROOT
from tests.end2end.screen import Screen
from tests.end2end.witness import made_vault

PASSPHRASE = "four plain words here"
BAR = 1.3
_UNLOCK, _COMPOSER = QRect(0, 200, 20, 100), QRect(430, 690, 500, 90)
_LETTERS = 40
"""Pixels of text that are more than a caret."""


class Eye:
    """Looks at the screen without a process of its own for each look."""

    def __init__(self, screen: Screen) -> None:
        os.environ.update({"DISPLAY": screen.display, "QT_QPA_PLATFORM": "xcb"})
        self._application = QGuiApplication([])
        self._colours = Colours(dark=False)

    def sees(self, colour: QColor, area: QRect) -> int:
        """Count the pixels of a colour."""
        shot = self._application.primaryScreen().grabWindow(
            0, area.x(), area.y(), area.width(), area.height()
        )
        image, wanted = shot.toImage().convertToFormat(QImage.Format.Format_RGB32), colour.rgb()
        return sum(
            image.pixel(x, y) == wanted for x in range(image.width()) for y in range(image.height())
        )

    def unlock_page(self) -> bool:
        """Say whether the page that asks for the passphrase is there."""
        return self.sees(self._colours.canvas, _UNLOCK) == _UNLOCK.width() * _UNLOCK.height()

    def composer(self) -> bool:
        """Say whether the composer is there."""
        return self.sees(self._colours.raised, _COMPOSER) > 10_000

    def letters(self) -> bool:
        """Say whether something stands in the composer."""
        return self.sees(self._colours.text, _COMPOSER) > _LETTERS


def wait(condition: Callable[[], bool]) -> None:
    """Return once ``condition`` holds; raises TimeoutError after a minute."""
    deadline = time.monotonic() + 60
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.01)


def once(command: tuple[str, ...], screen: Screen, eye: Eye, profile: Path) -> tuple[float, float]:
    """Return the seconds to the unlock page, and to the first letters in the composer."""
    started = time.monotonic()
    program = subprocess.Popen(
        command, cwd=ROOT, env={**screen.environment, "CLOISTER_HOME": str(profile)}
    )
    try:
        wait(eye.unlock_page)
        page = time.monotonic() - started
        window = screen.do("search", "--onlyvisible", "--name", "^Cloister$").split("\n")[0]
        screen.do("windowfocus", "--sync", window)
        screen.do("type", "--delay", "2", PASSPHRASE)
        screen.do("key", "Return")
        wait(eye.composer)

        def typed() -> bool:
            screen.do("type", "--delay", "1", "mm")
            return eye.letters()

        wait(typed)
        return page, time.monotonic() - started
    finally:
        program.kill()
        program.wait()


def main() -> int:
    """Print both programs' times and their ratio; returns 1 when the bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    if not INSTALLED:
        sys.stderr.write("CLOISTER_PROGRAM names the installed program.\n")
        return 2
    screen = Screen()
    try:
        eye = Eye(screen)
        times: dict[str, list[tuple[float, float]]] = {"checkout": [], "installed": []}
        for number in range(rounds + 1):
            for name, command in (("checkout", CHECKOUT), ("installed", PROGRAM)):
                with tempfile.TemporaryDirectory() as folder:
                    made_vault(Path(folder) / "profile", PASSPHRASE)
                    settings = Path(folder) / "profile" / "settings.json"
                    settings.write_text('{"appearance.theme": "light"}', "utf-8")
                    taken = once(command, screen, eye, Path(folder) / "profile")
                if number:
                    times[name].append(taken)
        return _report(times)
    finally:
        screen.close()


def _report(times: dict[str, list[tuple[float, float]]]) -> int:
    middle = {
        name: [statistics.median(column) for column in zip(*taken, strict=True)]
        for name, taken in times.items()
    }
    for name, (page, composer) in middle.items():
        sys.stdout.write(f"{name}: first page {page:.2f} s, a letter in the composer {composer:.2f} s\n")
    ratio = middle["installed"][1] / middle["checkout"][1]
    sys.stdout.write(f"installed beside checkout: {ratio:.2f} (bar {BAR})\n")
    return 0 if ratio <= BAR else 1


if __name__ == "__main__":
    raise SystemExit(main())
