"""What it costs to reopen a long conversation: from its snapshot, and by reading it again.

Job: read a conversation of so many tokens with the real engine, save its snapshot, let another
conversation take the cache, restore, and answer; print one JSON object with every step's time. Rule:
the file's pages are warm (it was just written); nothing is simulated.

``python -m tests.performance.reopen MODEL --tokens 8000 --context 8192``; the Guide's own file without
arguments. With the full-size file, reading 8,000 tokens takes five minutes on two cores.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from app.core.conversation.message import Part, PartKind, assistant_message, user_message
from app.core.conversation.sampling import Sampling
from app.core.paths import guide_model_path
from app.engine.client import EngineClient
from app.engine.protocol.events import Event, TurnDone
from app.engine.protocol.plan import Wishes
from app.engine.protocol.requests import LoadRequest, TurnRequest
from app.engine.protocol.snapshots import SnapshotFacts
from app.storage.snapshots import FoundSnapshot, SnapshotFile, Snapshots
from tests.performance.prompts import Prompts
from tests.support.memory_group import pages_awaited

LONG, OTHER = 1, 2


def main() -> int:
    """Measure and print; returns the exit code."""
    options = _options()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        bench = _Bench(Path(folder))
        try:
            figures = bench.measure(options)
        finally:
            bench.client.close()
    json.dump(figures, sys.stdout, indent=2)
    sys.stdout.write("\n")
    return 0


class _Bench:
    """One engine and one folder of snapshots."""

    def __init__(self, folder: Path) -> None:
        self.client = EngineClient()
        self._folder = folder
        self._snapshots = Snapshots(folder, os.urandom(32), cap=2**40, free=lambda _folder: 2**50)

    def measure(self, options: argparse.Namespace) -> dict[str, Any]:
        wishes = Wishes(context=options.context, micro_batch=options.micro_batch, force=True)
        loaded = self.client.load(LoadRequest(str(options.model), wishes), _ignore)
        question = Prompts(options.model).words(options.tokens, 1)
        read = self._ask(LONG, question)
        saving = self._save()
        apart = self._apart()
        rounds = [self._reopen(question) for _ in range(options.rounds)]
        best = min(rounds, key=lambda figures: float(figures["reopened_ms"]))
        self._ask(OTHER, "Good morning.")
        self._restore()
        following = self._ask(LONG, question, "Yes.", "Why?")
        return {
            "model": loaded.name,
            "context": loaded.context,
            "tokens": read.prompt_tokens,
            "read_ms": read.ttft_ms,
            **saving,
            **apart,
            "reopening": best,
            "all_rounds": rounds,
            "follow_up_first_token_ms": following.ttft_ms,
            "follow_up_read_tokens": following.prompt_tokens - following.reused_tokens,
            "ratio_to_reading_again": round(read.ttft_ms / float(best["reopened_ms"]), 1),
        }

    def _reopen(self, question: str) -> dict[str, Any]:
        """Let another conversation take the cache, restore, and have the question answered again."""
        self._ask(OTHER, "Good morning.")
        waited = pages_awaited(self.client.pid)
        restoring = self._restore()
        again = self._ask(LONG, question)
        return {
            **restoring,
            "pages_read_from_disk": pages_awaited(self.client.pid) - waited,
            "next_token_ms": round(1000 / again.tokens_per_second, 1)
            if again.tokens_per_second
            else None,
            "first_token_ms": again.ttft_ms,
            "first_token_read_tokens": again.prompt_tokens - again.reused_tokens,
            "reopened_ms": round(restoring["total_ms"] + again.ttft_ms, 1),
        }

    def _ask(self, conversation: int, *texts: str) -> TurnDone:
        messages = tuple(
            user_message(text) if place % 2 == 0 else assistant_message([Part(PartKind.ANSWER, text)])
            for place, text in enumerate(texts)
        )
        sampling = Sampling(temperature=0.0, max_tokens=2, seed=1)
        request = TurnRequest(messages, sampling=sampling, conversation=conversation)
        return self.client.generate(request, _ignore)

    def _save(self) -> dict[str, Any]:
        files: list[SnapshotFile] = []

        def begin(facts: SnapshotFacts) -> Callable[[memoryview], None]:
            files.append(self._snapshots.begin(LONG, facts.to_json(), facts.total_bytes))
            return files[0].write

        began = time.perf_counter()
        facts = self.client.save(LONG, begin)
        written = time.perf_counter()
        assert facts is not None
        assert files[0].keep()
        return {
            "snapshot_mib": round(facts.total_bytes / 2**20, 2),
            "save_ms": _ms(began, written),
            "sync_ms": _ms(written),
        }

    def _apart(self) -> dict[str, Any]:
        """Time reading the file, and reading and opening it, without an engine."""
        began = time.perf_counter()
        found = self._found()
        path = next(self._folder.glob("*.snap"))
        with path.open("rb", buffering=0) as file:
            place = bytearray(2**20)
            while file.readinto(place):
                pass
        read = time.perf_counter()
        for _ in found.chunks():
            pass
        opened = time.perf_counter()
        found.close()
        return {"file_read_ms": _ms(began, read), "read_and_decrypt_ms": _ms(read, opened)}

    def _restore(self) -> dict[str, Any]:
        """Restore as the program does; times of opening, of handing over, and of the engine's part."""
        opening = 0.0
        ended = 0.0

        def timed(chunks: Iterator[memoryview]) -> Iterator[memoryview]:
            nonlocal opening, ended
            while True:
                began = time.perf_counter()
                chunk = next(chunks, None)
                opening += time.perf_counter() - began
                ended = time.perf_counter()
                if chunk is None:
                    return
                yield chunk

        began = time.perf_counter()
        found = self._found()
        facts = SnapshotFacts.from_json(found.header)
        restored = self.client.restore(LONG, facts, timed(found.chunks()))
        done = time.perf_counter()
        found.close()
        assert restored.tokens == facts.tokens, restored.code
        return {
            "total_ms": _ms(began, done),
            "opening_ms": round(opening * 1000, 1),
            "handing_over_ms": round((ended - began - opening) * 1000, 1),
            "engine_ms": _ms(ended, done),
        }

    def _found(self) -> FoundSnapshot:
        found = self._snapshots.find(LONG)
        assert found is not None
        return found


def _ms(began: float, ended: float | None = None) -> float:
    return round(((time.perf_counter() if ended is None else ended) - began) * 1000, 1)


def _ignore(_event: Event) -> None:
    """Take an event and do nothing."""


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure reopening a long conversation.")
    parser.add_argument("model", nargs="?", type=Path, default=guide_model_path())
    parser.add_argument("--tokens", type=int, default=3500)
    parser.add_argument("--context", type=int, default=4096)
    parser.add_argument("--micro-batch", type=int, default=0)
    parser.add_argument(
        "--rounds", type=int, default=3, help="how often it is reopened; the best counts"
    )
    parser.add_argument("--folder", help="where the snapshot is written")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
