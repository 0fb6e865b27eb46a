"""Builds llama.cpp's own server from the source inside the llama-cpp-python package, and talks to it.

Job: the alternative that our turns are measured beside, made from the same source and compiler flags as
the library we use. Rule: for measuring only; the program never starts it. The server listens on this
computer's loopback address while a measurement runs.

``python -m tests.performance.llama_server FOLDER`` builds it once (about ten minutes on two cores) and
prints the path of the binary.
"""

from __future__ import annotations

import argparse
import http.client
import importlib.metadata
import json
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_OPTIONS = {
    "CMAKE_BUILD_TYPE": "Release",
    "BUILD_SHARED_LIBS": "OFF",
    "GGML_NATIVE": "ON",
    "LLAMA_BUILD_SERVER": "ON",
    "LLAMA_BUILD_TESTS": "OFF",
    "LLAMA_BUILD_EXAMPLES": "OFF",
    "LLAMA_BUILD_UI": "OFF",
    "LLAMA_USE_PREBUILT_UI": "OFF",
    "LLAMA_OPENSSL": "OFF",
}
_START_S = 300.0


def build(folder: Path) -> Path:
    """Build the server under ``folder``, or return the one that is there; needs cmake and a compiler."""
    binary = folder / "build" / "bin" / "llama-server"
    if binary.exists():
        return binary
    folder.mkdir(parents=True, exist_ok=True)
    source = _source(folder)
    without_tiles = (
        "-mno-amx-tile -mno-amx-int8 -mno-amx-bf16"  # as installers/dev.py builds the library
    )
    flags = {"CFLAGS": without_tiles, "CXXFLAGS": without_tiles} if _has_tiles() else {}
    options = [f"-D{name}={value}" for name, value in _OPTIONS.items()]
    subprocess.run(
        ["cmake", "-S", str(source), "-B", str(folder / "build"), *options],
        check=True,
        env={**os.environ, **flags},
        stdout=sys.stderr,
    )
    subprocess.run(
        [
            "cmake",
            "--build",
            str(folder / "build"),
            "--target",
            "llama-server",
            "--parallel",
            str(os.cpu_count() or 1),
        ],
        check=True,
        stdout=sys.stderr,
    )
    return binary


def _has_tiles() -> bool:
    cpu = Path("/proc/cpuinfo")
    return cpu.exists() and "amx_tile" in cpu.read_text("utf-8")


def _source(folder: Path) -> Path:
    version = importlib.metadata.version("llama-cpp-python")
    named = f"llama_cpp_python-{version}"
    if not (folder / named).is_dir():
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--no-binary", ":all:", f"llama-cpp-python=={version}", "--dest", str(folder)]
        subprocess.run(
            command,
            check=True,
            stdout=sys.stderr,
        )
        with tarfile.open(folder / f"{named}.tar.gz") as archive:
            archive.extractall(folder, filter="data")
    return folder / named / "vendor" / "llama.cpp"


class LlamaServer:
    """One running server for one model file; use as a context manager."""

    def __init__(self, binary: Path, model_file: Path, options: Sequence[str], port: int) -> None:
        self._command = [str(binary), "-m", str(model_file), "--host", "127.0.0.1", "--port", str(port)]
        self._command += options
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start it and wait until it is ready."""
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + _START_S
        while not self._ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.__exit__(None, None, None)
                raise RuntimeError("llama-server did not start")
            time.sleep(0.2)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        if self._process:
            self._process.terminate()
            self._process.wait()

    @property
    def pid(self) -> int:
        """The server's process number."""
        assert self._process
        return self._process.pid

    def complete(self, tokens: Sequence[int], n_predict: int, **more: Any) -> Iterator[dict[str, Any]]:
        """Continue a prompt of token ids; yields the server's events as they arrive."""
        body = {"prompt": list(tokens), "n_predict": n_predict, "stream": True, "cache_prompt": True}
        line = http.client.HTTPConnection("127.0.0.1", self._port)
        try:
            line.request(
                "POST",
                "/completion",
                json.dumps({**body, "return_tokens": True, **more}),
                {"Content-Type": "application/json"},
            )
            for raw in line.getresponse():
                if raw.startswith(b"data: {"):
                    yield json.loads(raw[6:])
        finally:
            line.close()

    def _ready(self) -> bool:
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=2)
        try:
            line.request("GET", "/health")
            return line.getresponse().status == 200
        except OSError:
            return False
        finally:
            line.close()


def main() -> int:
    """Build the server and print where it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where source and build are kept")
    print(build(parser.parse_args().folder))  # noqa: T201 - a command's answer
    return 0


if __name__ == "__main__":
    sys.exit(main())
