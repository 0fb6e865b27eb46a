"""Choosing the model that answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.core.rules import settings as declared
from app.core.rules.settings import Settings
from app.ui.flow.choice.model import ModelChoice, ModelChooser
from app.ui.theme import Theme
from app.ui.views.window.main_window import MainWindow


def chooser(qtbot: QtBot, settings: Settings) -> ModelChooser:
    window = MainWindow(Theme(), QWidget())
    qtbot.addWidget(window)
    guide = ModelChoice(Path("guide.gguf"), "Built-in guide", "It knows only this program.")
    return ModelChooser(window, guide, settings, parent=window)


def test_a_chosen_file_is_there_at_the_next_start(qtbot: QtBot, tmp_path: Path) -> None:
    file, kept = tmp_path / "gpt-oss-20b.gguf", tmp_path / "settings.json"
    file.write_bytes(b"GGUF")
    first = chooser(qtbot, Settings(kept))
    with qtbot.waitSignal(first.chosen) as chosen:
        first.choose_file(file)
    assert chosen.args is not None
    assert chosen.args[0].name == "gpt-oss-20b"
    assert chooser(qtbot, Settings(kept)).current.path == file


@pytest.mark.parametrize("name", ["gone", "x" * 300])
def test_a_file_that_is_gone_gives_the_guide(qtbot: QtBot, tmp_path: Path, name: str) -> None:
    settings = Settings(None)
    settings.set(declared.MODEL_FILE, str(tmp_path / f"{name}.gguf"))
    assert chooser(qtbot, settings).current.name == "Built-in guide"


def test_the_guide_can_be_chosen_again(qtbot: QtBot, tmp_path: Path) -> None:
    settings = Settings(None)
    file = tmp_path / "other.gguf"
    file.write_bytes(b"GGUF")
    one = chooser(qtbot, settings)
    one.choose_file(file)
    one.choose_guide()
    assert settings.word(declared.MODEL_FILE) == ""
    assert one.current.name == "Built-in guide"


def test_the_menu_ticks_what_answers(qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "a & b.gguf"
    file.write_bytes(b"GGUF")
    settings = Settings(None)
    one = chooser(qtbot, settings)

    def shown() -> dict[str, bool]:
        return {
            action.text(): action.isChecked() for action in one.menu().actions() if action.isCheckable()
        }

    assert shown() == {"Built-in guide": True}
    one.choose_file(file)
    assert shown() == {"Built-in guide": False, "a && b": True}
    chosen: list[ModelChoice] = []
    one.chosen.connect(chosen.append)
    guide, in_use = one.menu().actions()[:2]
    in_use.trigger()
    assert chosen == []  # what answers is not loaded once more
    guide.trigger()
    assert [choice.name for choice in chosen] == ["Built-in guide"]
