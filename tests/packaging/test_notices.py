"""Every part has a licence and its text, none of them forbids what we do, and the lists agree."""

from __future__ import annotations

import filecmp
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import stage
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from notices import make
from packaging.utils import canonicalize_name

LICENSES = stage.ROOT / "resources" / "licenses"
_COPYLEFT = re.compile(r"\bA?GPL-")
"""Not LGPL: there the letter before is no border of a word."""


def listed() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((LICENSES / "parts.json").read_text("utf-8"))
    return found


def acceptable(expression: str) -> bool:
    """Say whether one of the choices that a licence leaves is not the GPL."""
    choices = [choice.strip("( )") for choice in re.split(r"\bOR\b", expression)]
    return any(
        all(not _COPYLEFT.match(part.strip("( )")) or "WITH GCC-exception" in part for part in parts)
        for parts in (choice.split(" AND ") for choice in choices)
    )


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="the texts are those of the 3.11 wheels")
def test_the_lists_are_those_of_the_locked_packages(tmp_path: Path) -> None:
    for name in ("inter", "jetbrains-mono", "lucide", "apache-2.0"):
        (tmp_path / f"{name}.txt").write_bytes((LICENSES / f"{name}.txt").read_bytes())
    make.write(tmp_path)
    for name in ("parts.json", "sbom.cdx.json"):
        assert (tmp_path / name).read_bytes() == (LICENSES / name).read_bytes(), "run notices/make.py"
    names = [path.name for path in (LICENSES / "parts").iterdir()]
    assert sorted(names) == sorted(path.name for path in (tmp_path / "parts").iterdir())
    assert filecmp.cmpfiles(tmp_path / "parts", LICENSES / "parts", names, shallow=False)[1:] == ([], [])


def test_nothing_is_without_a_licence_or_its_text() -> None:
    for part in listed():
        assert part["licence"] not in ("", "UNKNOWN"), part["name"]
        assert part["texts"], part["name"]
        for name in part["texts"]:
            assert (LICENSES / "parts" / name).stat().st_size > 30, name


def test_nothing_is_gpl_when_the_program_runs() -> None:
    assert not acceptable("GPL-3.0-only")
    assert not acceptable("MIT AND AGPL-3.0-or-later")
    assert acceptable("LGPL-3.0-only")
    assert [part["name"] for part in listed() if not acceptable(part["licence"])] == []
    bom = json.loads((LICENSES / "sbom.cdx.json").read_text("utf-8"))
    for one in bom["components"]:
        for said in one.get("licenses", []):
            licence = said.get("expression") or said["license"].get("id") or said["license"]["name"]
            assert acceptable(licence), one["name"]


def test_the_sbom_names_each_part_once_and_what_the_wheels_hide() -> None:
    bom = json.loads((LICENSES / "sbom.cdx.json").read_text("utf-8"))
    assert (bom["bomFormat"], bom["specVersion"]) == ("CycloneDX", "1.6")
    references = [one["bom-ref"] for one in bom["components"]]
    assert len(references) == len(set(references))
    assert {part["name"] for part in listed()} <= {one["name"] for one in bom["components"]}
    assert {"Qt", "llama.cpp and ggml", "SQLCipher", "CPython"} <= {part["name"] for part in listed()}
    assert any(one["bom-ref"].startswith("hf-xet/") for one in bom["components"])
    assert bom["dependencies"][0]["dependsOn"] == references


def test_the_sbom_is_what_cyclonedx_means_by_one() -> None:
    validator = JsonStrictValidator(SchemaVersion.V1_6)
    text = (LICENSES / "sbom.cdx.json").read_text("utf-8")
    assert validator.validate_str(text) is None
    assert validator.validate_str(text.replace('"components"', '"parts"')) is not None


def test_the_page_about_dependencies_names_the_same_licences() -> None:
    page = (stage.ROOT / "docs" / "dependencies.md").read_text("utf-8").split("## For development")[0]
    licences = {part["name"]: part["licence"] for part in listed()}
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if "| " in line
    ]
    for cells in rows[1:]:
        if len(cells) < 3 or cells[0].startswith("-"):
            continue
        name = canonicalize_name(cells[0].split()[0])
        first = re.split(r"[- ]", licences[name])[0].lower()
        assert first in cells[2].lower(), (name, licences[name], cells[2])


def test_versions_that_can_be_asked_are_those_said() -> None:
    from cryptography.hazmat.backends.openssl import backend
    from PySide6.QtCore import qVersion
    from sqlcipher3 import dbapi2

    said = {part["name"]: part["version"] for part in listed()}
    assert said["Qt"] == qVersion()
    assert said["SQLite"] == dbapi2.sqlite_version
    assert said["OpenSSL (in cryptography)"] in backend.openssl_version_text()
    (row,) = dbapi2.connect(":memory:").execute("PRAGMA cipher_version").fetchall()
    assert said["SQLCipher"] in row[0]


def test_the_whole_stays_small() -> None:
    size = sum(path.stat().st_size for path in LICENSES.rglob("*") if path.is_file())
    assert size < 1_000_000
