"""``plan`` as a person or a program uses it."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.cli import exits
from app.cli.main import main
from app.cli.verbs import plan as plan_verb
from app.core.computer.programs import RunningProgram
from app.engine import errand
from app.engine.planning import computers, planner
from app.engine.planning.shape import ModelShape
from app.engine.protocol.errands import PlanRequest
from app.engine.protocol.plan import Computer, Plan
from tests.support.models import model_shelf, tiny_gguf

ROOT = Path(__file__).resolve().parents[2]
KEYS = {
    "verdict",
    "reasons",
    "context",
    "micro_batch",
    "cpu_expert_layers",
    "gpu_layers",
    "cache_type",
    "load_mode",
    "repack",
    "threads",
    "devices",
    "expected_tokens_per_second",
    "basis",
}


def plan(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main(["plan", *words, "--json"]) == 0
    output, errors = capsys.readouterr()
    assert errors == ""
    found: dict[str, Any] = json.loads(output)
    return found


@pytest.mark.parametrize("name", computers.shipped())
@pytest.mark.parametrize("model", ["gpt-oss-20b", "gpt-oss-120b", "gpt-oss-safeguard-20b"])
def test_every_model_has_a_plan_on_every_computer(
    capsys: pytest.CaptureFixture[str], model: str, name: str
) -> None:
    found = plan(capsys, model, "--assume", name)
    assert found.keys() >= KEYS
    assert found["verdict"] in ("fits", "tight", "refused")
    assert found["load_mode"] in ("mmap", "read")
    assert found["cache_type"] in ("f16", "q8_0")
    for reason in found["reasons"]:
        assert reason["code"].startswith("plan.")
        assert reason["sentence"].endswith(".")
    for device in found["devices"]:
        sizes = {"budget_mib", "weights_mib", "cache_mib", "compute_mib"}
        assert device.keys() == {"name", "label", *sizes}
        if found["verdict"] != "refused":
            used = device["weights_mib"] + device["cache_mib"] + device["compute_mib"]
            assert used <= device["budget_mib"] + 0.3


def test_the_safeguard_model_is_planned_as_its_smaller_sister(
    capsys: pytest.CaptureFixture[str],
) -> None:
    one, other = (
        plan(capsys, model, "--assume", "mac-24gb") for model in ("gpt-oss-20b", "gpt-oss-safeguard-20b")
    )
    assert one["verdict"] == other["verdict"] == "fits"
    weights = [sum(device["weights_mib"] for device in found["devices"]) for found in (one, other)]
    assert 200 < weights[0] - weights[1] < 470, "attention and token table have fewer bits"


def test_text_says_what_json_says(capsys: pytest.CaptureFixture[str]) -> None:
    found = plan(capsys, "gpt-oss-20b", "--assume", "mac-16gb-macos-14")
    assert main(["plan", "gpt-oss-20b", "--assume", "mac-16gb-macos-14"]) == 0
    output = capsys.readouterr().out
    assert "Fits, but narrowly." in output
    for reason in found["reasons"]:
        assert reason["sentence"] in output
    for device in found["devices"]:
        assert f"{device['weights_mib']:.0f} MiB" in output


def test_a_refusal_is_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "gpt-oss-20b", "--assume", "mac-8gb"]) == 0
    output = capsys.readouterr().out
    assert "Does not fit." in output
    assert "tokens a second" not in output
    assert main(["plan", "gpt-oss-20b", "--assume", "mac-8gb", "--force"]) == 0
    assert "loaded all the same" in capsys.readouterr().out


def test_sizes_in_sentences_are_as_people_read_them(capsys: pytest.CaptureFixture[str]) -> None:
    for name in computers.shipped():
        for model in ("gpt-oss-20b", "gpt-oss-120b"):
            for reason in plan(capsys, model, "--assume", name)["reasons"]:
                assert "MiB" not in reason["sentence"]
                if reason["values"].get("needs", 0) >= 1024:
                    said = f"{reason['values']['needs'] / 1024:.1f}".removesuffix(".0")
                    assert f"{said} GB" in reason["sentence"]


def test_what_could_be_closed_is_named_where_it_would_help(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_verb, "largest_programs", lambda: (RunningProgram("browser", 3072.0),))
    here = computers.described("windows-office-16gb")
    for free, helps in ((11_000, True), (11_616, True), (500, False), (16_000, False)):
        ours = replace(here, available_mib=free)
        monkeypatch.setattr(errand, "plan", lambda request, at=ours: _planned(request, at))
        found = plan(capsys, "gpt-oss-20b")
        assert found["programs"] == ([{"name": "browser", "mib": 3072}] if helps else [])
        assert main(["plan", "gpt-oss-20b"]) == 0
        output = capsys.readouterr().out
        assert ("browser holds the most memory; closing it frees about 3 GB." in output) == helps
    monkeypatch.setattr(
        errand,
        "plan",
        lambda request: _planned(request, replace(here, ram_mib=8e3, available_mib=4e3)),
    )
    assert plan(capsys, "gpt-oss-20b")["programs"] == [], "it would not be enough"
    assert plan(capsys, "gpt-oss-20b", "--assume", "mac-8gb")["programs"] == []


def _planned(request: PlanRequest, computer: Computer) -> Plan:
    return planner.plan(ModelShape.from_json(request.shape or {}), computer, request.wishes)


def test_the_computers_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "--list-computers"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == list(computers.shipped())


def test_a_file_and_the_guide_are_planned_for_this_computer(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert plan(capsys, "guide", "--context", "1000")["context"] == 1024
    tiny_gguf.write(tmp_path / "tiny.gguf")
    monkeypatch.chdir(tmp_path)
    assert plan(capsys, "tiny.gguf")["verdict"] == "fits"


def test_a_catalogue_name_needs_no_file_for_this_computer(capsys: pytest.CaptureFixture[str]) -> None:
    found = plan(capsys, "gpt-oss-20b")
    assert sum(device["weights_mib"] for device in found["devices"]) == pytest.approx(11536.2, abs=0.3)


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("gpt-oss-21b",),
        ("g" * 5000,),
        ("a\0b",),
        ("",),
        ("gpt-oss-20b", "--assume", "A" * 5000),
        ("gpt-oss-20b", "--assume", "mac-1gb"),
        ("gpt-oss-20b", "--assume", "no/such.toml"),
        ("gpt-oss-20b", "--context", "0"),
        ("gpt-oss-20b", "--context", "-5"),
        ("gpt-oss-20b", "--context", "nan"),
        ("gpt-oss-20b", "--context", "99999999999999999999"),
        ("gpt-oss-20b", "--contex", "8"),
    ],
)
def test_arguments_that_are_no_use_are_one_sentence(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert main(["plan", *words]) == 2
    output, errors = capsys.readouterr()
    assert output == ""
    assert errors
    assert "Traceback" not in errors


def test_nonsense_in_a_description_is_one_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('system = "linux"\nram_mib = nan\navailable_mib = 1\ncores = 1\n')
    assert main(["plan", "gpt-oss-20b", "--assume", str(path)]) == 2
    output, errors = capsys.readouterr()
    assert (output, errors.count("\n")) == ("", 1)


def test_a_persons_own_description_is_planned_with(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('system = "windows"\nram_mib = 65536\navailable_mib = 60000\ncores = 8\n')
    found = plan(capsys, "gpt-oss-20b", "--assume", str(path))
    assert (found["computer"], found["verdict"], found["repack"]) == ("mine", "fits", True)


def test_a_folder_does_not_stand_for_a_model_of_its_name(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gpt-oss-20b").mkdir()
    monkeypatch.chdir(tmp_path)
    assert plan(capsys, "gpt-oss-20b", "--assume", "mac-24gb")["verdict"] == "fits"


def test_a_file_that_lies_is_trouble_not_usage(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tiny_gguf.write(tmp_path / "liar.gguf", tiny_gguf.Recipe(overrides={"block_count": 2**31}))
    assert main(["plan", str(path), "--json"]) == 1
    output, errors = capsys.readouterr()
    assert (output, errors.count("\n")) == ("", 1)
    assert main(["plan", str(tmp_path / "none.gguf")]) == 1


def test_the_verb_as_a_program() -> None:
    words = (sys.executable, "-m", "app", "plan", "gpt-oss-20b", "--assume", "mac-24gb", "--json")
    done = subprocess.run(words, cwd=ROOT, capture_output=True, timeout=60, check=True)
    assert json.loads(done.stdout)["verdict"] == "fits"


def test_models_that_it_added_to_the_catalogue_are_planned_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CLOISTER_HOME", str(tmp_path))
    words = model_shelf.catalogue_words("contracts", "contracts.gguf", 12_109_566_624, "a" * 64)
    (tmp_path / "catalogue.toml").write_text(words, "utf-8")
    computer = ("--assume", computers.shipped()[0])
    assert plan(capsys, "contracts", *computer) == {
        **plan(capsys, "gpt-oss-20b", *computer),
        "model": "contracts",
    }
    (tmp_path / "catalogue.toml").write_text("nonsense", "utf-8")
    assert main(["plan", "contracts"]) == exits.USAGE
    said = capsys.readouterr().err
    assert "was left out" in said
    assert "gpt-oss-120b" in said
