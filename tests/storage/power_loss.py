"""A power cut on paper: record what a program did to its files, and rebuild what a disk may hold.

Job: run a program under strace, then replay its file operations up to a cut. Rule of the model: what
was synced is there; each write and truncation since a file's last sync is there, missing, or torn at a
512-byte sector, independently; of the folder's changes (new names, renames, removals) since its last
sync any beginning is there. Shared memory (-shm) is never there. This is harsher than real disks.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

SECTOR = 512
_CALLS = (
    "openat,close,pwrite64,write,fdatasync,fsync,ftruncate,unlink,unlinkat,rename,renameat,renameat2"
)
_LINE = re.compile(r"^(\d+)\s+(\w+)\((.*)\)\s+= (-?\d+)")


class Fate(StrEnum):
    """What becomes of what was not synced."""

    DROPPED = "dropped"
    KEPT = "kept"
    RANDOM = "random"


@dataclass(frozen=True)
class Step:
    """One system call that matters: ``kind`` is write, cut, sync, create, rename, remove or said."""

    kind: str
    name: str = ""
    other: str = ""
    offset: int = 0
    data: bytes = b""


def available() -> bool:
    """Return whether programs can be traced here."""
    if shutil.which("strace") is None:
        return False
    probe = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False)
    return probe.returncode == 0


def record(
    command: Sequence[str], environment: Mapping[str, str], folder: Path, trace: Path
) -> tuple[Step, ...]:
    """Run ``command`` to its end and return its steps on the files in ``folder`` and what it said."""
    strace = ["strace", "-f", "-xx", "-s", "2000000", "-e", f"trace={_CALLS}", "-o", str(trace)]
    subprocess.run(
        [*strace, *command], env=dict(environment), stdout=subprocess.DEVNULL, check=True, timeout=100
    )
    return tuple(_Reader(folder).steps(trace.read_text("ascii").splitlines()))


class _Reader:
    """Turns lines of strace into steps."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._open: dict[int, str] = {}
        self._offsets: dict[int, int] = {}
        self._steps: list[Step] = []

    def steps(self, lines: Sequence[str]) -> list[Step]:
        for line in lines:
            assert "<unfinished" not in line, "the traced program has one thread"
            found = _LINE.match(line)
            if found and int(found[4]) >= 0:
                self._take(found[2], found[3].split(", "), int(found[4]))
        return self._steps

    def _take(self, call: str, values: list[str], result: int) -> None:
        if call == "openat":
            self._opened(values, result)
        elif call == "close":
            self._open.pop(int(values[0]), None)
        elif call in ("write", "pwrite64"):
            self._written(int(values[0]), values, result)
        elif call == "ftruncate" and int(values[0]) in self._open:
            self._steps.append(Step("cut", self._open[int(values[0])], offset=int(values[1])))
        elif call in ("fsync", "fdatasync") and int(values[0]) in self._open:
            self._steps.append(Step("sync", self._open[int(values[0])]))
        elif call.startswith(("unlink", "rename")):
            names = [name for value in values if (name := self._name(value)) is not None]
            if names:
                kind = "rename" if len(names) == 2 else "remove"
                self._steps.append(Step(kind, names[0], names[-1]))

    def _opened(self, values: list[str], result: int) -> None:
        self._open.pop(result, None)
        name = self._name(values[1])
        if name is not None:
            self._open[result] = name
            self._offsets[result] = 0
            if "O_CREAT" in values[2]:
                self._steps.append(Step("create", name))

    def _written(self, descriptor: int, values: list[str], count: int) -> None:
        data = _bytes(values[1])[:count]
        if descriptor == 1 and descriptor not in self._open:
            self._steps.append(Step("said", data=data))
        elif descriptor in self._open:
            offset = int(values[3]) if len(values) > 3 else self._offsets[descriptor]
            self._offsets[descriptor] = offset + count
            self._steps.append(Step("write", self._open[descriptor], offset=offset, data=data))

    def _name(self, value: str) -> str | None:
        """Return the name inside the folder ("" for the folder itself), None outside or for -shm."""
        if not value.startswith('"'):
            return None
        path = _bytes(value).decode()
        if path == self._folder:
            return ""
        if not path.startswith(self._folder + "/") or path.endswith("-shm"):
            return None
        return path.removeprefix(self._folder + "/")


