"""What every test starts from."""

from __future__ import annotations

import signal

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("any computer", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any computer")
"""How fast an example is made and tried is a matter of what else the computer does."""


@pytest.fixture(scope="session", autouse=True)
def ctrl_c_reaches_programs() -> None:
    """Let programs that tests start hear Ctrl-C, also where the tests run in the background.

    A shell starts what it sends there with SIGINT ignored, and a program inherits that.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
