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

from linux.graphics import PART
from linux.tree import NAME, Tree

_PART_IN_SHORT = "Graphics cards for Cloister, by Vulkan"
_PART_AT_LENGTH = """
With this part the models that Cloister runs are computed on a graphics card whose driver knows Vulkan.
Without such a driver nothing changes: the processor computes.
"""


def pack(tree: Tree, out: Path, moment: int) -> Path:
    """Write the package of ``tree`` into ``out``; returns its path."""
    whole = _copied(tree)
    licences = whole / "usr" / "share" / "doc" / NAME / "licenses"
    licences.parent.mkdir(parents=True, exist_ok=True)
    licences.symlink_to(Path("../../../lib", NAME, "app", "resources", "licenses"))
    staged = tomllib.loads((tree.stage / "pyproject.toml").read_text("utf-8"))
    app = staged["tool"]["briefcase"]["app"][NAME]
    fields = {
        "Package": NAME,
        "Depends": ", ".join(depends(app, tree.python, _libc())),
        "Suggests": "gnome-keyring | kwalletmanager",
        "Description": f"{app['description']}\n{_paragraph(app['long_description'])}",
    }
    return _built(tree, whole, fields, out, moment)


def pack_part(tree: Tree, out: Path, moment: int) -> Path:
    """Write the package of the part for graphics cards, which needs exactly this program."""
    whole = _copied(tree)
    documents = whole / "usr" / "share" / "doc"
    documents.mkdir(parents=True)
    (documents / PART).symlink_to(NAME)  # the program's licences are the part's
    fields = {
        "Package": PART,
        "Depends": f"{NAME} (= {tree.version}), libc6 (>= {_libc()}), libvulkan1",
        "Recommends": "mesa-vulkan-drivers | vulkan-icd",
        "Description": f"{_PART_IN_SHORT}\n{_paragraph(_PART_AT_LENGTH)}",
    }
    return _built(tree, whole, fields, out, moment)


def _copied(tree: Tree) -> Path:
    whole = tree.stage / "deb"
    shutil.rmtree(whole, ignore_errors=True)
    shutil.copytree(tree.root, whole, copy_function=os.link, symlinks=True)
    return whole


def _built(tree: Tree, whole: Path, fields: dict[str, str], out: Path, moment: int) -> Path:
    architecture = subprocess.check_output(["dpkg", "--print-architecture"], text=True).strip()
    target = out / f"{fields['Package']}_{tree.version}_{_release()}_{architecture}.deb"
    about = whole / "DEBIAN"
    about.mkdir()
    (about / "md5sums").write_text(_sums(whole), "utf-8")
    (about / "control").write_text(
        control(tree, {**fields, "Architecture": architecture}, installed_kib(whole / "usr")), "utf-8"
    )
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


def control(tree: Tree, fields: dict[str, str], size_kib: int) -> str:
    """Return the control file: what every package of ours says, and ``fields``."""
    staged = tomllib.loads((tree.stage / "pyproject.toml").read_text("utf-8"))
    app = staged["tool"]["briefcase"]["app"][NAME]
    whole = {
        "Version": tree.version,
        "Maintainer": staged["project"]["authors"][0]["name"],
        "Installed-Size": str(size_kib),
        "Section": app["linux"]["system"]["system_section"],
        "Priority": "optional",
        **fields,
    }
    order = (
        "Package",
        *(name for name in whole if name not in ("Package", "Description")),
        "Description",
    )
    return "".join(f"{name}: {whole[name]}\n" for name in order)


def installed_kib(usr: Path) -> int:
    """Return what dpkg calls the installed size: whole KiB of each file, one for all else."""
    return sum(
        -(-path.lstat().st_size // 1024) if path.is_file() and not path.is_symlink() else 1
        for path in usr.rglob("*")
    )


def depends(app: dict[str, Any], python: str, libc: str) -> list[str]:
    """Return the packages needed: the C library as built with or later, this Python, and Qt's needs."""
    wanted: list[str] = app["linux"]["system"]["system_runtime_requires"]
    return [f"libc6 (>= {libc})", f"libpython{python}", *wanted]


def _libc() -> str:
    return (os.confstr("CS_GNU_LIBC_VERSION") or "").rsplit(maxsplit=1)[-1]


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
