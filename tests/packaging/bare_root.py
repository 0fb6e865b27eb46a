"""A bare Debian in a folder, to install into.

Job: make one with debootstrap, run commands in it as root or as a person, with its own /proc. Rule:
only root can; what is mounted goes with the command; the folder is the caller's.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PERSON, NUMBER = "zoë", 1001
"""Nobody's tool makes such a name, and directories of companies hold many."""
DIST = Path(__file__).resolve().parents[2] / "build" / "dist"
NEEDED = ("debootstrap", "unshare", "chroot")


def missing() -> list[str]:
    """Return what is not here and needed; being root is part of it."""
    lacking = [tool for tool in NEEDED if shutil.which(tool) is None]
    return lacking if os.geteuid() == 0 else [*lacking, "root"]


def built(pattern: str) -> Path:
    """Return what was built under this name; skips the test where nothing was."""
    found = sorted(DIST.glob(pattern))
    if not found:
        pytest.skip(f"needs {pattern}: python3 installers/dev.py build")
    return found[-1]


class BareRoot:
    """A Debian with nothing but its base, and one person."""

    def __init__(self, path: Path, release: str = "bookworm") -> None:
        """Use the one in ``path``, or make it there (minutes, from Debian's mirror)."""
        self.path = path
        if not (path / "etc" / "debian_version").is_file():
            shutil.rmtree(path, ignore_errors=True)
            subprocess.run(["debootstrap", "--variant=minbase", release, path], check=True)
        users = path / "etc" / "passwd"
        if PERSON not in users.read_text("utf-8"):
            with users.open("a", encoding="utf-8") as file:
                file.write(f"{PERSON}:x:{NUMBER}:{NUMBER}::/home/{PERSON}:/bin/sh\n")
        self.home = path / "home" / PERSON
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(parents=True, mode=0o700)
        os.chown(self.home, NUMBER, NUMBER)

    def run(
        self, *command: str, person: bool = True, variables: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command inside and return what came of it."""
        entered = ["chroot", *(["--userspec", f"{NUMBER}:{NUMBER}"] if person else []), str(self.path)]
        script = 'mount -t proc proc "$0/proc" && exec "$@"'
        outside = ["unshare", "--mount", "--pid", "--fork", "sh", "-c", script, str(self.path)]
        home = f"/home/{PERSON}" if person else "/root"
        return subprocess.run(
            [*outside, *entered, *command],
            env={
                "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
                "HOME": home,
                "LANG": "C.UTF-8",
                "DEBIAN_FRONTEND": "noninteractive",
                **(variables or {}),
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def install(self, *packages: Path | str) -> subprocess.CompletedProcess[str]:
        """Install packages (files, or names) with what they depend on, nothing that is recommended."""
        wanted = []
        for package in packages:
            if isinstance(package, Path):
                shutil.copyfile(package, self.path / "root" / package.name)
                package = f"/root/{package.name}"  # noqa: PLW2901 - its name inside
            wanted.append(package)
        updated = self.run("apt-get", "update", "-qq", person=False)
        if updated.returncode:
            return updated
        # -q twice, and it does not say why it refuses.
        return self.run(
            "apt-get", "install", "-y", "-q", "--no-install-recommends", *wanted, person=False
        )
