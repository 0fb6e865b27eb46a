"""Reading and writing speed of our engine beside llama.cpp's own loop.

Job: the same prompt, the same settings and samplers, in turns on both, on one copy of the weights in
memory. Rule: a ratio comes from rounds that stand next to each other; their median is what counts.

``python -m tests.performance.speed MODEL`` prints JSON. Settings are those of a load from the file's
own pages without rearranging, because then both processes share one copy.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from app.core.sampling import Sampling
from app.engine.client import EngineClient
from app.engine.protocol.plan import LoadMode, Wishes
from app.engine.protocol.requests import LoadRequest, TurnRequest
from tests.performance.prompts import Prompts


class Bare:
    """The other side: :mod:`tests.performance.bare_loop` in a process of its own."""

    def __init__(self, model_file: Path, wishes: Wishes) -> None:
        command = [sys.executable, "-m", "tests.performance.bare_loop", str(model_file)]
        command += [f"--context={wishes.context}", f"--micro-batch={wishes.micro_batch}"]
        command += [f"--threads={wishes.threads}", "--mmap", "--no-repack"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self._receive()

    def prompt(self, tokens: Sequence[int]) -> dict[str, float]:
        """Read a prompt from nothing."""
        return self._ask({"do": "prompt", "tokens": list(tokens)})

    def write(self, count: int) -> dict[str, float]:
        """Write so many tokens."""
        return self._ask({"do": "write", "count": count})

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()

    def _ask(self, command: dict[str, Any]) -> dict[str, float]:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        return self._receive()

    def _receive(self) -> dict[str, float]:
        assert self._process.stdout
        return cast("dict[str, float]", json.loads(self._process.stdout.readline()))


def measure(model_file: Path, threads: int, rounds: int, prompt: int, written: int) -> dict[str, Any]:
    """Return tokens per second of both sides, and the ratios (ours / bare) of each round."""
    wishes = Wishes(
        context=8192, micro_batch=256, threads=threads, load_mode=LoadMode.MMAP, repack=False
    )
    prompts, client = Prompts(model_file), EngineClient()
    client.load(LoadRequest(str(model_file.absolute()), wishes), lambda _: None)
    bare = Bare(model_file, wishes)
    figures: dict[str, list[float]] = {
        name: [] for name in ("ours_read", "ours_write", "bare_read", "bare_write")
    }
    try:
        for number in range(rounds + 1):
            request = TurnRequest(
                messages=(prompts.question(prompt, number),),
                instructions=prompts.words(8, number),
                sampling=Sampling(max_tokens=written, seed=number),
            )
            sides = [_ours, _bare] if number % 2 else [_bare, _ours]
            found = {
                name: value
                for side in sides
                for name, value in side(client, bare, prompts, request, written).items()
            }
            if number:  # the first round warms both up
                for name, value in found.items():
                    figures[name].append(value)
    finally:
        bare.close()
        client.close()
    return {
        **{name: round(statistics.median(values), 2) for name, values in figures.items()},
        "read_ratio": _ratio(figures["ours_read"], figures["bare_read"]),
        "write_ratio": _ratio(figures["ours_write"], figures["bare_write"]),
    }


def _ours(
    client: EngineClient, _bare: Bare, _prompts: Prompts, request: TurnRequest, _written: int
) -> dict[str, float]:
    done = client.generate(request, lambda _: None)
    new = done.prompt_tokens - done.reused_tokens
    return {"ours_read": new / done.ttft_ms * 1000, "ours_write": done.tokens_per_second}


def _bare(
    _client: EngineClient, bare: Bare, prompts: Prompts, request: TurnRequest, written: int
) -> dict[str, float]:
    tokens = prompts.ids(request)
    read = bare.prompt(tokens)
    write = bare.write(written)
    return {"bare_read": len(tokens) / read["seconds"], "bare_write": written / write["seconds"]}


def _ratio(ours: Sequence[float], theirs: Sequence[float]) -> dict[str, Any]:
    ratios = [round(a / b, 4) for a, b in zip(ours, theirs, strict=True)]
    return {"median": round(statistics.median(ratios), 4), "rounds": ratios}


def main() -> int:
    """Measure the model file named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--prompt", type=int, default=400, help="tokens to read")
    parser.add_argument("--written", type=int, default=64, help="tokens to write")
    given = parser.parse_args()
    found = measure(given.model, given.threads, given.rounds, given.prompt, given.written)
    print(json.dumps(found, indent=2))  # noqa: T201 - a command's answer
    return 0


if __name__ == "__main__":
    sys.exit(main())
