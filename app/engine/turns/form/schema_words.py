"""The words of JSON Schema: which are kept to, which are advice, which are refused.

Job: sort keywords and tell alternatives apart. Rule: every keyword that says something about a value
stands in exactly one of these lists.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import combinations
from typing import Any

TYPES = frozenset({"object", "array", "string", "integer", "number", "boolean", "null"})
MOST_ITEMS = 1000
"""Items of the longest array; a list that may be longer is ended there."""

_BY_TYPE = {
    "object": frozenset({"properties", "required", "additionalProperties"}),
    "array": frozenset({"items", "prefixItems", "minItems", "maxItems"}),
    "string": frozenset({"minLength", "maxLength"}),
    "number": frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}),
}
UNENFORCED = frozenset(
    {
        *("not", "if", "then", "else", "pattern", "multipleOf", "uniqueItems"),
        *("contains", "minContains", "maxContains", "additionalItems", "unevaluatedItems"),
        *("patternProperties", "propertyNames", "minProperties", "maxProperties"),
        *("dependentRequired", "dependentSchemas", "dependencies", "unevaluatedProperties"),
        *("$dynamicRef", "$recursiveRef"),
    }
)
"""Refused, unless their value is false, which asks for nothing that is not done anyway."""
KEYWORDS = frozenset({"type", "enum", "const", "$ref", "allOf", "anyOf", "oneOf"}).union(
    UNENFORCED, *_BY_TYPE.values()
)
"""Words that bind; every other is advice."""


def type_by_keywords(words: frozenset[str]) -> str | None:
    """Return the type that untyped keywords are about; None when they say nothing of a type."""
    return next((kind for kind, own in _BY_TYPE.items() if own & words), None)


def are_disjoint(schemas: Sequence[Any]) -> bool:
    """Return whether it is plain to see that no value can be valid under two of the schemas."""
    return all(_differ(one, other) for one, other in combinations(schemas, 2))


def _differ(one: Any, other: Any) -> bool:
    if not isinstance(one, dict) or not isinstance(other, dict):
        return False
    mine, theirs = _values(one), _values(other)
    if mine is not None and theirs is not None and not mine & theirs:
        return True
    if not _types(one) & _types(other):
        return True
    shared = set(_names(one)) & set(_names(other))
    return any(
        (mine := _values(one["properties"].get(name))) is not None
        and (theirs := _values(other["properties"].get(name))) is not None
        and not mine & theirs
        for name in shared
    )


def _names(schema: dict[str, Any]) -> list[str]:
    """Return the members an object must have and whose form is given."""
    named, required = schema.get("properties"), schema.get("required")
    if schema.get("type") != "object" or not isinstance(named, dict) or not isinstance(required, list):
        return []
    return [name for name in required if isinstance(name, str) and name in named]


def _values(schema: Any) -> frozenset[str] | None:
    """Return the only values a schema allows, as text; None for any other schema."""
    if not isinstance(schema, dict):
        return None
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    if not isinstance(values, list):
        return None
    return frozenset(json.dumps(value, sort_keys=True) for value in values)


def _types(schema: dict[str, Any]) -> frozenset[str]:
    """Return the types a schema allows, whole numbers counted as numbers."""
    kinds = schema.get("type")
    if kinds is None:
        return TYPES
    listed = kinds if isinstance(kinds, list) else [kinds]
    return frozenset("number" if kind == "integer" else str(kind) for kind in listed)
