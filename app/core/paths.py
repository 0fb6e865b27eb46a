"""Where things live on this computer.

Job: name the folders of the program and of the person's profile. Rule: ``CLOISTER_HOME`` overrides the
profile's place; nothing is created by asking for a path (see ``app.core.private_files``).
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

import platformdirs

PROFILE_VARIABLE = "CLOISTER_HOME"


def resources_dir() -> Path:
    """Return the folder of texts, fonts, icons and the built-in guide, beside the package."""
    return Path(__file__).resolve().parents[2] / "resources"


def profile_dir() -> Path:
    """Return the person's profile folder, absolute; it may not exist yet.

    Raises OSError where the system knows no home folder: a folder named "~" is never made.
    """
    override = os.environ.get(PROFILE_VARIABLE)
    try:
        if override:
            return Path(override).expanduser().absolute()
        Path.home()
    except RuntimeError:
        raise FileNotFoundError(errno.ENOENT, "no home folder") from None
    return Path(platformdirs.user_data_dir("Cloister", appauthor=False, roaming=False))


def usual_folder() -> Path:
    """Return where a dialog for files begins: the home folder, or the root where there is none."""
    try:
        return Path.home()
    except RuntimeError:
        return Path("/")


def guide_model_path() -> Path:
    """Return the built-in guide's model file."""
    return resources_dir() / "guide" / "guide.gguf"
