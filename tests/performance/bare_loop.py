"""llama.cpp's own loop, without anything of ours around it: the yardstick for speed and memory.

Job: read a prompt and write tokens with the same settings and the same samplers, as few Python
instructions per token as the binding allows. Rule: imports nothing of the program. Runs as a process of
its own that takes one JSON command a line on stdin and answers one line on stdout, so that it can take
turns with our engine in one measurement.

Commands: ``{"do": "prompt", "tokens": [...]}`` forgets everything and reads; ``{"do": "write",
"count": n}`` goes on writing; ``{"do": "rewind"}`` forgets what was written, and writes one token.
Answers: seconds of wall and processor time, ``choose_seconds``, which is the samplers' part of the
processor time, and ``resident_mib`` without file pages.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import llama_cpp


class BareLoop:
    """One model file, one context, one chain of samplers (min_p 0.01, temperature 1, seeded draw)."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._silent = llama_cpp.llama_log_callback(lambda *_: None)
        llama_cpp.llama_log_set(self._silent, ctypes.c_void_p(0))
        llama_cpp.llama_backend_init()
        model = llama_cpp.llama_model_default_params()
        model.use_extra_bufts = options.repack
        model.load_mode = 1 if options.mmap else 0
        self._model = llama_cpp.llama_model_load_from_file(str(options.model).encode(), model)
        context = llama_cpp.llama_context_default_params()
        context.n_ctx = options.context
        context.n_batch = context.n_ubatch = options.micro_batch
        context.n_outputs_max = 1
        context.n_threads = context.n_threads_batch = options.threads
        context.flash_attn_type = 1
        context.swa_full = False
        context.no_perf = True
        self._micro_batch = options.micro_batch
        self._context = llama_cpp.llama_init_from_model(self._model, context)
        lib = llama_cpp
        self._sampler = lib.llama_sampler_chain_init(lib.llama_sampler_chain_default_params())
        lib.llama_sampler_chain_add(self._sampler, lib.llama_sampler_init_min_p(0.01, 1))
        lib.llama_sampler_chain_add(self._sampler, lib.llama_sampler_init_temp(1.0))
        lib.llama_sampler_chain_add(self._sampler, lib.llama_sampler_init_dist(7))
        self._token = (llama_cpp.llama_token * 1)()
        self._read: list[int] = []
        self.choose_seconds = 0.0

    def prompt(self, tokens: list[int]) -> None:
        """Forget everything and read these ids."""
        self._read = tokens
        llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(self._context), True)
        for start in range(0, len(tokens), self._micro_batch):
            piece = tokens[start : start + self._micro_batch]
            ids = (llama_cpp.llama_token * len(piece))(*piece)
            self._decode(ids, len(piece))
        self._token[0] = llama_cpp.llama_sampler_sample(self._sampler, self._context, -1)

    def rewind(self) -> None:
        """Go back to the end of the prompt and sample one token after it."""
        memory, last = llama_cpp.llama_get_memory(self._context), len(self._read) - 1
        llama_cpp.llama_memory_seq_rm(memory, 0, last, -1)
        self._decode((llama_cpp.llama_token * 1)(self._read[-1]), 1)
        self._token[0] = llama_cpp.llama_sampler_sample(self._sampler, self._context, -1)

    def write(self, count: int) -> None:
        """Read the token sampled last and sample one after it, ``count`` times."""
        sample, context, sampler = llama_cpp.llama_sampler_sample, self._context, self._sampler
        self.choose_seconds, clock = 0.0, time.thread_time
        for _ in range(count):
            self._decode(self._token, 1)
            began = clock()
            self._token[0] = sample(sampler, context, -1)
            self.choose_seconds += clock() - began

    def _decode(self, ids: Any, count: int) -> None:
        status = llama_cpp.llama_decode(self._context, llama_cpp.llama_batch_get_one(ids, count))
        if status:
            raise RuntimeError(f"llama_decode: {status}")


def _anonymous_mib() -> float:
    status = Path("/proc/self/status").read_text("ascii")
    line = next(line for line in status.splitlines() if line.startswith("RssAnon"))
    return int(line.split()[1]) / 1024


def main() -> int:
    """Serve commands until stdin ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--context", type=int, default=8192)
    parser.add_argument("--micro-batch", type=int, default=256)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--mmap", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--repack", action=argparse.BooleanOptionalAction, default=False)
    loop = BareLoop(parser.parse_args())
    _answer({"ready": True})
    for line in sys.stdin:
        command = json.loads(line)
        wall, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF)
        if command["do"] == "prompt":
            loop.prompt(command["tokens"])
        elif command["do"] == "rewind":
            loop.rewind()
        else:
            loop.write(command["count"])
        wall, after = time.monotonic() - wall, resource.getrusage(resource.RUSAGE_SELF)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        _answer(
            {
                "seconds": wall,
                "cpu_seconds": used,
                "choose_seconds": loop.choose_seconds,
                "resident_mib": _anonymous_mib(),
            }
        )
    return 0


def _answer(values: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
