"""The full-size model file on a small computer: a memory control group around the engine.

Job: the same question inside a group of so many GiB, from a file that is in no cache, and without a
limit; speed, kills, and pages that had to be read again. Rule: the plan decides how to load, as it
would for a person; nothing is tuned for the group.

``python -m tests.performance.small_memory MODEL`` prints JSON; needs the right to make control groups.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil

from app.core.conversation.sampling import Sampling
from app.engine.client import EngineClient
from app.engine.protocol.plan import Wishes
from app.engine.protocol.requests import LoadRequest, TurnRequest
from tests.performance.prompts import Prompts
from tests.support.memory_group import forget_pages, memory_group, pages_awaited

CONTEXT, PROMPT, WRITTEN = 8192, 200, 96


def measure(model_file: Path, gib: float) -> dict[str, Any]:
    """Return what was found with and without the limit, and the ratio of the writing speeds."""
    with memory_group(round(gib * 1024)) as group:
        if group is None:
            raise SystemExit("This needs the right to make a memory control group.")
        forget_pages(model_file)
        with group.inside():
            limited = _run(model_file)
        limited |= {"peak_mib": group.peak_mib, "kills": group.kills}
    forget_pages(model_file)
    free = _run(model_file)
    return {
        "limit_gib": gib,
        "limited": limited,
        "unlimited": free,
        "write_ratio": round(limited["tokens_per_second"] / free["tokens_per_second"], 3),
    }


def one_question(model_file: Path) -> dict[str, Any]:
    """Load by plan, ask once, and return times, speeds and pages read from disk while writing."""
    client = EngineClient()
    started = time.monotonic()
    try:
        loaded = client.load(
            LoadRequest(str(model_file.absolute()), Wishes(context=CONTEXT)), lambda _: None
        )
        ready = time.monotonic()
        request = TurnRequest(
            (Prompts(model_file).question(PROMPT, 1),), sampling=Sampling(max_tokens=8, seed=1)
        )
        client.generate(request, lambda _: None)
        before = pages_awaited(client.pid)
        asked = TurnRequest(request.messages, sampling=Sampling(max_tokens=WRITTEN, seed=1))
        done = client.generate(asked, lambda _: None)
        return {
            "load_mode": loaded.plan.load_mode if loaded.plan else "",
            "repack": bool(loaded.plan and loaded.plan.repack),
            "load_s": round(ready - started, 1),
            "tokens_per_second": done.tokens_per_second,
            "pages_read_again": pages_awaited(client.pid) - before,
        }
    finally:
        client.close()


def _run(model_file: Path) -> dict[str, Any]:
    swapped = psutil.swap_memory().sin
    command = [sys.executable, "-m", "tests.performance.small_memory", str(model_file), "--inside"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return {**found, "swapped_in_mib": (psutil.swap_memory().sin - swapped) // 2**20}


def main() -> int:
    """Measure the model file named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--gib", type=float, default=13.0, help="the group's limit")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    found = one_question(given.model) if given.inside else measure(given.model, given.gib)
    print(json.dumps(found))  # noqa: T201 - a command's answer
    return 0


if __name__ == "__main__":
    sys.exit(main())
