"""Which parts of the window are there yet.

Job: one switch per feature that arrives with a later change. Rule: what is off is hidden, together
with its shortcut; there are no dead buttons.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Features:
    """Switches; the defaults are what works today."""

    lock: bool = False
    library: bool = True
    settings: bool = True
