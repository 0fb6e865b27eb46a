"""How soon the first token of a second turn comes: our engine beside llama.cpp's own server.

Job: one question, an answer of so many tokens whose reasoning is dropped, some seconds in which the
person reads, a second question; the time from sending it to the first token. Rule: both get the same
token ids and the same settings, on one copy of the weights; the answer's words are given, so that both
hold the same. Both clocks stop when the other side first says that the prompt is read: the server by its
first token, ours by its report, after which a token is chosen in a fifth of a millisecond.

``python -m tests.performance.second_turn MODEL --server BINARY`` prints JSON. The question comes out of
nowhere, as if pasted; with ``--typed`` its last words are typed for a second, while the window has the
words before them read, as it always does.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.core.conversation.sampling import Sampling
from app.engine.client import EngineClient
from app.engine.protocol.events import Event, PrefillProgress
from app.engine.protocol.plan import LoadMode, Wishes
from app.engine.protocol.requests import LoadRequest, PrepareRequest, TurnRequest
from tests.performance.llama_server import LlamaServer
from tests.performance.prompts import Prompts

FIRST_TOKENS = 24
"""What is really written of the first answer; the rest of its work is the reading of given words."""

LAST_WORDS, TYPING_S = 3, 1.0
"""What is typed after the window last had the draft read, and how long that takes."""


def measure(
    model_file: Path,
    binary: Path,
    threads: int,
    rounds: int,
    answer: int,
    reading_s: float,
    *,
    typed: bool = False,
) -> dict[str, Any]:
    """Return milliseconds to the first token of the second turn on both sides, and their ratio."""
    wishes = Wishes(
        context=8192, micro_batch=256, threads=threads, load_mode=LoadMode.MMAP, repack=False
    )
    options = ["-c", "8192", "-ub", "256", "-b", "2048", "-t", str(threads), "-np", "1", "-fa", "on"]
    options += ["--no-repack", "--no-warmup"]
    prompts, client = Prompts(model_file), EngineClient()
    client.load(LoadRequest(str(model_file.absolute()), wishes), lambda _: None)
    ours: list[float] = []
    theirs: list[float] = []
    reused: list[float] = []
    try:
        with LlamaServer(binary, model_file, options, port=18_080) as server:
            for number in range(rounds):
                first, second = _turns(prompts, number, answer)
                found = _our_second_turn(client, first, second, reading_s, typed)
                ours.append(found[0])
                reused.append(found[1])
                theirs.append(
                    _their_second_turn(server, prompts.ids(first), prompts.ids(second), reading_s)
                )
    finally:
        client.close()
    ratios = [round(a / b, 4) for a, b in zip(ours, theirs, strict=True)]
    return {
        "answer_tokens": answer,
        "reading_s": reading_s,
        "typed": typed,
        "ours_ms": round(statistics.median(ours), 1),
        "server_ms": round(statistics.median(theirs), 1),
        "share_reused": round(statistics.median(reused), 3),
        "ratio": {"median": round(statistics.median(ratios), 4), "rounds": ratios},
    }


def _turns(prompts: Prompts, number: int, answer: int) -> tuple[TurnRequest, TurnRequest]:
    question = prompts.question(60, number)
    first = TurnRequest((question,), sampling=Sampling(max_tokens=FIRST_TOKENS, seed=number))
    second = TurnRequest(
        (question, prompts.answer(answer, number + 100), prompts.question(20, number + 200)),
        sampling=Sampling(max_tokens=1, seed=number),
    )
    return first, second


def _our_second_turn(
    client: EngineClient, first: TurnRequest, second: TurnRequest, reading_s: float, typed: bool
) -> tuple[float, float]:
    client.generate(first, lambda _: None)
    # What the window does as soon as an answer has ended.
    before = TurnRequest(second.messages[:2])
    client.prepare(PrepareRequest(before, ""))
    time.sleep(reading_s)
    if typed:
        draft = second.messages[-1].question.rsplit(" ", LAST_WORDS)[0]
        client.prepare(PrepareRequest(before, draft + " "))
        time.sleep(TYPING_S)
    read_at = 0.0

    def note(event: Event) -> None:
        nonlocal read_at
        if isinstance(event, PrefillProgress) and event.done == event.total:
            read_at = time.monotonic()

    sent = time.monotonic()
    done = client.generate(second, note)
    return (read_at - sent) * 1000, done.reused_tokens / done.prompt_tokens


def _their_second_turn(
    server: LlamaServer, first: Sequence[int], second: Sequence[int], reading_s: float
) -> float:
    for _ in server.complete(first, FIRST_TOKENS):
        pass
    time.sleep(reading_s)
    sent = time.monotonic()
    events = server.complete(second, 1)
    next(events)
    waited = (time.monotonic() - sent) * 1000
    for _ in events:
        pass
    return waited


def main() -> int:
    """Measure the model file named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--server", type=Path, required=True, help="see tests.performance.llama_server")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--answer", type=int, default=500, help="tokens of the answer before")
    parser.add_argument("--reading", type=float, default=3.0, help="seconds before the next question")
    parser.add_argument("--typed", action="store_true", help="the question is typed, not pasted")
    given = parser.parse_args()
    found = measure(
        given.model,
        given.server,
        given.threads,
        given.rounds,
        given.answer,
        given.reading,
        typed=given.typed,
    )
    print(json.dumps(found, indent=2))  # noqa: T201 - a command's answer
    return 0


if __name__ == "__main__":
    sys.exit(main())
