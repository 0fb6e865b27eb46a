"""The library's list: its rows, which of them comes first, and the room that all of it takes.

Job: from what is known to the plain values of the list. Rule: pure functions; the same knowledge gives
the same rows.
"""

from __future__ import annotations

from dataclasses import replace

from app.core.texts import text
from app.library.files.names import safe_names
from app.library.shelf.half_done import IMPORT
from app.ui.flow.library.arriving.jobs import Stage
from app.ui.flow.library.known.state import RECOMMENDED, entry_key, left_key
from app.ui.flow.library.showing.picture import CONNECTS, Known, is_over
from app.ui.flow.library.showing.rows import (
    download_row,
    entry_row,
    file_row,
    guide_row,
    import_row,
    left_row,
)
from app.ui.flow.library.showing.words import room, size
from app.ui.views.library.values import RowShown, Section


def rows(known: Known) -> list[RowShown]:
    """Return all rows in the order of their sections."""
    files = known.library.keyed_files()
    found = [guide_row(known.guide_bytes, in_use=known.in_use is None)]
    for key, job in known.downloads.items():
        if not is_over(job):
            found.append(_offline(download_row(key, job), known))
    found += [import_row(job) for job in known.imports.values() if not is_over(job)]
    at_work = _at_work(known)
    found += [left_row(key, left) for key, left in known.library.left().items() if key not in at_work]
    taken = {row.key for row in found}
    found += [
        _offline(file_row(key, file, known.doing, in_use=file.path == known.in_use), known)
        for key, file in files.items()
        if key not in taken
    ]
    found += [
        file_row(key, file, known.doing, in_use=False)
        for key, (_, file) in known.doing.removed.items()
        if key not in taken and key not in files
    ]
    taken = {row.key for row in found}
    for entry in known.library.entries:
        key = f"entry:{entry.name}"
        if key not in taken:
            row = entry_row(key, entry, known.plan(key), known.plan_known(key), known.ram_mib)
            found.append(_offline(row, known))
    order = list(Section)
    return sorted(found, key=lambda row: order.index(row.section))


def _offline(row: RowShown, known: Known) -> RowShown:
    """Return a row without what would connect, where nothing may."""
    connects = row.action is not None and row.action.code in CONNECTS
    return replace(row, action=None) if known.sealed and connects else row


def _at_work(known: Known) -> set[str]:
    """Return the keys of what imports under way will go on with."""
    return {
        left_key(safe_names(job.source.name)[0], IMPORT, shared=job.shared is not None)
        for job in known.imports.values()
    }


def first_key(known: Known) -> str:
    """Return the key of what is shown first: what is on its way, what is here, what is recommended."""
    busy = next((key for key, job in known.downloads.items() if job.stage is not Stage.ARRIVED), "")
    here = next(iter(known.library.keyed_files()), "")
    names = [entry.name for entry in known.library.entries]
    wanted = RECOMMENDED if RECOMMENDED in names or not names else names[0]
    return busy or here or entry_key(wanted)


def room_line(known: Known) -> str:
    """Return what is said of the disk: what model files take, and what is free beside what arrives."""
    library = known.library
    if library.gone:
        return text("models.room_gone")
    seen = library.taken({})
    arriving = {
        job.file.name: job.done - job.before
        for job in known.downloads.values()
        if job.stage is not Stage.ARRIVED and job.folder == library.folder
    }
    taken = library.taken(arriving)
    if library.free is None:
        return text("models.room_unknown", used=size(taken))
    free = max(0, library.free - max(0, taken - seen))
    if not taken:
        return text("models.room_unused", free=room(free))
    return text("models.room", used=size(taken), free=room(free))
