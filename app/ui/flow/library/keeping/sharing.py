"""One model file for all users of the computer.

Job: say what it takes, and whether this person may do it or an administrator has to. Rule: what all
users load lies where only who may write there can change it; nothing asks for a password here.
"""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

from app.children.starting.program import is_packaged
from app.core.texts import text
from app.core.there import is_folder, is_there
from app.library.shelf.model_file import ModelFile


def may_share(folder: Path | None) -> bool:
    """Say whether there is a folder of all users that this person may put files into, or make."""
    if folder is None:
        return False
    there = next((place for place in (folder, *folder.parents) if is_there(place)), folder)
    return is_folder(there) and os.access(there, os.W_OK | os.X_OK)


def sharing_command(file: ModelFile) -> str:
    """Return the command line by which an administrator moves a file to the folder of all users."""
    program = [sys.executable] if is_packaged() else [sys.executable, "-m", "app"]
    words = [*program, "models", "import", str(file.path), "--how", "move", "--shared"]
    if sys.platform == "win32":
        return " ".join(
            f'"{word}"' if " " in word else word for word in words
        )  # no path has quotes there
    return shlex.join(["sudo", *words])


def sharing_words(file: ModelFile, folder: Path, *, writable: bool) -> str:
    """Return what sharing this file means."""
    if writable:
        return text("models.hint.share_here", folder=str(folder))
    return text("models.hint.share", folder=str(folder), command=sharing_command(file))
