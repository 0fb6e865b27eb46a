"""Which file each locked package is, on every system that Cloister is built for.

Job: ask pip, as for each target, for the wheel of every pin and write ``locks/wheels.json``. Rule: runs
after ``dev.py lock`` in the environment of the program, with a network; whoever only checks the table
(``tests/packaging/test_wheel_table.py``) needs none. llama-cpp-python is compiled by
``build_wheels.py`` and does not stand in it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import build_wheels
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.tags import mac_platforms

TABLE = build_wheels.LOCKS / "wheels.json"


@dataclass(frozen=True, slots=True)
class Target:
    """A system and the Python that is installed with the program there."""

    python: str
    platforms: tuple[str, ...]
    system: str
    machine: str

    @property
    def markers(self) -> dict[str, str]:
        """What the lists' conditions are weighed with."""
        environment = {name: str(value) for name, value in default_environment().items()}
        environment["python_version"] = self.python
        environment["python_full_version"] = f"{self.python}.0"
        environment["sys_platform"] = self.system
        environment["platform_machine"] = self.machine
        return environment


_GLIBC = tuple(f"manylinux_2_{minor}_x86_64" for minor in range(36, 16, -1))
TARGETS = {
    "linux-x86_64": Target("3.11", (*_GLIBC, "manylinux2014_x86_64"), "linux", "x86_64"),
    "macos-arm64": Target("3.12", tuple(mac_platforms((14, 0), "arm64")), "darwin", "arm64"),
    "windows-x64": Target("3.12", ("win_amd64",), "win32", "AMD64"),
}
"""The floor of each: GNU C library 2.36 (Debian 12), macOS 14, 64-bit Windows."""


def pins(target: Target) -> dict[str, str]:
    """Return name and version of each locked package that is installed on ``target``."""
    found: dict[str, str] = {}
    for name, block in build_wheels.locked():
        wanted = Requirement(block.partition("\\")[0].strip())
        if wanted.marker is None or wanted.marker.evaluate(target.markers):
            found[name] = str(wanted.specifier).removeprefix("==")
    return found


def ask(target: Target) -> dict[str, dict[str, str]]:
    """Ask pip which wheel each pin is on ``target``; raises CalledProcessError where one has none."""
    wanted = {name: version for name, version in pins(target).items() if name != build_wheels.ENGINE}
    with tempfile.TemporaryDirectory() as folder:
        listed, report = Path(folder, "pins.txt"), Path(folder, "report.json")
        listed.write_text("".join(f"{name}=={version}\n" for name, version in wanted.items()), "utf-8")
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        command += ["--dry-run", "--ignore-installed", "--no-deps", "--only-binary", ":all:"]
        command += ["--python-version", target.python, "--implementation", "cp"]
        command += [word for one in target.platforms for word in ("--platform", one)]
        command += ["--target", folder, "-r", str(listed), "--report", str(report)]
        subprocess.check_call(command)
        made = json.loads(report.read_text("utf-8"))
    return {
        one["metadata"]["name"].lower().replace("_", "-").replace(".", "-"): {
            "file": one["download_info"]["url"].rpartition("/")[2].replace("%2B", "+"),
            "sha256": one["download_info"]["archive_info"]["hashes"]["sha256"],
        }
        for one in made["install"]
    }


def main() -> int:
    """Write the table anew."""
    table = {name: dict(sorted(ask(target).items())) for name, target in TARGETS.items()}
    TABLE.write_text(json.dumps(table, indent=1) + "\n", "utf-8")
    print(f"{TABLE}: {sum(len(one) for one in table.values())} files")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
