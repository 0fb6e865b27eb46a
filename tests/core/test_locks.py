"""The locked lists hold what pyproject.toml asks for, with hashes, and agree with each other."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ROOT / "installers" / "locks"
NAMES = ("bootstrap", "build", "packaging", "runtime", "dev", "training")
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", re.MULTILINE)


def pins(name: str) -> set[tuple[str, str]]:
    text = (LOCKS / f"{name}.txt").read_text("utf-8")
    return {(package.lower().replace("_", "-"), version) for package, version in _PIN.findall(text)}


def wanted(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=\[; ]", one)[0].lower().replace("_", "-") for one in requirements}


@pytest.mark.parametrize("name", NAMES)
def test_every_pin_has_a_hash_and_no_list_names_a_host(name: str) -> None:
    text = (LOCKS / f"{name}.txt").read_text("utf-8")
    entries = re.split(r"\n(?=\S)", text.strip())
    assert entries
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in text


def test_the_lists_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    runtime = wanted(project["project"]["dependencies"])
    groups = project["dependency-groups"]
    assert runtime <= {package for package, _ in pins("runtime")}
    assert runtime | wanted(groups["dev"]) <= {package for package, _ in pins("dev")}
    assert wanted(groups["training"]) <= {package for package, _ in pins("training")}


def test_tests_run_with_the_versions_that_ship() -> None:
    assert pins("runtime") <= pins("dev")


def test_briefcase_toml_holds_only_briefcase_tables() -> None:
    packaging = tomllib.loads((ROOT / "briefcase.toml").read_text("utf-8"))
    assert set(packaging) == {"tool"}
    assert set(packaging["tool"]) == {"briefcase"}
