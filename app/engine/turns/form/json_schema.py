"""A JSON Schema as a grammar.

Job: turn the schema a person gives into rules that only values valid under it can follow. Rule: a
keyword that cannot be enforced is refused by name, never passed over; what JSON Schema itself calls
advice (titles, unknown formats) is. Nothing outside the text is ever looked up.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from app.core.errors import UserError
from app.engine.protocol.errands import LONGEST_SCHEMA_KIB
from app.engine.turns.form.grammar_rules import (
    EMPTY,
    Piece,
    Rules,
    TooManyRulesError,
    literal,
    row,
    times,
)
from app.engine.turns.form.schema_numbers import (
    FORMATS,
    HIGHEST,
    formatted,
    number,
    text_of,
    whole_number,
)
from app.engine.turns.form.schema_words import (
    KEYWORDS,
    MOST_ITEMS,
    TYPES,
    UNENFORCED,
    are_disjoint,
    type_by_keywords,
)

HIGHEST_LENGTH = 500_000
"""Characters of the longest string a schema may ask for."""
_DEEPEST = 64
_FREE_DEPTH = 5
"""How deep a value nests that the schema leaves free, so that it comes to an end."""


def parse_schema(text: str) -> Any:
    """Return the schema as plain data. Raises UserError ``engine.schema_*``."""
    if len(text.encode("utf-8", "surrogatepass")) > LONGEST_SCHEMA_KIB * 1024:
        raise UserError("engine.schema_too_large", limit=LONGEST_SCHEMA_KIB)
    try:
        schema = json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        raise UserError("engine.schema_not_json") from None
    if not isinstance(schema, dict | bool):
        raise UserError("engine.schema_invalid")
    return schema


def grammar_of(text: str) -> str:
    """Return the grammar for a schema's text. Raises UserError ``engine.schema_*``."""
    schema = parse_schema(text)
    try:
        return _Converter(schema).grammar()
    except (TooManyRulesError, RecursionError):
        raise UserError("engine.schema_too_complex") from None


def _no_constant(_word: str) -> NoReturn:
    raise ValueError


def _finite(word: str) -> float:
    number = float(word)
    if not math.isfinite(number):  # one no computer can hold
        raise UserError("engine.schema_invalid")
    return number


