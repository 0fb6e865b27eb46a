"""The facts of a model file, as the library window lists them."""

from __future__ import annotations

from app.core.texts import number, plural, text
from app.library.catalogue import CatalogueEntry, CatalogueFile
from app.library.shelf import ModelFile
from app.ui.flow.library.jobs import Carrying
from app.ui.flow.library.state import Library
from app.ui.flow.library.steps import action
from app.ui.flow.library.words import day_of
from app.ui.theme.style_sheet import Kind
from app.ui.views.library.values import Fact


def entry_facts(entry: CatalogueEntry, files: tuple[CatalogueFile, ...]) -> tuple[Fact, ...]:
    """Return what is known of a file that is not here yet."""
    if not files:
        return (_licence(entry),)
    facts = [_name(files[0].name, len(files))]
    total = sum(file.size for file in files)
    if total:
        facts.append(Fact(text("models.fact.size"), _bytes(total)))
    facts.append(_fingerprint(files[0].sha256, text("models.fact.fingerprint_unknown")))
    facts.append(Fact(text("models.fact.repository"), files[0].repository, code=True))
    return *facts, _licence(entry)


def file_facts(file: ModelFile, entry: CatalogueEntry | None, library: Library) -> tuple[Fact, ...]:
    """Return what is known of a file on the shelf."""
    used = library.used.get(file.path.stem, 0)
    folder = str(file.path.parent)
    place = text("models.fact.shared_place", folder=folder) if file.shared else folder
    when = day_of(file.verified_at) if file.verified_at else text("models.fact.never")
    facts = [
        _name(file.name, len(file.parts)),
        Fact(text("models.fact.size"), _bytes(file.size)),
        _fingerprint(file.sha256, text("models.fact.fingerprint_none")),
        Fact(text("models.fact.verified"), when),
        Fact(text("models.fact.used"), plural("models.fact.conversations", used)),
        Fact(text("models.fact.folder"), place, action=action("move_folder", Kind.QUIET)),
    ]
    return (*facts, _licence(entry)) if entry is not None else tuple(facts)


def compared(facts: tuple[Fact, ...], found: str) -> tuple[Fact, ...]:
    """Return the facts with the fingerprint that was found below the published one."""
    note = text("models.fact.fingerprint_kind")
    name = text("models.fact.fingerprint")
    below = Fact(text("models.fact.found"), found, code=True, note=note)
    both: list[Fact] = []
    for fact in facts:
        if fact.name == name:
            published = text("models.fact.expected")
            both += [Fact(published, fact.value, code=fact.code, note=fact.note), below]
        else:
            both.append(fact)
    return tuple(both)


def import_facts(job: Carrying) -> tuple[Fact, ...]:
    """Return what is known of a file that is brought in."""
    parts = len(job.found.parts) if job.found is not None else 1
    facts = [_name(job.source.name, parts)]
    if job.total:
        facts.append(Fact(text("models.fact.size"), _bytes(job.total)))
    if job.hashes:
        facts.append(_fingerprint(job.hashes[0], ""))
    facts.append(Fact(text("models.fact.place"), str(job.source.parent)))
    return tuple(facts)


def _name(name: str, parts: int) -> Fact:
    if parts == 1:
        return Fact(text("models.fact.file"), name, code=True)
    more = text("models.fact.more_parts", name=name, count=parts - 1)
    return Fact(text("models.fact.files"), more, code=True)


def _fingerprint(sha256: str, unknown: str) -> Fact:
    name = text("models.fact.fingerprint")
    if not sha256:
        return Fact(name, unknown)
    return Fact(name, sha256, code=True, note=text("models.fact.fingerprint_kind"))


def _licence(entry: CatalogueEntry) -> Fact:
    return Fact(
        text("models.fact.licence"),
        entry.licence.replace("-", " "),
        action=action("read", Kind.QUIET),
    )


def _bytes(count: int) -> str:
    return text("models.bytes", count=number(count))
