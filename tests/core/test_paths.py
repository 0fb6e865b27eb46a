"""Where files are looked for on a computer that knows no home folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core import paths


def test_a_dialog_begins_somewhere_without_a_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    assert paths.usual_folder() == Path.home()
    monkeypatch.setattr(Path, "home", nowhere)
    assert paths.usual_folder() == Path("/")


def test_no_dialog_asks_for_the_home_folder_itself() -> None:
    ui = Path(paths.__file__).parents[1] / "ui"
    assert [file.name for file in ui.rglob("*.py") if "Path.home()" in file.read_text("utf-8")] == []
