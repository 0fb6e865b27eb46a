"""Someone with a mouse, who knows by name what they look for."""

from __future__ import annotations

from collections.abc import Callable

from tests.end2end.person import Person
from tests.end2end.reader import Node, Reader, Tree


class Mouse:
    """Finds what it clicks by what a reader would say of it."""

    def __init__(self, person: Person, reader: Reader) -> None:
        self._person, self._reader = person, reader

    def until(self, condition: Callable[[Tree], object], what: str) -> Tree:
        """Read until ``condition`` holds, and return that tree."""
        return self._reader.wait(self._person.program.pid, condition, what)

    def sees(self, name: str) -> Tree:
        """Wait until something with a name that begins like this is in sight."""
        return self.until(lambda tree: any(_in_sight(node) for node in tree.all("", name)), name)

    def click(self, name: str) -> None:
        """Click a button."""
        x, y = self.middle(name)
        self._person.click(x, y)

    def middle(self, name: str) -> tuple[int, int]:
        """Return the place of a button on the screen."""
        tree = self.until(lambda tree: tree.all("push button", name), name)
        left, top, width, height = _seen(tree.all("push button", name)).extents
        return left + width // 2, top + height // 2


def _in_sight(node: Node) -> bool:
    return bool(node.extents) and node.extents[2] > 0


def _seen(nodes: list[Node]) -> Node:
    return next(filter(_in_sight, nodes))
