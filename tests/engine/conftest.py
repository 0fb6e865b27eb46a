"""A client of the engine, and model files: the random one, one that never stops, the built-in guide."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.children.child import AT_ONCE
from app.core.paths import guide_model_path
from app.engine.client import EngineClient
from tests.support.models import tiny_gguf


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_gguf.write(tmp_path_factory.mktemp("models") / "tiny.gguf")


@pytest.fixture(scope="session")
def endless_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_gguf.write(tmp_path_factory.mktemp("models") / "endless.gguf", tiny_gguf.NEVER_STOPS)


@pytest.fixture(scope="session", params=["tiny", "guide"])
def any_model(request: pytest.FixtureRequest, tiny_model: Path) -> Path:
    if request.param == "tiny":
        return tiny_model
    if not guide_model_path().is_file():
        pytest.skip("the built-in guide is not made yet")
    return guide_model_path()


@pytest.fixture
def client() -> Iterator[EngineClient]:
    opened = EngineClient(ladder=AT_ONCE)
    yield opened
    opened.close()
