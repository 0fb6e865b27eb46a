"""The seal: whether this program may connect to anything at all.

Job: the one answer that everyone asks for, and by whom it was given. Rule: sealed by the person's
setting or by the organisation's policy; what cannot be read counts as sealed; the policy is read anew
at each question, so that it holds from the moment it stands there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from app.core.errors import UserError
from app.core.rules import settings as declared
from app.core.rules.policy import Policy, read_policy
from app.core.rules.settings import SETTINGS_NAME, Settings


class SealedBy(StrEnum):
    """Who sealed the program."""

    NOBODY = ""
    YOU = "you"
    """The person, by the setting."""
    ORGANISATION = "organisation"
    """The organisation, by a policy; the person cannot undo it."""


@dataclass(frozen=True, slots=True)
class Seal:
    """Whether the program is sealed, and by whom. ``damaged`` names a policy file not understood."""

    by: SealedBy = SealedBy.NOBODY
    damaged: Path | None = None

    @property
    def sealed(self) -> bool:
        """Whether nothing may connect."""
        return self.by is not SealedBy.NOBODY

    @property
    def refusal(self) -> UserError:
        """What to raise, or to show, where something wants to connect or to open a link."""
        if self.damaged is not None:
            return UserError("seal.policy_damaged", file=str(self.damaged))
        return UserError(f"seal.sealed_by_{self.by}")


def seal_of(settings: Settings, policy: Policy | None = None) -> Seal:
    """Return the seal; the policy is that of this computer unless one is given."""
    if policy is None:
        policy = read_policy()
    if policy.sealed:
        return Seal(SealedBy.ORGANISATION, policy.damaged)
    return Seal(SealedBy.YOU if settings.is_on(declared.SEALED) else SealedBy.NOBODY)


def seal_of_profile(profile: Path) -> Seal:
    """Return the seal for whoever has no settings at hand."""
    return seal_of(Settings(profile / SETTINGS_NAME))


def is_sealed(settings: Settings) -> bool:
    """Say whether nothing may connect."""
    return seal_of(settings).sealed


def refuse_if_sealed(settings: Settings) -> None:
    """Raise UserError("seal.sealed_by_...") or ("seal.policy_damaged") when nothing may connect."""
    seal = seal_of(settings)
    if seal.sealed:
        raise seal.refusal
