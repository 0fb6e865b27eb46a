"""What can go wrong in llama.cpp, as exceptions of ours.

Job: name the faults that callers tell apart. Rule: no words for a person, which are for callers to find.
"""

from __future__ import annotations


class LoadFailedError(Exception):
    """llama.cpp would not load the file; ``reason`` is its own short explanation, maybe empty."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__("llama.cpp did not load the file")


class NoBackendError(Exception):
    """The installation has no library to compute with."""


class LoadCancelledError(Exception):
    """Loading was interrupted."""


class DecodeError(Exception):
    """llama.cpp failed while computing; its state can no longer be trusted."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(f"decoding failed with status {status}")
