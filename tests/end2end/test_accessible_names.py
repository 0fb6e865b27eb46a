"""Nothing that can be used is nameless: the whole tree, window by window.

The real program is led through its windows by the keyboard; after each step every node of the platform's
tree is judged as a screen reader would meet it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end2end.people import People
from tests.end2end.reader import Blind, Node, Reader, Tree
from tests.end2end.waiting import wait_for
from tests.end2end.witness import made_vault

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
        if node.role == "popup menu" and node.name in {"", "Cloister"}:
            found.append(f"a menu without its name: {where}")
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


class Judged:
    """What was wrong at each place that was looked at."""

    def __init__(self, blind: Blind) -> None:
        self._blind = blind
        self._wrong: list[str] = []

    def at(self, where: str, shown: Callable[[Tree], object]) -> None:
        """Judge the tree as soon as ``shown`` holds of it."""
        found = faults(self._blind.until(shown, where))
        if found:  # a popover that is made anew is there twice for a moment
            found = faults(self._blind.until(shown, where))
        self._wrong += [f"{where}: {fault}" for fault in found]

    def all_good(self) -> None:
        """Fail with everything that was found."""
        assert not self._wrong, "\n".join(self._wrong)


@pytest.mark.timeout(240)
def test_everything_that_can_be_used_says_what_it_is(
    reader: Reader, people: People, tmp_path: Path
) -> None:
    made_vault(tmp_path / "profile", PASSPHRASE)
    person = people.begin(tmp_path / "profile", variables=reader.variables)
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


@pytest.mark.timeout(240)
def test_the_places_beside_the_conversation_say_what_they_are(
    reader: Reader, people: People, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    person = people.begin(profile, variables=reader.variables)
    blind = Blind(person, reader)
    judged = Judged(blind)

    judged.at("first start, choices", lambda tree: tree.focused is not None)
    person.show()  # no window manager gives the keyboard here, and a press before it does is lost
    person.press("Return")
    judged.at("first start, passphrase", lambda tree: tree.all("password text"))
    person.type(PASSPHRASE)
    person.press("Tab", "Tab")
    person.type(PASSPHRASE)
    person.press("Return")
    judged.at("first start, recovery code", lambda tree: tree.all("check box"))
    blind.focused("check box")
    person.press("space", "Tab", "Return")
    blind.focused("text", "Message")
    wait_for(lambda: person.engine() is not None, "the engine")
    person.type("What does the effort slider do?")
    person.press("Return")
    blind.until(lambda tree: tree.all("push button", "Copy the answer"), "the answer")

    def show(role: str, name: str, *keys: str) -> None:
        person.press(*keys)
        judged.at(name, lambda tree: tree.all(role, name))

    def keyboard_in(name: str) -> None:
        """Wait for a window of its own to have the keyboard: a press before that is lost."""

        def holds(tree: Tree) -> bool:
            now = tree.focused
            return now is not None and any(above.name == name for above in tree.above(now))

        blind.until(holds, f"the keyboard in {name}")

    def back() -> None:
        person.press("Escape")
        person.show()  # no window manager gives the keyboard back here
        blind.until(lambda tree: len(tree.all("frame")) == 1 and not tree.all("dialog"), "one window")
        blind.until(lambda tree: not tree.all("panel", "Models"), "the conversation")

    chip = blind.until(lambda tree: tree.all("push button", "Open the manual page"), "the page's button")
    reader.act(chip.one("push button", "Open the manual page “The effort slider”"))
    judged.at("the manual at a passage", lambda tree: tree.all("text", "The effort slider"))
    back()
    show("popup menu", "File", "F10")
    show("popup menu", "View", "Right", "Right")
    show("panel", "Memory and speed", "m")
    person.press("Escape", "F10")
    show("frame", "Connections", "c")
    back()
    show("panel", "Models", "ctrl+shift+m")
    back()
    show("frame", "Cloister keyboard shortcuts", "F1")
    back()
    show("push button", "Choose", "ctrl+shift+e")
    back()
    show("popup menu", "Conversation", "F10", "Left", "Left")
    show("", "Moved to the bin and kept for 30 days.", "d")
    show("frame", "Cloister bin", "F10", "b")
    keyboard_in("Cloister bin")
    show("list item", "What does the effort slider do?, deleted")
    show("label", "Delete “What does the effort slider do?” for good?", "Delete")
    person.press("Escape")
    blind.until(lambda tree: not tree.all("label", "Delete “"), "the question to go")
    back()
    show("popup menu", "Help", "F10", "Left")
    show("frame", "Cloister manual", "m")
    keyboard_in("Cloister manual")
    show("text", "First steps", "Tab", "Tab")
    back()
    show("popup menu", "Help", "F10", "Left")
    show("frame", "About", "a")
    judged.all_good()
