"""The workflows cannot run here: their form, their references and their manners are checked instead."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import building
import pytest
import stage
import vulkan

WORKFLOWS = sorted((stage.ROOT / ".github" / "workflows").glob("*.yml"))
APT = "apt-get update && apt-get install -y --no-install-recommends git ca-certificates python3"
_TOP = {"name", "on", "permissions", "jobs"}
_JOB = {"needs", "strategy", "runs-on", "container", "environment", "timeout-minutes", "steps"}
_STEP = {"if", "run", "uses", "with", "env"}
_PIN = re.compile(r"actions/[a-z-]+@[0-9a-f]{40}")


def read(path: Path) -> dict[Any, Any]:
    yaml: Any = importlib.import_module("yaml")
    content: dict[Any, Any] = yaml.safe_load(path.read_text("utf-8"))
    content["on"] = content.pop(True)  # YAML 1.1 takes the word for a truth
    return content


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in read(path)["jobs"].values() for step in job["steps"]]


def complaint(*paths: Path) -> str:
    """Return what GitHub's own schema, which the checker carries, says against these files."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
    done = subprocess.run([*command, *paths], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr if done.returncode else ""


def test_githubs_schema_finds_no_fault_and_would_find_one(tmp_path: Path) -> None:
    assert complaint(*WORKFLOWS) == ""
    broken = tmp_path / "broken.yml"
    broken.write_text(WORKFLOWS[0].read_text("utf-8").replace("runs-on:", "runs_on:"), "utf-8")
    assert "runs_on" in complaint(broken)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_only_known_words_and_every_job_has_its_end(path: Path) -> None:
    whole = read(path)
    assert set(whole) == _TOP
    assert whole["permissions"] == {"contents": "read"}
    assert set(whole["on"]) <= {"push", "pull_request", "workflow_dispatch"}
    for job in whole["jobs"].values():
        assert set(job) <= _JOB
        assert job["timeout-minutes"] <= 120
        needed = job.get("needs", [])
        assert set([needed] if isinstance(needed, str) else needed) <= set(whole["jobs"])
        for step in job["steps"]:
            assert set(step) <= _STEP
            assert ("run" in step) != ("uses" in step)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_step_calls_a_script_that_is_there(path: Path) -> None:
    for step in steps(path):
        line = step.get("run", APT)
        if line == APT:
            continue
        words = line.split()
        assert words[0] in ("python", "python3")
        assert (stage.ROOT / words[1]).is_file(), line
        assert words[1].startswith("installers/")
        assert "${{" not in line  # nothing of an event's becomes a command
        if words[1:3] == ["installers/dev.py", "build"] and "--only" in words:
            formats = {building.WHEELS, *(one for some in building.FORMATS.values() for one in some)}
            assert words[4] in formats


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_and_leave_no_token(path: Path) -> None:
    for step in steps(path):
        if "uses" not in step:
            continue
        assert _PIN.fullmatch(step["uses"]), step["uses"]
        if "checkout" in step["uses"]:
            assert step["with"]["persist-credentials"] is False
    text = path.read_text("utf-8")
    pins = re.findall(r"uses: (\S+) # (v[\d.]+)", text)
    assert len(pins) == text.count("uses:")
    assert len({name.split("@")[0] for name, _ in pins}) == len(set(pins)), "one version of each"


def test_secrets_reach_only_scripts_that_read_them_and_jobs_of_the_protected_environment() -> None:
    scripts = "".join(one.read_text("utf-8") for one in (stage.ROOT / "installers").rglob("*.py"))
    for path in WORKFLOWS:
        for job in read(path)["jobs"].values():
            variables = [one for step in job["steps"] for one in step.get("env", {}).items()]
            assert all(f'"{name}"' in scripts for name, _ in variables)
            secrets = [value for _, value in variables if "secrets." in value]
            assert not secrets or "'release'" in job["environment"]


def test_the_part_for_graphics_cards_is_built_where_vulkan_is() -> None:
    (path,) = (one for one in WORKFLOWS if one.name == "installers.yml")
    wheels = read(path)["jobs"]["wheels"]
    made = {one["system"]: one["vulkan"] for one in wheels["strategy"]["matrix"]["include"]}
    assert made == {"linux": "1", "windows": "1", "macos": ""}
    (step,) = (one for one in wheels["steps"] if "env" in one)
    assert step["env"] == {vulkan.VARIABLE: "${{ matrix.vulkan }}"}
    assert step["run"].endswith("--only wheels")


def test_artifacts_that_are_taken_were_given() -> None:
    path = next(one for one in WORKFLOWS if one.name == "installers.yml")
    given = [step["with"]["name"] for step in steps(path) if "upload" in step.get("uses", "")]
    taken = [step["with"] for step in steps(path) if "download" in step.get("uses", "")]
    for one in taken:
        wanted = one.get("name") or one["pattern"].rstrip("*")
        stems = [name.split("${{")[0] for name in given]
        assert any(wanted.startswith(stem) or stem.startswith(wanted) for stem in stems), wanted
