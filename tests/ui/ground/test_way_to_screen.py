"""The way to the screen is found, or missed in a sentence, before Qt looks for it."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.errors import UserError
from app.ui.desktop import screen

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a screen")
UNUSED = 4711 + os.getpid() % 10_000
VARIABLES = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


@pytest.fixture(autouse=True)
def _no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.setenv(name, "")


@pytest.fixture
def server() -> Iterator[int]:
    """Answer where X11 would, at a display that nobody has."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.bind(f"\0/tmp/.X11-unix/X{UNUSED}")
        line.listen()
        yield UNUSED


def code() -> str:
    with pytest.raises(UserError) as refused:
        screen.prepare()
    return refused.value.code


def test_no_name_is_no_screen() -> None:
    assert code() == "core.no_screen"


@pytest.mark.parametrize("form", [":{}", ":{}.0", "unix:{}", "unix:{}.1"])
def test_a_server_here_is_reached_by_its_socket_only(
    server: int, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = form.format(server)
    monkeypatch.setenv("DISPLAY", name)
    screen.prepare()
    assert os.environ["DISPLAY"] == f"unix:{name.partition(':')[2]}"


def test_a_server_that_does_not_answer_is_not_looked_for_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DISPLAY", f":{UNUSED}")
    assert code() == "core.screen_silent"


def test_a_socket_left_behind_by_a_dead_server_is_no_answer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    left = tmp_path / "X7"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.bind(str(left))
    assert left.exists()
    monkeypatch.setattr(screen, "FOLDER", str(tmp_path))
    monkeypatch.setenv("DISPLAY", ":7")
    assert code() == "core.screen_silent"


@pytest.mark.parametrize("name", ["localhost:10.0", "tower.example:0", "[::1]:0", "tcp/here:0", ":none"])
def test_a_far_screen_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", name)
    assert code() == "core.screen_far"
    monkeypatch.setenv("QT_QPA_PLATFORM", "wayland;xcb")
    assert code() == "core.screen_far"


@pytest.mark.parametrize(
    ("variable", "value"),
    [("WAYLAND_DISPLAY", "wayland-0"), ("QT_QPA_PLATFORM", "offscreen"), ("QT_QPA_PLATFORM", "wayland")],
)
def test_who_draws_by_other_means_needs_no_server(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    screen.prepare()
    monkeypatch.setenv("DISPLAY", f":{UNUSED}")
    screen.prepare()
    assert os.environ["DISPLAY"] == f"unix:{UNUSED}", "and if it comes to X11 after all, not over TCP"
