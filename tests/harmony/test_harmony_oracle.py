"""openai-harmony, the format's reference, agrees on everything well-formed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.harmony.conversation_json import conversation_from_json
from app.harmony.parser import parse
from app.harmony.renderer import Renderer
from app.harmony.vocabulary import Vocabulary

_FIXTURES = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def reference(conformance: Path) -> Iterator[Any]:
    """Give the reference, reading its vocabulary from the conformance folder, not from a network."""
    before = os.environ.get("TIKTOKEN_ENCODINGS_BASE")
    os.environ["TIKTOKEN_ENCODINGS_BASE"] = str(conformance)
    try:
        import openai_harmony  # the variable must be set before its first use

        name = openai_harmony.HarmonyEncodingName.HARMONY_GPT_OSS
        yield openai_harmony.load_harmony_encoding(name)
    finally:
        if before is None:
            del os.environ["TIKTOKEN_ENCODINGS_BASE"]
        else:
            os.environ["TIKTOKEN_ENCODINGS_BASE"] = before


texts = st.text(max_size=40)
names = st.sampled_from(["functions.get_weather", "python", "browser.search", "lookup"])
# Short fractions only: the reference reads long ones inexactly.
fractions = st.sampled_from([0.1, 1.0, -2.5, -0.0, 1e-4, 1.5e-5, 1e-7, 1e15, 1e16, 2.5e21, -3e-10])
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**9), 10**9), fractions, st.text(max_size=6)
)
types = st.sampled_from(["string", "number", "integer", "boolean", "object", "array", "null", "odd"])


def _described(schema: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    extra: dict[str, st.SearchStrategy[Any]] = {
        "title": texts,
        "description": texts,
        "default": scalars,
        "nullable": st.booleans(),
        "examples": st.lists(st.one_of(texts, st.integers()), max_size=2),
        "enum": st.lists(st.one_of(texts, st.integers()), max_size=3),
    }
    return st.builds(
        lambda base, more: {**more, **base}, schema, st.fixed_dictionaries({}, optional=extra)
    )


leaves = _described(
    st.one_of(
        st.builds(lambda kind: {"type": kind}, types),
        st.builds(lambda kinds: {"type": kinds}, st.lists(types, max_size=3)),
        st.just({}),
    )
)


def _composed(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    keys = st.text("abc_", min_size=1, max_size=4)
    objects = st.builds(
        lambda properties, required: {"type": "object", "properties": properties, "required": required},
        st.dictionaries(keys, inner, max_size=3),
        st.lists(keys, max_size=2),
    )
    arrays = st.builds(lambda items: {"type": "array", "items": items}, inner)
    choices = st.builds(lambda items: {"oneOf": items}, st.lists(inner, max_size=3))
    return _described(st.one_of(objects, arrays, choices))


schemas = st.recursive(leaves, _composed, max_leaves=6)
tools = st.builds(
    lambda name, description, parameters: {
        "name": name,
        "description": description,
        "parameters": parameters,
    },
    st.text("abc", min_size=1, max_size=5),
    texts,
    st.one_of(st.none(), schemas),
)
groups = st.dictionaries(
    st.sampled_from(["functions", "browser", "python", "other"]),
    st.builds(
        lambda name, description, items: {"name": name, "description": description, "tools": items},
        st.sampled_from(["functions", "browser"]),
        st.one_of(st.none(), texts),
        st.lists(tools, max_size=2),
    ),
    max_size=3,
)
systems = st.fixed_dictionaries(
    {"type": st.just("system_content")},
    optional={
        "model_identity": texts,
        "reasoning_effort": st.sampled_from(["Low", "Medium", "High"]),
        "conversation_start_date": texts,
        "knowledge_cutoff": texts,
        "channel_config": st.fixed_dictionaries(
            {
                "valid_channels": st.lists(st.sampled_from(["analysis", "final"]), max_size=2),
                "channel_required": st.booleans(),
            }
        ),
        "tools": groups,
    },
)
developers = st.fixed_dictionaries(
    {"type": st.just("developer_content")}, optional={"instructions": texts, "tools": groups}
)


def _message(role: str, content: Any, **more: Any) -> dict[str, Any]:
    return {"role": role, "content": [content] if isinstance(content, dict) else content, **more}


plain = st.one_of(
    st.builds(lambda text: _message("user", {"type": "text", "text": text}), texts),
    st.builds(
        lambda text: _message("assistant", {"type": "text", "text": text}, channel="final"), texts
    ),
    st.builds(lambda text: _message("assistant", text, channel="commentary"), texts),
    st.builds(
        lambda text, name: _message(
            "assistant",
            text,
            channel="commentary",
            recipient=name,
            content_type="<|constrain|>json",
        ),
        texts,
        names,
    ),
    st.builds(
        lambda text, name: _message(
            "tool", text, name=name, channel="commentary", recipient="assistant"
        ),
        texts,
        names,
    ),
)
thoughts = st.builds(lambda text: _message("assistant", text, channel="analysis"), texts)
heads = st.one_of(
    st.builds(lambda content: _message("system", content), systems),
    st.builds(lambda content: _message("developer", content), developers),
)


def _reference_ids(
    reference: Any, messages: list[dict[str, Any]], mode: str, *, drop: bool
) -> list[int]:
    """Ask the reference's own core, with the JSON as it stands."""
    payload, config = json.dumps({"messages": messages}), {"auto_drop_analysis": drop}
    core = reference._inner
    if mode == "training":
        ids = core.render_conversation_for_training(conversation_json=payload, config=config)
    elif mode == "history":
        ids = core.render_conversation(conversation_json=payload, config=config)
    else:
        ids = core.render_conversation_for_completion(
            conversation_json=payload, next_turn_role="assistant", config=config
        )
    return [int(token) for token in ids]


