"""How tall every message is, known or guessed.

Job: keep one height per message and answer "where does message i start" and "which message is at
y" in logarithmic time (a Fenwick tree). Rule: whole pixels, no Qt; a guess is replaced by the real
height when a message is laid out, and nobody else remembers absolute positions.
"""

from __future__ import annotations

from collections.abc import Iterable


class HeightIndex:
    """Heights of a list of messages, in pixels."""

    def __init__(self, heights: Iterable[int] = ()) -> None:
        self._heights: list[int] = []
        self._tree: list[int] = [0]
        self.reset(heights)

    def __len__(self) -> int:
        """Return how many messages there are."""
        return len(self._heights)

    def __getitem__(self, row: int) -> int:
        """Return one message's height."""
        return self._heights[row]

    def reset(self, heights: Iterable[int]) -> None:
        """Replace everything; O(n)."""
        self._heights = list(heights)
        size = len(self._heights)
        tree = [0, *self._heights]
        for node in range(1, size + 1):
            parent = node + (node & -node)
            if parent <= size:
                tree[parent] += tree[node]
        self._tree = tree

    def append(self, height: int) -> None:
        """Add one message at the end."""
        self._heights.append(height)
        node = len(self._heights)
        total = height
        below = node - 1
        stop = node - (node & -node)
        while below > stop:
            total += self._tree[below]
            below -= below & -below
        self._tree.append(total)

    def truncate(self, size: int) -> None:
        """Forget every message from row ``size`` on."""
        del self._heights[size:]
        del self._tree[size + 1 :]

    def set(self, row: int, height: int) -> int:
        """Give a message its height; returns by how much it changed."""
        change = height - self._heights[row]
        if change:
            self._heights[row] = height
            node = row + 1
            while node < len(self._tree):
                self._tree[node] += change
                node += node & -node
        return change

    def prefix(self, row: int) -> int:
        """Return the height of all messages before ``row``: where that message starts."""
        total = 0
        node = row
        while node > 0:
            total += self._tree[node]
            node -= node & -node
        return total

    @property
    def total(self) -> int:
        """The height of all messages."""
        return self.prefix(len(self._heights))

    def find(self, y: int) -> tuple[int, int]:
        """Return (row, offset inside it) of the message at ``y``; clamped to the first and last.

        Raises IndexError when there is no message.
        """
        size = len(self._heights)
        if not size:
            raise IndexError("there is no message")
        rest = max(y, 0)
        node = 0
        step = 1 << size.bit_length()
        while step:
            ahead = node + step
            if ahead <= size and self._tree[ahead] <= rest:
                node = ahead
                rest -= self._tree[ahead]
            step >>= 1
        if node >= size:
            return size - 1, self._heights[-1]
        return node, rest


def estimate(characters: int, lines: int, per_line: int, line_height: int, extra: int) -> int:
    """Guess the height of a message from counts alone.

    ``per_line`` is how many characters fit on a line of ``line_height`` pixels, ``lines`` how many line
    breaks the text has, ``extra`` what stands around the text (name, actions, gaps).
    """
    rows = characters / max(per_line, 1) + 0.75 * lines
    return extra + max(1, round(rows)) * line_height
