"""Shapes from headers: what is read, and what cannot be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.planning.planner import plan
from app.engine.planning.shape import ModelShape, ShapeError, shape_of
from app.engine.protocol.plan import Wishes
from tests.support.models.model_shapes import computer, shape

NUMBERS = {
    "gpt-oss.block_count": 2,
    "gpt-oss.attention.head_count": 4,
    "gpt-oss.attention.head_count_kv": 2,
    "gpt-oss.attention.key_length": 32,
    "gpt-oss.attention.value_length": 32,
    "gpt-oss.embedding_length": 64,
    "gpt-oss.expert_feed_forward_length": 64,
    "gpt-oss.expert_count": 8,
    "gpt-oss.expert_used_count": 2,
    "gpt-oss.attention.sliding_window": 128,
    "gpt-oss.context_length": 8192,
}
TENSORS = [
    ("token_embd.weight", 1000),
    ("output.weight", 900),
    ("output_norm.weight", 10),
    ("blk.0.attn_q.weight", 50),
    ("blk.0.ffn_gate_inp.weight", 5),
    ("blk.0.ffn_up_exps.weight", 300),
    ("blk.0.ffn_up_exps.bias", 3),
    ("blk.1.attn_q.weight", 60),
    ("blk.1.ffn_down_exps.weight", 400),
]


def test_each_tensor_is_counted_where_it_goes() -> None:
    found = _shape()
    assert (found.embedding_bytes, found.output_bytes) == (1000, 910)
    assert (found.layer_bytes, found.expert_bytes) == ((55, 60), (303, 400))
    assert found.weight_bytes == sum(size for _, size in TENSORS)
    assert found.bytes_per_token == 910 + 115 + 703 * 2 // 8
    assert (found.full_layers, found.window_layers) == (1, 1)


def test_older_headers_leave_out_what_follows_from_the_rest() -> None:
    numbers = dict(NUMBERS)
    for name in ("attention.key_length", "attention.value_length", "expert_feed_forward_length"):
        del numbers[f"gpt-oss.{name}"]
    numbers["gpt-oss.feed_forward_length"] = 64
    found = _shape(numbers)
    assert (found.head_size, found.expert_width) == (16, 64)


@pytest.mark.parametrize("key", NUMBERS)
@pytest.mark.parametrize("value", [0, -1, 2**31, 2**63, 2**64])
def test_a_count_that_cannot_be_is_named(key: str, value: int) -> None:
    with pytest.raises(ShapeError):
        _shape({**NUMBERS, key: value})


@pytest.mark.parametrize(
    ("tensors", "part"),
    [
        ([("blk.7.attn_q.weight", 5)], "layers"),  # beyond the layers the header counts
        ([("blk.0.attn_k.weight", 2**62)], "tensor"),
        ([("output.bias", 10**9)], "file_bytes"),  # more than the file holds
    ],
)
def test_tensors_that_do_not_belong_are_refused(tensors: list[tuple[str, int]], part: str) -> None:
    with pytest.raises(ShapeError) as error:
        shape_of([*TENSORS, *tensors], NUMBERS, vocabulary=300, file_bytes=10_000)
    assert error.value.part == part


def test_a_layer_without_tensors_is_refused() -> None:
    with pytest.raises(ShapeError):
        _shape({**NUMBERS, "gpt-oss.block_count": 3})


def test_shapes_cross_borders_unchanged() -> None:
    assert ModelShape.from_json(shape().to_json()) == shape()


@given(
    st.dictionaries(
        st.sampled_from(sorted(shape().to_json())),
        st.one_of(
            st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers())
        ),
        min_size=1,
    )
)
@settings(max_examples=200)
def test_nonsense_is_a_shape_error_or_a_shape_that_can_be_planned(changes: dict[str, Any]) -> None:
    try:
        found = ModelShape.from_json({**shape().to_json(), **changes})
    except ShapeError:
        return
    plan(found, computer(), Wishes())


@given(st.dictionaries(st.text(), st.integers()))
@settings(max_examples=50)
def test_foreign_data_is_a_shape_error(data: dict[str, int]) -> None:
    with pytest.raises(ShapeError):
        ModelShape.from_json(data)


def test_more_experts_used_than_there_are_is_refused() -> None:
    with pytest.raises(ShapeError):
        replace(shape(), experts_used=33)


def _shape(numbers: dict[str, int] | None = None) -> ModelShape:
    return shape_of(TENSORS, NUMBERS if numbers is None else numbers, vocabulary=300, file_bytes=10_000)
