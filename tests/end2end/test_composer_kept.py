"""What is attached and what waits, in the real program, through a kill without warning."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.conversation.draft import Draft
from app.core.conversation.message import Part, PartKind
from app.storage.database import connection
from app.storage.history import stored_text
from tests.end2end.people import People
from tests.end2end.screen import Screen
from tests.end2end.waiting import wait_for
from tests.end2end.witness import Witness, made_vault

PASSPHRASE = "four plain words here"
LETTER = "The tenant may determine this lease on the break date.\n" * 75

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def draft(witness: Witness) -> Draft:
    """Return the draft that the vault holds, where there is one."""
    database = connection.open_existing(witness.profile / "history.db", witness.key)
    try:
        found = [stored_text.decode_draft(row[0]) for row in database.rows("SELECT text FROM drafts")]
    finally:
        database.close()
    return found[0] if found else Draft()


def test_attachments_and_waiting_messages_survive_a_kill_and_are_sent(
    screen: Screen, people: People, tmp_path: Path
) -> None:
    witness = made_vault(tmp_path / "profile", PASSPHRASE)
    person = people.begin(witness.profile).opened(PASSPHRASE)
    person.type("How do I stop?")
    with screen.clipboard(LETTER):
        person.press("ctrl+v")
        wait_for(lambda: draft(witness).attachments, "the attachment in the vault")
    person.picture("composer-attached")
    assert draft(witness) == Draft("How do I stop?", (Part(PartKind.ATTACHMENT, LETTER),))
    person.kill()

    person = people.begin(witness.profile).opened(PASSPHRASE)
    engine = person.engine()
    assert engine is not None
    engine.suspend()
    person.press("Return")
    wait_for(lambda: len(witness.branches()) >= 2, "the answer to begin")
    asked = witness.branches()[0].message
    assert asked.parts[:2] == (Part(PartKind.ATTACHMENT, LETTER), Part(PartKind.TEXT, "How do I stop?"))
    person.type("And how do I leave?")
    person.press("Return")
    wait_for(lambda: draft(witness).waiting == (Draft("And how do I leave?"),), "the waiting message")
    person.picture("composer-waiting")
    person.kill()

    person = people.begin(witness.profile).opened(PASSPHRASE)
    assert draft(witness).waiting == (Draft("And how do I leave?"),)
    person.picture("composer-waited")
    assert len(witness.branches()) == 2
