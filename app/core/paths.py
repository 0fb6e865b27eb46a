"""Where things live on this computer.

Job: name the folders of the program and of the person's profile. Rule: the profile is 0700 and its
files 0600; ``CLOISTER_HOME`` overrides the profile's place; nothing is created by asking for a path.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

PROFILE_VARIABLE = "CLOISTER_HOME"


def resources_dir() -> Path:
    """Return the folder of texts, fonts, icons and the built-in guide, beside the package."""
    return Path(__file__).resolve().parents[2] / "resources"


def profile_dir() -> Path:
    """Return the person's profile folder, absolute; it may not exist yet."""
    override = os.environ.get(PROFILE_VARIABLE)
    if override:
        return Path(override).expanduser().absolute()
    return Path(platformdirs.user_data_dir("Cloister", appauthor=False, roaming=False))


def guide_model_path() -> Path:
    """Return the built-in guide's model file."""
    return resources_dir() / "guide" / "guide.gguf"


def make_private_dir(path: Path) -> Path:
    """Create ``path`` (and parents) as 0700, or tighten it if it exists; returns it.

    Raises OSError as the system does; callers turn it into a UserError where a person can act.
    """
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        path.chmod(0o700)
    return path
