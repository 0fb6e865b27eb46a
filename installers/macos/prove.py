"""The disk image on another Mac: opened, its application tried, closed again.

Job: prove that the image starts on the system this runs on; CI does it on every macOS supported. Rule:
changes nothing; one sentence and 1 when a step fails.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from preparing import OUT, run


def main() -> int:
    """Prove the image in ``build/dist``."""
    images = sorted(OUT.glob("*.dmg"))
    if len(images) != 1:
        raise SystemExit("There is not exactly one disk image in build/dist. Nothing was tried.")
    with tempfile.TemporaryDirectory() as folder:
        run("hdiutil", "attach", images[0], "-readonly", "-nobrowse", "-mountpoint", folder,
            sentence="The disk image cannot be opened.")  # fmt: skip
        try:
            program = Path(folder, "Cloister.app", "Contents", "MacOS", "Cloister")
            run(program, "--self-check", sentence="The application does not pass its self-check.")
        finally:
            run("hdiutil", "detach", folder, sentence="The disk image cannot be closed.")
    print("Opened, tried and closed.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
