"""The list of parts, their licence texts and the SBOM.

Job: join the locked list, the installed packages' own texts and ``parts.toml`` into
``resources/licenses/parts.json``, ``parts/*.txt`` and ``sbom.cdx.json``. Rule: run by
``python installers/notices/make.py`` in the environment of the program, after each lock; needs no
network, and the same input gives the same bytes. A part without a licence or without a text is an error.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import sys
import tomllib
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import build_wheels
import wheel_table

ROOT = build_wheels.ROOT
HERE = Path(__file__).resolve().parent
OUT = ROOT / "resources" / "licenses"
_TEXT = re.compile(r"(^|/)(licen[cs]e|copying|notice)[^/]*$", re.IGNORECASE)
_SPDX = re.compile(r"[A-Za-z0-9.+()-]+( (AND|OR|WITH) [A-Za-z0-9.+()-]+)*")
_NAMESPACE = uuid.UUID("8f5a7c1e-55f5-4b61-9d0e-3a3f3e0c4f10")
"""What the SBOM's serial numbers are derived in."""


@dataclass(frozen=True, slots=True)
class Part:
    """Something of somebody else's in the program."""

    name: str
    version: str
    licence: str
    texts: tuple[str, ...]
    """What its licence and notices say, whole."""
    inside: str = ""
    source: str = ""


def known() -> dict[str, Any]:
    """Return what was found out by hand."""
    return tomllib.loads((HERE / "parts.toml").read_text("utf-8"))


def parts() -> list[Part]:
    """Return every part, packages first; raises SystemExit naming one whose licence is unknown."""
    by_hand = known()
    installed = {
        name: version
        for target in wheel_table.TARGETS.values()
        for name, version in wheel_table.pins(target).items()
    }
    found = [_package(name, installed[name], by_hand) for name in sorted(installed)]
    for one in by_hand["hidden"]:
        texts = tuple(_kept(text) for text in one["texts"])
        inside = one.get("package", "")
        if not texts:
            texts = next(part.texts for part in found if part.name == inside)
        found.append(Part(one["name"], one["version"], one["licence"], texts, inside, one["source"]))
    for part in found:
        if not _SPDX.fullmatch(part.licence) or not part.texts:
            raise SystemExit(f"{part.name} has no licence or no text: add it to parts.toml.")
    return found


def write(out: Path) -> None:
    """Write list, texts and SBOM into ``out``."""
    found, folder = parts(), out / "parts"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.txt"):
        old.unlink()
    names: dict[str, str] = {}
    for part in found:
        for number, words in enumerate(part.texts):
            key = " ".join(words.split())
            if key not in names:
                stem = re.sub(r"[^a-z0-9.]+", "-", part.name.lower()).strip("-")
                names[key] = f"{stem}-{number + 1}.txt" if number else f"{stem}.txt"
                (folder / names[key]).write_text(words, "utf-8")
    listed = [
        {
            "name": part.name,
            "version": part.version,
            "licence": part.licence,
            "inside": part.inside,
            "texts": [names[" ".join(words.split())] for words in part.texts],
        }
        for part in found
    ]
    (out / "parts.json").write_text(json.dumps(listed, indent=1) + "\n", "utf-8")
    (out / "sbom.cdx.json").write_text(json.dumps(sbom(found), indent=1) + "\n", "utf-8")


def sbom(found: list[Part]) -> dict[str, Any]:
    """Return the parts as CycloneDX 1.6, with what the wheels' own lists name."""
    version = _version()
    components = [_component(part) for part in found]
    for name in sorted({part.name for part in found if not part.inside}):
        components += _carried(name)
    by_reference = {one["bom-ref"]: one for one in components}
    listed = [by_reference[reference] for reference in sorted(by_reference)]
    serial = uuid.uuid5(_NAMESPACE, json.dumps(listed, sort_keys=True))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": f"cloister@{version}",
                "name": "cloister",
                "version": version,
                "licenses": [{"expression": "Apache-2.0"}],
            }
        },
        "components": listed,
        "dependencies": [
            {"ref": f"cloister@{version}", "dependsOn": [one["bom-ref"] for one in listed]}
        ],
    }


def _package(name: str, version: str, by_hand: dict[str, Any]) -> Part:
    texts = [_kept(text) for text in by_hand["texts"].get(name, [])]
    licence = by_hand["licence"].get(name)
    try:
        installed = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return Part(name, version, licence or "", tuple(texts))
    files = [
        Path(str(installed.locate_file(file)))
        for file in installed.files or []
        if ".dist-info" in str(file) and _TEXT.search(str(file))
    ]
    texts += [path.read_text("utf-8", "replace") for path in files]
    metadata: Any = installed.metadata
    said = metadata.get("License-Expression") or metadata.get("License") or ""
    return Part(name, version, licence or said, tuple(texts))


def _kept(name: str) -> str:
    """Return a text that was gathered by hand, or one of the fonts'."""
    for folder in (HERE / "texts", OUT):
        if (folder / f"{name}.txt").is_file():
            return (folder / f"{name}.txt").read_text("utf-8")
    raise SystemExit(f"parts.toml names {name}, and there is no such text.")


def _component(part: Part) -> dict[str, Any]:
    is_package = not part.inside and not part.source
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": f"{part.name}@{part.version}",
        "name": part.name,
        "version": part.version,
        "licenses": [{"expression": part.licence}],
    }
    if is_package:
        component["purl"] = f"pkg:pypi/{part.name}@{part.version}"
    if part.source:
        component["externalReferences"] = [{"type": "website", "url": part.source}]
    return component


def _carried(name: str) -> list[dict[str, Any]]:
    """Return what the list inside a wheel names; of each only what concerns a reader here."""
    try:
        files = importlib.metadata.distribution(name).files or []
    except importlib.metadata.PackageNotFoundError:
        return []
    wholes = [json.loads(file.read_text("utf-8")) for file in files if "/sboms/" in str(file)]
    return [_part_of(name, one) for whole in wholes for one in whole.get("components", [])]


def _part_of(name: str, one: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {
        key: one[key] for key in ("name", "version", "purl", "licenses") if key in one
    }
    return {"type": "library", "bom-ref": f"{name}/{one['name']}@{one.get('version', '')}", **kept}


def _version() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return str(project["version"])


if __name__ == "__main__":
    write(OUT)
    print(f"{OUT}: {len(parts())} parts")
