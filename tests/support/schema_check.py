"""Checks a value against a JSON Schema, for the tests of answers in a form.

Job: the keywords the program keeps to, straight from their definition. Rule: shares no line with the
program; a keyword it does not know fails the test instead of passing.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from math import inf
from typing import Any
from uuid import UUID

_KNOWN = {
    *("type", "properties", "required", "additionalProperties", "items", "prefixItems", "minItems"),
    *("maxItems", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "$defs"),
    *("exclusiveMaximum", "enum", "const", "anyOf", "oneOf", "$ref", "format"),
}
_PYTHON: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


def valid(value: Any, schema: Any, root: Any) -> bool:
    """Return whether ``value`` is valid under ``schema``, a part of ``root``."""
    if isinstance(schema, bool):
        return schema
    assert schema.keys() <= _KNOWN
    if "$ref" in schema:
        target = root
        for step in schema["$ref"].split("/")[1:]:
            target = target[step]
        return valid(value, target, root)
    if "anyOf" in schema:
        return any(valid(value, one, root) for one in schema["anyOf"])
    if "oneOf" in schema:
        return sum(valid(value, one, root) for one in schema["oneOf"]) == 1
    if "const" in schema:
        return bool(value == schema["const"])
    if "enum" in schema:
        return any(value == one and type(value) is type(one) for one in schema["enum"])
    return _has_type(value, schema.get("type")) and _plain(value, schema) and _inner(value, schema, root)


def _has_type(value: Any, kinds: Any) -> bool:
    names = kinds if isinstance(kinds, list) else [kinds]
    return kinds is None or any(
        isinstance(value, _PYTHON[name]) and (name == "boolean") == isinstance(value, bool)
        for name in names
    )


def _plain(value: Any, schema: dict[str, Any]) -> bool:
    if isinstance(value, int | float) and not isinstance(value, bool):
        low, high = schema.get("minimum", value), schema.get("maximum", value)
        above, below = (
            schema.get("exclusiveMinimum", -inf),
            schema.get("exclusiveMaximum", inf),
        )
        return bool(low <= value <= high and above < value < below)
    if isinstance(value, str):
        if not _has_format(value, schema.get("format")):
            return False
        return bool(schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)))
    return True


def _has_format(value: str, name: str | None) -> bool:
    try:
        if name == "date":
            date.fromisoformat(value)
        elif name == "date-time":
            datetime.fromisoformat(value)
            return re.fullmatch(r".{10}T.{8}(\.\d+)?(Z|[+-]..:..)", value) is not None
        elif name == "uuid":
            UUID(value)
    except ValueError:
        return False
    return True


def _inner(value: Any, schema: dict[str, Any], root: Any) -> bool:
    if isinstance(value, list):
        first = schema.get("prefixItems", [])
        rest = schema.get("items", True)
        return (
            schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value))
            and all(valid(item, one, root) for item, one in zip(value, first, strict=False))
            and all(valid(item, rest, root) for item in value[len(first) :])
        )
    if isinstance(value, dict):
        named = schema.get("properties", {})
        more = schema.get("additionalProperties", True)
        return set(schema.get("required", [])) <= value.keys() and all(
            valid(inner, named.get(name, more), root) for name, inner in value.items()
        )
    return True
