"""All that the library is drawn from, and what of it counts in rows and pages alike.

Job: the knowledge of one moment as one value; which jobs are over, and which buttons would connect.
Rule: values and pure functions; nothing is worded here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.engine.protocol.plan import Plan
from app.ui.flow.library.arriving.jobs import Carrying, Download, Stage, Trial
from app.ui.flow.library.known.state import Doing, Library
from app.ui.flow.library.showing.steps import REPLACE
from app.ui.views.library.values import Action


@dataclass(frozen=True, slots=True)
class Known:
    """All that a picture of the library is made of. ``in_use`` is the file that answers now."""

    library: Library
    doing: Doing
    downloads: Mapping[str, Download]
    imports: Mapping[str, Carrying]
    plan: Callable[[str], Plan | None]
    plan_known: Callable[[str], bool]
    ram_mib: float
    places: tuple[str, ...]
    in_use: Path | None = None
    sealed: bool = False
    """Whether nothing may connect now; ``given_up``: nor once the seal is off, before a restart."""
    given_up: bool = False
    guide_bytes: int = 0
    shared_folder: Path | None = None
    """Where files of all users lie; ``may_share`` says whether this person may put one there."""
    may_share: bool = False


CONNECTS = frozenset(
    {"download", "download_row", "download_again", "download_anyway", "resume", "retry", "again"}
    | {"folder", "use_token", "token", "proxy_sign_in", REPLACE}
)
"""What buttons of a download do that ends with a connection."""


def offline_ways(actions: Sequence[Action], known: Known) -> tuple[Action, ...]:
    """Return buttons without those that would connect, where nothing may."""
    return tuple(each for each in actions if not (known.sealed and each.code in CONNECTS))


def is_over(job: Download | Carrying) -> bool:
    """Say whether a job has become an ordinary file: it arrived and was tried or need not be."""
    under_way = (Trial.WAITING, Trial.LOADING, Trial.WRITING)
    return job.stage is Stage.ARRIVED and job.trial.stage not in under_way
