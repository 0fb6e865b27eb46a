r"""What a directory service or a device management sets, as the tables of a policy file.

Job: read Windows' group policy (``Software\Policies\Cloister`` of the computer's registry) and macOS's
managed preferences. Rule: the words are those of ``policy.toml``; raises ValueError or OSError on
anything not understood, so that ``policy`` can fail closed; nothing here is the person's to write.
"""

from __future__ import annotations

import importlib
import os
import plistlib
import struct
import sys
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError

BUNDLE = "org.cloister.cloister"
"""The macOS application's identifier; a test holds it against briefcase.toml."""
REGISTRY_KEY = r"Software\Policies\Cloister"
REGISTRY = Path("HKEY_LOCAL_MACHINE", *REGISTRY_KEY.split("\\"))
"""How the group policy is named where files are listed."""
_PREFERENCES = Path("/Library/Managed Preferences")
_NOT_OURS = "Payload"
"""Begins the words that a configuration profile adds about itself."""
_MOST = 64
"""No more subkeys or values are looked at; so many are not of our template."""
_MALFORMED = (
    ExpatError,
    AttributeError,
    LookupError,
    OverflowError,
    RecursionError,
    TypeError,
    struct.error,
)
"""What plistlib raises beside ValueError on bytes made by nobody's tool."""


def preference_files() -> tuple[Path, ...]:
    """Return where macOS keeps what is managed for this computer, and for this person on it."""
    if sys.platform == "win32":
        return ()
    import pwd

    name = f"{BUNDLE}.plist"
    try:
        # Not from the environment, which the person sets.
        person = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return (_PREFERENCES / name,)
    return (_PREFERENCES / name, _PREFERENCES / person / name)


def from_preferences(content: bytes) -> dict[str, Any]:
    """Return the tables of a property list; raises ValueError when it is none."""
    try:
        table: dict[str, Any] = plistlib.loads(content)
        return {name: value for name, value in table.items() if not name.startswith(_NOT_OURS)}
    except _MALFORMED:
        raise ValueError("no property list with a dictionary") from None


def from_registry() -> dict[str, Any] | None:
    """Return the tables of the group policy, None where there is none.

    Each subkey is a table, each number 0 or 1 in it a word. Raises OSError or ValueError on
    anything else.
    """
    registry: Any = importlib.import_module("winreg")
    access = registry.KEY_READ | registry.KEY_WOW64_64KEY
    try:
        root = registry.OpenKey(registry.HKEY_LOCAL_MACHINE, REGISTRY_KEY, 0, access)
    except FileNotFoundError:
        return None
    with root:
        subkeys, values, _changed = registry.QueryInfoKey(root)
        if values or subkeys > _MOST:
            raise ValueError("unknown words")
        tables: dict[str, Any] = {}
        for place in range(subkeys):
            name = registry.EnumKey(root, place)
            with registry.OpenKey(root, name, 0, access) as key:
                tables[name.lower()] = _words(registry, key)
    return tables


def _words(registry: Any, key: Any) -> dict[str, bool]:
    below, count, _changed = registry.QueryInfoKey(key)
    if below or count > _MOST:
        raise ValueError("unknown words")
    words: dict[str, bool] = {}
    for place in range(count):
        name, value, kind = registry.EnumValue(key, place)
        if kind != registry.REG_DWORD or value not in (0, 1):
            raise ValueError("neither true nor false")
        words[name.lower()] = value == 1
    return words
