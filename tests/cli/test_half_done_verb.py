"""The verb ``models`` about what was left half done: listed as what it is, removed by that name."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.paths import guide_model_path
from app.library.files.copying import Work
from tests.end2end.waiting import wait_for
from tests.support.models.model_shelf import catalogue_words

ROOT = Path(__file__).resolve().parents[2]
FILE = "house-style-20b.gguf"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a profile with a copy and a download that were ended in the middle."""
    profile = tmp_path / "profile"
    folder = profile / "models"
    folder.mkdir(parents=True)
    profile.chmod(0o700)
    (profile / "catalogue.toml").write_text(catalogue_words("house", FILE, 9_000_000, "1" * 64), "utf-8")
    (folder / "mine-00001-of-00002.gguf.import").write_bytes(b"x" * 3_000_000)
    (folder / "mine-00001-of-00002.gguf.import.json").write_text("{}")
    (folder / "mine-00002-of-00002.gguf.import").write_bytes(b"x" * 1_000_000)
    (folder / f"{FILE}.part").write_bytes(b"x" * 2_000_000)
    return profile


def models(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", "models", *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "CLOISTER_HOME": str(home)},
        timeout=60,
        check=False,
    )


def left(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "models").iterdir())


def test_it_is_listed_with_its_size_and_removed_by_the_name_that_is_listed(home: Path) -> None:
    lines = models(home, "list").stdout.splitlines()
    (copied,) = [line for line in lines if line.startswith("mine-00001-of-00002.gguf ")]
    assert "0.004 GB are copied" in copied
    (fetched,) = [line for line in lines if line.startswith(f"{FILE} ")]
    assert "0.002 GB have arrived" in fetched
    done = models(home, "remove", "mine-00001-of-00002.gguf")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "mine-00001-of-00002.gguf is deleted; 0.004 GB are free again.\n"
    assert left(home) == [f"{FILE}.part"]
    assert models(home, "remove", "house").returncode == 0, "the name of the model means it too"
    assert left(home) == []
    assert models(home, "remove", "house").returncode == 1


def test_as_json_it_has_a_condition_of_its_own(home: Path) -> None:
    rows = json.loads(models(home, "list", "--json").stdout)
    found = {row["name"]: row for row in rows if row["condition"].startswith("unfinished")}
    assert {name: (row["size"], row["here"]) for name, row in found.items()} == {
        "mine-00001-of-00002.gguf": (4_000_000, False),
        FILE: (2_000_000, False),
    }


def test_a_whole_model_of_the_name_is_meant_first(home: Path) -> None:
    (home / "models" / FILE).write_bytes(b"x")
    assert models(home, "remove", FILE).returncode == 0
    assert f"{FILE}.part" in left(home)
    assert FILE not in left(home)


def test_what_is_being_written_is_left_alone(home: Path) -> None:
    with Work(home / "models" / "mine-00001-of-00002.gguf")._open():
        done = models(home, "remove", "mine-00001-of-00002.gguf")
    assert done.returncode == 1
    assert "A program is still writing this file." in done.stderr
    assert "mine-00001-of-00002.gguf.import" in left(home)


def test_a_model_of_which_one_part_is_whole_is_one_model(home: Path) -> None:
    folder = home / "models"
    whole, half = "mine-00001-of-00002.gguf", "mine-00002-of-00002.gguf"
    for ending in (".import", ".import.json"):
        (folder / f"{whole}{ending}").unlink()
    (folder / whole).write_bytes(b"x" * 3_000_000)
    done = models(home, "verify", half)
    assert (done.returncode, done.stdout) == (
        1,
        f"{whole}, 0.003 GB: incomplete: parts of it are missing\n",
    )
    with Work(folder / half)._open():
        assert "still writing" in models(home, "remove", whole).stderr
    assert (folder / whole).exists()
    done = models(home, "remove", half)
    assert done.stdout == f"{whole} is deleted; 0.004 GB are free again.\n"
    assert left(home) == [f"{FILE}.part"]


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C as a signal")
def test_ctrl_c_keeps_what_was_copied_and_says_so(home: Path, tmp_path: Path) -> None:
    source = tmp_path / "long.gguf"
    shutil.copyfile(guide_model_path(), source)
    os.truncate(source, 3_000_000_000)  # of which almost nothing takes room here
    copying = subprocess.Popen(
        [sys.executable, "-m", "app", "models", "import", str(source), "--accept-unknown"],
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "CLOISTER_HOME": str(home)},
    )
    work = home / "models" / "long.gguf.import"
    wait_for(lambda: work.exists() and work.stat().st_size > 10_000_000, "the copy to begin")
    copying.send_signal(signal.SIGINT)
    _, errors = copying.communicate(timeout=60)
    assert copying.returncode == 130
    assert errors == "Stopped. The same command goes on where it was.\n"
    kept = json.loads(work.with_name(f"{work.name}.json").read_text("utf-8"))
    assert kept["durable"] == work.stat().st_size > 10_000_000
