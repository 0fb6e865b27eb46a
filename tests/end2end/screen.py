"""A virtual screen: Xvfb, keys and clicks on it, its clipboard, and pictures of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NEEDED = ("Xvfb", "xdotool")
_GRAB = """
import sys
from PySide6.QtGui import QGuiApplication
application = QGuiApplication(sys.argv[:1])
raise SystemExit(not application.primaryScreen().grabWindow(0).save(sys.argv[1]))
"""
_CLIPBOARD = """
import sys
from PySide6.QtGui import QGuiApplication
application = QGuiApplication(sys.argv[:1])
application.clipboard().setText(sys.stdin.buffer.read().decode())
print("ready", flush=True)
application.exec()
"""
_PASTED = """
import sys
from PySide6.QtGui import QGuiApplication
application = QGuiApplication(sys.argv[:1])
sys.stdout.buffer.write(application.clipboard().text().encode())
"""


def missing_tools() -> list[str]:
    """Return the programs that are needed and not there."""
    return [name for name in NEEDED if shutil.which(name) is None]


class Screen:
    """A virtual screen of 1280 by 800 pixels."""

    def __init__(self) -> None:
        reading, writing = os.pipe()
        self._server = subprocess.Popen(
            # A server without -noreset begins anew after its last window; who comes then is refused.
            [
                *("Xvfb", "-noreset", "-nolisten", "tcp"),
                *("-displayfd", str(writing), "-screen", "0", "1280x800x24"),
            ],
            pass_fds=(writing,),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as numbers:
            self.display = f":{numbers.readline().strip()}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables a program needs to appear here."""
        return {**os.environ, "DISPLAY": self.display, "QT_QPA_PLATFORM": "xcb"}

    def do(self, *arguments: str) -> str:
        """Run xdotool and return what it prints."""
        done = subprocess.run(
            ["xdotool", *arguments], env=self.environment, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    def picture(self, path: Path) -> None:
        """Save what can be seen."""
        subprocess.run([sys.executable, "-c", _GRAB, str(path)], env=self.environment, check=True)

    @contextmanager
    def clipboard(self, text: str) -> Iterator[None]:
        """Offer ``text`` to whoever pastes, as another program would."""
        owner = subprocess.Popen(
            [sys.executable, "-c", _CLIPBOARD],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert owner.stdin is not None
        assert owner.stdout is not None
        owner.stdin.write(text.encode())
        owner.stdin.close()
        owner.stdout.readline()
        try:
            yield
        finally:
            owner.kill()
            owner.stdout.close()
            owner.wait()

    def copied(self) -> str:
        """Return what another program would paste now."""
        done = subprocess.run(
            [sys.executable, "-c", _PASTED],
            env=self.environment,
            capture_output=True,
            timeout=20,
            check=True,
        )
        return done.stdout.decode()

    def close(self) -> None:
        """End the screen."""
        self._server.terminate()
        self._server.wait(10)
