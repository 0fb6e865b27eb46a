"""How an engine failed before: what makes starting it again pointless.

Job: notice a model file that changed under the engine, and an engine that crashes twice in the same
way. Rule: asks the system about the file and never opens it; an engine ended by others did not crash.
"""

from __future__ import annotations

from pathlib import Path

from app.children.starting import program
from app.children.watching.outcome import Ending, Outcome
from app.core.errors import UserError
from app.engine.file_identity import FileIdentity, identities

_IDENTICAL = 2
"""So many crashes of one kind in a row are enough."""
_CRASHES = frozenset({Ending.CRASHED, Ending.FAILED})


class Failures:
    """What went wrong with one model file since something last went well."""

    def __init__(self) -> None:
        self._path = Path()
        self._found: tuple[FileIdentity | None, ...] = ()
        self._last = ""
        self._same = 0

    def begin(self, path: Path) -> None:
        """Forget everything: a person asked for this file."""
        self._path, self._last, self._same = path, "", 0

    def loading(self) -> None:
        """Take note of the file as it is now, before an engine loads it."""
        self._found = identities(self._path)

    def went_well(self) -> None:
        """Forget crashes: a request was answered."""
        self._last, self._same = "", 0

    def ended(self, outcome: Outcome | None) -> None:
        """Count an engine's end, if it was a crash."""
        if outcome is not None and outcome.ending in _CRASHES:
            self.crashed(outcome.code)

    def crashed(self, way: str) -> None:
        """Count a crash; ``way`` tells kinds of crashes apart."""
        self._same = self._same + 1 if way == self._last else 1
        self._last = way

    def check(self) -> None:
        """Raise UserError ``engine.same_failure`` when another start would end like the last ones."""
        if self._same >= _IDENTICAL:
            raise UserError("engine.same_failure")

    def of_load(self, hung: bool, outcome: Outcome | None) -> UserError:
        """Count the end of an engine that was loading, and return what to say of it."""
        self.ended(outcome)
        if self._file_changed():
            return self.of_changed_file()
        if outcome and outcome.ending is Ending.OUT_OF_MEMORY:
            return UserError("engine.no_memory")
        if outcome and outcome.unknown_instruction:
            return UserError("engine.old_processor")
        return UserError("engine.hung" if hung else "engine.load_crashed")

    def of_request(self, hung: bool, outcome: Outcome | None, again: bool) -> UserError:
        """Count the end of an engine that was at work, and return what to say of it.

        ``hung`` when we gave it up; ``again`` when it was started anew before, not long ago.
        """
        self.ended(outcome)
        if self._file_changed():
            return self.of_changed_file()
        if hung:
            return UserError("engine.hung")
        if outcome and outcome.ending is Ending.OUT_OF_MEMORY:
            return UserError("engine.memory_gone")
        return UserError("engine.stopped_again" if again else "engine.stopped")

    def of_changed_file(self) -> UserError:
        """Return what to say of a model file that changed: an update brings the Guide's anew."""
        return UserError("children.replaced" if program.is_replaced() else "engine.file_changed")

    def _file_changed(self) -> bool:
        return self._found != identities(self._path)