def _ours(vocabulary: Vocabulary, messages: list[dict[str, Any]], mode: str, *, drop: bool) -> list[int]:
    renderer = Renderer(vocabulary)
    conversation = conversation_from_json({"messages": messages})
    modes = {
        "completion": renderer.completion,
        "history": renderer.history,
        "training": renderer.training,
    }
    return modes[mode](conversation, auto_drop_analysis=drop)


@_FIXTURES
@given(
    st.lists(heads, max_size=2),
    st.lists(st.one_of(plain, thoughts), max_size=6),
    st.sampled_from(["completion", "history", "training"]),
)
def test_rendering_agrees_when_nothing_is_dropped(
    reference: Any,
    official: Vocabulary,
    head: list[dict[str, Any]],
    tail: list[dict[str, Any]],
    mode: str,
) -> None:
    messages = head + tail
    expected = _reference_ids(reference, messages, mode, drop=False)
    assert official.describe(_ours(official, messages, mode, drop=False)) == official.describe(expected)
    assert _ours(official, messages, mode, drop=False) == expected


@_FIXTURES
@given(st.lists(thoughts, max_size=2), st.lists(plain, max_size=5))
def test_rendering_agrees_on_dropping_within_one_answer(
    reference: Any,
    official: Vocabulary,
    reasoning: list[dict[str, Any]],
    rest: list[dict[str, Any]],
) -> None:
    """Both drop the reasoning before the first answer when the last assistant message is an answer."""
    messages = [_message("user", "q"), *reasoning, *rest, _message("assistant", "a", channel="final")]
    expected = _reference_ids(reference, messages, "completion", drop=True)
    assert _ours(official, messages, "completion", drop=True) == expected


def test_the_second_place_where_we_differ_on_purpose(reference: Any, official: Vocabulary) -> None:
    """During a later tool chain the reference drops nothing; reasoning of earlier turns goes here."""
    first = [
        _message("assistant", "old", channel="analysis"),
        _message("assistant", "a", channel="final"),
    ]
    chain = [
        _message("assistant", "new", channel="analysis"),
        _message("assistant", "{}", channel="commentary", recipient="functions.f"),
        _message("tool", "1", name="functions.f"),
    ]
    messages = [_message("user", "q"), *first, _message("user", "r"), *chain]
    ours = official.describe(_ours(official, messages, "completion", drop=True))
    theirs = official.describe(_reference_ids(reference, messages, "completion", drop=True))
    assert ours == theirs.replace("<|start|>assistant<|channel|>analysis<|message|>old<|end|>", "")
    assert "new" in ours


@_FIXTURES
@given(st.lists(st.one_of(plain, thoughts), min_size=1, max_size=5), st.booleans())
def test_parsing_agrees_on_what_the_reference_writes(
    reference: Any, official: Vocabulary, messages: list[dict[str, Any]], cut: bool
) -> None:
    ids = _reference_ids(reference, messages, "training", drop=False)
    ids = ids[:-1] if cut else ids
    ours = [
        (m.role, m.name, m.channel, m.recipient, m.content_type, m.content)
        for m in parse(official, ids, None).messages
    ]
    theirs = [
        (m.author.role.value, m.author.name, m.channel, m.recipient, m.content_type, m.content[0].text)
        for m in reference.parse_messages_from_completion_tokens(ids, None)
    ]
    assert ours == theirs


@_FIXTURES
@given(st.binary(max_size=24))
def test_broken_text_agrees_on_what_can_be_read(official: Vocabulary, data: bytes) -> None:
    ids = [next(i for i in range(256) if official.piece(i) == bytes((byte,))) for byte in data]
    parsed = parse(official, [official.special["message"], *ids], "assistant")
    assert parsed.messages[0].content == data.decode("utf-8", "replace")
