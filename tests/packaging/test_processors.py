"""The installed engine on processors of several generations, by emulation.

Slow: CLOISTER_PROGRAM=/usr/bin/cloister .venv/bin/python -m pytest tests/packaging/test_processors.py
-m slow with qemu-user installed. What is emulated is the installed engine's own code and libraries,
which load the Guide and write a few tokens; the emulator's own thread and system calls do not suit the
confinement, which is tried without it.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
EMULATOR = "qemu-x86_64"
PROGRAM = shlex.split(os.environ.get("CLOISTER_PROGRAM", ""))
ENGINE = """
import json, sys
sys.path += sys.argv[1:3]
from app.core.paths import guide_model_path
from app.engine.computing.llama_backend import ContextSettings, LlamaBackend
backend = LlamaBackend()
found = backend.processor()
backend.load_model([guide_model_path()], lambda fraction: None)
backend.open_context(ContextSettings(512, 64, threads=1))
tokens = list(range(10, 42))
assert backend.decode(tokens, 0, logits=True)
written = []
for position in range(len(tokens), len(tokens) + 8):
    row = backend.logits()
    written.append(row.index(max(row)))
    assert backend.decode(written[-1:], position, logits=True)
backend.close()
print(json.dumps({"variant": found.variant, "features": found.features, "written": written}))
"""


def engine_on(model: str) -> subprocess.CompletedProcess[str]:
    """Run the installed engine's code on a processor of a model; empty is this computer's."""
    if not PROGRAM:
        pytest.skip("needs CLOISTER_PROGRAM, an installed program")
    if model and shutil.which(EMULATOR) is None:
        pytest.skip(f"needs {EMULATOR} (Debian: qemu-user)")
    home = Path(PROGRAM[0]).resolve().parents[1] / "lib" / "cloister"
    emulated = [EMULATOR, "-cpu", model] if model else []
    return subprocess.run(
        [
            *emulated,
            "/usr/bin/python3",
            "-I",
            "-S",
            "-B",
            "-c",
            ENGINE,
            home / "app",
            home / "app_packages",
        ],
        capture_output=True,
        text=True,
        check=False,
    )


def result(model: str) -> dict[str, Any]:
    done = engine_on(model)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_this_computers_own_processor() -> None:
    found = result("")
    flags = Path("/proc/cpuinfo").read_text("utf-8")
    assert ("AVX512" in found["features"]) == ("avx512f" in flags)
    assert found["variant"].startswith("cpu-")
    assert "sapphirerapids" not in found["variant"], "its tile instructions crash"


@pytest.mark.parametrize(
    ("model", "variant", "has", "lacks"),
    [
        ("Haswell", "cpu-haswell", "AVX2", "AVX512"),
        ("SandyBridge", "cpu-sandybridge", "AVX", "AVX2"),
    ],
)
def test_an_older_processor_gets_its_own_variant_and_writes_the_same(
    model: str, variant: str, has: str, lacks: str
) -> None:
    found = result(model)
    assert found["variant"] == variant
    assert has in found["features"]
    assert lacks not in found["features"]
    assert found["written"] == result("")["written"]


def test_a_processor_older_than_that_ends_by_the_signal_that_the_program_has_a_sentence_for() -> None:
    assert engine_on("Conroe").returncode in (-4, 128 + 4)
