"""The facts of a model file, as the library window lists them."""

from __future__ import annotations

from app.core.texts import text
from app.library.catalogue import CatalogueEntry, CatalogueFile
from app.library.shelf import ModelFile
from app.ui.flow.library.jobs import Carrying
from app.ui.flow.library.state import Library
from app.ui.flow.library.steps import action
from app.ui.flow.library.words import verified
from app.ui.theme.style_sheet import Kind
from app.ui.views.library_values import Fact

FACT = "library_window.fact."


def entry_facts(entry: CatalogueEntry, files: tuple[CatalogueFile, ...]) -> tuple[Fact, ...]:
    """Return what is known of a file that is not here yet."""
    if not files:
        return (_licence(entry),)
    facts = [_name(files[0].name, len(files))]
    total = sum(file.size for file in files)
    if total:
        facts.append(Fact(text(FACT + "size"), _bytes(total)))
    facts.append(_fingerprint(files[0].sha256, text(FACT + "fingerprint_unknown")))
    return *facts, _licence(entry)


def file_facts(file: ModelFile, entry: CatalogueEntry | None, library: Library) -> tuple[Fact, ...]:
    """Return what is known of a file on the shelf."""
    used = library.used.get(file.path.stem, 0)
    key = {0: "no_conversations", 1: "conversation"}.get(used, "conversations")
    folder = str(file.path.parent)
    place = text(FACT + "shared_place", folder=folder) if file.shared else folder
    when = verified(file.verified_at).rstrip(".") or text(FACT + "never")
    facts = [
        _name(file.name, len(file.parts)),
        Fact(text(FACT + "size"), _bytes(file.size)),
        _fingerprint(file.sha256, text(FACT + "fingerprint_none")),
        Fact(text(FACT + "verified"), when),
        Fact(text(FACT + "used"), text(FACT + key, count=used)),
        Fact(text(FACT + "folder"), place, action=action("move_folder", Kind.QUIET)),
    ]
    return (*facts, _licence(entry)) if entry is not None else tuple(facts)


def import_facts(job: Carrying) -> tuple[Fact, ...]:
    """Return what is known of a file that is brought in."""
    parts = len(job.found.parts) if job.found is not None else 1
    facts = [_name(job.source.name, parts)]
    if job.total:
        facts.append(Fact(text(FACT + "size"), _bytes(job.total)))
    if job.hashes:
        facts.append(_fingerprint(job.hashes[0], ""))
    facts.append(Fact(text(FACT + "place"), str(job.source.parent)))
    return tuple(facts)


def _name(name: str, parts: int) -> Fact:
    if parts == 1:
        return Fact(text(FACT + "file"), name, code=True)
    more = text(FACT + "more_parts", name=name, count=parts - 1)
    return Fact(text(FACT + "files"), more, code=True)


def _fingerprint(sha256: str, unknown: str) -> Fact:
    name = text(FACT + "fingerprint")
    if not sha256:
        return Fact(name, unknown)
    return Fact(name, sha256, code=True, note=text(FACT + "fingerprint_kind"))


def _licence(entry: CatalogueEntry) -> Fact:
    return Fact(
        text(FACT + "licence"), entry.licence.replace("-", " "), action=action("read", Kind.QUIET)
    )


def _bytes(count: int) -> str:
    return text("library_window.bytes", count=f"{count:,}")
