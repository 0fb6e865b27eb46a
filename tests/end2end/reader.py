"""Someone who uses the program through the platform's accessibility tree, as a screen reader does.

Job: a session bus of its own, a client of the tree on it, and the few questions a test asks: what is
there, what is focused, what was said. Rule: nothing inside the program is touched; waiting is for a
state of the tree, never for a time.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from tests.end2end.person import Person
from tests.end2end.program import ROOT
from tests.end2end.waiting import wait_for

SYSTEM_PYTHON = "/usr/bin/python3"
CLIENT = ROOT / "tests" / "support" / "atspi_client.py"
_LAUNCHERS = (
    Path("/usr/libexec/at-spi-bus-launcher"),
    Path("/usr/lib/at-spi2-core/at-spi-bus-launcher"),
)


@cache
def missing_for_reading() -> list[str]:
    """Return the Debian packages that are needed and not there."""
    missing = []
    if shutil.which("dbus-daemon") is None:
        missing.append("dbus-daemon")
    if not any(launcher.exists() for launcher in _LAUNCHERS):
        missing.append("at-spi2-core")
    probe = "import gi; gi.require_version('Atspi', '2.0'); from gi.repository import Atspi"
    found = (
        Path(SYSTEM_PYTHON).exists()
        and not subprocess.run([SYSTEM_PYTHON, "-c", probe], capture_output=True, check=False).returncode
    )
    return missing if found else [*missing, "python3-gi", "gir1.2-atspi-2.0"]


@dataclass(frozen=True, slots=True)
class Node:
    """One node of the tree as it was read."""

    id: int
    parent: int
    role: str
    name: str
    description: str
    states: frozenset[str]
    actions: tuple[str, ...]
    text: str | None
    value: float | None
    extents: tuple[int, ...]
    count: int
    labels: tuple[str, ...]
    """What stands beside it and names it."""

    @property
    def focusable(self) -> bool:
        """Whether the keyboard can be put on it."""
        return "focusable" in self.states

    @property
    def said(self) -> str:
        """What a screen reader says of it."""
        return f"{self.role} {self.name!r}"


class Tree:
    """One reading of a program's whole tree."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.nodes = nodes
        self._by_id = {node.id: node for node in nodes}

    def all(self, role: str = "", name: str = "", *, within: Node | None = None) -> list[Node]:
        """Return the nodes of a role whose names begin with ``name``, in reading order."""
        return [
            node
            for node in self.nodes
            if (not role or node.role == role)
            and node.name.startswith(name)
            and (within is None or within in self.above(node))
        ]

    def one(self, role: str = "", name: str = "", *, within: Node | None = None) -> Node:
        """Return the only such node; AssertionError where there is none or a second."""
        found = self.all(role, name, within=within)
        assert len(found) == 1, f"{len(found)} of {role} {name!r}:\n{self.drawn()}"
        return found[0]

    def above(self, node: Node) -> Iterator[Node]:
        """Yield what a node lies in, from the inside out."""
        parent = self._by_id.get(node.parent)
        while parent is not None:
            yield parent
            parent = self._by_id.get(parent.parent)

    def under(self, node: Node) -> list[Node]:
        """Return all that lies in a node, in reading order."""
        return self.all(within=node)

    @property
    def focused(self) -> Node | None:
        """The innermost node that has the keyboard (the frame inside a text says so too)."""
        found = [node for node in self.nodes if {"focused", "focusable"} <= node.states]
        return found[-1] if found else None

    def drawn(self) -> str:
        """Return the tree as indented lines, for a person."""
        shown = frozenset({"focused", "expanded", "collapsed", "checked", "selected", "focusable"})
        lines = []
        for node in self.nodes:
            deep = sum(1 for _ in self.above(node))
            states = ",".join(sorted(node.states & shown))
            text = f" text={node.text[:80]!r}" if node.text else ""
            lines.append(f"{'  ' * deep}{node.said} [{states}] {'/'.join(node.actions)}{text}")
        return "\n".join(lines)


