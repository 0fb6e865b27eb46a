"""The checks of what lies on the disk: modules and resources.

Job: import what the program imports, read what it reads. Rule: nothing of the person's is touched.
"""

from __future__ import annotations

import hashlib
import importlib
import sys

from app.cli.main import VERBS
from app.core import paths
from app.core.texts import entries
from app.library.known.catalogue import catalogue
from app.self_check.broken import BrokenError, Facts
from app.storage.keys.keystore import Keystore

_WHEN_NEEDED = {"linux": ("secretstorage",), "darwin": (), "win32": ("win32ctypes.pywin32.win32cred",)}
"""What a library imports only when it is used, and would do without in silence."""


def modules() -> Facts:
    """Import everything that the window and the verbs would."""
    names = ("app.bootstrap", "app.engine.host.process", *(f"app.cli.verbs.{verb}" for verb in VERBS))
    names += _WHEN_NEEDED.get(sys.platform, ())
    for name in names:
        importlib.import_module(name)
    return {"modules": len(sys.modules), "keystore": Keystore().state().value}


def resources() -> Facts:
    """Read the catalogues and compare the Guide with the digest it was made with."""
    folder = paths.resources_dir()
    wanted = (folder / "guide" / "guide.sha256").read_text("ascii").split()[0]
    found = hashlib.sha256(paths.guide_model_path().read_bytes()).hexdigest()
    if found != wanted:
        raise BrokenError("guide.gguf")
    licences = sorted(path.name for path in (folder / "licenses").glob("*.txt"))
    if not licences:
        raise BrokenError("licenses")
    return {"sentences": len(entries()), "models": len(catalogue()), "licences": len(licences)}
