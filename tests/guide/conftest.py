"""The Guide behind a real engine process, and the training text's own modules."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

from app.core.conversation.message import Effort, Message
from app.core.conversation.sampling import Sampling
from app.core.paths import guide_model_path, resources_dir
from app.engine.client import EngineClient
from app.engine.protocol.events import TurnDone
from app.engine.protocol.plan import Wishes
from app.engine.protocol.requests import LoadRequest, TurnRequest

Ask = Callable[..., TurnDone]


@pytest.fixture(scope="session")
def replies() -> Any:
    """Return the fixed sentences the Guide was trained to say."""
    return json.loads((resources_dir() / "guide" / "replies.json").read_text("utf-8"))


@pytest.fixture(scope="session")
def training_text() -> Iterator[ModuleType]:
    """Give the module ``dialogues`` of the training folder, which needs no training tools."""
    folder = str(resources_dir() / "guide" / "training")
    before = list(sys.path)
    sys.path.insert(0, folder)
    try:
        yield importlib.import_module("dialogues")
    finally:
        sys.path[:] = before


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    """Ask the Guide, greedy: ``ask(message, ..., effort=..., tools=...)``."""
    client = EngineClient()
    client.load(LoadRequest(str(guide_model_path()), Wishes(threads=1)), lambda _event: None)

    def one(*messages: Message, effort: Effort = Effort.LOW, tools: tuple[str, ...] = ()) -> TurnDone:
        sampling = Sampling(temperature=0, seed=1, max_tokens=500)
        request = TurnRequest(messages, effort, sampling, date="2026-01-15", tools=tools)
        return client.generate(request, lambda _event: None)

    yield one
    client.close()
