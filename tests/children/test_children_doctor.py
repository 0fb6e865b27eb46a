"""The verb ``doctor``: it tells what is there, and fails when something is wrong."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import app
from app.children.child import Child
from app.cli.checks.memory import memory_lines
from app.cli.verbs import doctor
from app.core import texts
from app.core.errors import UserError


def _run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    doctor.add_parser(parser.add_subparsers())
    args = parser.parse_args(["doctor", *arguments])
    return doctor.run(args)


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "profile"
    monkeypatch.setenv("CLOISTER_HOME", str(path))
    return path


def _report(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    report = json.loads(capsys.readouterr().out)
    assert isinstance(report, dict)
    return report


@pytest.mark.skipif(sys.platform != "linux", reason="expects Linux's mechanisms")
def test_the_report_is_measured(profile: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = _run("--json")
    report = _report(capsys)
    assert code == (0 if report["ok"] else 1)
    assert not profile.exists()
    assert report["profile"]["state"] == "absent"
    confinement = report["engine_confinement"]
    assert {"files", "system_calls"} <= {item["name"] for item in confinement["mechanisms"]}
    if confinement["level"] == "full":
        assert {item["attempt"] for item in confinement["attempts"] if item["refused"]} >= {
            "read_foreign_file",
            "write_model_file",
            "internet_socket",
            "local_socket",
            "start_program",
            "new_process",
            "signal_parent",
            "trace_parent",
        }
        assert {item["by"] for item in confinement["attempts"]} == {"files", "system_calls"}


def test_memory_pressure_and_power_are_told(profile: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _run("--json")
    report = _report(capsys)
    assert not profile.exists()
    memory = report["memory"]
    assert 0 < memory["available_mib"] <= memory["total_mib"]
    assert memory["pressure"] in {"none", "short", "critical"}
    assert 0 <= report["power"]["percent"] <= 100


def test_memory_in_words() -> None:
    memory = {
        "available_mib": 900,
        "pressure": "short",
        "limit_mib": 4000,
        "limit_used_mib": 3100,
        "swap_total_mib": 2000,
        "swap_used_mib": 10,
    }
    assert memory_lines(memory, {"on_battery": True, "percent": 40}) == [
        "Memory for Cloister: 900 MiB free (short)",
        "Memory limit: 4000 MiB, of which 3100 MiB are taken",
        "Swapped out: 10 of 2000 MiB",
        "Power: battery, 40 %",
    ]
    without = {**memory, "limit_mib": None, "swap_total_mib": 0, "pressure": "none"}
    assert memory_lines(without, {"on_battery": False, "percent": 100}) == [
        "Memory for Cloister: 900 MiB free (not short)",
        "Power: mains",
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_a_profile_others_can_read_is_a_problem(
    profile: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    profile.mkdir(mode=0o700)
    (profile / "vault.db").touch(mode=0o600)
    (profile / "loose").touch()
    (profile / "loose").chmod(0o644)
    assert _run("--json") == 1
    report = _report(capsys)
    assert report["profile"]["state"] == "open"
    assert report["profile"]["too_open"] == 1
    assert "profile_open" in report["problems"]
    (profile / "loose").chmod(0o600)
    _run("--json")
    assert _report(capsys)["profile"]["state"] == "private"


def test_a_profile_that_cannot_be_kept_is_a_problem(
    profile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert doctor._profile()["state"] == "absent"
    with monkeypatch.context() as patched:
        patched.setattr(os, "access", lambda *_: False)  # a disk that may only be read
        assert doctor._profile()["state"] == "unwritable"
        profile.mkdir(mode=0o700)
        assert _run("--json") == 1
    report = _report(capsys)
    assert report["profile"]["state"] == "unwritable"
    assert "profile_unwritable" in report["problems"]
    monkeypatch.setenv("CLOISTER_HOME", str(tmp_path / ("x" * 300)))
    assert doctor._profile()["state"] == "no_path"


def test_a_child_that_cannot_start_is_a_problem_not_a_crash(
    profile: Path,  # noqa: ARG001 - keeps the real profile out of it
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refuse(_role: str, **_options: object) -> Child:
        raise UserError("children.start_failed")

    monkeypatch.setattr(Child, "start", refuse)
    assert _run("--json") == 1
    assert "child_failed" in _report(capsys)["problems"]


def test_what_a_person_reads_says_all_is_well_or_what_is_not(
    profile: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = _run()
    words = capsys.readouterr().out
    assert str(profile) in words
    assert ("All is well." in words) == (code == 0)


def test_every_package_the_program_needs_is_looked_for() -> None:
    project = tomllib.loads((Path(app.__file__).parents[1] / "pyproject.toml").read_text("utf-8"))
    needed = [re.split("[<>=]", line)[0] for line in project["project"]["dependencies"]]
    assert sorted(doctor._versions()["packages"]) == sorted(needed)


def test_every_problem_has_words() -> None:
    report: dict[str, Any] = {
        "versions": {"packages": {"a": None}},
        "profile": {"state": "open"},
        "engine_confinement": {"level": None, "attempts": []},
        "backends": [],
    }
    codes = doctor._problems(report)
    for level in ("none", "full"):
        attempts = [{"refused": False}]
        codes |= doctor._problems(
            {**report, "engine_confinement": {"level": level, "attempts": attempts}}
        )
    assert len(codes) == 6
    for state in ("no_path", "unwritable"):
        codes |= doctor._problems({**report, "profile": {"state": state}})
        assert texts.text(f"children.doctor.profile_{state}")
    for code in codes:
        assert texts.text(f"children.doctor.problem_{code}")
