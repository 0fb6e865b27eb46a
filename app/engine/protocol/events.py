"""What the Engine tells the Interface.

Job: progress, deltas and results as frozen values with a JSON form. Rule: plain data only, no token ids;
the Interface rebuilds values through :func:`event_from_json` and treats a failure there as a protocol
error. Streamed text crosses as increments, never as repetitions.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, ClassVar, get_args

from app.core.conversation.ledger import Ledger
from app.core.conversation.message import Part, PartKind, Stop
from app.core.errors import UserError
from app.core.plain_values import rebuilt
from app.core.shown_name import shown_name
from app.engine.protocol.errands import Planned
from app.engine.protocol.plan import DevicePlan, Plan
from app.engine.protocol.snapshots import SnapshotFacts

LOAD_TURN = 0
"""The turn number of loading; turns count from 1."""


@dataclass(frozen=True, slots=True)
class LoadProgress:
    """How much of the model file is loaded, 0 to 1."""

    NAME: ClassVar[str] = "load_progress"
    fraction: float


@dataclass(frozen=True, slots=True)
class CheckProgress:
    """How much of the model file is read to check it, 0 to 1; made by the client, never sent."""

    NAME: ClassVar[str] = "check_progress"
    fraction: float


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model is ready. Sizes in MiB, ``load_ms`` in milliseconds, ``context`` in tokens.

    ``confinement`` says what the child gave up before it touched the file (``full``, ``partial``,
    ``none``); ``description`` is llama.cpp's own one-line description of the file. ``plan`` is what was
    meant to be set aside (None from an engine that made none), ``allocated`` what was, device by device
    in the plan's order.
    """

    NAME: ClassVar[str] = "loaded"
    name: str
    description: str
    context: int
    weights_mib: float
    cache_mib: float
    compute_mib: float
    load_ms: float
    confinement: str
    plan: Plan | None = None
    allocated: tuple[DevicePlan, ...] = ()


@dataclass(frozen=True, slots=True)
class PrefillProgress:
    """How many prompt tokens are read: ``done`` of ``total``, of which ``reused`` from the cache."""

    NAME: ClassVar[str] = "prefill"
    done: int
    total: int
    reused: int


@dataclass(frozen=True, slots=True)
class PartDelta:
    """More text of part number ``index`` of the message being generated.

    The first delta of an index opens the part (its text may be empty); ``kind`` and ``name`` never
    change afterwards. Deltas of one index concatenate to the part's text.
    """

    NAME: ClassVar[str] = "delta"
    index: int
    kind: PartKind
    text: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class TurnDone:
    """The generation ended; ``parts`` is the whole message, equal to the deltas joined.

    Figures are 0 where nothing was computed, as for a turn stopped before it began.
    ``prompt_tokens`` counts the rendered prompt, of which ``reused_tokens`` came from the cache;
    ``completion_tokens`` what was generated; ``ttft_ms`` request to first token;
    ``tokens_per_second`` decoding only; ``thinking_ms`` the time until the first token of an answer;
    ``context_tokens`` of ``context`` are now in use. ``repaired`` is True when the model left the
    Harmony form and the parser had to guess. ``edge``: it ended because the context is full.
    """

    NAME: ClassVar[str] = "done"
    stop: Stop
    parts: tuple[Part, ...]
    prompt_tokens: int = 0
    reused_tokens: int = 0
    completion_tokens: int = 0
    ttft_ms: float = 0.0
    tokens_per_second: float = 0.0
    thinking_ms: float = 0.0
    context_tokens: int = 0
    context: int = 0
    seed: int = 0
    repaired: bool = False
    edge: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """The ledger of the next turn."""

    NAME: ClassVar[str] = "counted"
    ledger: Ledger


@dataclass(frozen=True, slots=True)
class StateOffered:
    """A state is ready; its bytes follow on the bulk line at once, and then Saved."""

    NAME: ClassVar[str] = "state_offered"
    facts: SnapshotFacts


@dataclass(frozen=True, slots=True)
class Saved:
    """A state was sent whole; without tokens there was none for that conversation."""

    NAME: ClassVar[str] = "saved"
    facts: SnapshotFacts


