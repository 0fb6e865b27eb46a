"""What the engine's process costs beside llama.cpp itself.

Job: processor time per written token and memory without weights, ours and the bare loop's, in turns on
the same settings; how ours divides into computing, choosing and the rest, and a profile of that. Rule:
both compute from the file's own pages, so that memory of their own (``RssAnon``) holds no weights; the
median of rounds that stand next to each other counts.

``python -m tests.performance.engine_overhead [MODEL]`` prints JSON; without MODEL the Guide, whose
tokens are so cheap that the cost around them shows. Its vocabulary is small: with a file of
``full_size --layers 1 --width 256 --sharpness 4`` each token is chosen among all 201,088 ids.

``over_the_loop_ms`` is what a token costs beyond llama.cpp's own loop: choosing and everything around it
less its choosing. The computing itself is the same call on both sides and varies by more than that.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import CodeType
from typing import Any
from unittest.mock import patch

import llama_cpp
import psutil

from app.children.wire.frames import encode
from app.core.conversation.sampling import Sampling
from app.core.paths import guide_model_path
from app.engine.client import EngineClient
from app.engine.computing.context import ContextSettings
from app.engine.computing.llama_backend import LlamaBackend
from app.engine.computing.loading.weights import WeightSettings
from app.engine.computing.writing.native_sampler import NativeSampler
from app.engine.protocol.events import Event, event_to_json
from app.engine.protocol.plan import LoadMode, Wishes
from app.engine.protocol.requests import LoadRequest, TurnRequest
from app.engine.turns.generation import Generator, TurnControl
from app.harmony.vocabulary import Vocabulary
from tests.performance.prompts import Prompts
from tests.performance.speed import Bare

CONTEXT, MICRO_BATCH = 8192, 256


def request_of(prompts: Prompts, written: int) -> TurnRequest:
    """Return a turn of a middling prompt that writes so many tokens, or fewer."""
    return TurnRequest((prompts.question(200, 1),), sampling=Sampling(max_tokens=written, seed=1))


def measure(model_file: Path, rounds: int, written: int) -> dict[str, Any]:
    """Return the figures of both sides; each round writes at least ``written`` tokens on each."""
    wishes = Wishes(
        CONTEXT,
        MICRO_BATCH,
        threads=1,
        load_mode=LoadMode.MMAP,
        repack=False,
        flash_attention=True,
    )
    prompts, client = Prompts(model_file), EngineClient()
    client.load(LoadRequest(str(model_file.absolute()), wishes), lambda _: None)
    bare = Bare(model_file, wishes)
    ours: list[float] = []
    theirs: list[float] = []
    choosing: list[float] = []
    try:
        assert client.pid
        child = psutil.Process(client.pid)
        for number in range(rounds + 1):
            one = _ours(client, child, request_of(prompts, written), written)
            bare.prompt(prompts.ids(request_of(prompts, written)))
            answer = bare.write(written)
            if number:  # the first round warms both up
                ours.append(one)
                theirs.append(answer["cpu_seconds"] / written * 1000)
                choosing.append(answer["choose_seconds"] / written * 1000)
        own = _own_mib(client.pid)
    finally:
        bare.close()
        client.close()
    more = [a - b for a, b in zip(ours, theirs, strict=True)]
    return {
        "cpu_s_per_1000_tokens": {
            "ours": round(statistics.median(ours), 4),
            "bare": round(statistics.median(theirs), 4),
            "difference": round(statistics.median(more), 4),
        },
        "bare_choosing_ms": round(statistics.median(choosing), 4),
        "mib_without_weights": {"ours": round(own, 1), "bare": round(answer["resident_mib"], 1)},
    }


def _ours(client: EngineClient, child: psutil.Process, request: TurnRequest, written: int) -> float:
    """Return processor seconds per 1,000 tokens of turns whose prompt is read already."""
    client.generate(request, lambda _: None)
    tokens, seed, before = 0, 0, child.cpu_times()
    while tokens < written:
        seed += 1
        wanted = replace(request, sampling=Sampling(max_tokens=written - tokens, seed=seed))
        tokens += client.generate(wanted, lambda _: None).completion_tokens
    after = child.cpu_times()
    return (after.user + after.system - before.user - before.system) / tokens * 1000


def _own_mib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    line = next(line for line in status.splitlines() if line.startswith("RssAnon"))
    return int(line.split()[1]) / 1024


class OwnTurn:
    """A turn in this very process, as the child runs it, frames included; close it."""

    def __init__(self, model_file: Path, written: int) -> None:
        self._backend = LlamaBackend()
        facts = self._backend.header(model_file)
        self._backend.load_model([model_file], lambda _: None, WeightSettings(mmap=True, repack=False))
        self._backend.open_context(ContextSettings(CONTEXT, MICRO_BATCH, threads=1))
        vocabulary = Vocabulary.from_gguf_tokens(facts.tokens, facts.token_types)
        # Without ids that end it a turn goes on until it has written enough.
        self._generator = Generator(self._backend, vocabulary, frozenset())
        self._request = request_of(Prompts(model_file), written)
        self._nowhere = os.open(os.devnull, os.O_WRONLY)

    def run(self) -> int:
        """Run it; returns how many tokens it wrote."""
        return self._generator.run(self._request, TurnControl(), self._emit).completion_tokens

    def close(self) -> None:
        """Give everything back."""
        self._backend.close()
        os.close(self._nowhere)

    def _emit(self, event: Event) -> None:
        for frame in encode({**event_to_json(event), "turn": 1}):
            os.write(self._nowhere, frame)


def division(turn: OwnTurn) -> dict[str, float]:
    """Return milliseconds of processor time per token: llama.cpp's computing, choosing, the rest."""
    spent = {"computing": 0.0, "choosing": 0.0}

    def clocked(function: Callable[..., Any], kind: str) -> Callable[..., Any]:
        def run(*given: Any) -> Any:
            began = time.thread_time()
            try:
                return function(*given)
            finally:
                spent[kind] += time.thread_time() - began

        return run

    with (
        patch.object(llama_cpp, "llama_decode", clocked(llama_cpp.llama_decode, "computing")),
        patch.object(NativeSampler, "next", clocked(NativeSampler.next, "choosing")),
    ):
        began = time.thread_time()
        tokens = turn.run()
        whole = time.thread_time() - began
    found = {**spent, "rest": whole - sum(spent.values())}
    return {kind: round(seconds / tokens * 1000, 4) for kind, seconds in found.items()}


