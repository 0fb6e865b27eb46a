"""Logs that can be shown to anyone.

Job: one way to log, by event code and plain numbers. Rule: allow-listed values only (numbers, codes,
booleans); never what a person or a model wrote, never a path, so a log may be sent with a report.
"""

from __future__ import annotations

import logging

Value = bool | int | float | str

_CODE_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._-")


def log_event(event: str, level: int = logging.INFO, **values: Value) -> None:
    """Log one event, for example ``log_event("engine.loaded", ms=12)``.

    ``event`` and text values must be codes (lower case letters, digits, ``._-``, at most 64); anything
    else is a bug and raises ValueError, because it could be content.
    """
    fields = [_code(event), *(f"{name}={_plain(value)}" for name, value in values.items())]
    logging.getLogger("cloister").log(level, " ".join(fields))


def _plain(value: Value) -> str:
    return (
        _code(value)
        if isinstance(value, str)
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )


def _code(text: str) -> str:
    if len(text) > 64 or not _CODE_CHARACTERS.issuperset(text):
        raise ValueError("a log holds codes and numbers only")
    return text
