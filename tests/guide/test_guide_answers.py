"""What the Guide says, through the real engine: the page's words, or that there is none."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest

from app.core.conversation.message import (
    Effort,
    Message,
    Part,
    PartKind,
    Stop,
    assistant_message,
    user_message,
)
from app.engine.protocol.events import TurnDone
from app.manual.finder import NO_PAGE, placed_text
from app.manual.pages import Page, load_pages
from tests.guide.conftest import Ask

PAGES = {page.slug: page for page in load_pages()}
SAMPLE = ("effort", "passphrase", "telemetry", "recovery-code", "reasoning-pane", "new-conversation")
LEAST_RIGHT = 0.8
"""Kernels round differently from machine to machine, so one passage may go astray (README)."""


def about(page: Page, question: str = "How does that work?", passage: int = 0) -> Message:
    return user_message(question, Part(PartKind.MANUAL, placed_text(page, passage), name=page.slug))


def answer(done: TurnDone) -> str:
    return "".join(part.text for part in done.parts if part.kind is PartKind.ANSWER)


def is_well_formed(done: TurnDone) -> bool:
    kinds = [part.kind for part in done.parts]
    return (
        done.stop is Stop.RETURN and not done.repaired and kinds == [PartKind.REASONING, PartKind.ANSWER]
    )


def test_pages_are_repeated_word_for_word(ask: Ask) -> None:
    results = []
    for number, slug in enumerate(SAMPLE):
        done = ask(about(PAGES[slug]), effort=list(Effort)[number % 3])
        assert is_well_formed(done), slug
        results.append(answer(done) == PAGES[slug].passages[0])
    assert sum(results) / len(results) >= LEAST_RIGHT, results


def test_pages_kept_out_of_training_are_repeated_too(ask: Ask, training_text: ModuleType) -> None:
    passages: Any = sys.modules[training_text.TextSource.__module__]
    pages = [page for page in PAGES.values() if passages.kept_out(page.slug)][:20]
    results = [answer(ask(about(page))) == page.passages[0] for page in pages]
    assert sum(results) / len(results) >= LEAST_RIGHT, results


def test_a_new_page_on_another_subject_is_repeated(ask: Ask) -> None:
    page = Page(
        slug="visitors",
        title="Parking",
        keywords=("parking",),
        passages=(
            (
                "Visitors park behind the house. The gate opens with the code 4071 between 7 and 19, "
                "and with the bell at any other time."
            ),
        ),
    )
    done = ask(about(page, "zebra umbrella?"), effort=Effort.MEDIUM)
    assert is_well_formed(done)
    assert page.title in done.parts[0].text
    assert answer(done) == page.passages[0]


@pytest.mark.parametrize("effort", list(Effort))
def test_it_declines_when_no_page_fits(ask: Ask, replies: Any, effort: Effort) -> None:
    question = user_message("What is the capital of France?", Part(PartKind.MANUAL, NO_PAGE))
    done = ask(question, effort=effort)
    assert is_well_formed(done)
    assert answer(done) == replies["decline"]


def test_without_a_manual_line_it_says_so(ask: Ask, replies: Any) -> None:
    done = ask(user_message("How do I rename a conversation?"), effort=Effort.MEDIUM)
    assert is_well_formed(done)
    assert answer(done) == replies["no_manual"]


def test_more_effort_means_longer_reasoning(ask: Ask) -> None:
    lengths = [len(ask(about(PAGES["drafts"]), effort=effort).parts[0].text) for effort in Effort]
    assert lengths == sorted(set(lengths)), "low < medium < high"


def test_a_later_turn_answers_from_its_own_page(ask: Ask, replies: Any) -> None:
    messages = [about(PAGES["effort"])]
    messages.append(assistant_message(ask(*messages).parts))
    messages.append(about(PAGES["telemetry"], "And this?"))
    done = ask(*messages)
    assert answer(done) == PAGES["telemetry"].passages[0]
    messages += [assistant_message(done.parts), user_message("Sing.", Part(PartKind.MANUAL, NO_PAGE))]
    assert answer(ask(*messages)) == replies["decline"]


def test_the_demonstrations_call_python_and_end(ask: Ask, replies: Any) -> None:
    for number, shown in enumerate(replies["demonstrations"]):
        effort = list(Effort)[number % 3]
        question = user_message(shown["question"], Part(PartKind.MANUAL, NO_PAGE))
        done = ask(question, effort=effort, tools=("python",))
        call = done.parts[-1]
        assert (done.stop, call.kind, call.name) == (Stop.CALL, PartKind.TOOL_CALL, "python")
        assert (call.text, call.content_type, call.complete) == (shown["code"], "code", True)
        result = Part(PartKind.TOOL_RESULT, shown["result"], name="python")
        done = ask(question, assistant_message((*done.parts, result)), effort=effort, tools=("python",))
        assert done.stop is Stop.RETURN
        assert answer(done) == replies["tool_lead_in"] + shown["result"]
