"""The program is started again while its window is open behind another one."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage

from tests.end2end.people import People
from tests.end2end.person import Person
from tests.end2end.program import PROGRAM, ROOT
from tests.end2end.screen import Screen
from tests.end2end.waiting import wait_for
from tests.end2end.witness import made_vault

PASSPHRASE = "four plain words here"
GREEN = "#00ff00"
_COVER = f"""
import sys
from PySide6.QtWidgets import QApplication, QLabel
application = QApplication(sys.argv[:1])
cover = QLabel()
cover.setWindowTitle("In front")
cover.setStyleSheet("background: {GREEN}")
cover.setGeometry(0, 0, 1280, 800)
cover.show()
application.exec()
"""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture
def cover(screen: Screen) -> Iterator[Callable[[], None]]:
    """Another program's window over the whole screen, from when it is started."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> None:
        program = subprocess.Popen([sys.executable, "-c", _COVER], env=screen.environment)
        started.append(program)
        wait_for(
            lambda: screen.do("search", "--onlyvisible", "--name", "^In front$"), "the other window"
        )

    yield start
    for program in started:
        program.kill()
        program.wait()


def test_a_second_start_brings_the_window_to_the_front_and_ends(
    screen: Screen, people: People, tmp_path: Path, cover: Callable[[], None]
) -> None:
    profile = made_vault(tmp_path / "profile", PASSPHRASE).profile
    person = people.begin(profile).opened(PASSPHRASE)
    cover()
    wait_for(lambda: _colour(person) == QColor(GREEN), "the window to be covered")

    second = _start_again(screen, profile)
    assert second.communicate(timeout=30)[0] == b""
    assert second.returncode == 0
    wait_for(lambda: _colour(person) != QColor(GREEN), "the window in front")
    assert person.close_window() == b""


def test_a_second_start_brings_the_page_that_asks_for_the_passphrase_to_the_front(
    screen: Screen, people: People, tmp_path: Path, cover: Callable[[], None]
) -> None:
    profile = made_vault(tmp_path / "profile", PASSPHRASE).profile
    person = people.begin(profile)
    waiting = profile / "window.lock"
    wait_for(waiting.exists, "the page that asks for the passphrase")
    cover()
    wait_for(lambda: _colour(person) == QColor(GREEN), "the window to be covered")

    second = _start_again(screen, profile)
    assert second.communicate(timeout=30)[0] == b""
    assert second.returncode == 0
    wait_for(lambda: _colour(person) != QColor(GREEN), "the window in front")
    person.show()
    person.opened(PASSPHRASE)
    assert not waiting.exists()
    assert person.close_window() == b""


def test_of_two_that_wait_for_the_passphrase_the_one_that_was_opened_stays(
    people: People, tmp_path: Path
) -> None:
    profile = made_vault(tmp_path / "profile", PASSPHRASE).profile
    first = people.begin(profile)
    first.program.send_signal(signal.SIGSTOP)  # it does not hear that it is asked to show itself
    second = people.begin(profile)
    second.show()
    first.program.send_signal(signal.SIGCONT)
    for each in (first, second):
        each.show()
    first.put_in_front()
    first.opened(PASSPHRASE)
    second.put_in_front()  # the first has come there meanwhile, as it was asked to
    second.unlock(PASSPHRASE)
    assert second.leave() == b""
    assert second.program.returncode == 0
    first.show()
    assert first.close_window() == b""


def test_where_the_window_does_not_answer_the_second_start_says_so(
    people: People, tmp_path: Path
) -> None:
    profile = made_vault(tmp_path / "profile", PASSPHRASE).profile
    person = people.begin(profile).opened(PASSPHRASE)
    person.program.send_signal(signal.SIGSTOP)
    second = people.begin(profile)
    second.show()
    wait_for(second.troubled, "the page that says so")
    person.program.send_signal(signal.SIGCONT)
    assert second.close_window() == b""


def _start_again(screen: Screen, profile: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*PROGRAM],
        cwd=ROOT,
        env={**screen.environment, "CLOISTER_HOME": str(profile)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def _colour(person: Person) -> QColor:
    return QImage(str(person.picture("front"))).pixelColor(640, 400)
