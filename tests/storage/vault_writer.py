"""A program that writes into a vault and says what was acknowledged; the fault tests kill it.

Run as ``python -m tests.storage.vault_writer PROFILE CODE SEED TURNS [PRAGMA]``. Every line on
standard output follows a call that has returned: what it names must survive whatever comes next. The
texts are made from numbers, so that a reader can make them again and compare.
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

from app.core.conversation.draft import Draft
from app.core.conversation.message import Message, Part, PartKind, user_message
from app.core.errors import UserError
from app.storage.records import MessageState
from app.storage.unlock import open_with_recovery
from app.storage.vault import Vault

WORDS = ("lien", "deed", "clause", "ward", "chart", "dose", "writ", "trust", "café", "契約", "ποινή")


def question_of(number: int) -> Message:
    """Return the person's message of this number."""
    chance = random.Random(f"question {number}")
    return user_message(" ".join(chance.choices(WORDS, k=chance.randint(1, 60))) + f" q{number}")


def answer_of(number: int, version: int) -> tuple[Part, ...]:
    """Return an answer as it stands at its ``version``-th save; a later one begins with an earlier."""
    chance = random.Random(f"answer {number}")
    said = [" ".join(chance.choices(WORDS, k=chance.randint(5, 120))) for _ in range(version)]
    return (Part(PartKind.REASONING, said[0] if said else ""), Part(PartKind.ANSWER, " ".join(said)))


def acknowledge(line: str) -> None:
    """Say that what ``line`` names is kept."""
    os.write(1, f"{line}\n".encode("ascii"))


def write_turns(vault: Vault, seed: int, turns: int) -> None:
    """Hold conversations: ask, stream, finish, branch, draft and delete, acknowledging each step."""
    chance = random.Random(seed)
    acknowledge("opened")
    conversation = vault.create_conversation(f"seed {seed}").id
    parent: int | None = None
    for turn in range(turns):
        number = seed * 100_000 + turn
        asked = vault.add_user_message(conversation, parent, question_of(number))
        acknowledge(f"asked {conversation} {asked.id} {number}")
        begun = vault.begin_answer(conversation, asked.id)
        acknowledge(f"saved {conversation} {begun.id} {number} 0")
        for version in range(1, chance.randint(1, 4)):
            vault.save_answer(begun.id, answer_of(number, version))
            acknowledge(f"saved {conversation} {begun.id} {number} {version}")
        vault.finish_answer(begun.id, answer_of(number, 5), MessageState.DONE)
        acknowledge(f"done {conversation} {begun.id} {number}")
        vault.save_draft(None, Draft(f"draft {number}"))
        acknowledge(f"draft {number}")
        parent = begun.id if chance.random() < 0.8 else None
        if chance.random() < 0.15:
            acknowledge(f"deleting {conversation}")
            vault.delete(conversation)
            acknowledge(f"deleted {conversation}")
            conversation, parent = vault.create_conversation(f"seed {seed}.{turn}").id, None


def main(arguments: list[str]) -> int:
    """Open the vault and write; the exit status is 3 when the vault refused in words."""
    profile, code, seed, turns, *pragma = arguments
    try:
        vault = open_with_recovery(Path(profile), code)
        for statement in pragma:
            vault._database.rows(f"PRAGMA {statement}")
        write_turns(vault, int(seed), int(turns))
        vault.close()
    except UserError as error:
        acknowledge(f"refused {error.code}")
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
