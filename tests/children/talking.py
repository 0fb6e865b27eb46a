"""The first words with a child: it is ready, and it answers."""

from __future__ import annotations

from app.children.child import Child


def ready(child: Child) -> None:
    """Wait for the child's first frame; fails with how it ended."""
    assert child.channel.receive(20) == {"ready": True}, child.stop()


def ask(child: Child, **request: object) -> dict[str, object]:
    """Send a request and return its answer; fails with how the child ended."""
    child.channel.send(request)
    answer = child.channel.receive(20)
    assert answer is not None, child.stop()
    return answer