class _Converter:
    """Converts one schema, used once."""

    def __init__(self, schema: Any) -> None:
        self._schema = schema
        self._rules = Rules()
        self._by_pointer: dict[str, str] = {}
        self._free: list[Piece] = []
        white = Piece(r'" " | "\n"{1,2} [ \t]{0,20}')
        self._gap = self._rules.add(EMPTY, white)

    def grammar(self) -> str:
        """Return the grammar's text. Raises UserError ``engine.schema_*``."""
        text = self._rules.text(self._reference("#", 0))
        if text is None:
            raise UserError("engine.schema_endless")
        return text

    # --- any schema -----------------------------------------------------------------------------

    def _value(self, schema: Any, depth: int) -> Piece:
        if depth > _DEEPEST:
            raise UserError("engine.schema_too_complex")
        if schema is True:
            return self._any()
        if schema is False:
            return self._rules.add()
        if not isinstance(schema, dict):
            raise UserError("engine.schema_invalid")
        words = KEYWORDS & frozenset(schema)
        for word in sorted(words & UNENFORCED):
            if schema[word] is not False:
                raise UserError("engine.schema_unsupported", keyword=word)
        words -= UNENFORCED
        for word in ("$ref", "allOf", "anyOf", "oneOf"):
            if word in words:
                return self._combined(schema, word, words, depth)
        if words & {"enum", "const"}:
            return self._constants(schema, words)
        return self._typed(schema, words, depth)

    def _combined(self, schema: dict[str, Any], word: str, words: frozenset[str], depth: int) -> Piece:
        others = sorted(words - {word})
        if others:
            raise UserError("engine.schema_unsupported", keyword=f"{word} + {others[0]}")
        inner = schema[word]
        if word == "$ref":
            return self._reference(inner, depth)
        if not isinstance(inner, list) or not inner:
            raise UserError("engine.schema_invalid")
        if (word == "allOf" and len(inner) > 1) or (
            word == "oneOf" and not are_disjoint([self._looked_up(one) for one in inner])
        ):
            raise UserError("engine.schema_unsupported", keyword=word)
        return self._rules.add(*(self._value(one, depth + 1) for one in inner))

    def _typed(self, schema: dict[str, Any], words: frozenset[str], depth: int) -> Piece:
        kinds = schema.get("type", type_by_keywords(words))
        if kinds is None:
            return self._any()
        listed = kinds if isinstance(kinds, list) else [kinds]
        if not listed or any(not isinstance(kind, str) or kind not in TYPES for kind in listed):
            raise UserError("engine.schema_invalid")
        return self._rules.add(*(self._of_type(schema, kind, depth) for kind in dict.fromkeys(listed)))

    def _of_type(self, schema: dict[str, Any], kind: str, depth: int) -> Piece:
        if kind == "object":
            return self._object(schema, depth)
        if kind == "array":
            return self._array(schema, depth)
        if kind == "string":
            return self._string(schema)
        if kind == "integer":
            low, high = self._bounds(schema, exact=False)
            return whole_number(
                self._rules, -HIGHEST if low is None else low, HIGHEST if high is None else high
            )
        if kind == "number":
            return number(self._rules, *self._bounds(schema, exact=True))
        words = ("true", "false") if kind == "boolean" else ("null",)
        return self._rules.add(*map(literal, words))

    # --- references -----------------------------------------------------------------------------

    def _reference(self, pointer: Any, depth: int) -> Piece:
        target = self._target(pointer)
        if pointer in self._by_pointer:
            return self._rules.named(self._by_pointer[pointer])
        name = self._by_pointer[pointer] = self._rules.reserve()
        return self._rules.set(name, (self._value(target, depth + 1),))

    def _target(self, pointer: Any) -> Any:
        if not isinstance(pointer, str):
            raise UserError("engine.schema_invalid")
        if pointer != "#" and not pointer.startswith("#/"):
            raise UserError("engine.schema_elsewhere")
        found = self._schema
        for step in pointer.split("/")[1:]:
            step = step.replace("%25", "%").replace("~1", "/").replace("~0", "~")  # noqa: PLW2901 - unescaped
            if isinstance(found, dict) and step in found:
                found = found[step]
            elif isinstance(found, list) and step in map(str, range(len(found))):
                found = found[int(step)]
            else:
                raise UserError("engine.schema_invalid")
        return found

    def _looked_up(self, schema: Any) -> Any:
        """Return what a schema that only refers stands for."""
        for _ in range(_DEEPEST):
            if not isinstance(schema, dict) or "$ref" not in schema:
                break
            schema = self._target(schema["$ref"])
        return schema

    # --- objects and arrays ---------------------------------------------------------------------

    def _object(self, schema: dict[str, Any], depth: int) -> Piece:
        named, required = schema.get("properties", {}), schema.get("required", [])
        more = schema.get("additionalProperties", True)
        if (
            not isinstance(named, dict)
            or not isinstance(required, list)
            or any(not isinstance(name, str) for name in required)
        ):
            raise UserError("engine.schema_invalid")
        named = {**named, **{name: more for name in required if name not in named}}
        opening, closing, empty = literal("{"), literal("}"), row(literal("{"), self._gap, literal("}"))
        if named:
            # Names the schema does not give are left out: one of them could be given twice.
            members, can_be_empty = self._members(named, set(required), depth)
        elif more is False:
            return empty
        else:
            entry = row(text_of(self._rules, 0, None), *self._after_name(self._value(more, depth + 1)))
            members, can_be_empty = self._list_of(entry, 1, None), True
        full = row(opening, self._gap, members, self._gap, closing)
        return self._rules.add(empty, full) if can_be_empty else full

    def _after_name(self, value: Piece) -> tuple[Piece, ...]:
        return literal(":"), self._gap, value

    def _members(self, named: dict[str, Any], required: set[str], depth: int) -> tuple[Piece, bool]:
        """Return the members in the schema's order, at least one; and whether there may be none."""
        rules = self._rules
        entries = [
            (row(_text(name), *self._after_name(self._value(one, depth + 1))), name in required)
            for name, one in named.items()
        ]
        rest, begun, can_be_empty = EMPTY, rules.add(), True
        for entry, is_required in reversed(entries):
            first = row(entry, rest)
            following = row(literal(","), self._gap, entry, rest)
            rest = rules.add(following) if is_required else rules.add(following, rest)
            begun = rules.add(first) if is_required else rules.add(first, begun)
            can_be_empty = can_be_empty and not is_required
        return begun, can_be_empty

    def _array(self, schema: dict[str, Any], depth: int) -> Piece:
        least, most = _count(schema, "minItems") or 0, _count(schema, "maxItems")
        first, rest = schema.get("prefixItems", []), schema.get("items", True)
        if isinstance(rest, list):  # as older schemas write prefixItems
            first, rest = rest, schema.get("additionalItems", True)
        if not isinstance(first, list):
            raise UserError("engine.schema_invalid")
        if least > MOST_ITEMS:
            raise UserError("engine.schema_unsupported", keyword="minItems")
        if most is not None and most < least:
            return self._rules.add()
        first = first if most is None else first[:most]
        before = [self._value(one, depth + 1) for one in first]
        needed = max(0, least - len(before))
        if before:  # what comes after a fixed beginning only if it must
            most = least
        room = MOST_ITEMS if most is None else min(most, MOST_ITEMS) - len(before)
        opening, closing = literal("["), literal("]")
        empty = row(opening, self._gap, closing)
        if not before and room <= 0:
            return empty
        parts = before
        if needed or (not before and room > 0):
            item = self._value(rest, depth + 1)
            limit = None if most is None else room
            parts = [*before, self._list_of(item, max(1, needed), limit)]
        joined = parts[0]
        for part in parts[1:]:
            joined = row(joined, literal(","), self._gap, part)
        full = row(opening, self._gap, joined, self._gap, closing)
        return full if before or needed else self._rules.add(empty, full)

    def _list_of(self, item: Piece, least: int, most: int | None) -> Piece:
        """Return items with commas between them, at least one."""
        more = row(literal(","), self._gap, item)
        parts = [item]
        if least > 1:
            parts.append(times(more, least - 1, least - 1))
        if most is None:
            parts.append(self._rules.add(EMPTY, times(more, 1, None)))
        elif most > least:
            parts.append(self._rules.add(EMPTY, times(more, 1, most - least)))
        return row(*parts)

    # --- plain values ---------------------------------------------------------------------------

    def _constants(self, schema: dict[str, Any], words: frozenset[str]) -> Piece:
        others = sorted(words - {"enum", "const", "type"})
        values = [schema["const"]] if "const" in schema else schema["enum"]
        if not isinstance(values, list):
            raise UserError("engine.schema_invalid")
        if others or words >= {"enum", "const"}:
            raise UserError("engine.schema_unsupported", keyword=f"enum + {(others or ['const'])[0]}")
        kinds = schema.get("type")
        listed = kinds if isinstance(kinds, list) else [kinds]
        if any(not isinstance(kind, str | None) for kind in listed):
            raise UserError("engine.schema_invalid")
        kept = [one for one in values if kinds is None or any(_is_of(one, kind) for kind in listed)]
        return self._rules.add(*map(_text, kept))

    def _string(self, schema: dict[str, Any]) -> Piece:
        form = schema.get("format", "")
        if not isinstance(form, str):
            raise UserError("engine.schema_invalid")
        if form in FORMATS and not {"minLength", "maxLength"} & schema.keys():
            return formatted(self._rules, form)
        least, most = _count(schema, "minLength") or 0, _count(schema, "maxLength")
        if max(least, most or 0) > HIGHEST_LENGTH:
            raise UserError("engine.schema_unsupported", keyword="maxLength")
        return text_of(self._rules, least, most)

    def _bounds(self, schema: dict[str, Any], *, exact: bool) -> tuple[int | None, int | None]:
        """Return the least and greatest whole number within the bounds; ``exact``: as they stand."""
        found: dict[str, int | None] = {"minimum": None, "maximum": None}
        for word, side in (("minimum", 1), ("maximum", -1)):
            strict = f"exclusive{word.capitalize()}"
            for name, step in ((word, 0), (strict, 1)):
                bound = schema.get(name)
                if bound is None or bound is False:
                    continue
                if isinstance(bound, bool) or not isinstance(bound, int | float):
                    raise UserError("engine.schema_invalid")
                if abs(bound) > HIGHEST or (exact and (step or bound != int(bound))):
                    raise UserError("engine.schema_unsupported", keyword=name)
                whole = math.ceil(bound * side) + (step if bound == int(bound) else 0)
                before = found[word]
                found[word] = side * (whole if before is None else max(whole, before * side))
        return found["minimum"], found["maximum"]

    def _any(self) -> Piece:
        """Return any value at all, nested a few levels deep."""
        if not self._free:
            rules = self._rules
            text = text_of(rules, 0, None)
            plain = rules.add(text, number(rules, None, None), *map(literal, ("true", "false", "null")))
            self._free.append(plain)
            for _ in range(_FREE_DEPTH):
                inner = self._free[-1]
                entries = self._list_of(row(text, *self._after_name(inner)), 1, None)
                items = self._list_of(inner, 1, None)
                found = [plain]
                for opening, middle, closing in (("{", entries, "}"), ("[", items, "]")):
                    found.append(row(literal(opening), self._gap, literal(closing)))
                    found.append(row(literal(opening), self._gap, middle, self._gap, literal(closing)))
                self._free.append(rules.add(*found))
        return self._free[-1]


def _count(schema: dict[str, Any], word: str) -> int | None:
    value = schema.get(word)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0 or value != int(value):
        raise UserError("engine.schema_invalid")
    return int(value)


def _text(value: Any) -> Piece:
    """Return a value exactly as JSON writes it."""
    written = json.dumps(value, ensure_ascii=False)
    if not written.isprintable():
        written = json.dumps(value)
    return literal(written)


def _is_of(value: Any, kind: Any) -> bool:
    if isinstance(value, bool):
        return bool(kind == "boolean")
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if kind == "integer":
        return whole
    if kind == "number":
        return isinstance(value, int | float)
    types: dict[Any, type] = {"object": dict, "array": list, "string": str, "null": type(None)}
    return kind in types and isinstance(value, types[kind])
