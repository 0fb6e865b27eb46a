"""The main job without a mouse and without eyes: the real program through the platform's tree.

A screen reader's client on AT-SPI finds the composer by role and name, a keyboard types, the answer is
read from the tree, copied, asked again in other words and exported. Needs Debian's packages for AT-SPI
(``installers/system.py``, TEST_TOOLS); skipped where they are missing.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.end2end.people import People
from tests.end2end.reader import Blind, Node, Reader, Tree
from tests.end2end.screen import Screen
from tests.end2end.waiting import wait_for
from tests.end2end.witness import Witness, made_vault

PASSPHRASE = "four plain words here"
QUESTION = "How do I stop an answer?"
OTHER = "How do I copy an answer?"


def answers(tree: Tree) -> list[Node]:
    """Return the answers in the transcript."""
    return tree.all("list item", "Answer by Built-in guide", within=tree.one("list", "Transcript"))


def sentences(words: str) -> list[str]:
    """Split an answer the plain way, for comparison."""
    return [each.strip() for each in re.split(r"(?<=[.!?])\s+(?=[^a-z\s])", words) if each.strip()]


def sends(blind: Blind, witness: Witness) -> None:
    """Send a question: the composer has the keyboard from the start."""
    person, reader = blind.person, blind.reader
    blind.focused("text", "Message")
    wait_for(lambda: person.engine() is not None, "the engine")
    reader.heard()
    person.type(QUESTION)
    blind.until(lambda tree: tree.one("text", "Message").text == QUESTION, "the typed question")
    person.press("Return")
    wait_for(lambda: witness.answered(2), "the answer")


def reads(blind: Blind, witness: Witness) -> Node:
    """Return the answer: the list holds both messages, the answer's words are those of the vault."""
    tree = blind.until(lambda tree: answers(tree) and answers(tree)[0].text, "the answer in the tree")
    transcript = tree.one("list", "Transcript")
    said, answer = tree.all("list item", within=transcript)
    assert re.fullmatch(rf"You, \d\d:\d\d: {re.escape(QUESTION)}", said.name)
    assert answer.text == witness.last().answer
    assert blind.reader.word_at(answer, 0)[0].strip() == answer.text.split()[0]
    paragraph = tree.all("paragraph", within=answer)[0]
    assert answer.text.startswith(paragraph.text or "nothing")
    return answer


def hears(reader: Reader, answer: Node) -> None:
    """While it was written each sentence was said once, in order, and then that it was complete."""
    wait_for(lambda: "The answer is complete." in reader.heard(), "the end to be said")
    heard = reader.heard()
    if heard[0] == "Thinking.":  # else the Guide had thought before anything could be said of it
        del heard[0]
    assert re.fullmatch(r"Thought for .+\.", heard[0])
    assert heard[1:-1] == sentences(answer.text or "")


def opens_the_reasoning(blind: Blind, witness: Witness) -> None:
    """Go into the transcript, to the answer, into it; the reasoning opens and says so."""
    person = blind.person
    person.press("shift+F6")
    blind.focused("list item", "Answer by Built-in guide")
    person.press("Return")
    toggle = blind.focused("push button", "Reasoning, thought for")
    assert "collapsed" in toggle.states
    person.press("Return")
    blind.until(
        lambda tree: "expanded" in tree.one("push button", "Reasoning, thought for").states,
        "the open reasoning",
    )
    tree = blind.until(lambda tree: tree.all("paragraph", "Working notes, not checked"), "the notes")
    notes = tree.one("paragraph", "Working notes, not checked")
    assert notes.text == witness.last().reasoning.strip()


def copies(blind: Blind, screen: Screen, answer: Node) -> None:
    """Copy the answer by its button."""
    blind.tab_to("push button", "Copy the answer")
    blind.person.press("Return")
    wait_for(lambda: screen.copied() == answer.text, "the copied answer")
    blind.focused("push button", "Copied")


def branches(blind: Blind, witness: Witness) -> None:
    """Go back out, up to the question, into it, edit it and send it; then back to the first version."""
    person = blind.person
    person.press("Escape")
    blind.focused("list item", "Answer by Built-in guide")
    person.press("Up")
    blind.focused("list item", "You, ")
    person.press("Return")
    blind.tab_to("push button", "Edit and send again")
    person.press("Return")
    field = blind.focused("text", "Message")
    assert field.text == QUESTION
    person.press("ctrl+a")
    person.type(OTHER)
    person.press("Return")
    wait_for(lambda: witness.answered(4), "the answer of the other branch")
    tree = blind.until(
        lambda tree: tree.all("list item", "You, ") and OTHER in tree.drawn(), "the branch"
    )
    question = tree.all("list item", "You, ")[0]
    assert question.name.endswith(OTHER)
    assert "sensitive" not in tree.one("push button", "Next version", within=question).states
    back = tree.one("push button", "Previous version", within=question)

    # This time pressed through the tree as a screen reader presses.
    blind.reader.act(back)
    blind.until(
        lambda tree: any(node.name.endswith(QUESTION) for node in tree.all("list item", "You, ")),
        "the first branch again",
    )


def exports(blind: Blind, target: Path) -> None:
    """Export: the dialog says what it asks, the file dialog takes a path, the notice tells the end."""
    person = blind.person
    person.press("ctrl+shift+e")
    tree = blind.until(lambda tree: tree.all("push button", "Choose"), "the question about the form")
    form = next(node for node in tree.all("combo box") if "focused" in node.states)
    assert form.labels
    person.type("Markdown")
    blind.until(lambda tree: tree.all("combo box", "Markdown"), "the form")
    blind.tab_to("push button", "Choose")
    person.press("Return")
    blind.focused("text", "")
    person.press("ctrl+a")
    person.type(str(target))
    person.press("Return")
    # Another notice may still be there, so the file counts as well.
    blind.until(
        lambda tree: target.exists() and (tree.all("notification") or tree.all("alert")),
        "the end of the export",
    )


@pytest.mark.timeout(240)
def test_send_read_copy_and_branch_by_keyboard_and_tree_alone(
    screen: Screen, reader: Reader, people: People, tmp_path: Path
) -> None:
    witness = made_vault(tmp_path / "profile", PASSPHRASE)
    person = people.begin(tmp_path / "profile", variables=reader.variables)
    blind = Blind(person, reader)

    # Unlock: the field says what it wants and that its letters are hidden.
    blind.focused("password text", "Passphrase")
    person.type(PASSPHRASE)
    person.press("Return")

    sends(blind, witness)
    answer = reads(blind, witness)
    hears(reader, answer)
    opens_the_reasoning(blind, witness)
    copies(blind, screen, answer)
    branches(blind, witness)
    target = tmp_path / "exported.md"
    exports(blind, target)
    assert (answer.text or "nothing").split(".")[0] in target.read_text("utf-8")
