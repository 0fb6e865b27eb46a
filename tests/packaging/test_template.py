"""The Linux template: every file renders, the desktop's tools accept it, the starter compiles."""

from __future__ import annotations

import configparser
import json
import shutil
import subprocess
import sysconfig
import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
import stage
from jinja2 import Environment, StrictUndefined

TEMPLATE = stage.ROOT / "installers" / "templates" / "linux-system"
VERSION = sysconfig.get_python_version()


def values() -> dict[str, Any]:
    """Return what Briefcase would hand to the template."""
    project = tomllib.loads((stage.ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    packaging = tomllib.loads((stage.ROOT / "briefcase.toml").read_text("utf-8"))["tool"]["briefcase"]
    app = packaging["app"]["cloister"]
    keys = json.loads((TEMPLATE / "cookiecutter.json").read_text("utf-8"))
    given = {
        **{name: app[name] for name in ("formal_name", "description", "long_description")},
        "format": "bookworm",
        "version": project["version"],
        "license": project["license"],
        "author": project["authors"][0]["name"],
        "bundle_identifier": f"{packaging['bundle']}.cloister",
        "python_version": VERSION,
    }
    assert set(given) <= set(keys)
    return {**keys, **given}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Render names and contents as cookiecutter does; nothing may be undefined."""
    engine = Environment(undefined=StrictUndefined, keep_trailing_newline=True)  # noqa: S701
    engine.filters["py_tag"] = lambda version: ".".join(str(version).split(".")[:2])
    target, known = tmp_path_factory.mktemp("tree"), {"cookiecutter": values()}
    for path in TEMPLATE.rglob("*"):
        name = engine.from_string(str(path.relative_to(TEMPLATE))).render(known)
        if path.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_text(
                engine.from_string(path.read_text("utf-8")).render(known), "utf-8"
            )
    return target / "bookworm"


def one(tree: Path, pattern: str) -> Path:
    found = list(tree.rglob(pattern))
    assert len(found) == 1
    return found[0]


def test_nothing_is_left_to_fill_in(tree: Path) -> None:
    for path in tree.rglob("*"):
        assert "{{" not in path.name
        assert path.is_dir() or "{{" not in path.read_text("utf-8")


def test_the_index_names_folders_that_are_there(tree: Path) -> None:
    paths = tomllib.loads((tree / "briefcase.toml").read_text("utf-8"))["paths"]
    assert (tree / paths["app_path"]).is_dir()
    assert (tree / paths["app_packages_path"]).is_dir()
    assert {16, 32, 48, 64, 128, 256, 512} == {int(side) for side in paths["icon"]}


def test_the_menu_starts_the_program_and_knows_its_window(tree: Path) -> None:
    file = one(tree, "*.desktop")
    entry = configparser.ConfigParser(interpolation=None)
    entry.read_string(file.read_text("utf-8"))
    section = entry["Desktop Entry"]
    assert section["Exec"] == "cloister"
    bootstrap = (stage.ROOT / "app" / "bootstrap.py").read_text("utf-8")
    assert f'setDesktopFileName("{file.stem}")' in bootstrap
    assert f'setApplicationName("{section["StartupWMClass"]}")' in bootstrap
    assert file.stem == section["Icon"]


def test_the_shop_entry_names_the_menu_entry(tree: Path) -> None:
    root = ET.fromstring(one(tree, "*.metainfo.xml").read_text("utf-8"))  # noqa: S314 - our own file
    assert root.findtext("launchable") == one(tree, "*.desktop").name
    assert root.findtext("project_license") == "Apache-2.0"


@pytest.mark.parametrize(
    ("tool", "pattern"),
    [
        (("desktop-file-validate",), "*.desktop"),
        (("appstreamcli", "validate", "--no-net"), "*.metainfo.xml"),
    ],
)
def test_the_desktops_own_tools_find_no_fault(tree: Path, tool: tuple[str, ...], pattern: str) -> None:
    if shutil.which(tool[0]) is None:
        pytest.skip(f"needs {tool[0]}")
    done = subprocess.run([*tool, str(one(tree, pattern))], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "warning" not in done.stdout.lower()


def test_the_starter_compiles_without_a_warning(tree: Path) -> None:
    headers = Path(sysconfig.get_path("include")) / "Python.h"
    if shutil.which("gcc") is None or not headers.is_file():
        pytest.skip("needs gcc and Python's headers")
    source = one(tree, "main.c")
    flags = ["-O2", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter", f"-I{headers.parent}"]
    done = subprocess.run(
        ["gcc", *flags, "-c", str(source), "-o", str(tree / "main.o")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
