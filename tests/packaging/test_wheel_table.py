"""Every locked package is a wheel on every system that is built for; the table needs no network."""

from __future__ import annotations

import json
import re
from typing import cast

import build_wheels
import pytest
import wheel_table
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import canonicalize_name, parse_wheel_filename

TARGETS = sorted(wheel_table.TARGETS)


def table() -> dict[str, dict[str, dict[str, str]]]:
    return cast("dict[str, dict[str, dict[str, str]]]", json.loads(wheel_table.TABLE.read_text("utf-8")))


def borne(target: wheel_table.Target) -> set[Tag]:
    """Return the tags that an interpreter of the target installs."""
    major, minor = (int(part) for part in target.python.split("."))
    tags = set(cpython_tags((major, minor), platforms=target.platforms))
    return tags | set(compatible_tags((major, minor), f"cp{major}{minor}", target.platforms))


@pytest.mark.parametrize("name", TARGETS)
def test_every_package_has_its_wheel(name: str) -> None:
    wanted = wheel_table.pins(wheel_table.TARGETS[name])
    assert len(wanted) > 40
    assert set(table()[name]) == set(wanted) - {build_wheels.ENGINE}, "run installers/wheel_table.py"


@pytest.mark.parametrize("name", TARGETS)
def test_the_wheels_are_the_locked_ones_and_fit(name: str) -> None:
    target = wheel_table.TARGETS[name]
    wanted, hashes, fits = wheel_table.pins(target), locked_hashes(), borne(target)
    for package, wheel in table()[name].items():
        distribution, version, _build, tags = parse_wheel_filename(wheel["file"])
        assert distribution == canonicalize_name(package)
        assert str(version) == wanted[package]
        assert wheel["sha256"] in hashes[package]
        assert tags & fits, wheel["file"]


def test_windows_and_macos_have_what_only_they_need() -> None:
    assert "pywin32-ctypes" in table()["windows-x64"]
    assert "jeepney" not in table()["macos-arm64"]


def locked_hashes() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, block in build_wheels.locked():
        found.setdefault(name, set()).update(re.findall(r"sha256:(\w+)", block))
    return found
