"""Group policy and managed preferences: the same words, and in doubt closed.

The registry is a stand-in with the calls of ``winreg`` that are used; Windows itself is not here.
"""

from __future__ import annotations

import plistlib
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any, cast

import pytest

from app.core.rules import managed, policy
from app.core.rules.policy import Policy, read_policy


class Key(ExitStack):
    """A key of the registry that was opened."""

    def __init__(self, below: dict[str, Any], values: dict[str, tuple[Any, int]]) -> None:
        super().__init__()
        self.below, self.values = below, values


class Registry:
    """A stand-in: tables with words, each word a value and its kind."""

    HKEY_LOCAL_MACHINE, KEY_READ, KEY_WOW64_64KEY, REG_SZ, REG_DWORD = "HKLM", 1, 256, 1, 4

    def __init__(
        self, tables: dict[str, dict[str, tuple[Any, int]]] | None, locked: bool = False
    ) -> None:
        self._tables, self._locked = tables, locked

    def OpenKey(self, root: Any, name: str, _reserved: int, access: int) -> Key:
        assert access == self.KEY_READ | self.KEY_WOW64_64KEY
        if self._locked:
            raise PermissionError
        if isinstance(root, Key):
            return Key({}, root.below[name])
        assert (root, name) == ("HKLM", r"Software\Policies\Cloister")
        if self._tables is None:
            raise FileNotFoundError
        return Key(self._tables, {})

    def QueryInfoKey(self, key: Key) -> tuple[int, int, int]:
        return len(key.below), len(key.values), 0

    def EnumKey(self, key: Key, place: int) -> str:
        return list(key.below)[place]

    def EnumValue(self, key: Key, place: int) -> tuple[str, Any, int]:
        name, (value, kind) = list(key.values.items())[place]
        return name, value, kind


def policy_of(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> Policy:
    monkeypatch.setitem(sys.modules, "winreg", cast("Any", registry))
    return read_policy([managed.REGISTRY])


def test_the_group_policy_seals(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = {"network": {"Sealed": (1, 4)}, "MODELS": {"only_catalogue": (0, 4)}}
    found = policy_of(Registry(tables), monkeypatch)
    assert found == Policy((managed.REGISTRY,), sealed=True)
    assert policy_of(Registry({"models": {"only_catalogue": (1, 4)}}), monkeypatch).only_catalogue


def test_no_group_policy_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert policy_of(Registry(None), monkeypatch) == Policy()
    assert policy_of(Registry({}), monkeypatch) == Policy((managed.REGISTRY,))


@pytest.mark.parametrize(
    "tables",
    [
        {"network": {"sealed": ("1", 1)}},
        {"network": {"sealed": (2, 4)}},
        {"network": {"seeled": (1, 4)}},
        {"networks": {}},
        {f"t{number}": {} for number in range(99)},
    ],
)
def test_a_group_policy_not_understood_closes(
    tables: dict[str, dict[str, tuple[Any, int]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = policy_of(Registry(tables), monkeypatch)
    assert (found.sealed, found.only_catalogue, found.damaged) == (True, True, managed.REGISTRY)


def test_a_group_policy_that_cannot_be_read_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert policy_of(Registry({}, locked=True), monkeypatch).sealed


@pytest.mark.parametrize("form", [plistlib.FMT_XML, plistlib.FMT_BINARY])
def test_managed_preferences_seal(form: plistlib.PlistFormat, tmp_path: Path) -> None:
    path = tmp_path / "org.cloister.cloister.plist"
    content = {"network": {"sealed": True}, "PayloadUUID": "x", "PayloadVersion": 1}
    path.write_bytes(plistlib.dumps(content, fmt=form))
    assert read_policy([path]) == Policy((path,), sealed=True)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<plist",
        b"bplist00" + b"\xff" * 40,
        b"<plist><array/></plist>",
        plistlib.dumps({"network": {"sealed": 1}}),
        plistlib.dumps({"network": {"seal": True}}),
        b"<plist>" + b"<array>" * 5000,
        b'<!DOCTYPE a [<!ENTITY b "c">]><plist><dict/></plist>',
    ],
)
def test_preferences_not_understood_close(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "damaged.plist"
    path.write_bytes(content)
    found = read_policy([path])
    assert (found.sealed, found.only_catalogue, found.damaged) == (True, True, path)


def test_each_system_reads_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "somebody-else")
    monkeypatch.setattr("sys.platform", "darwin")
    shown = [str(path) for path in policy.policy_files()]
    assert "/Library/Managed Preferences/org.cloister.cloister.plist" in shown
    assert not any("somebody-else" in path for path in shown)
    monkeypatch.setattr("sys.platform", "win32")
    assert managed.REGISTRY in policy.policy_files()
