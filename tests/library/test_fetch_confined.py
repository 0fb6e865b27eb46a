"""What a Fetcher may not: read the vault, write elsewhere, listen, start programs. The probe tries."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.children.child import Child
from tests.support.probing import Trying, has_landlock

pytestmark = pytest.mark.skipif(not has_landlock(), reason="needs Linux with Landlock")


class Probe(Trying):
    """A child confined as the Fetcher is."""

    def __init__(self, child: Child, folder: Path) -> None:
        super().__init__(child)
        self.level = self.ask(request="confine", writable=[str(folder)], network=True)["level"]

    def refused(self, attempt: str, **values: Any) -> bool:
        return bool(self.ask(request=f"try_{attempt}", **values)["refused"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    return folder


@pytest.fixture
def probe(folder: Path) -> Iterator[Probe]:
    with Child.start("probe") as child:
        yield Probe(child, folder)


def test_all_that_can_be_given_up_is(probe: Probe) -> None:
    assert probe.level == "full"


def test_it_writes_in_its_folder_and_nowhere_else(probe: Probe, folder: Path, tmp_path: Path) -> None:
    (folder / "some.part").write_bytes(b"x")
    vault = tmp_path / "vault.db"
    vault.write_bytes(b"secret")
    assert not probe.refused("create", path=str(folder / "new"))
    assert not probe.refused("open", path=str(folder / "some.part"), write=True)
    assert probe.refused("create", path=str(tmp_path / "new"))
    assert probe.refused("open", path=str(vault))
    assert probe.refused("list", path=str(tmp_path))
    assert probe.refused("list", path=str(Path.home()))
    assert not probe.refused("open", path="/etc/hosts")
    assert probe.refused("open", path="/etc/hosts", write=True)


def test_it_may_have_sockets_but_starts_no_program_and_reaches_no_other(probe: Probe) -> None:
    assert not probe.refused("socket", family="AF_INET")
    for attempt in ("fork", "exec"):
        assert probe.refused(attempt)
    assert probe.refused("spawn", path="/bin/true")
    assert probe.refused("kill", pid=1)
    assert probe.refused("ptrace", pid=1)
