"""The shelf of model files as the command line sees it.

Job: put together the person's folder, the shared ones, the index and all catalogues; show progress.
Rule: what is wrong with a catalogue is said once on standard error, and the rest is used.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from app.cli.terminal import say, say_over
from app.core.errors import UserError
from app.core.model_parts import part_names, stem_of
from app.core.paths import profile_dir
from app.core.rules.settings import SETTINGS_NAME, Settings
from app.core.texts import text
from app.core.there import is_file
from app.library.known import places
from app.library.known.known_models import KnownModels, known_models
from app.library.shelf.model_file import Condition, ModelFile
from app.library.shelf.shelf import Shelf
from app.library.shelf.shelf_index import INDEX


@dataclass(frozen=True, slots=True)
class ShelfHere:
    """The settings, what the catalogues know, and the shelf."""

    settings: Settings
    known: KnownModels
    shelf: Shelf

    def say_if_gone(self) -> bool:
        """Say on standard error that the chosen folder is not there; returns whether it is so."""
        gone = self.shelf.gone
        if gone:
            say(self.shelf.refusal.sentence, aside=True)
        return gone


def known_here() -> KnownModels:
    """Return the models that all catalogues of this computer know; says what is wrong with one."""
    try:
        files = places.catalogue_files()
    except OSError:  # no home folder, so no catalogue of the person's either
        files = ()
    known = known_models(files)
    for complaint in known.complaints:
        say(complaint.sentence, aside=True)
    return known


def shelf_here(folder: Path | None = None) -> ShelfHere:
    """Return this person's shelf; ``folder`` stands for the one that was chosen."""
    profile = profile_dir()
    settings = Settings(profile / SETTINGS_NAME)
    known = known_here()
    chosen = places.chosen_folder(settings) if folder is None else None
    place = folder or chosen or places.default_folder()
    shared = places.shared_folders()
    shelf = Shelf(place, profile / INDEX, shared, known.entries, chosen=chosen is not None)
    shelf.tidy()
    return ShelfHere(settings, known, shelf)


def names_of(model: ModelFile) -> frozenset[str]:
    """Return what a model may be called: its entry, where it has one, and the file of any part."""
    names = frozenset(part.name for part in model.parts)
    return names | {model.entry} if model.entry else names


def find(shelf: Shelf, wanted: str) -> ModelFile:
    """Return a model file by its entry's name, its file name or its path; raises UserError.

    Where nothing is called so, the file name without its ending will do, which the window shows.
    """
    models = shelf.files()
    fitting = [model for model in models if wanted in names_of(model)]
    fitting = fitting or [model for model in models if wanted == stem_of(model.name)]
    fitting.sort(key=lambda model: not model.usable)  # of several, one that may be used
    if fitting:
        return fitting[0]
    path = Path(wanted)
    if path.name in part_names(path.name) and is_file(path):
        return shelf.describe(path)
    names = ", ".join(model.entry or model.name for model in models) or text("kit.cli.none")
    raise UserError("library.no_such_model", name=path.name, names=names)


def condition_words(condition: Condition, *, confirmed: bool) -> str:
    """Return what is known of a model file, as the window says it too."""
    key = condition.value
    if condition is Condition.KNOWN and not confirmed:
        key = "known_unconfirmed"
    return text(f"shelf.condition.{key}")


class ProgressLine:
    """Percent on one line of a terminal; silent where standard error is none."""

    def __init__(self) -> None:
        self._shown = -1
        self._on = sys.stderr.isatty()

    def __call__(self, done: int, total: int) -> None:
        """Show how much is done."""
        percent = 100 * done // total if total else 100
        if self._on and percent != self._shown:
            self._shown = percent
            line = text("kit.cli.progress", percent=percent)
            say_over(line, end="\n" if percent == 100 else "")
