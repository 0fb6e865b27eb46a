"""``doctor --network`` tries from every part and believes only what was heard."""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from app.cli import exits
from app.cli.checks import network
from app.cli.checks.network import Attempt, RoleReport
from app.cli.main import main
from app.cli.verbs import doctor
from app.core.errors import UserError

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="expects Linux's mechanisms")


def report_of(profile: Path, *before: str) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [*before, sys.executable, "-m", "app", "doctor", "--network", "--json"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "HOME": str(profile), "CLOISTER_HOME": str(profile)},
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.stderr == b""
    report = json.loads(done.stdout)
    assert isinstance(report, dict)
    return done.returncode, report


def role(report: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [item for item in report["roles"] if item["role"] == name]
    assert isinstance(found, dict)
    return found


def how(found: dict[str, Any]) -> set[str]:
    return {attempt["by"] for attempt in found["attempts"]}


def test_only_the_fetcher_and_an_unsealed_window_could_connect(tmp_path: Path) -> None:
    code, report = report_of(tmp_path)
    assert (code, report["ok"]) == (0, True)
    assert report["listener"]["addresses"] == {"AF_INET": "127.0.0.1", "AF_INET6": "::1"}
    assert "AF_INET" in report["listener"]["ports"]
    assert how(role(report, "engine")) == {"system_calls"}
    assert role(report, "engine")["note"] == "engine_filtered"
    assert "reached" in how(role(report, "fetcher"))
    assert role(report, "window")["note"] == "window_free"
    assert list(tmp_path.iterdir()) == [], "nothing of the person's is made"


def test_sealed_nobody_can(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text('{"network.sealed": "on"}', "utf-8")
    code, report = report_of(tmp_path)
    assert (code, report["ok"], report["sealed_by"], report["given_up"]) == (0, True, "you", True)
    assert how(role(report, "window")) == {"system_calls"}
    assert how(role(report, "engine")) == {"system_calls"}
    assert how(role(report, "fetcher")) == {"sealed"}
    assert report["listener"]["ports"] == {}, "not even the test could listen"


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare")
def test_a_computer_without_a_network_fails_nobody(tmp_path: Path) -> None:
    within = ("unshare", "-rn")
    if subprocess.run([*within, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system gives no network namespace")
    code, report = report_of(tmp_path, *within)
    assert (code, report["ok"]) == (0, True)
    assert how(role(report, "engine")) == {"system_calls"}
    assert how(role(report, "fetcher")) == {"no_network"}


@pytest.mark.parametrize(
    ("expected", "by", "note", "verdict"),
    [
        ("refused", "system_calls", "", True),
        ("refused", "reached", "", False),
        ("refused", "not_reached", "", False),
        ("refused", "started", "", False),
        ("refused", "system_calls", "engine_not_filtered", False),
        ("reached", "reached", "", True),
        ("reached", "not_reached", "", False),
        ("either", "reached", "", True),
    ],
)
def test_the_verdict(expected: str, by: str, note: str, verdict: bool) -> None:
    assert RoleReport("engine", expected, (Attempt("AF_INET", by),), note).as_expected is verdict


def test_an_escape_is_said_and_is_the_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    escaped = RoleReport("engine", "refused", (Attempt("AF_INET", "reached"),))
    report = {
        "ok": False,
        "sealed_by": "",
        "policy_files": ["/etc/cloister/policy.toml"],
        "policy_damaged": "",
        "given_up": False,
        "listener": {"ports": {"AF_INET": 4}},
        "roles": [escaped.to_json()],
    }
    monkeypatch.setattr(network, "examine", lambda: report)
    parser = argparse.ArgumentParser()
    doctor.add_parser(parser.add_subparsers())
    assert doctor.run(parser.parse_args(["doctor", "--network"])) == 1
    said = capsys.readouterr().out
    assert "The engine: NOT as it should be" in said
    assert "IPv4: connected" in said
    assert "/etc/cloister/policy.toml" in said


@pytest.mark.parametrize("verb", [["doctor"], ["doctor", "--network"]])
def test_a_computer_without_room_for_a_temporary_file_is_told_of_in_a_sentence(
    verb: list[str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object, **__: object) -> None:
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr(tempfile, "TemporaryDirectory", full)
    assert main(verb) == exits.TROUBLE
    said = capfd.readouterr()
    assert said.out == ""
    assert said.err == UserError("cli.no_scratch").sentence + "\n"
