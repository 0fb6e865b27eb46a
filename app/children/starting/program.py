"""How this program starts itself again.

Job: the command line and the environment of a child. Rule: the environment is built from nothing,
so that no variable (PYTHONPATH, LD_PRELOAD, GGML_BACKEND_PATH, a proxy ...) can lead a child astray;
the working folder and the Python path never matter.

In development the child is ``python -I .../app/__main__.py``: isolated mode ignores every PYTHON*
variable, the user's site folder and the current folder, and naming the file (not ``-m``) works from
anywhere without a path variable; ``__main__`` then adds its own folder. In a packaged app
``sys.executable`` is the app itself, and there is no ``-m``; when it was put in the place of the one
that runs, a child would be another version and speak another language.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from app.children.confine.sealing import MARK, is_marked
from app.core.errors import UserError

_WINDOWS_NEEDS = ("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "USERPROFILE", "LOCALAPPDATA", "TEMP", "TMP")


def _file_of_program() -> tuple[int, int] | None:
    try:
        found = Path(sys.executable).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


_STARTED_FROM = _file_of_program()


def is_replaced() -> bool:
    """Say whether the installed program was updated or removed since this process started."""
    return _file_of_program() != _STARTED_FROM and is_packaged()


def must_be_the_same() -> None:
    """Raise UserError ``children.replaced`` when a child would be another version."""
    if is_replaced():
        raise UserError("children.replaced")


def is_packaged() -> bool:
    """Whether this is an installed app, in which ``sys.executable`` is the app."""
    # It brings a whole parser of mail along, which the window does not wait for.
    import importlib.metadata

    try:
        return "Briefcase-Version" in importlib.metadata.metadata("cloister")
    except importlib.metadata.PackageNotFoundError:
        return False


def command(role: str, channel: str) -> list[str]:
    """Return the command line that starts this program as ``role`` with ``--channel channel``."""
    return [*_self(), "--role", role, "--channel", channel]


def _self() -> list[str]:
    if is_packaged():
        return [sys.executable]
    main_file = Path(__file__).resolve().parents[2] / "__main__.py"
    return [sys.executable, "-I", "-X", "utf8", str(main_file)]


def environment(ours: Mapping[str, str]) -> dict[str, str]:
    """Return the whole environment of a child, given ours.

    Only places are taken over (home, temporary files, on Windows the system's own), and none is tried:
    a child starts on a full disk as well. An override of the profile's place is not, because no child
    has business there. A sealed program says so.
    """
    mark = {MARK: ours[MARK]} if is_marked(ours) else {}
    if sys.platform == "win32":
        system = ours.get("SYSTEMROOT", r"C:\Windows")
        kept = {name: ours[name] for name in _WINDOWS_NEEDS if name in ours}
        return {**kept, **mark, "PATH": rf"{system}\System32;{system}"}
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": _absolute(ours.get("HOME", ""), "/"),
        "TMPDIR": _absolute(ours.get("TMPDIR", ""), "/tmp"),  # noqa: S108 - a place, nothing is made there
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        **mark,
    }


def _absolute(path: str, otherwise: str) -> str:
    return path if os.path.isabs(path) else otherwise  # noqa: PTH117 - a plain question about text
