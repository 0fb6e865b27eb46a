"""Nothing that can be used is nameless: the whole tree, window by window.

The real program is led through its windows by the keyboard; after each step every node of the platform's
tree is judged as a screen reader would meet it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end2end.person import Person, Screen, made_vault, wait_for
from tests.end2end.reader import Blind, Node, Reader, Tree

PASSPHRASE = "four plain words here"
FRAMES = frozenset({"filler", "layered pane", "scroll pane", "viewport", "unknown"})
EMPTY_WORDS = frozenset({"button", "icon", "item", "label", "text", "widget", "qwidget", "untitled"})


def usable(node: Node) -> bool:
    """Say whether a person may come to a node or do something with it."""
    return node.focusable or "Press" in node.actions or "Toggle" in node.actions


def faults(tree: Tree) -> list[str]:
    """Return what is wrong with the names of a tree."""
    found = []
    seen: set[tuple[int, str, str]] = set()
    for node in tree.nodes:
        where = " in ".join(each.said for each in (node, *tree.above(node)))
        if node.role in FRAMES and node.name and node.parent >= 0:
            found.append(f"named, but only a frame: {where}")
        if not usable(node):
            continue
        if node.role in FRAMES:
            found.append(f"can be used, but is only a frame: {where}")
        name = " ".join((*node.labels, node.name)).strip()
        if not any(map(str.isalpha, name)) or name.casefold() in EMPTY_WORDS:
            found.append(f"says nothing: {where}")
        elif (node.parent, node.role, name) in seen:
            found.append(f"there twice: {where}")
        seen.add((node.parent, node.role, name))
    return found


@pytest.mark.timeout(240)
def test_everything_that_can_be_used_says_what_it_is(
    screen: Screen, reader: Reader, people: list[Person], pictures: Path, tmp_path: Path
) -> None:
    made_vault(tmp_path / "profile", PASSPHRASE)
    person = Person(screen, tmp_path / "profile", pictures, variables=reader.variables)
    people.append(person)
    blind = Blind(person, reader)
    wrong: dict[str, list[str]] = {}

    def judge(where: str, sign: str, role: str = "") -> None:
        tree = blind.until(lambda tree: tree.all(role, sign), f"{where}: {sign}")
        wrong.setdefault(where, []).extend(faults(tree))

    judge("lock", "Passphrase", "password text")
    person.type(PASSPHRASE)
    person.press("Return")
    blind.focused("text", "Message")
    wait_for(lambda: person.engine() is not None, "the engine")
    judge("empty", "Questions to start with")
    person.type("What does the effort slider do?")
    person.press("Return")
    judge("answered", "Copy the answer")
    person.press("ctrl+shift+r")
    judge("reasoning", "Working notes, not checked")
    person.press("ctrl+i")
    judge("ledger", "Conversation: ")
    person.press("Escape", "ctrl+k")
    person.type("effort")
    judge("search", "Result 1 of")
    person.press("Escape", "Escape", "ctrl+comma")
    judge("settings", "Text size")
    person.press("Down", "End")  # out of the search, to the last section
    judge("settings, accessibility", "Answers through a screen reader")
    person.press("Escape")
    assert not any(wrong.values()), "\n".join(
        f"{where}: {fault}" for where, found in wrong.items() for fault in found
    )
