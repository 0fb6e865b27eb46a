"""Which tools the guide is offered."""

from __future__ import annotations

import json

import pytest

from app.core.paths import resources_dir
from app.manual.guide import guide_tools

DEMONSTRATIONS = json.loads((resources_dir() / "guide" / "replies.json").read_text("utf-8"))[
    "demonstrations"
]


@pytest.mark.parametrize("question", [one["question"] for one in DEMONSTRATIONS])
def test_a_demonstration_is_offered_python(question: str) -> None:
    assert guide_tools(question) == ("python",)


@pytest.mark.parametrize("question", ["How do I stop an answer?", "", "What is a tool call?"])
def test_other_questions_are_not(question: str) -> None:
    assert guide_tools(question) == ()
