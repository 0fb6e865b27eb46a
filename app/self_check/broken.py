"""What a check raises, and what it returns."""

from __future__ import annotations

from typing import Any

Facts = dict[str, Any]


class BrokenError(Exception):
    """A part that works differently than it must; the text says what was found."""
