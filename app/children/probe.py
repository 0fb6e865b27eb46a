"""The probe: a child that confines itself and then reports what it is refused."""

from __future__ import annotations

from app.children.channel import Channel


def main(channel: Channel) -> int:
    """Echo until the channel closes."""
    while True:
        message = channel.receive()
        channel.send({"echo": message})
