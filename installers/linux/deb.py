"""The Debian package.

Job: what the package says of itself, and packing. Rule: no maintainer scripts and no files below /etc:
nothing runs as root, and removing the package removes all of it and nothing else.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import textwrap
import tomllib
from pathlib import Path
from typing import Any

from linux.tree import NAME, Tree


def pack(tree: Tree, out: Path, moment: int) -> Path:
    """Write the package of ``tree`` into ``out``; returns its path."""
    architecture = subprocess.check_output(["dpkg", "--print-architecture"], text=True).strip()
    target = out / f"{NAME}_{tree.version}_{_release()}_{architecture}.deb"
    whole = tree.stage / "deb"
    shutil.rmtree(whole, ignore_errors=True)
    shutil.copytree(tree.root, whole, copy_function=os.link, symlinks=True)
    licences = whole / "usr" / "share" / "doc" / NAME / "licenses"
    licences.parent.mkdir(parents=True, exist_ok=True)
    licences.symlink_to(Path("../../../lib", NAME, "app", "resources", "licenses"))
    about = whole / "DEBIAN"
    about.mkdir()
    (about / "md5sums").write_text(_sums(whole), "utf-8")
    size = sum(path.lstat().st_size for path in (whole / "usr").rglob("*"))
    (about / "control").write_text(control(tree, architecture, -(-size // 1024)), "utf-8")
    for path in (whole, *whole.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)
    for path in about.iterdir():
        path.chmod(0o644)
    command = ["dpkg-deb", "--build", "--root-owner-group", "-Zxz", "--threads-max=2"]
    if subprocess.call(
        [*command, str(whole), str(target)], env={**os.environ, "SOURCE_DATE_EPOCH": str(moment)}
    ):
        raise SystemExit("The Debian package could not be packed; the lines above say why.")
    shutil.rmtree(whole)
    return target


def control(tree: Tree, architecture: str, size_kib: int) -> str:
    """Return the control file."""
    staged = tomllib.loads((tree.stage / "pyproject.toml").read_text("utf-8"))
    project, app = staged["project"], staged["tool"]["briefcase"]["app"][NAME]
    fields = {
        "Package": NAME,
        "Version": tree.version,
        "Architecture": architecture,
        "Maintainer": project["authors"][0]["name"],
        "Installed-Size": str(size_kib),
        "Depends": ", ".join(depends(app, tree.python, os.confstr("CS_GNU_LIBC_VERSION") or "")),
        "Suggests": "gnome-keyring | kwalletmanager",
        "Section": app["linux"]["system"]["system_section"],
        "Priority": "optional",
        "Description": f"{app['description']}\n{_paragraph(app['long_description'])}",
    }
    return "".join(f"{name}: {value}\n" for name, value in fields.items())


def depends(app: dict[str, Any], python: str, libc: str) -> list[str]:
    """Return the packages needed: the C library as built with or later, this Python, and Qt's needs."""
    wanted: list[str] = app["linux"]["system"]["system_runtime_requires"]
    return [f"libc6 (>= {libc.rsplit(maxsplit=1)[-1]})", f"libpython{python}", *wanted]


def _paragraph(text: str) -> str:
    return textwrap.indent(textwrap.fill(" ".join(text.split()), 78), " ")


def _release() -> str:
    """Return the release that the package is for: it is bound to the Python of it."""
    lines = Path("/etc/os-release").read_text("utf-8").splitlines()
    facts = dict(line.split("=", 1) for line in lines if "=" in line)
    return (facts["ID"] + facts.get("VERSION_ID", "")).replace('"', "")


def _sums(whole: Path) -> str:
    lines = []
    for path in sorted((whole / "usr").rglob("*")):
        if path.is_file() and not path.is_symlink():
            digest = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
            lines.append(f"{digest}  {path.relative_to(whole)}\n")
    return "".join(lines)