def profile(turn: OwnTurn) -> list[dict[str, Any]]:
    """Return where the time of one turn goes in our own process, the dearest functions first."""
    profiler = cProfile.Profile()
    tokens = profiler.runcall(turn.run)
    dearest = sorted(profiler.getstats(), key=lambda entry: -entry.inlinetime)[:16]
    return [
        {
            "where": _place(entry.code),
            "calls": entry.callcount,
            "us_per_token": round(entry.inlinetime / tokens * 1e6, 2),
        }
        for entry in dearest
    ]


def _place(code: CodeType | str) -> str:
    if isinstance(code, str):
        return code
    return f"{Path(code.co_filename).name}:{code.co_firstlineno} {code.co_name}"


def main() -> int:
    """Measure the model file named on the command line, or the Guide."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, nargs="?", default=guide_model_path())
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--written", type=int, default=1000, help="tokens to write")
    given = parser.parse_args()
    found = measure(given.model, given.rounds, given.written)
    turn = OwnTurn(given.model, given.written)
    turn.run()  # reads the prompt
    ours = division(turn)
    found["ours_ms"] = ours
    found["over_the_loop_ms"] = round(ours["choosing"] + ours["rest"] - found["bare_choosing_ms"], 4)
    found["profile"] = profile(turn)
    turn.close()
    print(json.dumps(found, indent=2))  # noqa: T201 - a command's answer
    return 0


if __name__ == "__main__":
    sys.exit(main())
