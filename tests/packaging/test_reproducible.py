"""The same checkout gives the same bytes.

Slow, two builds:
.venv/bin/python -m pytest tests/packaging/test_reproducible.py -m slow --timeout 3600 -s
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="Linux formats")]
ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "build" / "dist"


def built() -> dict[str, str]:
    """Build everything from nothing but the wheelhouse, and return the digests by name."""
    for folder in (DIST, ROOT / "build" / "stage"):
        shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "installers/dev.py", "build"], cwd=ROOT, check=True)
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in DIST.iterdir()}


def test_two_builds_are_the_same_bytes() -> None:
    first = built()
    assert {name.rpartition(".")[2] for name in first} == {"deb", "xz"}
    assert built() == first
