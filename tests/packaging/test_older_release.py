"""A Linux that is too old, for real: Debian 11, whose C library is 2.31, says so in one sentence.

Slow, and only as root:
.venv/bin/python -m pytest tests/packaging/test_older_release.py -m slow --timeout 1800
after ``python3 installers/dev.py build``. CLOISTER_OLD_ROOT keeps the root for the next time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.packaging.bare_root import BareRoot, built, missing

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> BareRoot:
    lacking = missing()
    if lacking:
        pytest.skip(f"needs {', '.join(lacking)}")
    kept = os.environ.get("CLOISTER_OLD_ROOT")
    return BareRoot(Path(kept) if kept else tmp_path_factory.mktemp("old") / "root", "bullseye")


def test_the_archive_says_in_one_sentence_what_it_needs(old: BareRoot) -> None:
    folder = old.path / "opt" / "unpacked"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    subprocess.run(["tar", "-xf", built("cloister-[0-9]*.tar.xz"), "-C", folder], check=True)
    program = next(folder.glob("cloister-*/cloister"))
    done = old.run("/" + str(program.relative_to(old.path)), "--self-check")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "needs the GNU C library 2.36 or later, and this system has 2.31" in done.stderr
    assert list(old.home.iterdir()) == []


def test_the_package_is_refused_and_nothing_of_it_stays(old: BareRoot) -> None:
    done = old.install(built("cloister_*.deb"))
    assert done.returncode != 0
    assert "libc6 (>= 2.36)" in done.stdout + done.stderr
    assert old.run("dpkg", "-s", "cloister").returncode != 0
    assert not (old.path / "usr" / "lib" / "cloister").exists()
