"""The tree that Briefcase packages, made from the checkout.

Job: join pyproject.toml and briefcase.toml, and copy what may enter a package, and nothing else, into a
fresh folder. Rule: standard library only; neither file repeats what the other holds, and a table of
somebody else's in briefcase.toml is refused.
"""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
STAGE = ROOT / "build" / "stage"
_COPIED = {
    "app": "app",
    "resources": "resources",
    "installers/launcher": "launcher",
    "installers/templates": "templates",
    "LICENSE": "LICENSE",
    "README.md": "README.md",
    "CHANGELOG.md": "CHANGELOG.md",
}
"""What goes into the stage, and under which name."""
_MAKING = frozenset({"training", "evaluation", "search", "README.md"})
"""What the Guide was made with and is measured by; the program reads none of it."""


def compose(project: str, packaging: str) -> str:
    """Return the staged pyproject.toml: the project's text with Briefcase's tables after it.

    Raises SystemExit with one sentence when briefcase.toml holds anything but Briefcase's tables, or
    pyproject.toml holds any of them.
    """
    ours, theirs = tomllib.loads(project), tomllib.loads(packaging)
    if set(theirs) != {"tool"} or set(theirs["tool"]) != {"briefcase"}:
        raise SystemExit("briefcase.toml may hold [tool.briefcase] tables only. Nothing was built.")
    if "briefcase" in ours.get("tool", {}):
        raise SystemExit("pyproject.toml may not hold [tool.briefcase] tables. Nothing was built.")
    text = f"{project}\n# From briefcase.toml.\n{packaging}"
    both = tomllib.loads(text)
    assert both["project"] == ours["project"]
    assert both["tool"] == {**ours["tool"], **theirs["tool"]}
    return text


def stage(wheelhouse: Path, target: Path = STAGE) -> Path:
    """Make ``target`` anew, with the packages of ``wheelhouse``; returns it."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    project, packaging = (
        (ROOT / name).read_text("utf-8") for name in ("pyproject.toml", "briefcase.toml")
    )
    (target / "pyproject.toml").write_text(compose(project, packaging), "utf-8")
    for name, copy in _COPIED.items():
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target / copy, ignore=_ignored)
        else:
            shutil.copyfile(ROOT / name, target / copy)
    (target / "wheelhouse").symlink_to(wheelhouse.resolve())
    for path in target.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() else 0o644)  # whatever the checkout's own say
    return target


def _ignored(folder: str, names: list[str]) -> set[str]:
    left_out = {name for name in names if name == "__pycache__" or name.endswith(".pyc")}
    is_guide = Path(folder) == ROOT / "resources" / "guide"
    return left_out | (_MAKING & set(names) if is_guide else set())


def set_default(staged: Path, key: str, value: str) -> None:
    """Tell the staged template a value that neither project file holds."""
    path = staged / "templates" / "linux-system" / "cookiecutter.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), key: value}, indent=2), "utf-8")


def write_build(staged: Path, date: str, commit: str) -> None:
    """Say in the stage when and from which commit the program is built; "About" shows it."""
    path = staged / "resources" / "build.json"
    path.write_text(json.dumps({"date": date, "commit": commit}) + "\n", "utf-8")


def project() -> dict[str, Any]:
    """Return the project's own table."""
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return table
