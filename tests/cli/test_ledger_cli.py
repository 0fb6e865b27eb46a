"""The ledger on the command line, and the ways to make room, with the real Guide."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LONG = "word " * 1250
SMALL = ("--context", "4096")
"""A window that three such questions fill, and a summary fits beside two."""
QUESTION = "How do I stop an answer?"


def run(*words: str, data: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "app", *words]
    return subprocess.run(
        command, cwd=ROOT, input=data, capture_output=True, text=True, timeout=120, check=False
    )


def chat(*lines: dict[str, Any]) -> list[dict[str, Any]]:
    data = "\n".join(json.dumps(line) for line in lines)
    done = run("chat", "--json", "--ledger", *SMALL, data=data)
    assert done.returncode == 0
    return [json.loads(line) for line in done.stdout.splitlines()]


def of_kind(lines: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [line for line in lines if line["event"] == kind]


def test_ask_counts_what_is_read_exactly() -> None:
    done = run("ask", "--json", "--ledger", QUESTION)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    (ledger,), (end,) = of_kind(lines, "ledger"), of_kind(lines, "done")
    assert ledger["used"] == sum(entry["tokens"] for entry in ledger["entries"]) == end["prompt_tokens"]
    assert ledger["used"] + ledger["reserve"] + ledger["free"] == ledger["context"] == end["context"]
    assert [entry["kind"] for entry in ledger["entries"]] == ["system", "draft", "attachment"]


def test_ask_says_it_in_words_beside_the_answer() -> None:
    done = run("ask", "--ledger", QUESTION)
    assert "Esc" in done.stdout
    assert "token" not in done.stdout.lower().split("esc")[0]
    assert "Kept free for the answer" in done.stderr
    assert "Read, of 8,192" in done.stderr


def test_a_full_window_leaves_out_only_what_is_chosen() -> None:
    long = {"text": LONG}
    lines = chat(long, long, long, {"choice": "leave_out"}, {"text": QUESTION})
    first, second, refused, third, fourth = of_kind(lines, "done")
    assert (first["stop"], second["stop"]) == ("return", "return")
    assert refused["error"]["code"] == "cli.full"
    assert "(oldest messages: 4)" in refused["error"]["text"]
    assert (third["stop"], fourth["stop"]) == ("return", "return")
    before, after, last = of_kind(lines, "ledger")[2:]
    assert [entry["left_out"] for entry in before["entries"]].count(True) == 0
    gone = {entry["message"] for entry in after["entries"] if entry["left_out"]}
    assert gone == {0, 1, 2, 3}
    assert third["prompt_tokens"] == after["used"] < before["used"]
    assert {entry["message"] for entry in last["entries"] if entry["left_out"]} == gone


def test_a_summary_is_shown_and_read_for_what_it_stands_for() -> None:
    long = {"text": LONG}
    lines = chat(long, long, long, {"choice": "summarise"})
    (summary,) = of_kind(lines, "summary")
    assert summary["text"]
    assert of_kind(lines, "done")[-1]["stop"] == "return"
    after = of_kind(lines, "ledger")[-1]
    assert [entry["kind"] for entry in after["entries"] if not entry["left_out"]].count("summary") == 1
    assert any(entry["left_out"] for entry in after["entries"])


def test_a_new_conversation_takes_the_question_along() -> None:
    long = {"text": LONG}
    lines = chat(long, long, long, {"choice": "new"})
    assert of_kind(lines, "done")[-1]["stop"] == "return"
    assert [entry["kind"] for entry in of_kind(lines, "ledger")[-1]["entries"]][:2] == [
        "system",
        "draft",
    ]


def test_a_choice_without_a_question_and_an_unknown_one_are_answered() -> None:
    lines = chat({"choice": "leave_out"}, {"choice": "forget it"}, {"choice": 7}, {"text": QUESTION})
    codes = [line.get("error", {}).get("code") for line in of_kind(lines, "done")]
    assert codes == ["cli.nothing_waits", "cli.bad_choice", "cli.bad_choice", None]


def test_the_choices_can_be_typed_in_words_and_are_questions_otherwise() -> None:
    done = run("chat", *SMALL, data=f"leave out\n{LONG}\n{LONG}\n{LONG}\n Leave  OUT \n")
    assert done.returncode == 0
    assert "Type one of: leave out (oldest messages: " in done.stderr
    assert len([line for line in done.stdout.splitlines() if line]) == 4
