"""Matrices stored as Q8_0, as the published gpt-oss files hold them, are computed without a crash.

llama.cpp built from source by GCC 12 for a processor with AMX tiles dies on them; the set-up builds it
without those instructions (installers/dev.py).
"""

from __future__ import annotations

from pathlib import Path

import llama_cpp
import pytest

from app.core.conversation.message import Stop, user_message
from app.core.conversation.sampling import Sampling
from app.engine.client import EngineClient
from app.engine.protocol.requests import LoadRequest, TurnRequest
from tests.support.models import tiny_gguf


def test_a_file_with_q8_matrices_answers(tmp_path: Path) -> None:
    if b"AMX_INT8 = 1" in llama_cpp.llama_print_system_info():
        pytest.skip("this llama.cpp was built with AMX tiles, by an earlier set-up or another hand")
    recipe = tiny_gguf.Recipe(precision="q8_0", bias=tiny_gguf.NEVER_STOPS.bias)
    path = tiny_gguf.write(tmp_path / "q8.gguf", recipe)
    client = EngineClient()
    try:
        client.load(LoadRequest(str(path)), lambda _event: None)
        question = user_message("Does a longer question reach the matrices of a batch? " * 4)
        sampling = Sampling(max_tokens=24, seed=1)
        done = client.generate(TurnRequest((question,), sampling=sampling), lambda _event: None)
    finally:
        client.close()
    assert done.stop is Stop.LENGTH
    assert done.completion_tokens == 24
