"""What a download shows outside the window: per cent on the icon, and a call without content."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget
from pytestqt.qtbot import QtBot

from app.ui.desktop.call import Call
from app.ui.desktop.icon_progress import IconProgress

ROOT = Path(__file__).resolve().parents[3]
SHOW = """
from PySide6.QtGui import QGuiApplication
from app.ui.desktop.launcher_entry import LauncherEntry
application = QGuiApplication(["test", "-platform", "offscreen"])
icon = LauncherEntry("org.cloister.cloister")
icon.show(61)
icon.show(None)
"""


class Icon:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[int | None] = []

    def show(self, percent: int | None) -> None:
        self.told.append(percent)


def test_whole_per_cent_are_told_once() -> None:
    icon = Icon()
    progress = IconProgress(icon)
    for share in (None, 0.0, 0.001, 0.614, 0.613, 1.2, None, None):
        progress.show(share)
    assert icon.told == [0, 61, 100, None]


@pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("dbus-daemon") is None, reason="needs a session bus"
)
def test_a_dock_that_listens_on_the_session_bus_hears_it() -> None:
    command = ["dbus-daemon", "--session", "--nofork", "--print-address"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as bus:
        assert bus.stdout is not None
        address = bus.stdout.readline().strip()
        listen = ["dbus-monitor", "--address", address, "interface='com.canonical.Unity.LauncherEntry'"]
        with subprocess.Popen(listen, stdout=subprocess.PIPE, text=True) as dock:
            assert dock.stdout is not None
            while "NameLost" not in dock.stdout.readline():
                pass
            environment = {**os.environ, "DBUS_SESSION_BUS_ADDRESS": address}
            subprocess.run([sys.executable, "-c", SHOW], cwd=ROOT, env=environment, check=True)
            heard = ""
            while heard.count("progress-visible") < 2 or not heard.endswith("]\n"):
                heard += dock.stdout.readline()
            dock.terminate()
        bus.terminate()
    assert heard.count("application://org.cloister.cloister.desktop") == 2
    assert "double 0.61" in heard
    assert heard.index("boolean true") < heard.index("boolean false")


def test_a_bus_that_lies_elsewhere_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    from app.ui.desktop.launcher_entry import has_local_bus

    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    for address, local in (("", False), ("tcp:host=there,port=1", False), ("unix:path=/x;tcp:a", False)):
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        assert has_local_bus() is local
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/run/user/1/bus")
    assert has_local_bus()


def test_the_call_names_nothing_and_stays_silent_while_the_window_is_active(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    said: list[tuple[str, str]] = []
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: True)
    monkeypatch.setattr(QSystemTrayIcon, "supportsMessages", lambda: True)
    monkeypatch.setattr(QSystemTrayIcon, "show", lambda _icon: None)
    monkeypatch.setattr(
        QSystemTrayIcon, "showMessage", lambda _icon, title, words, *_: said.append((title, words))
    )
    call = Call(window)
    monkeypatch.setattr(QApplication, "activeWindow", lambda: window)
    call.call()
    assert said == []
    monkeypatch.setattr(QApplication, "activeWindow", lambda: None)
    call.call()
    assert said == [("Cloister", "Something you were waiting for has ended.")]
    call.end()
