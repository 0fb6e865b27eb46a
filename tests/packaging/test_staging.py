"""What enters a package: the joined project file and the tree beside it."""

from __future__ import annotations

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import building
import pytest
import stage
import system
from linux import tree

PACKAGING = '[tool.briefcase]\nbundle = "org.example"\n[tool.briefcase.app.x]\nformal_name = "X"\n'
PROJECT = '[project]\nname = "x"\nversion = "1"\n[tool.ruff]\nline-length = 99\n'


def ours() -> dict[str, object]:
    text = (stage.ROOT / "briefcase.toml").read_text("utf-8")
    app: dict[str, object] = tomllib.loads(text)["tool"]["briefcase"]["app"]["cloister"]
    return app


def test_both_files_are_one_and_neither_is_changed() -> None:
    both = tomllib.loads(stage.compose(PROJECT, PACKAGING))
    assert both["project"] == {"name": "x", "version": "1"}
    assert both["tool"]["ruff"] == {"line-length": 99}
    assert both["tool"]["briefcase"]["app"]["x"]["formal_name"] == "X"


@pytest.mark.parametrize(
    "foreign",
    [
        PACKAGING + '[project]\nname = "y"\n',
        PACKAGING + "[tool.ruff]\nline-length = 80\n",
        "[build-system]\nrequires = []\n",
        "",
    ],
)
def test_a_table_of_somebody_elses_is_refused(foreign: str) -> None:
    with pytest.raises(SystemExit, match=r"tool\.briefcase"):
        stage.compose(PROJECT, foreign)


def test_the_project_may_not_speak_for_briefcase() -> None:
    with pytest.raises(SystemExit, match="pyproject"):
        stage.compose(PROJECT + PACKAGING, PACKAGING)


def test_the_stage_holds_the_program_and_not_what_it_was_made_with(tmp_path: Path) -> None:
    house = tmp_path / "wheelhouse"
    house.mkdir()
    staged = stage.stage(house, tmp_path / "stage")
    both = tomllib.loads((staged / "pyproject.toml").read_text("utf-8"))
    sources = both["tool"]["briefcase"]["app"]["cloister"]["sources"]
    assert all((staged / source).exists() for source in sources)
    assert (staged / "launcher" / "cloister" / "__main__.py").is_file()
    assert (staged / "resources" / "guide" / "guide.gguf").stat().st_size > 1_000_000
    assert not (staged / "resources" / "guide" / "training").exists()
    assert not (staged / "tests").exists()
    assert [path for path in staged.rglob("*") if path.name == "__pycache__"] == []
    modes = {path.stat().st_mode & 0o777 for path in staged.rglob("*") if not path.is_symlink()}
    assert modes == {0o755, 0o644}


def test_the_package_asks_for_the_libraries_that_set_up_looks_for() -> None:
    linux = ours()["linux"]
    assert isinstance(linux, dict)
    wanted = linux["system"]["system_runtime_requires"]
    assert sorted(wanted) == sorted(need.package for need in (*system.QT, *system.SCREEN))


def test_what_another_system_builds_is_said_and_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    with pytest.raises(SystemExit, match=r"on Windows\. Nothing was built"):
        building.build("msi")
    monkeypatch.setattr("sys.platform", "plan9")
    with pytest.raises(SystemExit, match="Nothing was built"):
        building.build(None)


def test_no_part_of_qt_that_the_program_imports_is_left_out() -> None:
    code = "".join(path.read_text("utf-8") for path in (stage.ROOT / "app").rglob("*.py"))
    modules = set(re.findall(r"\bPySide6\.(Qt\w+)", code))
    assert {"QtCore", "QtGui", "QtWidgets", "QtSvg"} <= modules
    linux = ours()["linux"]
    assert isinstance(linux, dict)
    patterns = [path.rpartition("/")[2] for path in linux["system"]["cleanup_paths"]]
    needed = {f"{module}.abi3.so" for module in modules}
    needed |= {f"libQt6{module.removeprefix('Qt')}.so.6" for module in modules}
    needed |= {"libQt6XcbQpa.so.6", "libQt6OpenGL.so.6", "libQt6DBus.so.6", "libQt6WaylandClient.so.6"}
    assert sorted(name for name in needed if any(fnmatch(name, one) for one in patterns)) == []


def test_no_list_of_files_names_the_folder_of_the_build(tmp_path: Path) -> None:
    record = tmp_path / "pygments-2.dist-info" / "RECORD"
    record.parent.mkdir()
    record.write_text("../../bin/pygmentize,sha256=x,220\npygments/__init__.py,sha256=y,9\n", "utf-8")
    tree.forget_scripts(tmp_path)
    assert record.read_text("utf-8") == "pygments/__init__.py,sha256=y,9\n"