@dataclass(frozen=True, slots=True)
class ReadyToRestore:
    """The Engine can use the state that was offered: its bytes may be sent on the bulk line."""

    NAME: ClassVar[str] = "ready_to_restore"


@dataclass(frozen=True, slots=True)
class Restored:
    """So many tokens of a snapshot are in the cache; 0 when it was refused, ``code`` says why.

    ``code`` is "" after a restore, ``held`` when the cache held them already, else what did not fit.
    """

    NAME: ClassVar[str] = "restored"
    tokens: int
    code: str = ""


@dataclass(frozen=True, slots=True)
class SelfTested:
    """Whether the engine still computes what it, or one like it before, computed after loading.

    ``answer`` is a digest of what it computed now ("": nothing), ``terms`` one of what with: the model
    file, the build, the settings that move numbers.
    """

    NAME: ClassVar[str] = "self_tested"
    ok: bool
    terms: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The answer of a fresh engine, for later self-tests; comes unasked, once, under ``LOAD_TURN``."""

    NAME: ClassVar[str] = "recorded"
    terms: str
    answer: str


@dataclass(frozen=True, slots=True)
class Freed:
    """The caches were given back."""

    NAME: ClassVar[str] = "freed"


Event = (
    LoadProgress
    | CheckProgress
    | Loaded
    | Planned
    | PrefillProgress
    | PartDelta
    | TurnDone
    | Counted
    | StateOffered
    | Saved
    | ReadyToRestore
    | Restored
    | SelfTested
    | Recorded
    | Freed
)

_TOLD: dict[str, type[Event]] = {
    kind.NAME: kind for kind in get_args(Event) if kind is not CheckProgress
}
_CODE = re.compile("[a-z_]{0,32}")
_ITS_ERRORS = ("engine.", "plan.", "harmony.", "children.")
"""What an Engine may say went wrong; a sentence about the vault or the seal is not its to choose."""
WRITTEN = frozenset(
    {
        PartKind.REASONING,
        PartKind.PREAMBLE,
        PartKind.TOOL_CALL,
        PartKind.ANSWER,
        PartKind.HIDDEN,
    }
)
"""What a model writes; all else in a message is the Interface's, and no Engine's to say."""


def event_to_json(event: Event) -> dict[str, Any]:
    """Return plain data with the event's name under ``event``."""
    if isinstance(event, TurnDone):
        data = {item.name: getattr(event, item.name) for item in fields(event)}
        data["parts"] = [part.to_json() for part in event.parts]
        return {"event": event.NAME, **data}
    return {"event": event.NAME, **asdict(event)}


def event_from_json(data: dict[str, Any]) -> Event:
    """Rebuild an event; raises KeyError, TypeError or ValueError on anything else."""
    values = dict(data)
    event = rebuilt(_TOLD[values.pop("event")], values)
    if any(isinstance(value, int | float) and value < 0 for value in values.values()):
        raise ValueError("less than nothing")
    if isinstance(event, Planned):
        return Planned(event.plan.checked())
    if isinstance(event, Loaded):
        return _checked(event)
    if isinstance(event, Counted):
        return Counted(event.ledger.checked())
    if isinstance(event, StateOffered | Saved):
        return type(event)(event.facts.checked())
    if isinstance(event, Restored) and not _CODE.fullmatch(event.code):
        raise ValueError("no code")
    kinds = [part.kind for part in event.parts] if isinstance(event, TurnDone) else []
    kinds += [event.kind] if isinstance(event, PartDelta) else []
    if not WRITTEN.issuperset(kinds):
        raise ValueError("not a model's to write")
    return event


def _checked(loaded: Loaded) -> Loaded:
    return replace(
        loaded,
        name=shown_name(loaded.name),
        description=shown_name(loaded.description),
        plan=loaded.plan and loaded.plan.checked(),
        allocated=tuple(device.checked() for device in loaded.allocated),
    )


def error_of_engine(data: dict[str, Any]) -> UserError:
    """Rebuild an error of an Engine; raises KeyError, TypeError or ValueError on anything else."""
    error = UserError.from_json(data)
    if not error.code.startswith(_ITS_ERRORS):
        raise ValueError("not an Engine's error")
    return error
