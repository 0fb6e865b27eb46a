"""Programs for the tests to start as children (and one parent), chosen by the first argument.

Run by file name, never imported by a test.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.children.child import Child
from app.children.confine import confine
from app.children.entry import tie_to_parent
from app.children.wire.channel import Channel, ChannelClosed, channel_from_argument


def ignore_close(channel: Channel) -> int:
    """Take no notice of the channel's end."""
    channel.send({"ready": True})
    threading.Event().wait()
    return 0


def ignore_all(channel: Channel) -> int:
    """Take no notice of the channel's end nor of SIGTERM."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    return ignore_close(channel)


def noisy(channel: Channel) -> int:
    """Write ten megabytes to stderr, and only then speak."""
    for _ in range(160):
        os.write(2, b"secret words " * 5000)
    channel.send({"ready": True})
    channel.receive(60)
    return 0


def grandchild(channel: Channel) -> int:
    """Leave a process behind that holds stderr open until it is killed, say which, and end."""
    number = os.fork()
    if not number:
        os.setsid()
        threading.Event().wait(60)
        os._exit(0)
    channel.send({"grandchild": number})
    return 0


def fail(channel: Channel) -> int:
    """Return 3."""
    channel.send({"ready": True})
    return 3


def abort(channel: Channel) -> int:
    """Die as a native library would."""
    channel.send({"ready": True})
    os.abort()


def terminate_itself(channel: Channel) -> int:
    """Die of SIGKILL that we did not send."""
    channel.send({"ready": True})
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def deaf(channel: Channel) -> int:
    """Speak once, then never read."""
    return ignore_close(channel)


def native_library(channel: Channel) -> int:
    """Confine itself and bring up llama.cpp with its compute libraries."""
    level = confine([]).level.value
    import ctypes

    import llama_cpp
    from llama_cpp._ggml import libggml

    folder = Path(llama_cpp.__file__).parent / "lib"
    libggml.ggml_backend_load_all_from_path(ctypes.c_char_p(os.fsencode(folder)))
    libggml.ggml_backend_reg_count.restype = ctypes.c_size_t
    llama_cpp.llama_backend_init()
    channel.send({"level": level, "backends": libggml.ggml_backend_reg_count()})
    return 0


def confine_late(channel: Channel) -> int:
    """Confine itself after a thread was started: a bug that must be noticed."""
    threading.Thread(target=threading.Event().wait, daemon=True).start()
    try:
        confine([])
    except RuntimeError:
        channel.send({"noticed": True})
    return 0


def parent(behaviour: str) -> int:
    """Start a probe as a program would, print its number, then wait to be killed (or end)."""
    child = Child.start("probe")
    child.channel.send({"request": "confine", "readable": []})
    child.channel.receive(20)
    if behaviour == "stopped":
        os.kill(child.pid, signal.SIGSTOP)
    print(child.pid, flush=True)  # noqa: T201 - the test reads it
    if behaviour == "end":
        child.stop()
        return 0
    threading.Event().wait()
    return 1


BEHAVIOURS: dict[str, Callable[[Channel], int]] = {
    item.__name__: item
    for item in (
        ignore_close,
        ignore_all,
        noisy,
        grandchild,
        fail,
        abort,
        terminate_itself,
        deaf,
        native_library,
        confine_late,
    )
}

if __name__ == "__main__":
    name, argument = sys.argv[1:]
    if name == "parent":
        sys.exit(parent(argument))
    tie_to_parent()
    try:
        sys.exit(BEHAVIOURS[name](channel_from_argument(argument)))
    except ChannelClosed:
        sys.exit(0)
