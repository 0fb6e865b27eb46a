"""What others named or wrote reaches a terminal as letters, from every verb."""

from __future__ import annotations

import ast
import io
from pathlib import Path

import pytest

import app.cli
from app.cli.main import main
from app.cli.terminal import ask_hidden, say, say_over
from app.core.errors import UserError

HOSTILE = "a\x1b]0;owned\x07\x9b31m\u202e\rb"


def test_no_sentence_steers_a_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    say(f"One\n\ttwo {HOSTILE}")
    say(HOSTILE, aside=True)
    say_over(HOSTILE)
    out, err = capfd.readouterr()
    assert out.startswith("One\n\ttwo a")
    assert not {"\x1b", "\x07", "\x9b", "\u202e", "\r"} & set(out + err.replace("\ra", "a"))


def test_an_error_that_names_a_thing_does_not_steer_it(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "download", HOSTILE]) == 1
    assert "\x1b" not in capfd.readouterr().err


def test_a_model_file_cannot_write_a_row_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CLOISTER_HOME", str(tmp_path / "profile"))
    (tmp_path / "profile").mkdir()
    models = tmp_path / "models"
    models.mkdir()
    (models / "x\x1b[2K\ngpt-oss-20b  12.1 GB  on this computer.gguf").write_bytes(b"GGUF")
    assert main(["models", "folder", str(models)]) == 0
    capfd.readouterr()
    assert main(["models", "list"]) == 0
    rows = capfd.readouterr().out.splitlines()
    assert not any("\x1b" in row for row in rows)
    assert not any(row.startswith("gpt-oss-20b") and "on this computer" in row for row in rows)


def test_only_one_file_of_the_command_line_prints() -> None:
    for path in Path(app.cli.__file__).parent.rglob("*.py"):
        names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
        assert ("print" in names) == (path.name == "terminal.py"), path.name


def test_the_end_of_the_input_is_no_empty_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\nhush\n"))
    assert ask_hidden("Name:") == ""
    assert ask_hidden("Password:") == "hush"
    with pytest.raises(UserError, match="nothing_typed"):
        ask_hidden("Token:")
