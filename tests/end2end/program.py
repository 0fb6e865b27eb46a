"""Which program the tests use: this checkout's, or one that is installed.

``CLOISTER_PROGRAM`` names another command, as ``/usr/bin/cloister``; the same tests then prove the
installed one. ``CLOISTER_STARTER`` names a program that starts it, and may watch it: see ``offline.py``.
"""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INSTALLED = bool(os.environ.get("CLOISTER_PROGRAM"))
CHECKOUT = (sys.executable, "-m", "app")
BARE = tuple(shlex.split(os.environ["CLOISTER_PROGRAM"])) if INSTALLED else CHECKOUT
"""The command line that starts the program, without arguments and never watched from here."""
STARTER = os.environ.get("CLOISTER_STARTER", "")
PROGRAM = (STARTER, *BARE) if STARTER else BARE
"""The command line that starts the program, without arguments."""
