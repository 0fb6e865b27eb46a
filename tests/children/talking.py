"""The first words with a child: it is ready, and it answers."""

from __future__ import annotations

from app.children.child import Child


def ready(child: Child) -> None:
    """Wait for the child's first frame; fails with what it wrote to stderr."""
    assert child.channel.receive(20) == {"ready": True}, child.stderr_tail()


def ask(child: Child, **request: object) -> dict[str, object]:
    """Send a request and return its answer; fails with what the child wrote to stderr."""
    child.channel.send(request)
    answer = child.channel.receive(20)
    assert answer is not None, child.stderr_tail()
    return answer