class Reader:
    """A session bus and a client of the accessibility bus behind it."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._bus = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--print-address"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._bus.stdout is not None
        address = self._bus.stdout.readline().strip()
        self.variables = {"DBUS_SESSION_BUS_ADDRESS": address}
        """What a program needs to meet this reader."""
        self._client = subprocess.Popen(
            [SYSTEM_PYTHON, str(CLIENT)],
            env={**environment, **self.variables},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if os.environ.get("CLOISTER_READER_LOUD") else subprocess.DEVNULL,
            text=True,
        )
        self._heard: list[dict[str, Any]] = []
        assert self._line() == "ready"

    def _line(self) -> Any:
        assert self._client.stdout is not None
        line = self._client.stdout.readline()
        assert line, "the reader's client ended"
        return json.loads(line)

    def _ask(self, do: str, **values: object) -> Any:
        assert self._client.stdin is not None
        self._client.stdin.write(json.dumps({"do": do, **values}) + "\n")
        self._client.stdin.flush()
        return self._line()

    def tree(self, pid: int, *, hidden: bool = False) -> Tree | None:
        """Read the tree of a program, None while it is not on the bus."""
        found = self._ask("tree", pid=pid, hidden=hidden)
        if found is None:
            return None
        return Tree(
            [
                Node(
                    **{
                        **node,
                        "states": frozenset(node["states"]),
                        "actions": tuple(node["actions"]),
                        "labels": tuple(node["labels"]),
                        "extents": tuple(node["extents"] or ()),
                    }
                )
                for node in found
            ]
        )

    def wait(
        self, pid: int, condition: Callable[[Tree], object], what: str, seconds: float = 60
    ) -> Tree:
        """Read until ``condition`` holds, and return that tree."""
        last: list[Tree] = []

        def holds() -> bool:
            tree = self.tree(pid)
            if tree is None:
                return False
            last[:] = [tree]
            return bool(condition(tree))

        try:
            wait_for(holds, what, seconds)
        except AssertionError as error:
            drawn = last[0].drawn() if last else "the program is not on the bus"
            raise AssertionError(f"{error}\n{drawn}") from None
        return last[0]

    def act(self, node: Node, action: str = "Press") -> None:
        """Carry out an action of a node of the last tree."""
        assert self._ask("act", node=node.id, name=action), f"{node.said} does not {action}"

    def focus(self, node: Node) -> bool:
        """Ask for the focus."""
        return bool(self._ask("focus", node=node.id))

    def word_at(self, node: Node, offset: int) -> tuple[str, int, int]:
        """Return the word at an offset of a node's text, with its start and end."""
        word, start, end = self._ask("word_at", node=node.id, offset=offset)
        return word, start, end

    def heard(self, kinds: Collection[str] = ("object:announcement",)) -> list[str]:
        """Return the words of all events of these kinds so far, in order."""
        self._heard += self._ask("events")
        return [event["words"] for event in self._heard if event["kind"] in kinds]

    def close(self) -> None:
        """End client and bus."""
        for process in (self._client, self._bus):
            process.terminate()
            process.wait(10)
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()


class Blind:
    """A person at the keyboard who only knows what the tree says."""

    def __init__(self, person: Person, reader: Reader) -> None:
        self.person = person
        self.reader = reader
        self.pid = person.program.pid

    def until(self, condition: Callable[[Tree], object], what: str) -> Tree:
        """Read until a condition of the tree holds."""
        return self.reader.wait(self.pid, condition, what)

    def focused(self, role: str, name: str = "") -> Node:
        """Wait until such a node has the keyboard, and return it."""
        found: list[Node] = []

        def holds(tree: Tree) -> bool:
            now = tree.focused
            found[:] = [now] if now is not None else []
            return now is not None and now.role == role and now.name.startswith(name)

        self.until(holds, f"the keyboard on {role} {name!r}")
        return found[0]

    def tab_to(self, role: str, name: str, key: str = "Tab") -> Node:
        """Press a key until such a node has the keyboard, at most as often as there are nodes."""
        seen: list[str] = []
        for _ in range(12):
            tree = self.until(lambda tree: tree.focused is not None, "something with the keyboard")
            now = tree.focused
            assert now is not None
            if now.role == role and now.name.startswith(name):
                return now
            seen.append(now.said)
            self.person.press(key)
            self.until(partial(_moved, now), "the keyboard to move on")
        raise AssertionError(f"{key} never came to {role} {name!r}, only to {seen}")


def _moved(before: Node, tree: Tree) -> bool:
    """Say whether the keyboard is somewhere else (ids count anew with each reading)."""
    now = tree.focused
    return now is not None and (now.role, now.name, now.extents) != (
        before.role,
        before.name,
        before.extents,
    )
