"""An engine that crashes in the same way again and again is not started for ever.

The real window on a virtual screen; each engine is ended by a memory fault in the middle of its answer,
as llama.cpp would be. About 20 seconds.
"""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from tests.end2end.people import People
from tests.end2end.waiting import wait_for
from tests.end2end.witness import made_vault

PASSPHRASE = "four plain words here"
RESTED_S = 4.0
"""An engine that was to start again by itself would be there by then; it takes half a second."""


@pytest.mark.timeout(120)
def test_after_two_crashes_of_one_kind_no_engine_is_started_but_by_the_person(
    people: People, tmp_path: Path
) -> None:
    witness = made_vault(tmp_path / "profile", PASSPHRASE)
    person = people.begin(tmp_path / "profile")
    person.opened(PASSPHRASE)
    first = person.ask_halfway("How do I stop an answer?", witness)
    first.send_signal(signal.SIGSEGV)
    first.resume()
    wait_for(person.warned, "the sentence after the first crash")
    person.ask("What is Cloister?")
    wait_for(lambda: person.engine() not in (None, first), "the engine that the question starts", 20)
    second = person.engine()
    assert second is not None
    second.send_signal(signal.SIGSEGV)
    wait_for(lambda: person.engine() is None, "its end")
    time.sleep(RESTED_S)
    person.picture("crashed-twice")
    assert person.engine() is None
    person.ask("And now?")
    time.sleep(RESTED_S)
    person.picture("asked-again")
    assert person.engine() is None, "a question does not start what has crashed twice"
    assert person.warned()
    assert [record.message.question for record in witness.branches()][0::2] == [
        "How do I stop an answer?",
        "What is Cloister?",
        "And now?",
    ]
    person.press_notice()
    wait_for(lambda: person.engine() is not None, "the engine that the person asked for")
    person.picture("started-by-hand")
    person.ask("What is Cloister?")
    wait_for(lambda: witness.last().parts and person.engine() is not None, "an answer")
    assert person.close_window() == b""
