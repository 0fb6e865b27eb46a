"""What a trace of system calls tells of sockets.

Job: have a program's start watched by strace, and read from the trace which process was started as what
and which sockets each opened. Rule: a process whose beginning was not seen is ``unknown``, never
harmless.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

WATCHED = "socket,connect,bind,listen,execve,clone,clone3,fork,vfork"
_ROLE = re.compile(r'"--role", "(\w+)"')
_MADE = re.compile(r"= (\d+)$")
_FAMILY = re.compile(r"socket\((AF_\w+)")
_START = """#!/bin/sh
exec strace -DDD -f -qq --seccomp-bpf -s 400 -e trace={calls} -o '{folder}'/$$.txt "$@"
"""


def starter(folder: Path) -> Path:
    """Write and return a program that starts another under a watch, with a trace in ``folder``.

    The tracer stands aside: pid, signals and exit status are the program's own. A shell makes it so, and
    no Python, because tests lead Python astray on purpose.
    """
    script = folder / "start"
    script.write_text(_START.format(calls=WATCHED, folder=folder), "utf-8")
    script.chmod(0o755)
    return script


@dataclass
class Watch:
    """What strace saw: which process was started as what, and which sockets each opened."""

    roles: dict[int, str] = field(default_factory=dict)
    parents: dict[int, int] = field(default_factory=dict)
    sockets: dict[int, list[str]] = field(default_factory=dict)
    listening: list[str] = field(default_factory=list)
    command: str = ""

    @classmethod
    def read(cls, trace: Path) -> Watch:
        """Read one trace."""
        found = cls()
        for line in trace.read_text("utf-8", "replace").splitlines():
            number, call = line.split(maxsplit=1)
            if call.startswith("execve("):
                role = _ROLE.search(call)
                found.roles[int(number)] = role[1] if role else "program"
                found.command = found.command or call
            elif call.startswith("socket("):
                found.sockets.setdefault(int(number), []).append(call)
            elif call.startswith("listen("):
                found.listening.append(call)
            elif "clone" in call or "fork" in call:
                made = _MADE.search(call)
                if made:
                    found.parents[int(made[1])] = int(number)
        return found

    def role_of(self, number: int) -> str:
        """Return what a process was started as; a thread has the role of who began it."""
        while number not in self.roles:
            if number not in self.parents:
                return "unknown"
            number = self.parents[number]
        return self.roles[number]

    def internet(self) -> set[str]:
        """Return the roles that opened a socket for the internet."""
        return {role for (role, family) in self.opened() if family in ("AF_INET", "AF_INET6")}

    def opened(self) -> Counter[tuple[str, str]]:
        """Return how many sockets each role opened, by family; what was refused does not count."""
        return Counter(
            (self.role_of(number), family[1])
            for number, calls in self.sockets.items()
            for call in calls
            if "= -1" not in call and (family := _FAMILY.match(call))
        )
