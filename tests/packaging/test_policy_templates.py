"""The templates for administrators say what the program understands, and nothing else."""

from __future__ import annotations

import plistlib
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import stage

from app.core.rules import managed
from app.core.rules.policy import WORDS, read_policy

POLICY = stage.ROOT / "installers" / "windows" / "policy"
_NAMESPACE = "{http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions}"


def admx() -> ET.Element:
    return ET.parse(POLICY / "Cloister.admx").getroot()  # noqa: S314 - a file of our own


def languages() -> list[Path]:
    return sorted(POLICY.glob("*/Cloister.adml"))


def test_every_word_of_a_policy_has_its_entry_and_no_entry_another_word() -> None:
    said = {
        (one.get("key", "").rpartition("\\")[2], one.get("valueName"))
        for one in admx().iter(f"{_NAMESPACE}policy")
    }
    assert said == set(WORDS.items())
    for one in admx().iter(f"{_NAMESPACE}policy"):
        assert one.get("class") == "Machine"
        assert one.get("key", "").rpartition("\\")[0] == managed.REGISTRY_KEY
        written = [
            value.get("value")
            for name in ("enabledValue", "disabledValue")
            for value in one.findall(f"{_NAMESPACE}{name}/{_NAMESPACE}decimal")
        ]
        assert written == ["1", "0"]


def test_references_of_the_template_lead_somewhere() -> None:
    root = admx()
    categories = {one.get("name") for one in root.iter(f"{_NAMESPACE}category")}
    supported = {one.get("name") for one in root.iter(f"{_NAMESPACE}definition")}
    for one in root.iter(f"{_NAMESPACE}policy"):
        parent, on = one.find(f"{_NAMESPACE}parentCategory"), one.find(f"{_NAMESPACE}supportedOn")
        assert parent is not None
        assert on is not None
        assert parent.get("ref") in categories
        assert on.get("ref") in supported
    order = [child.tag.removeprefix(_NAMESPACE) for child in root]
    assert order == ["policyNamespaces", "resources", "supportedOn", "categories", "policies"]


@pytest.mark.parametrize("path", languages(), ids=lambda path: path.parent.name)
def test_every_language_has_every_string_once(path: Path) -> None:
    wanted = set(re.findall(r"\$\(string\.(\w+)\)", (POLICY / "Cloister.admx").read_text("utf-8")))
    root = ET.parse(path).getroot()  # noqa: S314 - a file of our own
    there = [one.get("id") for one in root.iter(f"{_NAMESPACE}string")]
    assert sorted(there, key=str) == sorted(wanted)
    assert all((one.text or "").strip() for one in root.iter(f"{_NAMESPACE}string"))


def test_there_is_the_language_that_windows_falls_back_to() -> None:
    assert {"en-GB", "en-US"} <= {path.parent.name for path in languages()}


def test_the_profile_for_macs_is_understood(tmp_path: Path) -> None:
    profile = plistlib.loads(
        (stage.ROOT / "installers" / "macos" / "cloister.mobileconfig").read_bytes()
    )
    (settings,) = profile["PayloadContent"]
    assert settings["PayloadType"] == managed.BUNDLE
    path = tmp_path / f"{managed.BUNDLE}.plist"
    path.write_bytes(plistlib.dumps(settings))
    found = read_policy([path])
    assert (found.sealed, found.only_catalogue, found.damaged) == (True, True, None)
