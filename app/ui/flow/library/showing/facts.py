"""The facts of a model file, as the library window lists them."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.model_parts import part_names, stem_of
from app.core.shown_name import shown_name
from app.core.texts import plural, text
from app.library.known.catalogue import CatalogueEntry, CatalogueFile
from app.library.shelf.model_file import ModelFile
from app.ui.flow.library.arriving.jobs import Carrying
from app.ui.flow.library.known.state import Library
from app.ui.flow.library.showing.steps import action
from app.ui.flow.library.showing.words import day_of
from app.ui.theme.style_sheet import Kind
from app.ui.views.library.values import Fact

_MOST_LINES = 6
"""Parts that are named one by one."""
_LONGEST_FOLDER = 4096


def entry_facts(entry: CatalogueEntry, files: tuple[CatalogueFile, ...]) -> tuple[Fact, ...]:
    """Return what is known of a file that is not here yet."""
    if not files:
        return (_licence(entry),)
    facts = [_names([file.name for file in files])]
    total = sum(file.size for file in files)
    if total:
        facts.append(Fact(text("models.fact.size"), _bytes(total)))
    facts += _fingerprints([file.sha256 for file in files], text("models.fact.fingerprint_unknown"))
    facts.append(Fact(text("models.fact.repository"), files[0].repository, code=True))
    return *facts, _licence(entry)


def file_facts(file: ModelFile, entry: CatalogueEntry | None, library: Library) -> tuple[Fact, ...]:
    """Return what is known of a file on the shelf."""
    used = library.used.get(stem_of(file.name), 0)
    folder = shown_name(str(file.path.parent), _LONGEST_FOLDER)
    place = text("models.fact.shared_place", folder=folder) if file.shared else folder
    when = day_of(file.verified_at) if file.verified_at else text("models.fact.never")
    facts = [
        _names([part.name for part in file.parts]),
        Fact(text("models.fact.size"), _bytes(file.size)),
        *_fingerprints(file.hashes, text("models.fact.fingerprint_none")),
        *_origin(file),
        Fact(text("models.fact.verified"), when),
        Fact(text("models.fact.used"), plural("models.fact.conversations", used)),
        Fact(text("models.fact.folder"), place, action=action("move_folder", Kind.QUIET)),
    ]
    return (*facts, _licence(entry)) if entry is not None else tuple(facts)


def _origin(file: ModelFile) -> list[Fact]:
    if file.origin is None:
        return []
    return [Fact(text("models.fact.origin"), text(f"models.fact.origin_{file.origin}"))]


def compared(facts: tuple[Fact, ...], found: str, part: int = 0) -> tuple[Fact, ...]:
    """Return the facts with the fingerprint that was found below the published one.

    ``part`` is the number of the part it was found of, 0 where the file is whole.
    """
    note = text("models.fact.fingerprint_kind")
    name = text("models.fact.fingerprint")
    if part:
        name = text("models.fact.fingerprint_of", number=part)
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
    facts = [_names(part_names(job.source.name))]
    if job.total:
        facts.append(Fact(text("models.fact.size"), _bytes(job.total)))
    if job.hashes:
        facts += _fingerprints(job.hashes, "")
    folder = shown_name(str(job.source.parent), _LONGEST_FOLDER)
    facts.append(Fact(text("models.fact.place"), folder))
    return tuple(facts)


def _names(names: Sequence[str]) -> Fact:
    """Return the file's name, or those of its parts below each other."""
    lines = [shown_name(name) for name in names[:_MOST_LINES]]
    if len(names) > _MOST_LINES:
        lines.append(text("models.fact.more", count=len(names) - _MOST_LINES))
    return Fact(
        text(f"models.fact.{'file' if len(names) == 1 else 'files'}"), "\n".join(lines), code=True
    )


def _fingerprints(hashes: Sequence[str], unknown: str) -> list[Fact]:
    """Return the fingerprint of the file, or that of each part."""
    if len(hashes) == 1 or not all(hashes):
        return [_fingerprint(text("models.fact.fingerprint"), hashes[0], unknown)]
    facts = [
        _fingerprint(text("models.fact.fingerprint_of", number=number), sha256, unknown)
        for number, sha256 in enumerate(hashes[:_MOST_LINES], 1)
    ]
    if len(hashes) > _MOST_LINES:
        facts.append(Fact("", text("models.fact.more", count=len(hashes) - _MOST_LINES)))
    return facts


def _fingerprint(name: str, sha256: str, unknown: str) -> Fact:
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
    return plural("models.bytes", count)
