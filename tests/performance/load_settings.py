"""Planned, foretold and really set-aside memory at eight settings, and how long each load takes.

Job: for each setting put our arithmetic and llama.cpp's dry run beside a real load. Rule: memory is what
llama.cpp says it set aside, less what went back; the time is a load from the system's own cache.

``python -m tests.performance.load_settings MODEL`` prints JSON; the model file is loaded eight times.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil

from app.engine.computing.llama_backend import ContextSettings, LlamaBackend
from app.engine.computing.loading.load_journal import PROCESSOR, BufferSizes
from app.engine.computing.loading.weights import WeightSettings
from app.engine.host import survey
from app.engine.host.files import headers, model_file
from app.engine.planning import sizes
from app.engine.planning.shape import ModelShape

SETTINGS = (
    (ContextSettings(4096, 256, 0), WeightSettings(mmap=True, repack=False)),
    (ContextSettings(8192, 256, 0), WeightSettings(mmap=False, repack=True)),
    (ContextSettings(8192, 512, 0), WeightSettings(mmap=True, repack=True)),
    (ContextSettings(16384, 512, 0, "q8_0"), WeightSettings(mmap=True, repack=False)),
    (ContextSettings(32768, 256, 0, "q8_0"), WeightSettings(mmap=False, repack=True)),
    (ContextSettings(32768, 512, 0), WeightSettings(mmap=True, repack=False)),
    (ContextSettings(8192, 128, 0, flash_attention=False), WeightSettings(mmap=True, repack=False)),
    (ContextSettings(16384, 64, 0, flash_attention=False), WeightSettings(mmap=False, repack=True)),
)


def measure(path: Path) -> dict[str, Any]:
    """Return one row for each setting, and the ratios furthest from 1."""
    rows = [_row(path, context, weights) for context, weights in SETTINGS]
    ratios = [row[name] for row in rows for name in ("planned_ratio", "foretold_ratio")]
    return {"settings": rows, "least_ratio": min(ratios), "greatest_ratio": max(ratios)}


def _row(path: Path, context: ContextSettings, weights: WeightSettings) -> dict[str, Any]:
    settings = replace(context, threads=survey.cores())
    file, backend = model_file.find(path), LlamaBackend()
    facts = headers.read(backend, file)
    planned = _planned(headers.shape(facts, file), settings)
    tensors = [tensor for header in facts for tensor in header.tensors]
    foretold = _total(backend.dry_run(file.parts, tensors, weights, settings)[PROCESSOR])
    before, started = psutil.Process().memory_info().rss, time.perf_counter()
    backend.load_model(file.parts, lambda _fraction: None, weights)
    backend.open_context(settings)
    seconds = time.perf_counter() - started
    resident = (psutil.Process().memory_info().rss - before) / 2**20
    real = _total(backend.sizes_by_device(())[PROCESSOR])
    backend.close()
    return {
        "context": settings.context,
        "micro_batch": settings.micro_batch,
        "cache_type": settings.cache_type,
        "flash_attention": settings.flash_attention,
        "load_mode": "mmap" if weights.mmap else "read",
        "repack": weights.repack,
        "load_s": round(seconds, 1),
        "set_aside_mib": round(real, 1),
        "resident_mib": round(resident, 1),
        "planned_ratio": round(planned / real, 4),
        "foretold_ratio": round(foretold / real, 4),
    }


def _planned(shape: ModelShape, settings: ContextSettings) -> float:
    context, micro_batch = settings.context, settings.micro_batch
    cache = sizes.cache_mib(shape, context, micro_batch, settings.cache_type)
    return (
        sizes.weights_mib(shape)
        + cache
        + sizes.compute_mib(shape, context, micro_batch, settings.flash_attention)
    )


def _total(found: BufferSizes) -> float:
    return found.weights_mib + found.cache_mib + found.compute_mib


def main() -> int:
    """Measure the model file named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    sys.stdout.write(json.dumps(measure(parser.parse_args().model)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
