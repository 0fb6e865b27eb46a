"""Answers the requests that are about snapshots: take the cache's state, put one back.

Job: the engine's half of the talk; the bytes travel on the bulk line. Rule: nothing is announced that is
not sent or given up, nothing is asked for that is not read to its end, so the line stays usable; a
state that does not fit is refused before any byte of it is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.children.wire.bulk import PIECE, BulkClosed, BulkGivenUp, BulkLine
from app.children.wire.channel import ChannelClosed
from app.core.errors import UserError
from app.engine.computing.llama_backend import LlamaBackend
from app.engine.host.desk import Desk, Report
from app.engine.host.files.adapter_files import Places
from app.engine.host.files.fingerprint import fingerprint
from app.engine.host.inbox import Ticket
from app.engine.protocol.events import Event, ReadyToRestore, Restored, Saved, StateOffered
from app.engine.protocol.snapshots import SnapshotFacts
from app.engine.turns.prefix_cache import PrefixCache
from app.engine.turns.snapshot import Content, Snapshots
from app.harmony.vocabulary import Vocabulary


def snapshots_of(
    backend: LlamaBackend,
    cache: PrefixCache,
    vocabulary: Vocabulary,
    files: Sequence[Path],
    adapters: Places,
    placing: str,
) -> Snapshots:
    """Return what takes and puts back this engine's states.

    ``files`` are the model file's parts, ``placing`` is the plan's.

    Raises UserError ``engine.file_unreadable`` for a file that is gone.
    """
    try:
        made_with = _made_with(backend, vocabulary, files, placing)
        prints = {
            name: fingerprint([place]) for name, place in adapters.items() if isinstance(place, Path)
        }
    except OSError:
        raise UserError("engine.file_unreadable") from None
    return Snapshots(backend, cache, made_with, prints)


def _made_with(
    backend: LlamaBackend, vocabulary: Vocabulary, files: Sequence[Path], placing: str
) -> SnapshotFacts:
    return SnapshotFacts(
        fingerprint=fingerprint(files),
        vocabulary=vocabulary.digest(),
        engine=backend.build,
        cache_type=backend.cache_type,
        window=backend.window,
        context=backend.context,
        micro_batch=backend.micro_batch,
        placing=placing,
    )


def save(desk: Desk, ticket: Ticket, report: Report) -> Event:
    """Send the state of the cache, if it is the conversation's."""
    facts, pieces = desk.snapshots.take(int(ticket.data["conversation"]))
    bulk = desk.channel.bulk
    if bulk is None or not facts.tokens:
        return Saved(facts)
    report(StateOffered(facts))
    try:
        for piece in pieces:
            for start in range(0, len(piece), PIECE):
                if ticket.control.cancelled:
                    bulk.give_up()
                    raise UserError("engine.cancelled")
                bulk.send(piece[start : start + PIECE])
        bulk.end()
    except BulkClosed:
        raise ChannelClosed from None
    return Saved(facts)


def restore(desk: Desk, ticket: Ticket, report: Report) -> Event:
    """Take a state and put it in the cache, if it fits; the code says why not."""
    facts = SnapshotFacts.from_json(ticket.data["facts"])
    conversation = int(ticket.data["conversation"])
    bulk = desk.channel.bulk
    if desk.snapshots.holds(facts, conversation):
        return Restored(facts.tokens, "held")
    code = "no_line" if bulk is None else desk.snapshots.misfit(facts)
    if bulk is None or code:
        return Restored(0, code)
    try:
        content = Content.for_facts(facts)
    except MemoryError:
        return Restored(0, "memory")
    desk.preparation.drop()
    report(ReadyToRestore())
    _receive(bulk, content)
    if not desk.snapshots.put(facts, content, conversation):
        return Restored(0, "state")
    return Restored(facts.tokens)


def _receive(bulk: BulkLine, content: Content) -> None:
    try:
        for place in content.places():
            bulk.fill(place)
        bulk.finish()
    except BulkGivenUp:
        raise UserError("engine.cancelled") from None
    except BulkClosed:
        raise ChannelClosed from None
