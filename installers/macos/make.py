"""From a checkout to the disk image for macOS.

Job: the order of the steps: prepare, Briefcase, sign, prove. Rule: without a certificate
(``CLOISTER_MAC_IDENTITY`` names it) the same image is made, signed for nobody; what was signed is
checked as Gatekeeper checks it, and every image by the program's own self-check.
"""

from __future__ import annotations

import os
import plistlib
import shutil
import subprocess
import sys
from pathlib import Path

import preparing
from preparing import Prepared, briefcase, run

IDENTITY = "CLOISTER_MAC_IDENTITY"
_REFUSED = "com.apple.security.cs."
"""Begins every exception from the hardened runtime; none is wanted."""


def make(_formats: tuple[str, ...] = ("dmg",)) -> list[Path]:
    """Build the disk image, the one format; returns its path."""
    prepared = preparing.prepare(sys.executable)
    briefcase(prepared, "create", "macOS", "app")
    briefcase(prepared, "build", "macOS", "app")
    identity = os.environ.get(IDENTITY, "")
    # With an identity Briefcase signs for the hardened runtime, has Apple notarise application and
    # image, and staples both tickets, so that the first start needs no network.
    signing = ("--identity", identity) if identity else ("--adhoc-sign",)
    briefcase(prepared, "package", "macOS", "app", "--packaging-format", "dmg", *signing)
    application = prepared.stage / "build" / "cloister" / "macos" / "app" / "Cloister.app"
    image = prepared.stage / "dist" / f"Cloister-{prepared.version}.dmg"
    prove(application, image, is_signed=bool(identity))
    return [_handed_out(prepared, image)]


def prove(application: Path, image: Path, *, is_signed: bool) -> None:
    """Check signatures and start the program's self-check; raises SystemExit with one sentence."""
    checks: list[tuple[str | Path, ...]] = [("codesign", "--verify", "--deep", "--strict", application)]
    if is_signed:
        checks += [
            ("spctl", "--assess", "--type", "execute", application),
            ("xcrun", "stapler", "validate", application),
            ("xcrun", "stapler", "validate", image),
        ]
    for check in checks:
        run(*check, sentence=f"{check[0]} does not accept what was built. Do not hand it out.")
    command = ["codesign", "--display", "--entitlements", "-", "--xml", str(application)]
    if exceptions(subprocess.check_output(command)):
        raise SystemExit("The program has an exception from the hardened runtime. Do not hand it out.")
    program = application / "Contents" / "MacOS" / "Cloister"
    run(program, "--self-check", sentence="The application does not pass its self-check.")


def exceptions(entitlements: bytes) -> list[str]:
    """Return the exceptions from the hardened runtime that are granted; ``entitlements`` is a plist."""
    if not entitlements.strip():
        return []
    granted = plistlib.loads(entitlements)
    return sorted(name for name, value in granted.items() if name.startswith(_REFUSED) and value)


def _handed_out(prepared: Prepared, image: Path) -> Path:
    target = preparing.OUT / f"cloister-{prepared.version}-macos-arm64.dmg"
    shutil.copyfile(image, target)
    return target
