"""The manual page says what the command line says."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import man_page
import pytest

import app
from app.cli.main import VERBS, parser_of


@pytest.fixture
def page() -> str:
    return man_page.page(parser_of(VERBS), app.__version__, "2026-01-31")


def test_every_verb_and_option_is_there(page: str) -> None:
    for verb in VERBS:
        assert f".SS {verb}\n" in page
    for word in (r"\-\-self\-check", r"\-\-schema", r"\-\-adapter\-scale", ".SS models download"):
        assert word in page
    assert app.__version__ in page.splitlines()[0]


def test_no_text_is_read_as_a_command(page: str) -> None:
    known = {".TH", ".SH", ".SS", ".B", ".TP", ".PP", ".br"}
    dotted = {line.split()[0] for line in page.splitlines() if line.startswith((".", "'"))}
    assert dotted <= known


def test_the_reader_finds_no_fault(page: str, tmp_path: Path) -> None:
    if shutil.which("man") is None or shutil.which("groff") is None:
        pytest.skip("needs man and groff")
    file = tmp_path / "cloister.1"
    file.write_text(page, "utf-8")
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", str(file)], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert "for everyone on this computer" in done.stdout
