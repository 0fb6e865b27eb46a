"""Reading and writing speed of our engine beside llama.cpp's own loop.

Job: the same prompt, the same settings and samplers, in turns on both, on one copy of the weights in
memory. Rule: a ratio comes from pieces of work that stand next to each other, and the median of all
ratios counts; beside it stands how far it may be off.

``python -m tests.performance.speed MODEL [--only read|write]`` prints JSON. Settings are those of a load
from the file's own pages without rearranging, because then both processes share one copy, and flash
attention on both sides (what it is worth is measured by ``tests.performance.attention``).

Reading: whole prompts, one on each side, who begins changes. Writing: a prompt that both have read is
continued by a few tokens, ours, theirs, theirs, ours, and then the other way round, so that a machine
that grows slower, or is slower after a change, is so for both alike; each four give one ratio. Both go
back to the same prompt before each few tokens and count from the first of them to the last.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from app.core.conversation.message import Message, Part, PartKind, Role
from app.core.conversation.sampling import Sampling
from app.engine.client import EngineClient
from app.engine.protocol.plan import LoadMode, Wishes
from app.engine.protocol.requests import LoadRequest, TurnRequest
from tests.performance.prompts import Prompts

WARM_UP_FOURS = 2
"""Not counted: threads, pages and the processor's clock settle."""
TRIES = 200
"""Of a model that ends its answers by itself before so few tokens are written."""


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
        """Read a prompt from nothing and choose the first token after it."""
        return self._ask({"do": "prompt", "tokens": list(tokens)})

    def rewind(self) -> None:
        """Go back to the end of the prompt and choose the first token after it."""
        self._ask({"do": "rewind"})

    def write(self, count: int) -> dict[str, float]:
        """Write so many tokens more."""
        return self._ask({"do": "write", "count": count})

    def close(self) -> None:
        """End the process."""
        with self._process:  # closes its pipes, at the end of which it ends, and waits for it
            pass

    def _ask(self, command: dict[str, Any]) -> dict[str, float]:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        return self._receive()

    def _receive(self) -> dict[str, float]:
        assert self._process.stdout
        return cast("dict[str, float]", json.loads(self._process.stdout.readline()))


class Sides:
    """Both processes with one model file loaded; close them."""

    def __init__(self, model_file: Path, threads: int) -> None:
        wishes = Wishes(
            context=8192,
            micro_batch=256,
            threads=threads,
            load_mode=LoadMode.MMAP,
            repack=False,
            flash_attention=True,
        )
        self.prompts = Prompts(model_file)
        self._client = EngineClient()
        self._client.load(LoadRequest(str(model_file.absolute()), wishes), lambda _: None)
        self._bare = Bare(model_file, wishes)
        self._seed = 0

    def close(self) -> None:
        """End both."""
        self._bare.close()
        self._client.close()

    # --- reading, in tokens per second ------------------------------------------------------------

    def ours_read(self, request: TurnRequest) -> float:
        """Read a prompt of which all but the system message is new, to the first token after it."""
        done = self._client.generate(self._writing(request, 1), lambda _: None)
        return (done.prompt_tokens - done.reused_tokens) / done.ttft_ms * 1000

    def bare_read(self, request: TurnRequest) -> float:
        """Read the same."""
        ids = self.prompts.ids(request)
        return len(ids) / self._bare.prompt(ids)["seconds"]

    # --- writing, in seconds per token ------------------------------------------------------------

    def ours_write(self, request: TurnRequest, count: int) -> float:
        """Write ``count`` tokens more after the first one behind a prompt that is read."""
        for _ in range(TRIES):
            done = self._client.generate(self._writing(request, count + 1), lambda _: None)
            if done.completion_tokens > count:
                return 1 / done.tokens_per_second
        raise SystemExit("The model ends each answer before enough of it is written.")

    def bare_write(self, _request: TurnRequest, count: int) -> float:
        """Write as many after the prompt read last."""
        self._bare.rewind()
        return self._bare.write(count)["seconds"] / count

    def _writing(self, request: TurnRequest, tokens: int) -> TurnRequest:
        self._seed += 1
        return replace(request, sampling=Sampling(max_tokens=tokens, seed=self._seed))


def reading(sides: Sides, rounds: int, prompt: int) -> dict[str, Any]:
    """Return tokens read per second on both sides, and ours / theirs."""
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(rounds + 1):
        question = sides.prompts.question(prompt, number)
        request = TurnRequest((question,), instructions=sides.prompts.words(8, number))
        if number % 2:
            one, other = sides.ours_read(request), sides.bare_read(request)
        else:
            other, one = sides.bare_read(request), sides.ours_read(request)
        if number:  # the first round warms both up
            ours.append(one)
            theirs.append(other)
    ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
    return {
        "ours_read": round(statistics.median(ours), 2),
        "bare_read": round(statistics.median(theirs), 2),
        "read_ratio": summary(ratios),
    }


def writing(sides: Sides, fours: int, few: int, prompt: int) -> dict[str, Any]:
    """Return tokens written per second on both sides, and ours / theirs, from ``fours`` ratios."""
    # An answer that is gone on with: past its header, where each token is chosen among all.
    begun = Message(Role.ASSISTANT, (Part(PartKind.ANSWER, sides.prompts.words(20, 1), complete=False),))
    request = TurnRequest((sides.prompts.question(prompt, 1000), begun), continued=True)
    sides.ours_read(request)
    sides.bare_read(request)
    ours: list[float] = []
    theirs: list[float] = []
    ratios: list[float] = []
    for number in range(WARM_UP_FOURS + fours):
        mine: list[float] = []
        bare: list[float] = []
        for is_ours in (True, False, False, True):
            if is_ours == (number % 2 == 0):
                mine.append(sides.ours_write(request, few))
            else:
                bare.append(sides.bare_write(request, few))
        if number >= WARM_UP_FOURS:
            ours += mine
            theirs += bare
            ratios.append(sum(bare) / sum(mine))
    return {
        "ours_write": round(1 / statistics.median(ours), 3),
        "bare_write": round(1 / statistics.median(theirs), 3),
        "write_ratio": summary(ratios),
    }


def summary(ratios: Sequence[float]) -> dict[str, Any]:
    """Return the median, the middle half, how far the median may be off (one sigma), and all."""
    low, middle, high = statistics.quantiles(ratios, n=4)
    return {
        "median": round(middle, 4),
        "middle_half": [round(low, 4), round(high, 4)],
        # 1.253 is the median's standard error beside the mean's, 1.349 the sigmas of a middle half.
        "uncertainty": round(1.253 / 1.349 * (high - low) / len(ratios) ** 0.5, 4),
        "rounds": [round(ratio, 4) for ratio in ratios],
    }


def main() -> int:
    """Measure the model file named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--only", choices=("read", "write"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=4, help="of reading")
    parser.add_argument("--prompt", type=int, default=400, help="tokens to read")
    parser.add_argument("--fours", type=int, default=20, help="ratios of writing")
    parser.add_argument("--few", type=int, default=10, help="tokens written at a time")
    given = parser.parse_args()
    found: dict[str, Any] = {}
    sides = Sides(given.model, given.threads)
    try:
        if given.only != "write":
            found |= reading(sides, given.rounds, given.prompt)
        if given.only != "read":
            found |= writing(sides, given.fours, given.few, given.prompt)
    finally:
        sides.close()
    print(json.dumps(found, indent=2))  # noqa: T201 - a command's answer
    return 0


if __name__ == "__main__":
    sys.exit(main())
