"""A name that somebody else gave, as it may be shown.

Job: make one line of what can be seen out of the name of a file, a device, a model or a program. Rule:
nothing in it can steer a terminal or turn the direction of the text around it.
"""

from __future__ import annotations

UNSEEN = "\ufffd"


def shown_name(name: str, longest: int = 256) -> str:
    """Return at most ``longest`` letters of ``name``; what cannot be seen becomes a mark that can."""
    return "".join(mark if mark.isprintable() else UNSEEN for mark in name[:longest]).strip()
