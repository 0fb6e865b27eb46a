"""What the library window shows, as plain values.

Job: rows, steps, facts and the page of one model, ready to be read. Rule: sentences and shares only; the
views decide how they look, the controllers what they say.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.ui.theme import IconName
from app.ui.theme.style_sheet import Kind
from app.ui.widgets.controls.button_row import Wish


class Section(StrEnum):
    """The parts of the list, in the order they are shown."""

    IN_PROGRESS = "in_progress"
    HERE = "here"
    AVAILABLE = "available"
    TOO_LARGE = "too_large"


class StepState(StrEnum):
    """How far a step is."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Action:
    """A button: ``code`` is what is reported when it is pressed; ``icon`` stands before the words."""

    code: str
    words: str
    icon: IconName | None = None
    kind: Kind = Kind.SECONDARY

    @property
    def wish(self) -> Wish:
        """The same as a row of buttons takes it."""
        return self.code, self.words, self.icon, self.kind


@dataclass(frozen=True, slots=True)
class RowShown:
    """One model in the list. ``share`` 0 to 1 draws a bar, None draws none; ``still`` draws it grey.

    ``colour`` is the token of ``words``. ``action`` is the one thing that can be done from the row.
    """

    key: str
    section: Section
    name: str
    note: str
    words: str
    colour: str = "text2"
    share: float | None = None
    still: bool = False
    action: Action | None = None


@dataclass(frozen=True, slots=True)
class StepShown:
    """One of the steps. ``share`` None draws no bar."""

    title: str
    words: str
    state: StepState = StepState.WAITING
    share: float | None = None
    colour: str = "text2"
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and what is true of the file, in one or more lines.

    ``code`` sets it in the typeface of fingerprints.
    """

    name: str
    value: str
    code: bool = False
    note: str = ""
    action: Action | None = None


@dataclass(frozen=True, slots=True)
class PlanShown:
    """What is said of this computer before anything is loaded; ``strong`` is the verdict.

    ``reasons`` are the plan's own sentences, shown when they are asked for.
    """

    icon: IconName
    colour: str
    strong: str
    rest: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A sentence about the same file in another place, and what can be done with it there."""

    sentence: str
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class OfferShown:
    """A model that is offered: ``strong`` is the verdict, ``rest`` what follows from it.

    ``facts`` are names and values; ``shares`` of memory have a fill, words and an amount each.
    """

    strong: str
    rest: str
    actions: tuple[Action, ...]
    facts: tuple[tuple[str, str], ...] = ()
    shares: tuple[tuple[str, str, float], ...] = ()
    note: str = ""

    @property
    def sentence(self) -> str:
        """Verdict and what follows, as one line."""
        return f"{self.strong} {self.rest}".strip()


@dataclass(frozen=True, slots=True)
class ModelShown:
    """The page of one model; empty ``steps`` show no card.

    ``origin``: what is to be known of where its file comes from, None where all is well.
    """

    key: str
    title: str
    about: str
    plan: PlanShown | None = None
    steps: tuple[StepShown, ...] = ()
    hint: str = ""
    foot: tuple[Action, ...] = ()
    facts: tuple[Fact, ...] = ()
    elsewhere: Elsewhere | None = None
    origin: PlanShown | None = None
