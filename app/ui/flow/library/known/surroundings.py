"""What lies around the library.

Job: the folders, catalogues and addresses that the library works with, given by constructor so that a
test can bring its own. Rule: values and lookups only; nothing is opened here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtWidgets import QWidget

from app.core.rules.settings import Settings
from app.library.fetch.client import Note, Permit
from app.library.known import places
from app.library.known.known_models import KnownModels, known_models
from app.library.shelf.load_gate import LoadGate
from app.storage.keys.keystore import Keystore
from app.ui.desktop.icon_progress import Icon
from app.ui.flow.library.known.sources import Source


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What lies around the library: the profile, how to find the catalogues and where files come from.

    ``home`` is where other programs' caches are looked for (None: the person's); ``source`` overrides
    the hub or mirror.
    """

    profile: Path
    known: Callable[[], KnownModels] = lambda: known_models(places.catalogue_files())
    shared: Callable[[], Sequence[Path]] = places.shared_folders
    source: Callable[[KnownModels, Settings], Source] | None = None
    home: Path | None = None
    gate: LoadGate | None = None
    """Is given the shelf by which model files are checked before they are loaded."""
    keystore: Keystore = field(default_factory=Keystore)
    """Where the secrets of downloads are kept."""
    icon: Callable[[QWidget], Icon] | None = None
    """Makes the program's icon that shows progress; the desktop's where nothing is given."""
    permit: Permit | None = None
    """Refuses a download while the program is sealed; the seal is asked where nothing is given."""
    note: Note | None = None
    """Is told of every connection, before and after; the vault's own list where nothing is given."""
