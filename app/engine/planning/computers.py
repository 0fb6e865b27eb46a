"""Described computers: the ones that ship with the program, and a person's own.

Job: read a small TOML file into a :class:`Computer`, so that a plan for a computer can be made anywhere.
Rule: a file is checked value by value and refused with one plain sentence; what it says is never
repeated, only the names of its keys that we know.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from app.core.errors import UserError
from app.core.paths import resources_dir
from app.core.shown_name import shown_name
from app.engine.protocol.plan import Computer, Device

SYSTEMS = ("linux", "macos", "windows")
KINDS = ("metal", "cuda", "vulkan")
MAX_BYTES = 8 * 2**10
"""A name of thousands of parts takes a TOML reader time that grows with the square of its length."""
_MOST_MIB = 2.0**26
_MOST_GBS = 1e5
_MOST_CORES, _MOST_DEVICES, _MOST_NAME = 1024, 16, 60
_KEYS = ("system", "ram_mib", "available_mib", "cores", "bandwidth_gbs", "devices")
_DEVICE_KEYS = ("name", "kind", "budget_mib", "shared")
_OPTIONAL = frozenset({"bandwidth_gbs", "devices", "shared"})
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


def shipped() -> tuple[str, ...]:
    """Return the names of the computers that ship with the program."""
    return tuple(sorted(path.stem for path in _folder().glob("*.toml")))


def described(name_or_file: str) -> Computer:
    """Return a described computer by its name or its file. Raises UserError ``plan.computer_*``."""
    if name_or_file in shipped():
        return read(_folder() / f"{name_or_file}.toml")
    try:
        return read(Path(name_or_file))
    except UserError as error:
        if error.code == "plan.computer_unreadable" and _NAME.fullmatch(name_or_file):
            raise UserError("plan.computer_unknown", names=", ".join(shipped())) from None
        raise


def read(path: Path) -> Computer:
    """Return the computer a file describes. Raises UserError ``plan.computer_*``."""
    try:
        if path.exists() and not path.is_file():
            raise UserError("plan.computer_unreadable")  # a pipe would be waited for
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError):  # ValueError: a name no file can have
        raise UserError("plan.computer_unreadable") from None
    name = shown_name(path.stem, _MOST_NAME)
    return parse(data, name)


def parse(data: bytes, name: str) -> Computer:
    """Return the computer the bytes of a TOML file describe. Raises UserError ``plan.computer_*``."""
    if len(data) > MAX_BYTES:
        raise UserError("plan.computer_too_large")
    try:
        table = tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise UserError("plan.computer_not_toml") from None
    _check_keys(table, _KEYS)
    ram = _number(table, "ram_mib", _MOST_MIB)
    available = _number(table, "available_mib", _MOST_MIB, least=0.0)
    if available > ram:
        raise UserError("plan.computer_wrong", field="available_mib")
    devices = table.get("devices", [])
    if not isinstance(devices, list) or len(devices) > _MOST_DEVICES:
        raise UserError("plan.computer_wrong", field="devices")
    return Computer(
        name=name,
        system=_choice(table, "system", SYSTEMS),
        ram_mib=ram,
        available_mib=available,
        cores=_whole(table, "cores", _MOST_CORES),
        devices=tuple(_device(device) for device in devices),
        bandwidth_gbs=_number(table, "bandwidth_gbs", _MOST_GBS, least=0.0, default=0.0),
    )


def _device(data: object) -> Device:
    if not isinstance(data, dict):
        raise UserError("plan.computer_wrong", field="devices")
    _check_keys(data, _DEVICE_KEYS)
    name, shared = data["name"], data.get("shared", False)
    if not isinstance(name, str) or not name.isprintable() or not 0 < len(name) <= _MOST_NAME:
        raise UserError("plan.computer_wrong", field="name")
    if not isinstance(shared, bool):
        raise UserError("plan.computer_wrong", field="shared")
    return Device(
        name=name,
        kind=_choice(data, "kind", KINDS),
        budget_mib=_number(data, "budget_mib", _MOST_MIB, least=0.0),
        shared=shared,
    )


def _check_keys(table: dict[str, Any], keys: tuple[str, ...]) -> None:
    for key in keys:
        if key not in table and key not in _OPTIONAL:
            raise UserError("plan.computer_missing", field=key)
    if set(table) - set(keys):
        raise UserError("plan.computer_unknown_key", keys=", ".join(keys))


def _choice(table: dict[str, Any], key: str, choices: tuple[str, ...]) -> str:
    value = table[key]
    if not isinstance(value, str) or value not in choices:
        raise UserError("plan.computer_wrong", field=key)
    return value


def _number(
    table: dict[str, Any], key: str, most: float, least: float = 1.0, default: float | None = None
) -> float:
    value = table.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UserError("plan.computer_wrong", field=key)
    if not least <= value <= most:  # as it is no number, or not a finite one, too
        raise UserError("plan.computer_wrong", field=key)
    return float(value)


def _whole(table: dict[str, Any], key: str, most: int) -> int:
    value = table[key]
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise UserError("plan.computer_wrong", field=key)
    return value


def _folder() -> Path:
    return resources_dir() / "computers"
