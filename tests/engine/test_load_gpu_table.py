"""The script that measures a device, on the processor: it runs, and its table is whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.performance import gpu_table


def test_the_table_names_device_memory_and_every_depth(
    tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "performance.md"
    report.write_text("# Before\n", "utf-8")
    gpu_table.main([str(tiny_model), "--depths=0,300", "--threads=1", f"--write={report}"])
    printed = capsys.readouterr().out
    assert printed.strip() in report.read_text("utf-8")
    assert report.read_text("utf-8").startswith("# Before\n")
    rows = [line.strip("| ").split(" | ") for line in printed.splitlines() if line.startswith("|")]
    memory = next(row for row in rows if row[0] not in ("device", "depth") and len(row) == 8)
    assert 0.97 <= float(memory[7]) <= 1.03
    speeds = {row[0]: row[1:] for row in rows if row[0] in ("0", "300")}
    assert len(speeds) == 2
    assert all(float(figure) > 0 for row in speeds.values() for figure in row)
    assert f"### {tiny_model.name} on " in printed
