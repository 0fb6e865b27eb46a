"""Memory as this program may take it: the computer's, and what control groups leave of it."""

from __future__ import annotations

import mmap
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from app.core.computer.memory import MIB, GroupLimit, Memory, group_limits, mapped_mib, memory_now
from tests.support.memory_group import memory_group

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="control groups are Linux's")
V1_UNLIMITED = 9223372036854771712


def _write(folder: Path, **files: str | int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in files.items():
        (folder / name.replace("__", ".")).write_text(f"{value}\n", "ascii")


@pytest.fixture
def version_2(tmp_path: Path) -> Path:
    _write(tmp_path / "proc/self", cgroup="0::/user.slice/app.scope")
    top = tmp_path / "sys/fs/cgroup"
    _write(top, cgroup__controllers="cpu memory")
    _write(top / "user.slice", memory__max=8000 * MIB, memory__high="max", memory__current=5000 * MIB)
    _write(
        top / "user.slice/app.scope",
        memory__max="max",
        memory__high=4000 * MIB,
        memory__current=3500 * MIB,
        memory__stat=f"anon {2000 * MIB}\ninactive_file {900 * MIB}\nactive_file {500 * MIB}\n"
        f"slab_reclaimable {100 * MIB}\nshmem {10 * MIB}",
    )
    return tmp_path


def test_this_computer_is_read() -> None:
    memory = memory_now()
    assert memory.total_mib == pytest.approx(psutil.virtual_memory().total / MIB)
    assert 0 < memory.available_mib <= memory.total_mib
    assert memory.used_mib == pytest.approx(memory.ceiling_mib - memory.available_mib)


@linux_only
def test_version_2_counts_every_group_on_the_path(version_2: Path) -> None:
    assert group_limits(version_2) == [GroupLimit(4000, 2000), GroupLimit(8000, 5000)]


@linux_only
def test_the_tightest_group_bounds_what_can_be_had(
    version_2: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _machine_of(monkeypatch, total=16_000, available=12_000)
    memory = memory_now(version_2)
    assert replace(memory, swap_total_mib=0, swap_used_mib=0, swapped_in_mib=0) == Memory(
        16_000, 2000, 4000, 2000, 0, 0
    )
    assert memory.ceiling_mib == 4000
    assert memory.used_mib == 2000


@linux_only
def test_a_wider_group_that_is_fuller_counts_too(
    version_2: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _machine_of(monkeypatch, total=16_000, available=12_000)
    _write(version_2 / "sys/fs/cgroup/user.slice", memory__current=7900 * MIB)
    memory = memory_now(version_2)
    assert memory.limit_mib == 4000
    assert memory.available_mib == 100


@linux_only
def test_more_than_the_limit_taken_leaves_nothing_rather_than_less(version_2: Path) -> None:
    _write(version_2 / "sys/fs/cgroup/user.slice", memory__current=9000 * MIB)
    assert memory_now(version_2).available_mib == 0


@linux_only
def test_version_1_reads_the_whole_tree_below_a_group(tmp_path: Path) -> None:
    _write(tmp_path / "proc/self", cgroup="5:cpu:/x\n4:memory:/jail\n0::/")
    top = tmp_path / "sys/fs/cgroup/memory"
    _write(top, memory__limit_in_bytes=V1_UNLIMITED, memory__usage_in_bytes=MIB)
    _write(
        top / "jail",
        memory__limit_in_bytes=2000 * MIB,
        memory__usage_in_bytes=1500 * MIB,
        memory__stat=f"inactive_file 1\ntotal_inactive_file {400 * MIB}\ntotal_active_file {100 * MIB}",
    )
    assert group_limits(tmp_path)[0] == GroupLimit(2000, 1000)
    assert memory_now(tmp_path).limit_mib == 2000  # the root's "no limit" is none


@linux_only
def test_a_container_whose_path_is_the_outer_computers(tmp_path: Path) -> None:
    _write(tmp_path / "proc/self", cgroup="0::/docker/4711")
    _write(
        tmp_path / "sys/fs/cgroup", cgroup__controllers="", memory__max=600 * MIB, memory__current=MIB
    )
    assert group_limits(tmp_path) == [GroupLimit(600, 1)]


@linux_only
@pytest.mark.parametrize("limit", ["max", "", "-1", "nonsense", "٣"])
def test_files_with_nonsense_bound_nothing(tmp_path: Path, limit: str) -> None:
    _write(tmp_path / "proc/self", cgroup="0::/\nrubbish\n::::")
    group = tmp_path / "sys/fs/cgroup"
    _write(group, cgroup__controllers="", memory__current=MIB)
    (group / "memory.max").write_text(limit, "utf-8")
    (group / "memory.stat").write_bytes(b"\xff\xfe inactive_file\n\ninactive_file x")
    assert group_limits(tmp_path) == []
    assert memory_now(tmp_path).limit_mib is None


def test_without_any_of_these_files_the_computer_is_the_bound(tmp_path: Path) -> None:
    memory = memory_now(tmp_path)
    assert memory.limit_mib is None
    assert memory.ceiling_mib == memory.total_mib


@linux_only
def test_pages_of_files_that_a_process_holds(tmp_path: Path) -> None:
    before = mapped_mib(os.getpid())
    path = tmp_path / "file"
    path.write_bytes(b"x" * (8 * MIB))
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        assert sum(mapped[::4096]) > 0
        assert mapped_mib(os.getpid()) - before == pytest.approx(8, abs=1)
    assert mapped_mib(2**22 + 1) == 0  # no such process


@linux_only
def test_a_real_control_group() -> None:
    code = (
        "import os,sys; open(sys.argv[1],'w').write(str(os.getpid()));"
        "from app.core.computer.memory import memory_now; before = memory_now();"
        "held = b'x' * (100 << 20); after = memory_now();"
        "print(before.limit_mib, before.available_mib - after.available_mib)"
    )
    with memory_group(256) as group:
        if group is None:
            pytest.skip("no memory control group can be made here")
        words = subprocess.run(
            [sys.executable, "-c", code, str(group.folder / "cgroup.procs")],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        assert group.kills == 0
    assert float(words[0]) == 256
    assert float(words[1]) == pytest.approx(100, abs=8)


def _machine_of(monkeypatch: pytest.MonkeyPatch, total: int, available: int) -> None:
    real = psutil.virtual_memory()
    fake = real._replace(total=total * MIB, available=available * MIB)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: fake)
