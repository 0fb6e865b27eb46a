"""A function's JSON Schema as the TypeScript the model was trained to read.

Job: one type expression per schema, in the layout of the reference renderer. Rule: total; whatever
the layout has no word for (anyOf, $ref, const, very deep nesting) becomes ``any``.
"""

from __future__ import annotations

import json
import re
from typing import Any

_MAX_DEPTH = 100
_SIMPLE = {"number": "number", "integer": "number", "boolean": "boolean"}
_EXPONENT = re.compile(r"(-?)(\d)(?:\.(\d+))?e([+-])(\d+)")


def type_of(schema: Any, indent: str = "", depth: int = 0) -> str:
    """Return the TypeScript type of ``schema``; lines after the first begin with ``indent``."""
    if not isinstance(schema, dict) or depth > _MAX_DEPTH:
        return "any"
    if isinstance(schema.get("oneOf"), list):
        return "".join(
            f"\n{indent} | {_nullable(variant, indent + '   ', depth)}"
            + _trailing(_description(variant), _default(variant, quote_enum=True))
            for variant in schema["oneOf"]
        )
    kind = schema.get("type")
    if isinstance(kind, list):
        names = ["number" if name == "integer" else name for name in kind if isinstance(name, str)]
        return " | ".join(names) or "any"
    if not isinstance(kind, str):
        return "any"
    if kind == "object":
        return _object(schema, indent, depth)
    if kind == "array":
        has_items = "items" in schema
        return f"{type_of(schema['items'], indent, depth + 1)}[]" if has_items else "Array<any>"
    if kind == "string":
        values = schema.get("enum")
        quoted = [f'"{value}"' for value in _texts(values)]
        return " | ".join(quoted) or "string"
    return _SIMPLE.get(kind, "any")


def _object(schema: dict[str, Any], indent: str, depth: int) -> str:
    description = _description(schema)
    out = [] if description is None else [f"{indent}// {description}\n"]
    out.append("{\n")
    properties = schema.get("properties")
    required = set(_texts(schema.get("required")))
    for key, value in properties.items() if isinstance(properties, dict) else ():
        name = key if key in required else f"{key}?"
        out += _property(name, value, indent, depth)
    return "".join([*out, indent, "}"])


def _property(name: str, value: Any, indent: str, depth: int) -> list[str]:
    """Return the lines of one property, comments first."""
    fields = value if isinstance(value, dict) else {}
    out: list[str] = []
    if isinstance(fields.get("title"), str):
        out.append(f"{indent}// {fields['title']}\n{indent}//\n")
    description = _description(fields)
    if description is not None and "oneOf" not in fields:
        out.append(f"{indent}// {description}\n")
    if isinstance(fields.get("examples"), list) and fields["examples"]:
        out.append(f"{indent}// Examples:\n")
        out += [f'{indent}// - "{example}"\n' for example in _texts(fields["examples"])]
    if isinstance(fields.get("oneOf"), list):
        return out + _choice(name, fields, indent, depth)
    comment = None if "oneOf" in fields else _default(fields)
    type_name = _nullable(value, indent + "    ", depth)
    return [*out, f"{indent}{name}: {type_name},{_trailing(comment)}\n"]


def _choice(name: str, fields: dict[str, Any], indent: str, depth: int) -> list[str]:
    """Return a property with ``oneOf``: one variant a line, each with its own comment."""
    variants = fields["oneOf"]
    description = _description(fields)
    # A description that only repeats the first variant's is not printed twice.
    above = bool(description is not None and not (variants and _description(variants[0]) == description))
    out = [f"{indent}// {description}\n"] if above else []
    default = _default(fields)
    if default is not None:
        out.append(f"{indent}// {default}\n")
    out.append(f"{indent}{name}:\n")
    for index, variant in enumerate(variants):
        own = _description(variant)
        silent = own == description or (index == 0 and above)
        comments = _trailing(None if silent else own, _default(variant))
        out.append(f"{indent} | {_nullable(variant, indent + '   ', depth)}{comments}\n")
    return [*out, f"{indent},\n"]


def _nullable(schema: Any, indent: str, depth: int) -> str:
    type_name = type_of(schema, indent, depth + 1)
    nullable = isinstance(schema, dict) and schema.get("nullable") is True
    return f"{type_name} | null" if nullable and "null" not in type_name else type_name


def _description(schema: Any) -> str | None:
    text = schema.get("description") if isinstance(schema, dict) else None
    return text if isinstance(text, str) else None


def _default(schema: Any, *, quote_enum: bool = False) -> str | None:
    """Return ``default: value``; a text is quoted unless the schema lists its values."""
    if not isinstance(schema, dict) or "default" not in schema:
        return None
    value = schema["default"]
    if not isinstance(value, str):
        return f"default: {compact_json(value)}"
    if isinstance(schema.get("enum"), list) and schema["enum"]:
        return f"default: {compact_json(value) if quote_enum else value}"
    return f'default: "{value}"'


def _trailing(*comments: str | None) -> str:
    present = [comment for comment in comments if comment is not None]
    return f" // {' '.join(present)}" if present else ""


def _texts(values: Any) -> list[str]:
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []


def compact_json(value: Any) -> str:
    """Return JSON without blanks, numbers written as the reference writes them (``1e-7``, ``1e16``)."""
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, list):
        return f"[{','.join(map(compact_json, value))}]"
    if isinstance(value, dict):
        return (
            f"{{{','.join(f'{compact_json(key)}:{compact_json(item)}' for key, item in value.items())}}}"
        )
    return json.dumps(value, ensure_ascii=False)


def _float(value: float) -> str:
    text = repr(value)
    match = _EXPONENT.fullmatch(text)
    if match is None:
        return text
    sign, first, rest, direction, digits = match.groups(default="")
    if direction == "-" and int(digits) == 5:
        return f"{sign}0.0000{first}{rest}"
    fraction = f".{rest}" if rest else ""
    return f"{sign}{first}{fraction}e{'-' if direction == '-' else ''}{int(digits)}"
