"""The run of all measurements: what it says of a bar, and of a measurement that breaks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.performance import side_by_side, speed
from tests.performance.side_by_side import Bar, Measurement


@pytest.mark.parametrize(
    ("least", "most", "met"),
    [(None, None, True), (0.9, None, True), (1.1, None, False), (None, 1.1, True), (None, 0.9, False)],
)
def test_a_bar_is_met_on_its_own_side_only(least: float | None, most: float | None, met: bool) -> None:
    row = Bar("ratio", lambda found: found["ratio"], least, most).row("speed", {"ratio": 1.0})
    assert (row["measured"], row["met"]) == (1.0, met)


def test_a_measurement_that_breaks_is_a_row_that_is_not_met() -> None:
    broken = Measurement("broken", "no_such_script", (), (Bar("any", lambda found: found["any"]),))
    rows, took = side_by_side.rows(broken)
    assert [(row["measurement"], row["met"]) for row in rows] == [("broken", False)]
    assert took["exit_code"] != 0


def test_a_real_measurement_fills_its_rows(tiny_model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = side_by_side.main([str(tiny_model), "--only=memory"])
    found = json.loads(capsys.readouterr().out)
    assert code == 0
    assert [row["met"] for row in found["bars"]] == [True, True]
    assert 0.97 <= found["details"]["memory"]["least_ratio"] <= 1.03


def test_every_bar_of_the_list_names_a_script_there_is() -> None:
    folder = Path(side_by_side.__file__).parent
    every = side_by_side.measurements(Path("file"), Path("server"), 1, 1)
    assert all((folder / f"{one.script}.py").is_file() for one in every)
    assert len({one.name for one in every}) == len(every)


def test_speed_takes_turns_and_says_how_far_its_median_may_be_off(endless_model: Path) -> None:
    sides = speed.Sides(endless_model, threads=1)
    try:
        found = speed.writing(sides, fours=3, few=4, prompt=30)
    finally:
        sides.close()
    ratio = found["write_ratio"]
    assert len(ratio["rounds"]) == 3
    assert ratio["middle_half"][0] <= ratio["median"] <= ratio["middle_half"][1]
    assert ratio["uncertainty"] >= 0
    assert found["ours_write"] > 0


def test_a_summary_of_ratios_that_agree_is_certain() -> None:
    found = speed.summary([1.01, 0.99] * 32)
    assert found["median"] == 1.0
    assert found["uncertainty"] == pytest.approx(0.0023, abs=0.0001)
