"""The answers of self-tests, kept where they outlive an engine.

Job: remember what engines that were fresh computed, so that one started later can be compared with them.
Rule: the first answer for the same terms stays (a later one may already be wrong), and all belong to one
model file; digests only, no words.
"""

from __future__ import annotations

from app.engine.protocol.events import Recorded, SelfTested
from app.engine.protocol.requests import SelfTestRequest

_MOST = 16
"""Settings that one model file is loaded with in a sitting; a child that names more is not believed."""
_LONGEST = 128


class KnownAnswers:
    """What is known of one model file."""

    def __init__(self) -> None:
        self._path = ""
        self._answers: dict[str, str] = {}

    def turn_to(self, path: str) -> None:
        """Belong to the model file at ``path`` from now on; what is known of another is forgotten."""
        if path != self._path:
            self._path = path
            self._answers.clear()

    def note(self, said: Recorded | SelfTested) -> None:
        """Remember what an engine computed, unless it is known what it should have computed."""
        terms, answer = str(said.terms), str(said.answer)
        fit = 0 < len(terms) <= _LONGEST and 0 < len(answer) <= _LONGEST
        if fit and len(self._answers) < _MOST:
            self._answers.setdefault(terms, answer)

    def request(self) -> SelfTestRequest:
        """Return the request that compares an engine with what is known."""
        return SelfTestRequest(dict(self._answers))
