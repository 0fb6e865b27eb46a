"""The portable archive: a folder to unpack anywhere, with Python in it.

Job: put beside the program's tree what the Debian package takes from the system and other
distributions may not have (Python, and the small libraries between Qt and X11), and pack it. Rule:
nothing of the GPL enters; the C library, the graphics drivers and what every desktop has stay the
system's.
"""

from __future__ import annotations

import lzma
import os
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

from linux.graphics import PART
from linux.tree import NAME, Tree, compile_modules

_PYTHON_NEEDS = ("libexpat.so.1", "libz.so.1", "libssl.so.3", "libcrypto.so.3", "libffi.so.8",
                 "libbz2.so.1.0", "liblzma.so.5", "libsqlite3.so.0", "libuuid.so.1")  # fmt: skip
_SCREEN_NEEDS = ("libxcb-cursor.so.0", "libxcb-icccm.so.4", "libxcb-image.so.0", "libxcb-keysyms.so.1",
                 "libxcb-render-util.so.0", "libxcb-shape.so.0", "libxcb-util.so.1",
                 "libxkbcommon-x11.so.0")  # fmt: skip
_NOT_OF_PYTHON = frozenset(
    (
        *("__pycache__", "EXTERNALLY-MANAGED", "dist-packages", "sitecustomize.py"),
        *("curses", "dbm", "distutils", "ensurepip", "idlelib", "lib2to3", "pydoc_data", "test"),
        *("tkinter", "turtle.py", "turtledemo", "venv"),
    )
)
"""Parts of the standard library that the program never imports, or whose libraries are the GPL's."""
_NOT_OF_LIBRARIES = re.compile(r"^(_curses|_dbm|_gdbm|_test|_tkinter|nis|readline|xx|_xx)")
_LOADERS = {"x86_64": "/lib64/ld-linux-x86-64.so.2", "aarch64": "/lib/ld-linux-aarch64.so.1"}
"""What the kernel starts a program of the GNU C library with; a system with another one lacks it."""
_PRESET = 6
"""Of xz: the highest ones take three times as long for a few per cent."""


def pack(tree: Tree, out: Path, moment: int) -> Path:
    """Write the archive of ``tree`` into ``out``; returns its path."""
    whole = _copied(tree)
    _add_python(whole / "lib" / NAME, tree)
    _add_libraries(whole / "lib" / NAME, tree.python)
    _add_starter(whole)
    return _archived(whole, out / f"{whole.name}.tar.xz", moment)


def pack_part(tree: Tree, out: Path, moment: int) -> Path:
    """Write the archive of the part for graphics cards, to be unpacked where the program's was."""
    whole = _copied(tree)
    return _archived(whole, out / f"{PART}{whole.name.removeprefix(NAME)}.tar.xz", moment)


def _copied(tree: Tree) -> Path:
    """Return a copy of the tree in a folder with the name that a person will see."""
    whole = tree.stage / "portable" / f"{NAME}-{tree.version}-linux-{os.uname().machine}"
    shutil.rmtree(whole.parent, ignore_errors=True)
    shutil.copytree(tree.root / "usr", whole, copy_function=os.link, symlinks=True)
    return whole


def _archived(whole: Path, target: Path, moment: int) -> Path:
    with (
        lzma.open(target, "wb", preset=_PRESET) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for path in sorted(whole.rglob("*"), key=lambda path: path.relative_to(whole).parts):
            archive.add(
                path,
                f"{whole.name}/{path.relative_to(whole)}",
                recursive=False,
                filter=lambda entry: _plain(entry, moment),
            )
    shutil.rmtree(whole.parent)
    return target


def _plain(entry: tarfile.TarInfo, moment: int) -> tarfile.TarInfo:
    """Take from an entry what differs from one build to the next, and links between its files."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mtime = moment
    entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
    return entry


def _add_python(home: Path, tree: Tree) -> None:
    """Copy the standard library without the parts that nothing imports, compiled."""
    source = Path(f"/usr/lib/python{tree.python}")
    target = home / "lib" / source.name

    def skipped(folder: str, names: list[str]) -> set[str]:
        if Path(folder).name == "lib-dynload":
            return {name for name in names if _NOT_OF_LIBRARIES.match(name)}
        if Path(folder) != source:
            return {"__pycache__"} & set(names)
        return {name for name in names if name in _NOT_OF_PYTHON or name.startswith("config-")}

    shutil.copytree(source, target, ignore=skipped)
    for path in target.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    compile_modules(target, str(source), f"/usr/bin/python{tree.python}")


def _add_libraries(home: Path, version: str) -> None:
    """Copy the shared libraries; the program's own search path names their folder."""
    system = home / "system"
    system.mkdir()
    # Qt's own libraries look beside themselves only.
    beside = home / "app_packages" / "PySide6" / "Qt" / "lib"
    wanted = dict.fromkeys((f"libpython{version}.so.1.0", *_PYTHON_NEEDS), system)
    places = _library_places()
    for name, folder in {**wanted, **dict.fromkeys(_SCREEN_NEEDS, beside)}.items():
        shutil.copyfile(places[name], folder / name)
        (folder / name).chmod(0o644)


def _library_places() -> dict[str, str]:
    """Return where each library of the system lies, by its name."""
    listed = subprocess.check_output(["/sbin/ldconfig", "-p"], text=True)
    wanted = "x86-64" if os.uname().machine == "x86_64" else "AArch64"
    found: dict[str, str] = {}
    for name, about, place in re.findall(r"^\t(\S+) \((.*)\) => (\S+)$", listed, re.MULTILINE):
        if wanted in about:
            found.setdefault(name, place)
    return found


def _add_starter(whole: Path) -> None:
    """Add the file that a person starts: it says in words what the loader would say in numbers."""
    starter = whole / NAME
    starter.write_text(starter_text(), "utf-8")
    starter.chmod(0o755)


def starter_text(libc: str = "", loader: str = "", machine: str = "") -> str:
    """Return the starter for what was built here, or for another C library, loader or processor."""
    here = os.uname().machine
    values = {
        "LIBC": libc or (os.confstr("CS_GNU_LIBC_VERSION") or "").split()[-1],
        "LOADER": loader or _LOADERS[here],
        "MACHINE": machine or here,
    }
    text = Path(__file__).with_name("starter.sh").read_text("utf-8")
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text
