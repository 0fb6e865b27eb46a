"""Model files for the engine's tests: the random one, one that never stops, and the built-in guide."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.paths import guide_model_path
from tests.support import tiny_gguf


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
