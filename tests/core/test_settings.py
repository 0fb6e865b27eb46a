"""Settings survive any file and never leave their bounds."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.rules import settings as declared
from app.core.rules.settings import Settings


def test_a_changed_value_is_there_at_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    Settings(path).set(declared.THEME, "dark")
    assert Settings(path).word(declared.THEME) == "dark"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_first_value_that_is_kept_makes_the_profile(tmp_path: Path) -> None:
    path = tmp_path / "not there" / "yet" / "settings.json"
    Settings(path).set(declared.MODELS_FOLDER, "/elsewhere")
    assert Settings(path).word(declared.MODELS_FOLDER) == "/elsewhere"
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("content", ["", "[]", "{", '"words"', "\x00", '{"appearance.theme": ["dark"]}'])
def test_an_unreadable_file_gives_the_defaults(tmp_path: Path, content: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(content, "utf-8")
    assert Settings(path).word(declared.THEME) == "system"


def test_a_place_that_the_system_refuses_to_look_at_leaves_settings_in_doubt(tmp_path: Path) -> None:
    there = Settings(tmp_path / ("x" * 300) / "settings.json")
    assert {setting.key: there.get(setting) for setting in declared.ALL} == {
        setting.key: setting.when_in_doubt for setting in declared.ALL
    }


@pytest.mark.parametrize(
    "content",
    [
        "[" * 200_000,
        '{"a": ' + "[" * 900 + "]" * 900 + "}",
        '{"engine.idle_end_minutes": 1' + "0" * 400 + "}",
    ],
)
def test_nonsense_of_any_size_does_not_stop_the_program(tmp_path: Path, content: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(content, "utf-8")
    assert Settings(path).number(declared.IDLE_END_MINUTES) in (15.0, 1440.0)


@given(st.one_of(st.floats(), st.integers(), st.text(), st.none(), st.booleans()))
def test_a_number_is_always_within_its_bounds(value: object) -> None:
    checked = declared.TEXT_SCALE.checked(value)
    assert isinstance(checked, float)
    assert 0.8 <= checked <= 2.0


def test_nothing_is_written_without_a_file(tmp_path: Path) -> None:
    Settings(None).set(declared.THEME, "dark")
    assert list(tmp_path.iterdir()) == []


def test_a_write_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    settings = Settings(path)
    settings.set(declared.THEME, "dark")
    (tmp_path / "settings.json.part").mkdir()
    settings.keep(declared.THEME, "light")
    assert settings.word(declared.THEME) == "light"
    assert Settings(path).word(declared.THEME) == "dark"


def test_values_that_were_corrected_are_not_trusted(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"answers.temperature": 1e9, "appearance.text_scale": "big"}), "utf-8")
    settings = Settings(path)
    assert settings.number(declared.TEMPERATURE) == 2.0
    assert settings.number(declared.TEXT_SCALE) == 1.0


def test_what_a_newer_version_wrote_is_there_when_it_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    newer = {"appearance.theme": "sepia", "voice.speed": [1, {"a": 2}], "window.menu_bar": "on"}
    path.write_text(json.dumps(newer), "utf-8")
    older = Settings(path)
    assert older.word(declared.THEME) == "system"
    older.set(declared.MENU_BAR, "off")
    kept = json.loads(path.read_text("utf-8"))
    assert kept["voice.speed"] == [1, {"a": 2}]
    assert kept["appearance.theme"] == "sepia"
    assert kept["window.menu_bar"] == "off"
    older.set(declared.THEME, "dark")
    assert Settings(path).word(declared.THEME) == "dark"


@pytest.mark.parametrize("setting", declared.ALL, ids=lambda setting: setting.key)
def test_every_setting_says_what_it_is(setting: declared.Setting) -> None:
    assert setting.name
    assert setting.about.endswith(".")
    assert setting.checked(setting.default) == setting.default


def test_a_switch_is_on_or_off() -> None:
    settings = Settings(None)
    assert settings.is_on(declared.READ_AHEAD)
    settings.set(declared.READ_AHEAD, declared.OFF)
    assert not settings.is_on(declared.READ_AHEAD)
    settings.set(declared.READ_AHEAD, "perhaps")
    assert settings.is_on(declared.READ_AHEAD)


def test_what_is_never_written_takes_only_what_it_is_given(tmp_path: Path) -> None:
    kept = Settings(tmp_path / "settings.json")
    kept.set(declared.PROXY, "http://proxy.example:8080")
    kept.set(declared.MODEL_FILE, "/somewhere/client.gguf")
    before = (tmp_path / "settings.json").read_bytes()
    made = kept.for_this_run(declared.HOW_TO_CONNECT)
    made.set(declared.SEALED, declared.ON)
    assert made.word(declared.PROXY) == "http://proxy.example:8080"
    assert made.word(declared.MODEL_FILE) == ""
    assert (tmp_path / "settings.json").read_bytes() == before