def _bytes(value: str) -> bytes:
    return bytes.fromhex(value.strip('"').replace("\\x", ""))


@dataclass
class _File:
    durable: bytearray = field(default_factory=bytearray)
    pending: list[Step] = field(default_factory=list)

    def sync(self) -> None:
        for step in self.pending:
            _apply(self.durable, step)
        self.pending.clear()

    def after(self, fate: Fate, chance: random.Random) -> bytes:
        content = bytearray(self.durable)
        for step in self.pending:
            if fate is Fate.KEPT:
                _apply(content, step)
            elif fate is Fate.RANDOM and chance.random() < 0.6:
                _apply(content, _torn(step, chance) if chance.random() < 0.3 else step)
        return bytes(content)


def _apply(content: bytearray, step: Step) -> None:
    if step.kind == "cut":
        del content[step.offset :]
        content.extend(bytes(step.offset - len(content)))
        return
    content.extend(bytes(max(0, step.offset - len(content))))
    content[step.offset : step.offset + len(step.data)] = step.data


def _torn(step: Step, chance: random.Random) -> Step:
    if step.kind != "write" or len(step.data) <= SECTOR:
        return step
    sectors = len(step.data) // SECTOR
    kept = chance.randint(1, sectors) * SECTOR
    if chance.random() < 0.5:
        return Step("write", step.name, offset=step.offset, data=step.data[:kept])
    return Step("write", step.name, offset=step.offset + kept, data=step.data[kept:])


class Disk:
    """What a disk holds: files as they are seen, and how much of them would survive."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._seen = {name: _File(bytearray(data)) for name, data in files.items()}
        self._durable = dict(self._seen)
        self._folder_changes: list[tuple[Step, _File | None]] = []
        self.said = b""

    def run(self, steps: Sequence[Step]) -> None:
        """Do the steps of a program."""
        for step in steps:
            self._do(step)

    def _do(self, step: Step) -> None:
        if step.kind == "said":
            self.said += step.data
        elif step.kind == "create":
            if step.name not in self._seen:
                self._seen[step.name] = _File()
                self._folder_changes.append((step, self._seen[step.name]))
        elif step.kind == "rename":
            self._seen[step.other] = self._seen.pop(step.name)
            self._folder_changes.append((step, self._seen[step.other]))
        elif step.kind == "remove":
            self._seen.pop(step.name, None)
            self._folder_changes.append((step, None))
        elif step.kind == "sync" and step.name == "":
            self._durable = self._names_after(len(self._folder_changes))
            self._folder_changes.clear()
        elif step.kind == "sync":
            self._seen[step.name].sync()
        elif step.name:
            self._seen[step.name].pending.append(step)

    def _names_after(self, count: int) -> dict[str, _File]:
        names = dict(self._durable)
        for step, file in self._folder_changes[:count]:
            if step.kind in ("rename", "remove"):
                names.pop(step.name, None)
            if file is not None:
                names[step.other or step.name] = file
        return names

    def crash(self, fate: Fate, chance: random.Random) -> dict[str, bytes]:
        """Return the files a power cut now may leave."""
        changes = len(self._folder_changes)
        count = {Fate.DROPPED: 0, Fate.KEPT: changes, Fate.RANDOM: chance.randint(0, changes)}[fate]
        return {name: file.after(fate, chance) for name, file in self._names_after(count).items()}


def lay_out(files: Mapping[str, bytes], folder: Path) -> None:
    """Write what a power cut left into ``folder``, made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    for name, data in files.items():
        (folder / name).write_bytes(data)
