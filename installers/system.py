"""What the operating system must bring, and how it gets there.

Job: find missing system libraries and programs by trying them, and install them on Debian and its
relatives when this process may. Rule: standard library only; never asks for a password; where it
may not install, it stops with the exact command for the person to run.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Need:
    """One thing looked for and its package.

    ``probe`` is a library's soname, a program's name, or a pattern of absolute paths.
    """

    probe: str
    package: str

    @property
    def present(self) -> bool:
        """Say whether the library can be loaded, or the program or file found."""
        if self.probe.startswith("/"):
            return any(Path("/").glob(self.probe[1:]))
        if ".so" not in self.probe:
            return shutil.which(self.probe) is not None
        try:
            ctypes.CDLL(self.probe)
        except OSError:
            return False
        return True


# Found by adding one package at a time in a bare Debian 12 root with PySide6 6.11.
QT = (
    Need("libGL.so.1", "libgl1"),
    Need("libEGL.so.1", "libegl1"),
    Need("libxkbcommon.so.0", "libxkbcommon0"),
    Need("libfontconfig.so.1", "libfontconfig1"),
    Need("libglib-2.0.so.0", "libglib2.0-0"),
    Need("libdbus-1.so.3", "libdbus-1-3"),
)
SCREEN = (
    Need("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
    Need("libxcb-cursor.so.0", "libxcb-cursor0"),
    Need("libxcb-icccm.so.4", "libxcb-icccm4"),
    Need("libxcb-keysyms.so.1", "libxcb-keysyms1"),
    Need("libxcb-shape.so.0", "libxcb-shape0"),
    Need("libwayland-client.so.0", "libwayland-client0"),
    Need("libwayland-cursor.so.0", "libwayland-cursor0"),
)
COMPILER = (Need("c++", "g++"),)
BUILDING = (
    *COMPILER,
    Need("make", "make"),
    Need("git", "git"),  # Briefcase asks for it, even where it has nothing to fetch
    Need("dpkg-deb", "dpkg-dev"),
    Need("/usr/bin/python3-config", "python3-dev"),
    Need("/usr/lib/python3.*/ensurepip", "python3-venv"),
)
TEST_TOOLS = (
    Need("git", "git"),
    Need("strace", "strace"),
    Need("Xvfb", "xvfb"),
    Need("xdotool", "xdotool"),
    Need("xprop", "x11-utils"),
    Need("dbus-daemon", "dbus-daemon"),
    # A screen reader's side of the accessibility tree, spoken to by the system's own Python.
    Need("/usr/libexec/at-spi-bus-launcher", "at-spi2-core"),
    Need("/usr/lib/*/girepository-1.0/Atspi-2.0.typelib", "gir1.2-atspi-2.0"),
    Need("/usr/lib/python3/dist-packages/gi", "python3-gi"),
)


def missing_packages(needs: Iterable[Need]) -> list[str]:
    """Return the Debian packages of the needs that are not met on Linux; nothing elsewhere."""
    return [need.package for need in needs if not need.present] if sys.platform == "linux" else []


def install_or_explain(packages: list[str], *, required: bool = True) -> None:
    """Install Debian packages if this process may; else stop with the command, or only mention it.

    ``required`` False is for tools some tests use: those tests skip, with a reason, without them.
    """
    if not packages:
        return
    may_install = shutil.which("apt-get") is not None and os.geteuid() == 0
    if may_install:
        print(f"Installing system packages: {' '.join(packages)}", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
        for preparation in ([], ["apt-get", "update", "-qq"]):
            if preparation:
                subprocess.call(preparation, env=environment)
            if subprocess.call(command, env=environment, stdout=subprocess.DEVNULL) == 0:
                return
    advice = f"sudo apt-get install {' '.join(packages)}"
    if not required:
        print(f"Some tests will be skipped. To run them all: {advice}", flush=True)
        return
    raise SystemExit(
        "Nothing was changed. Some system libraries are missing. "
        "Install them, then run this command again:\n\n"
        f"    {advice}\n\n"
        "(The names are Debian's and Ubuntu's; other systems use similar names.)"
    )
