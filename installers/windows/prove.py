"""The installer on a Windows of its own: installed without a word, tried, removed.

Job: ``msiexec`` silently, the installed program's self-check, removal, and that nothing stayed. Rule:
for a machine that may be changed, as an administrator; one sentence and 1 when a step fails.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from preparing import OUT, run


def main() -> int:
    """Prove the installer in ``build/dist``."""
    installers = sorted(OUT.glob("*.msi"))
    if len(installers) != 1:
        raise SystemExit("There is not exactly one installer in build/dist. Nothing was tried.")
    log = OUT.parent / "msi.log"
    run("msiexec", "/i", installers[0], "/qn", "/norestart", "/l*v", log,
        sentence=f"The silent installation failed; {log} says why.")  # fmt: skip
    folder = Path(os.environ["PROGRAMFILES"], "Cloister")
    program = next(iter(sorted(folder.rglob("Cloister.exe"))), folder / "Cloister.exe")
    run(program, "--self-check", sentence="The installed program does not pass its self-check.")
    run("msiexec", "/x", installers[0], "/qn", "/norestart", sentence="The silent removal failed.")
    if program.exists():
        raise SystemExit("The program is still there after its removal.")
    print("Installed, tried and removed.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
