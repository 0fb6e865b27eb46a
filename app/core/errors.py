"""Errors sorted by blame.

Job: :class:`UserError` is trouble in the person's world (a missing file, a full disk) and carries a
code and plain values; the sentence comes from the catalogue of ``app.core.texts``. Everything else
that is raised is a bug of ours. Rule: only codes and plain data cross a process border, and values
never hold what a person or the model wrote.
"""

from __future__ import annotations

import math
from typing import Any

from app.core import texts
from app.core.plain_values import LARGEST
from app.core.shown_name import shown_name

Value = str | int | float


class UserError(Exception):
    """Trouble that a person can understand and act on.

    ``code`` names an entry under ``errors`` in the catalogue; ``values`` fill its sentences. An
    unknown code is a bug and raises KeyError at once, not when the sentence is shown.
    """

    def __init__(self, code: str, **values: Value) -> None:
        self.code = code
        self.values = values
        self.words = texts.error(code, **values)
        super().__init__(code)

    @property
    def sentence(self) -> str:
        """What is safe, what happened and what to do, as one line of text."""
        return self.words.sentence

    def to_json(self) -> dict[str, Any]:
        """Return plain data for a process border."""
        return {"code": self.code, "values": dict(self.values)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> UserError:
        """Rebuild the error on the other side of a process border.

        Raises KeyError, TypeError or ValueError on anything else. What it names is shown as a name is:
        who sent it may have been taken over.
        """
        code, values = data["code"], data["values"]
        if not isinstance(code, str) or not isinstance(values, dict):
            raise TypeError("no error")
        return cls(code, **{name: _shown(value) for name, value in values.items()})


def _shown(value: object) -> Value:
    if isinstance(value, str):
        return shown_name(value)
    if isinstance(value, int | float) and math.isfinite(value) and abs(value) <= LARGEST:
        return value
    raise TypeError("not a plain value")
