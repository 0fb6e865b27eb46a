"""The installed program as a tree of files.

Job: have Briefcase make the tree from the stage, then give it what Briefcase leaves out: the compiled
form of every module, without which each start would compile them again. Rule: the same stage gives the
same bytes.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

NAME = "cloister"


@dataclass(frozen=True, slots=True)
class Tree:
    """What lies where. ``root`` holds ``usr``; ``stage`` the metadata it was made from."""

    root: Path
    stage: Path
    version: str
    python: str

    @property
    def packages(self) -> Path:
        """The folder of the packages that the program brings."""
        return self.root / "usr" / "lib" / NAME / "app_packages"


def make(staged: Path, python: str, moment: str, version: str) -> Tree:
    """Run Briefcase in the stage and finish its tree; raises SystemExit when a step fails."""
    # Briefcase will not keep its tools below a folder with a space, where a checkout may well lie.
    with tempfile.TemporaryDirectory() as home:
        variables = {**os.environ, "SOURCE_DATE_EPOCH": moment, "BRIEFCASE_HOME": home}
        for verb in ("create", "build"):
            command = [python, "-m", "briefcase", verb, "linux", "system", "--no-input"]
            if subprocess.call(command, cwd=staged, env=variables):
                raise SystemExit("Briefcase stopped; the lines above say why. Nothing was built.")
    root = next((staged / "build" / NAME).glob(f"*/*/{NAME}-{version}"))
    tree = Tree(root, staged, version, _python_version(python))
    for mark in (root / "usr").rglob(".keep"):
        mark.unlink()
    forget_scripts(tree.packages)
    compile_modules(root / "usr" / "lib" / NAME, "/usr/lib/" + NAME, python)
    return tree


def forget_scripts(packages: Path) -> None:
    """Take scripts out of the lists of files: they were left out, and name the folder of the build."""
    for record in packages.glob("*.dist-info/RECORD"):
        lines = record.read_text("utf-8").splitlines(keepends=True)
        record.write_text("".join(line for line in lines if not line.startswith("../")), "utf-8")


def compile_modules(folder: Path, shown_as: str, python: str) -> None:
    """Compile every module below ``folder``; a traceback will name them below ``shown_as``.

    Unchecked: the sources of an installed program do not change, and looking would take time at each
    start.
    """
    command = [python, "-I", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash",
               "-s", str(folder), "-p", shown_as, str(folder)]  # fmt: skip
    if subprocess.call(command, env={**os.environ, "PYTHONHASHSEED": "0"}):
        raise SystemExit("A module could not be compiled. Nothing was built.")


def _python_version(python: str) -> str:
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    return subprocess.check_output([python, "-I", "-c", code], text=True).strip()
