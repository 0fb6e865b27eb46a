"""The part for graphics cards is a package of its own, and the program is whole without it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import room
import stage
from linux import deb, graphics, portable
from linux.tree import Tree

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="Linux formats"),
    pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="needs dpkg-deb"),
]
MOMENT = 1_700_000_000


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Make a program of a few files, with the library that graphics cards compute with."""
    made = Tree(tmp_path / "root", tmp_path, "1.2.3", "3.11")
    library = made.packages / "llama_cpp" / "lib"
    record = made.packages / "llama_cpp_python-1.dist-info" / "RECORD"
    for path in (library, record.parent):
        path.mkdir(parents=True)
    for name in (graphics.LIBRARY, "libggml-cpu-x64.so"):
        (library / name).write_bytes(b"x" * 5000)
    record.write_text(
        f"llama_cpp/lib/{graphics.LIBRARY},,\nllama_cpp/lib/libggml-cpu-x64.so,,\n", "utf-8"
    )
    texts = [(stage.ROOT / name).read_text("utf-8") for name in ("pyproject.toml", "briefcase.toml")]
    (tmp_path / "pyproject.toml").write_text(stage.compose(*texts), "utf-8")
    return made


def test_the_program_is_whole_without_it(tree: Tree) -> None:
    part = graphics.take_out(tree)
    assert part is not None
    named = [path.name for path in tree.root.rglob("*") if path.is_file()]
    assert sorted(named) == ["RECORD", "libggml-cpu-x64.so"]
    record = next(tree.packages.glob("*.dist-info/RECORD"))
    assert record.read_text("utf-8") == "llama_cpp/lib/libggml-cpu-x64.so,,\n"
    assert [path.name for path in part.root.rglob("*") if path.is_file()] == [graphics.LIBRARY]
    assert graphics.take_out(tree) is None


def test_its_package_needs_exactly_this_program(tree: Tree, tmp_path: Path) -> None:
    part = graphics.take_out(tree)
    assert part is not None
    (tmp_path / "out").mkdir()
    made = [deb.pack_part(part, tmp_path / "out", MOMENT) for _ in range(2)]
    assert made[0].name.startswith("cloister-vulkan_1.2.3_")
    wanted = "${Package}\n${Depends}\n${Recommends}\n${Installed-Size}"
    asked = ["dpkg-deb", "--show", "--showformat", wanted, str(made[0])]
    said = subprocess.check_output(asked, text=True).splitlines()
    assert said[0] == "cloister-vulkan"
    assert said[1].startswith("cloister (= 1.2.3), libc6 (>= ")
    assert said[1].endswith("libvulkan1")
    assert said[2] == "mesa-vulkan-drivers | vulkan-icd"
    assert 5 < int(said[3]) < 20
    listed = subprocess.check_output(["dpkg-deb", "--contents", made[0]], text=True)
    files = [line.split()[5] for line in listed.splitlines() if line[0] != "d"]
    library = f"./usr/lib/cloister/app_packages/llama_cpp/lib/{graphics.LIBRARY}"
    assert sorted(files) == [library, "./usr/share/doc/cloister-vulkan"]


def test_its_archive_is_unpacked_over_the_programs_own(tree: Tree, tmp_path: Path) -> None:
    part = graphics.take_out(tree)
    assert part is not None
    archive = portable.pack_part(part, tmp_path, MOMENT)
    first = archive.read_bytes()
    assert portable.pack_part(part, tmp_path, MOMENT).read_bytes() == first
    with tarfile.open(archive) as content:
        (name,) = (one.name for one in content if one.isfile())
    folder, _, inside = name.partition("/")
    assert folder.startswith("cloister-1.2.3-linux-")
    assert (tree.root / "usr" / inside).parent.is_dir()


def test_the_room_it_all_takes_is_counted_once(tree: Tree) -> None:
    home = tree.packages.parent
    found = room.room(home)
    whole = subprocess.check_output(["du", "-s", "--block-size=1", home], text=True).split()[0]
    assert abs(found.total() - int(whole)) <= 4096  # du counts the folder itself
    assert found["llama.cpp"] >= 10_000
    assert room.table(home).splitlines()[-1].startswith("| together | ")
