"""Children for tests, and the check that nothing of them remains."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.children.child import AT_ONCE, Child
from app.children.starting.program import environment

StartStub = Callable[[str], Child]


def descriptors() -> set[str]:
    """Return the open descriptors of this process (Linux only; empty elsewhere)."""
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        return set()
    # The one that lists the folder is gone by the time it would be asked about.
    return {fd.name for fd in tuple(folder.iterdir()) if fd.is_symlink()}


@pytest.fixture(autouse=True)
def nothing_leaks() -> Iterator[None]:
    """Fail a test that leaves a thread or a descriptor behind."""
    threads, open_before = set(threading.enumerate()), descriptors()
    yield
    left = [thread for thread in threading.enumerate() if thread not in threads]
    for thread in left:
        thread.join(20)  # one that is about to end may take its time
    assert not [thread.name for thread in left if thread.is_alive()]
    assert descriptors() <= open_before


@pytest.fixture
def start_stub(nothing_leaks: None) -> Iterator[StartStub]:  # noqa: ARG001 - only for the order
    """Start behaviours of ``stub_child.py``; all are ended with the test."""
    started: list[Child] = []

    def start(behaviour: str) -> Child:
        file = Path(__file__).with_name("stub_child.py")
        command = [sys.executable, "-I", str(file), behaviour, "{channel}"]
        child = Child(command, environment(os.environ))
        started.append(child)
        return child

    yield start
    for child in started:
        child.stop(AT_ONCE)
