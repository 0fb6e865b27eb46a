"""Where model files are kept on this computer.

Job: the person's folder, the folders all users of the computer share, and the files by which IT adds to
the catalogue. Rule: shared places are fixed by the system, never by a variable that anyone could set;
nothing is created by asking.
"""

from __future__ import annotations

import sys
from pathlib import Path

import platformdirs

from app.core.paths import profile_dir
from app.core.rules.policy import read_policy
from app.core.rules.settings import MODELS_FOLDER, Settings
from app.library.known.catalogue import CATALOGUE

MODELS = "models"


def default_folder() -> Path:
    """Return the folder in the person's profile; raises OSError where there is no home folder."""
    return profile_dir() / MODELS


def chosen_folder(settings: Settings) -> Path | None:
    """Return the folder that was chosen, for example on another disk; None where none was."""
    chosen = settings.word(MODELS_FOLDER)
    return Path(chosen) if chosen and Path(chosen).is_absolute() else None


def models_folder(settings: Settings) -> Path:
    """Return the folder that was chosen, else the default one. Raises as :func:`default_folder`."""
    return chosen_folder(settings) or default_folder()


def shared_folders() -> tuple[Path, ...]:
    """Return the folders that all users may read and only an administrator fills."""
    return tuple(place / MODELS for place in _site("data"))


def catalogue_files() -> tuple[Path, ...]:
    """Return where more of the catalogue may stand: the computer's file, then the profile's.

    The profile's does not count where a policy allows only what is in a catalogue.
    """
    site = tuple(place / CATALOGUE for place in _site("config"))
    return site if read_policy().only_catalogue else (*site, profile_dir() / CATALOGUE)


def _site(kind: str) -> tuple[Path, ...]:
    if sys.platform == "darwin":
        return (Path("/Library/Application Support/Cloister"),)
    if sys.platform == "win32":
        return (Path(platformdirs.site_data_dir("Cloister", appauthor=False)),)
    if kind == "config":
        return (Path("/etc/cloister"),)
    return Path("/usr/local/share/cloister"), Path("/usr/share/cloister")
