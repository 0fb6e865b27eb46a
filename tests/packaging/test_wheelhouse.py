"""The engine's wheel: which files stay, and that the same content is the same file."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import zipfile
from pathlib import Path

import build_wheels
import pytest
import wheel_file

FILES = {
    "llama_cpp/__init__.py": b"import ctypes\n",
    "llama_cpp/lib/libllama.so": b"\x7fELF llama",
    "llama_cpp/lib/libggml-cpu-haswell.so": b"\x7fELF haswell",
    "llama_cpp/lib/libggml-cpu-sapphirerapids.so": b"\x7fELF tiles",
    "llama_cpp/lib/libllama-common.so": b"\x7fELF http",
    "llama_cpp/lib/libmtmd.so": b"\x7fELF pictures",
    "llama_cpp/lib/cmake/llama/x.cmake": b"",
    "llama_cpp/include/llama.h": b"",
    "llama_cpp/server/app.py": b"listen",
    "llama_cpp_python-1.dist-info/METADATA": b"Name: llama_cpp_python\n",
}
RECORD = "llama_cpp_python-1.dist-info/RECORD"


def wheel(path: Path, names: list[str]) -> Path:
    with zipfile.ZipFile(path, "w") as made:
        for name in names:
            made.writestr(name, FILES[name])
        made.writestr(RECORD, "old")
    return path


def kept(name: str) -> bool:
    return not build_wheels.is_left_out(name)


def test_what_the_program_does_without_is_left_out(tmp_path: Path) -> None:
    target = tmp_path / "out.whl"
    left_out = wheel_file.repack(wheel(tmp_path / "in.whl", list(FILES)), target, kept)
    with zipfile.ZipFile(target) as packed:
        names = packed.namelist()
    assert set(names) | set(left_out) == {*FILES, RECORD}
    assert [name for name in names if name.endswith(".so")] == [
        "llama_cpp/lib/libggml-cpu-haswell.so",
        "llama_cpp/lib/libllama.so",
    ]
    assert "llama_cpp/server/app.py" in left_out


def test_the_list_of_files_is_true(tmp_path: Path) -> None:
    target = tmp_path / "out.whl"
    wheel_file.repack(wheel(tmp_path / "in.whl", list(FILES)), target, kept)
    with zipfile.ZipFile(target) as packed:
        assert packed.testzip() is None
        rows = list(csv.reader(io.StringIO(packed.read(RECORD).decode())))
        assert [row[0] for row in rows] == packed.namelist()
        for name, digest, size in rows[:-1]:
            data = packed.read(name)
            wanted = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            assert (digest, int(size)) == (f"sha256={wanted}", len(data))


def test_the_order_of_the_files_does_not_matter(tmp_path: Path) -> None:
    made = []
    for number, names in enumerate((list(FILES), list(reversed(FILES)))):
        target = tmp_path / f"out{number}.whl"
        wheel_file.repack(wheel(tmp_path / f"in{number}.whl", names), target, kept)
        made.append(target.read_bytes())
    assert made[0] == made[1]


def test_every_package_of_the_list_is_found_with_its_hashes() -> None:
    locked = build_wheels.locked()
    assert "".join(text for _, text in locked) == (build_wheels.LOCKS / "runtime.txt").read_text("utf-8")
    assert all("--hash=sha256:" in text for _, text in locked)
    assert build_wheels.locked_version("llama-cpp-python").startswith("0.3.")


@pytest.mark.parametrize("system", ["linux", "win32", "darwin"])
def test_no_engine_is_built_for_the_processor_at_hand(system: str) -> None:
    options = build_wheels.OPTIONS[system]
    assert "-DGGML_NATIVE=OFF" in options
    assert ("-DGGML_CPU_ALL_VARIANTS=ON" in options) == (system != "darwin")
