"""``ask`` with a schema or an adapter: real processes, the Guide and random weights."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.models import tiny_gguf
from tests.support.schema_check import valid

ROOT = Path(__file__).resolve().parents[2]
ADAPTER = ROOT / "tests" / "data" / "guide_adapter.gguf"
SCHEMA = {
    "type": "object",
    "properties": {
        "names": {"type": "array", "items": {"type": "string", "maxLength": 6}, "maxItems": 2},
        "urgent": {"type": "boolean"},
    },
    "required": ["names", "urgent"],
}
QUESTION = "How do I start a conversation?"


def ask(*words: str) -> tuple[int, str, str]:
    run = subprocess.run(
        [sys.executable, "-m", "app", "ask", *words],
        cwd=ROOT,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return run.returncode, run.stdout.decode(), run.stderr.decode()


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    path = tmp_path / "form.json"
    path.write_text(json.dumps(SCHEMA), "utf-8")
    return path


def test_only_json_is_printed(schema: Path, tmp_path: Path) -> None:
    code, output, errors = ask("--schema", str(schema), QUESTION)
    assert (code, errors) == (0, "")
    assert valid(json.loads(output), SCHEMA, SCHEMA)
    tiny = tiny_gguf.write(tmp_path / "tiny.gguf", tiny_gguf.Recipe(bias={"<|end|>": 4.0}))
    code, output, errors = ask("--model", str(tiny), "--seed", "3", "--schema", str(schema), "Who?")
    assert code == 0
    assert errors.startswith("Cloister does not know this model file"), "said once, beside the JSON"
    assert valid(json.loads(output), SCHEMA, SCHEMA)


def test_an_answer_that_was_cut_off_is_trouble(schema: Path) -> None:
    code, _, errors = ask("--schema", str(schema), "--max-tokens", "24", QUESTION)
    assert code == 1
    assert "not valid JSON" in errors


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not valid JSON"),
        ('{"$ref": "https://example.org/a.json"}', "looks nothing up"),
        ('{"properties": {"a": {"$ref": "#"}}, "required": ["a"]}', "No answer can ever"),
        ('{"pattern": "^a$"}', "“pattern”"),
        (json.dumps({"title": "x" * 2**20}), "larger than 256 KiB"),
        ("", "not valid JSON"),
    ],
)
def test_a_bad_schema_is_said_before_a_model_is_loaded(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text, "utf-8")
    missing = str(tmp_path / "no model.gguf")
    code, output, errors = ask("--model", missing, "--schema", str(path), "Who?")
    assert (code, output) == (1, "")
    assert words in errors
    code, _, errors = ask("--schema", str(tmp_path / "gone.json"), "Who?")
    assert code == 1
    assert "schema" in errors


@pytest.mark.skipif(sys.platform == "win32", reason="has no such files")
def test_a_pipe_as_schema_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    code, output, errors = ask("--schema", str(tmp_path / "pipe"), "Who?")
    assert (code, output) == (1, "")
    assert "cannot be read" in errors


@pytest.mark.parametrize("option", ["--schema", "--adapter"])
def test_a_name_that_a_script_left_empty_is_not_passed_over(option: str) -> None:
    code, output, errors = ask(option, "", "Who?")
    assert (code, output) == (2, "")
    assert "the name of a file or a folder is wanted" in errors


def test_an_adapter_changes_the_answer_and_scale_0_does_not() -> None:
    _, plain, _ = ask(QUESTION)
    code, adapted, errors = ask("--adapter", str(ADAPTER), QUESTION)
    assert (code, adapted, errors) == (0, "The adapter is at work.\n", "")
    assert ask("--adapter", str(ADAPTER), "--adapter-scale", "0", QUESTION)[1] == plain
    assert "The adapter" not in plain


def test_a_wrong_adapter_costs_a_sentence(tmp_path: Path) -> None:
    for path, words in (
        (ROOT / "README.md", "not an adapter"),
        (tmp_path / "gone.gguf", "not there"),
    ):
        code, output, errors = ask("--adapter", str(path), QUESTION)
        assert (code, output) == (1, "")
        assert words in errors
    assert ask("--adapter", str(ADAPTER), "--adapter-scale", "nan", QUESTION)[0] == 2
