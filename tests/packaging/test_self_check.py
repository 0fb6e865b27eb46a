"""``--self-check``: everything works in this checkout, and what is broken is said in one sentence."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.self_check import report

ROOT = Path(__file__).resolve().parents[2]


def self_check(root: Path, home: Path) -> tuple[dict[str, Any], subprocess.CompletedProcess[str]]:
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-m", "app", "--self-check"],
        cwd=root,
        env={**variables, "HOME": str(home), "CLOISTER_HOME": str(home / "profile")},
        capture_output=True,
        text=True,
        check=False,
    )
    return json.loads(done.stdout), done


def test_this_checkout_works(tmp_path: Path) -> None:
    found, done = self_check(ROOT, tmp_path)
    assert found["failures"] == []
    assert done.returncode == 0
    assert done.stderr == ""
    assert list(found["checks"]) == [
        "modules",
        "resources",
        "vault",
        "manual",
        "engine",
        "confinement",
        "fetcher",
        "window",
    ]
    engine = found["checks"]["engine"]
    assert engine["variant"].startswith("cpu")
    assert engine["tokens"] > 3
    assert list(tmp_path.iterdir()) == []  # nothing of the person's was made


def test_who_reads_no_further_gets_no_bug_report(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "app", "--self-check"],
        cwd=ROOT,
        env={**os.environ, "HOME": str(tmp_path), "CLOISTER_HOME": str(tmp_path / "profile")},
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (1, "")


def test_a_missing_file_fails_what_needs_it_and_nothing_else(tmp_path: Path) -> None:
    root = tmp_path / "copy"
    ignore = shutil.ignore_patterns("__pycache__", "training", "evaluation", "guide.gguf")
    for name in ("app", "resources"):
        shutil.copytree(ROOT / name, root / name, ignore=ignore)
    found, done = self_check(root, tmp_path)
    assert done.returncode == 1
    failed = [name for name, check in found["checks"].items() if not check["ok"]]
    assert failed == ["resources", "engine"]
    sentences = done.stderr.splitlines()
    assert sentences == found["failures"]
    assert len(sentences) == 2
    assert all(sentence.endswith(".") for sentence in sentences)


def test_whatever_a_check_raises_is_a_failure_of_it_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    from app.self_check import files

    def missing() -> dict[str, Any]:
        raise ImportError("libexample.so.1: cannot open shared object file")

    monkeypatch.setattr(files, "modules", missing)
    monkeypatch.setattr(report, "_CHECKS", {"modules": "files", "resources": "files"})
    found = report.examine()
    assert not found["ok"]
    assert "libexample.so.1" in found["checks"]["modules"]["sentence"]
    assert found["checks"]["resources"]["ok"]
