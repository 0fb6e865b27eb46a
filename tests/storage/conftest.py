"""Profiles and open vaults for the storage tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.storage.snapshots import Snapshots
from app.storage.vault import Vault
from tests.storage import harness
from tests.storage.kept_snapshots import KEY


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    return tmp_path / "profile"


@pytest.fixture(params=["disk", "memory"])
def vault(request: pytest.FixtureRequest, profile: Path) -> Iterator[Vault]:
    """Give the same vault twice: everything it promises holds on the disk and in memory."""
    opened = Vault.in_memory() if request.param == "memory" else harness.make(profile)[0]
    yield opened
    assert opened.check() == ()
    opened.close()


@pytest.fixture
def snapshot_folder(tmp_path: Path) -> Path:
    return tmp_path / "snapshots"


@pytest.fixture
def snapshots(snapshot_folder: Path) -> Snapshots:
    return Snapshots(snapshot_folder, KEY)
