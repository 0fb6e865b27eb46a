"""Progress on the icon in Linux docks, as KDE, Ubuntu and others listen for it.

Job: send ``com.canonical.Unity.LauncherEntry.Update`` on the session bus. Rule: a bus is used only where
the session has one on a local socket: none is started for it and none is reached over a network.
"""

from __future__ import annotations

import os
import zlib
from pathlib import Path

from PySide6.QtDBus import QDBusConnection, QDBusMessage

_INTERFACE = "com.canonical.Unity.LauncherEntry"


class LauncherEntry:
    """The icon of the program with this desktop file (without its ending)."""

    def __init__(self, desktop_file: str) -> None:
        self._uri = f"application://{desktop_file}.desktop"
        self._path = f"/com/canonical/unity/launcherentry/{zlib.crc32(self._uri.encode())}"

    def show(self, percent: int | None) -> None:
        """Show it; who does not listen does not."""
        if not has_local_bus():
            return
        signal = QDBusMessage.createSignal(self._path, _INTERFACE, "Update")
        bar = {"progress": (percent or 0) / 100, "progress-visible": percent is not None}
        signal.setArguments([self._uri, bar])
        QDBusConnection.sessionBus().send(signal)


def has_local_bus() -> bool:
    """Say whether this session has a bus on a socket of this computer."""
    address = os.environ.get("DBUS_SESSION_BUS_ADDRESS", "")
    if address:
        return all(place.startswith("unix:") for place in address.split(";"))
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    return bool(runtime) and Path(runtime, "bus").is_socket()
