"""Where model files come from, and what stands between.

Job: the hub or its mirrors, proxy and certificates as settings and catalogues name them, and the wish
for a file made of them. Rule: values only; no secret is among them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from app.core.errors import UserError
from app.core.rules import settings as declared
from app.core.rules.settings import Settings
from app.library.fetch.protocol import HUB, FetchRequest, Patience
from app.library.known.catalogue import CatalogueFile
from app.library.known.known_models import KnownModels


@dataclass(frozen=True, slots=True)
class Source:
    """Where files come from: the hub or a mirror, and what stands between.

    ``others`` are mirrors that are tried in order when the first place does not answer. ``reserve`` as
    in :class:`FetchRequest`.
    """

    endpoint: str = HUB
    others: tuple[str, ...] = ()
    proxy: str = ""
    ca_file: str = ""
    reserve: int = -1
    patience: Patience = field(default_factory=Patience)

    @property
    def places(self) -> tuple[str, ...]:
        """All addresses, in the order they are tried."""
        return self.endpoint, *self.others

    def requests(self, file: CatalogueFile, folder: Path) -> list[FetchRequest]:
        """Return the wish for one file, for each place. Raises UserError ``fetch_bad_address``."""
        try:
            return [self._request(file, folder, place) for place in self.places]
        except ValueError:
            raise UserError("library.fetch_bad_address") from None

    def _request(self, file: CatalogueFile, folder: Path, place: str) -> FetchRequest:
        return FetchRequest(
            repository=file.repository,
            commit=file.commit,
            file=file.name,
            folder=str(folder),
            size=file.size,
            sha256=file.sha256,
            endpoint=place,
            proxy=self.proxy,
            ca_file=self.ca_file,
            reserve=self.reserve,
            patience=self.patience,
        )


def usual_source(known: KnownModels, settings: Settings) -> Source:
    """Return the place that the settings name, else the mirrors of the catalogues, else the hub."""
    chosen = settings.word(declared.ENDPOINT)
    first, *others = (chosen,) if chosen else known.mirrors or (HUB,)
    return Source(
        endpoint=first,
        others=tuple(others),
        proxy=settings.word(declared.PROXY),
        ca_file=settings.word(declared.CA_FILE),
    )
