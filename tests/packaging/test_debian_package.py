"""The Debian package in a bare Debian 12: installs, works, is removed, and leaves what is the person's.

Slow, and only as root:
.venv/bin/python -m pytest tests/packaging/test_debian_package.py -m slow --timeout 1800
after ``python3 installers/dev.py build``. CLOISTER_BARE_ROOT keeps the root for the next time.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.packaging.bare_root import PERSON, BareRoot, built, missing

pytestmark = pytest.mark.slow
BUDGET_MIB = 350


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> BareRoot:
    lacking = missing()
    if lacking:
        pytest.skip(f"needs {', '.join(lacking)}")
    kept = os.environ.get("CLOISTER_BARE_ROOT")
    return BareRoot(Path(kept) if kept else tmp_path_factory.mktemp("bare") / "root")


@pytest.fixture(scope="module")
def installed(bare: BareRoot) -> BareRoot:
    done = bare.install(built("cloister_*.deb"))
    assert done.returncode == 0, done.stderr
    return bare


def report(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["failures"] == [], done.stderr
    assert done.returncode == 0
    return found


def test_it_works_for_a_person_with_any_name(installed: BareRoot) -> None:
    found = report(installed.run("cloister", "--self-check"))
    assert found["installed"]
    engine = found["checks"]["engine"]
    assert engine["variant"].startswith("cpu-"), "one library for each generation of processors"
    assert engine["devices"] == [], "no driver of a graphics card is here"
    # Fontconfig and Mesa may keep their caches; of ours nothing was made.
    assert {path.name for path in installed.home.iterdir()} <= {".cache"}


def test_it_answers_on_a_terminal(installed: BareRoot) -> None:
    done = installed.run("cloister", "ask", "How do I stop an answer?")
    assert done.returncode == 0, done.stderr
    assert "Esc" in done.stdout


def test_a_home_that_cannot_be_written_is_no_hindrance_for_an_answer(installed: BareRoot) -> None:
    (installed.path / "home" / "fixed").mkdir(exist_ok=True, mode=0o555)
    variables = {"HOME": "/home/fixed", "QT_QPA_PLATFORM": "offscreen"}
    report(installed.run("cloister", "--self-check", variables=variables))
    done = installed.run("cloister", "ask", "Hello", variables=variables)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_menu_the_manual_and_the_icons_are_there(installed: BareRoot) -> None:
    share = installed.path / "usr" / "share"
    assert (share / "applications" / "org.cloister.cloister.desktop").is_file()
    assert (share / "metainfo" / "org.cloister.cloister.metainfo.xml").is_file()
    icons = share.glob("icons/hicolor/*/apps/org.cloister.cloister.png")
    assert len(list(icons)) == 7
    assert (share / "doc" / "cloister" / "copyright").is_file()
    listed = installed.run("dpkg", "-L", "cloister").stdout.split()
    assert "/usr/share/man/man1/cloister.1.gz" in listed
    assert [name for name in listed if name.startswith("/etc/")] == []


def test_it_keeps_within_its_room(installed: BareRoot) -> None:
    size = installed.run("dpkg-query", "-W", "-f", "${Installed-Size}", "cloister").stdout
    assert 200 < int(size) / 1024 <= BUDGET_MIB


def test_no_network_is_needed(installed: BareRoot) -> None:
    done = installed.run("unshare", "--net", "cloister", "--self-check", person=False)
    assert report(done)["checks"]["fetcher"]["ok"]


def test_two_versions_follow_each_other_and_removal_leaves_the_persons_own(installed: BareRoot) -> None:
    """Runs last: afterwards the package is gone."""
    words = installed.home / ".local" / "share" / "Cloister" / "history.db"
    words.parent.mkdir(parents=True)
    words.write_bytes(b"the person's own")
    again = installed.install(built("cloister_*.deb"))
    assert again.returncode == 0, again.stderr
    done = installed.run("apt-get", "purge", "-y", "-qq", "cloister", person=False)
    assert done.returncode == 0, done.stderr
    assert not (installed.path / "usr" / "lib" / "cloister").exists()
    assert not (installed.path / "usr" / "bin" / "cloister").exists()
    assert words.read_bytes() == b"the person's own"


def test_the_archive_runs_in_a_deep_folder_beside_an_installed_package(bare: BareRoot) -> None:
    archive = built("cloister-[0-9]*.tar.xz")
    deep = bare.path / "opt" / "/".join(["a folder with a long name"] * 13)
    deep.mkdir(parents=True, exist_ok=True)
    subprocess.run(["tar", "-xf", archive, "-C", deep], check=True)
    program = next(deep.glob("cloister-*/cloister"))
    assert len(str(program)) > 260
    found = report(bare.run("/" + str(program.relative_to(bare.path)), "--self-check"))
    assert found["checks"]["engine"]["variant"].startswith("cpu-")
    assert PERSON in (bare.path / "etc" / "passwd").read_text("utf-8")
