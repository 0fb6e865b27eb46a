"""Someone who uses the real program on a virtual screen.

Job: start the program and type and press keys as a person would, and tell by pixels and processes how
far it is. Rule: nothing inside the program is touched; waiting is for a state, never for a time.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage

from app.ui.theme import Colours
from tests.end2end.program import BARE, CHECKOUT, PROGRAM, ROOT
from tests.end2end.screen import Screen
from tests.end2end.waiting import wait_for, written_in_slices
from tests.end2end.witness import Witness

FILLED = 2000
"""Pixels of a filled button, at least; no border or icon has as many."""


def _start(root: Path, *, traced: bool) -> tuple[str, ...]:
    """Return what starts the program of a tree; one that is traced already is not watched as well."""
    if root != ROOT:
        return CHECKOUT
    return BARE if traced else PROGRAM


class Person:
    """One run of the program and the hands that use it."""

    def __init__(
        self,
        screen: Screen,
        profile: Path,
        pictures: Path,
        *,
        theme: str = "light",
        trace: Path | None = None,
        calls: str = "network",
        variables: Mapping[str, str] | None = None,
        root: Path = ROOT,
        program: Sequence[str] = (),
        within: Sequence[str] = (),
    ) -> None:
        """Start the program of the tree ``root``, or another ``program``.

        ``trace`` gets its system ``calls``; ``variables`` are added to its environment; ``within`` is a
        command that runs it (to take something away from it).
        """
        self._screen = screen
        self._pictures = pictures
        self._colours = Colours(dark=theme == "dark")
        if not profile.exists():
            profile.mkdir(mode=0o700)
        settings = profile / "settings.json"
        if profile.is_dir() and os.access(profile, os.W_OK) and not settings.exists():
            settings.write_text(f'{{"appearance.theme": "{theme}"}}', "utf-8")
        self.program = subprocess.Popen(
            [
                *within,
                *(["strace", "-f", "-qq", "-e", f"trace={calls}", "-o", str(trace)] if trace else []),
                *(program or _start(root, traced=trace is not None)),
            ],
            cwd=root,
            env={**screen.environment, "CLOISTER_HOME": str(profile), **(variables or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_for(self._has_keyboard, "the window with the keyboard")
        except BaseException:
            self.kill()
            raise

    def _has_keyboard(self) -> bool:
        """Give the keyboard to the window, which is not ready for it as soon as it is seen."""
        window = self._window()
        if not window:
            return False
        self._screen.do("windowfocus", window)
        return self._screen.do("getwindowfocus", "-f") == window

    def _window(self) -> str:
        return self._screen.do("search", "--onlyvisible", "--name", "^Cloister$").split("\n")[0]

    def type(self, text: str) -> None:
        """Type into whatever has the focus."""
        self._screen.do("type", "--delay", "8", text)

    def ask(self, question: str) -> None:
        """Put a question into the composer, instead of whatever stands there, and send it."""
        self.press("ctrl+a", "Delete")
        self.type(question)
        self.press("Return")

    def show_thinking(self, question: str, witness: Witness) -> None:
        """Ask with the most effort, and stop the engine's clock in the middle of its reasoning."""
        engine = self.engine()
        assert engine is not None
        self.press("ctrl+e", "Right", "Right", "F6", "shift+F6")
        engine.suspend()
        before = len(witness.branches())
        self.ask(question)
        wait_for(lambda: len(witness.branches()) == before + 2, "the answer to begin")
        wait_for(lambda: written_in_slices(engine, witness), "the first thought")

    def ask_halfway(self, question: str, witness: Witness) -> psutil.Process:
        """Ask, and return the engine with its clock stopped in the middle of the answer."""
        engine = self.engine()
        assert engine is not None
        engine.suspend()
        before = len(witness.branches())
        self.ask(question)
        wait_for(lambda: len(witness.branches()) == before + 2, "the answer to begin")
        wait_for(lambda: written_in_slices(engine, witness, 0.012), "the first words")
        return engine

    def press(self, *keys: str) -> None:
        """Press keys one after another, by xdotool's names."""
        self._screen.do("key", "--delay", "30", *keys)

    def choose_passphrase(self, profile: Path, passphrase: str) -> None:
        """Go through the first start by the keyboard, up to the empty conversation."""
        self.type_passphrase_twice(passphrase)
        wait_for((profile / "vault.json").exists, "the vault")
        self.keep_code()

    def type_passphrase_twice(self, passphrase: str) -> None:
        """Go through the first start by the keyboard, up to the page with the recovery code."""
        self.wait_for_first_start()
        self.press("Return")
        self.type(passphrase)
        self.press("Tab", "Tab")
        self.type(passphrase)
        self.press("Return")

    def keep_code(self) -> None:
        """Tick the box on the page with the recovery code, and go on to the conversation."""
        # The page has the focus on its tick box once it is shown; keys pressed twice would go on to
        # the conversation behind.
        wait_for(self.shows_code, "the page with the code")
        self.press("space", "Tab", "Return")
        wait_for(lambda: self.engine() is not None, "the conversation")

    def shows_code(self) -> bool:
        """Say whether the page with the recovery code is shown, by the card beside the drawing."""
        return (
            self._count(self._colours.canvas, QRect(0, 200, 20, 100)) == 0
            and self._count(self._colours.sunken, QRect(500, 150, 700, 400)) > FILLED
        )

    def wait_for_first_start(self) -> None:
        """Return once the page with the choices is on the screen: it has the only filled button."""
        wait_for(
            lambda: self._count(self._colours.accent, QRect(680, 150, 580, 400)) > FILLED,
            "the first start",
        )

    def unlock(self, passphrase: str) -> None:
        """Type the passphrase into the page that asks for it."""
        # It is the only page whose left edge has the colour of the transcript.
        wait_for(
            lambda: self._count(self._colours.canvas, QRect(0, 200, 20, 100)) == 2000, "the unlock page"
        )
        self.type(passphrase)
        self.press("Return")

    def _count(self, colour: QColor, area: QRect) -> int:
        seen = QImage(str(self.picture("seen"))).copy(area)
        return sum(
            seen.pixelColor(x, y) == colour for x in range(seen.width()) for y in range(seen.height())
        )

    def click(self, x: int, y: int) -> None:
        """Click at a place of the screen."""
        self._screen.do("mousemove", str(x), str(y), "click", "1")

    def picture(self, name: str) -> Path:
        """Take a picture of the screen."""
        path = self._pictures / f"{name}.png"
        self._screen.picture(path)
        return path

    def engine(self) -> psutil.Process | None:
        """Return the engine's process, None while there is none."""
        for child in psutil.Process(self.program.pid).children(recursive=True):
            try:
                if "engine" in child.cmdline():
                    return child
            except psutil.Error:  # it ended while we looked
                continue
        return None

    def kill_engine(self) -> None:
        """End the engine as the system does when memory runs out."""
        engine = self.engine()
        assert engine is not None
        engine.send_signal(signal.SIGKILL)

    def opened(self, passphrase: str) -> Person:
        """Unlock and wait for the conversation and the loaded model; returns itself."""
        self.unlock(passphrase)
        wait_for(lambda: self.engine() is not None, "the unlocked conversation")
        wait_for(self._engine_rests, "the loaded model")
        return self

    def _engine_rests(self) -> bool:
        engine = self.engine()
        if engine is None:
            return False
        try:
            before = engine.cpu_times().user
            time.sleep(0.3)
            # One that computes nothing because others have the processors does not sleep.
            asleep = engine.status() == psutil.STATUS_SLEEPING
            return asleep and engine.cpu_times().user == before > 0.1
        except psutil.NoSuchProcess:  # an errand's, which ended while we looked
            return False

    def close_window(self) -> bytes:
        """Quit by the keyboard and return what the program printed."""
        self.press("ctrl+q")
        return self.leave()

    def wait_for_window(self, titled: str, but: str = "") -> str:
        """Wait until a window of this title (a regular expression) is seen; returns its number.

        One numbered ``but`` is not meant.
        """

        def found() -> list[str]:
            shown = self._screen.do("search", "--onlyvisible", "--name", titled).split()
            return [number for number in shown if number != but]

        wait_for(found, titled)
        return found()[0]

    def close_and_lose(self) -> bytes:
        """Quit where nothing is kept: the program asks first, and staying is what Return would do."""
        self.press("ctrl+q")
        self.wait_for_window("^Close Cloister$")
        self.press("Tab", "space")
        return self.leave()

    def leave(self) -> bytes:
        """Wait for the end of the program."""
        output, _ = self.program.communicate(timeout=30)
        return output

    def show(self) -> None:
        """Bring this run's window to the keyboard, where there are several."""
        wait_for(self._own_window, "this run's window")
        self._screen.do("windowfocus", "--sync", self._own_window())

    def put_in_front(self) -> None:
        """Put this run's window above the others, and the keyboard into it."""
        wait_for(self._own_window, "this run's window")
        self._screen.do("windowraise", self._own_window())
        self.show()

    def _own_window(self) -> str:
        found = self._screen.do("search", "--onlyvisible", "--pid", str(self.program.pid))
        return found.split("\n")[0]

    def properties(self) -> str:
        """Return what the window tells every program on the screen."""
        shown = subprocess.run(
            ["xprop", "-id", self._window()],
            env=self._screen.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return shown.stdout

    def warned(self) -> bool:
        """Say whether a notice of trouble stands above the composer."""
        return self._count(self._colours.warn_soft, QRect(412, 580, 300, 80)) > FILLED

    def press_notice(self) -> None:
        """Click the first button of the notice above the composer."""
        seen = QImage(str(self.picture("seen")))
        column = [y for y in range(400, 720) if seen.pixelColor(420, y) == self._colours.warn_soft]
        middle = (column[0] + column[-1]) // 2
        button = next(x for x in range(430, 1130) if seen.pixelColor(x, middle) == self._colours.raised)
        self.click(button + 12, middle)

    def troubled(self) -> bool:
        """Say whether the page of a profile that cannot be opened is shown, by its filled button."""
        return self._count(self._colours.accent, QRect(380, 300, 300, 260)) > FILLED

    def refused(self) -> bool:
        """Say whether the page that asks for the passphrase shows why it did not open."""
        return self._count(self._colours.warn, QRect(400, 440, 480, 80)) > 0

    def kill(self) -> None:
        """End the program without asking."""
        if self.program.poll() is None:
            # Under strace the program is a child, which would live on and hold our pipe.
            for process in psutil.Process(self.program.pid).children():
                process.kill()
            self.program.kill()
            self.program.communicate()
