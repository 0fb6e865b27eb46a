"""What every test starts from."""

from __future__ import annotations

import signal

import pytest


@pytest.fixture(scope="session", autouse=True)
def ctrl_c_reaches_programs() -> None:
    """Let programs that tests start hear Ctrl-C, also where the tests run in the background.

    A shell starts what it sends there with SIGINT ignored, and a program inherits that.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
