"""Headers that lie: whoever reads them survives, and one clear sentence comes of it.

A short form of what ran for a quarter of an hour (about 1,270 lies through the real child): the same
lies by the same seeds. It found that a bound which is no number ends llama.cpp's process.
"""

from __future__ import annotations

import struct
from collections import Counter
from pathlib import Path

import pytest

from app.children.child import AT_ONCE
from app.core.conversation.message import user_message
from app.core.conversation.sampling import Sampling
from app.core.errors import UserError
from app.engine import errand
from app.engine.client import EngineClient
from app.engine.protocol.errands import PlanRequest
from app.engine.protocol.plan import Wishes
from app.engine.protocol.requests import LoadRequest, TurnRequest
from app.library import gguf
from tests.support.models import lying_headers, tiny_gguf

CRASHES = {
    *("plan.header_crashed", "engine.load_crashed", "engine.stopped", "engine.stopped_again"),
    *("engine.hung", "engine.same_failure"),
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("sound")
    return tiny_gguf.write(folder / "sound.gguf", tiny_gguf.Recipe(layers=2)).read_bytes()


def code_of(error: UserError) -> str:
    """Return its code; there must be a sentence for it, and what to do."""
    assert error.words.what
    assert error.words.next
    return error.code


def outcome_of_plan(path: Path) -> str:
    try:
        errand.plan(PlanRequest(str(path)))
    except UserError as error:
        return code_of(error)
    return "planned"


def outcome_of_answer(path: Path) -> str:
    client = EngineClient(ladder=AT_ONCE)
    try:
        client.load(LoadRequest(str(path), Wishes(context=512)), lambda _event: None)
        asked = TurnRequest((user_message("Hello"),), sampling=Sampling(max_tokens=4))
        client.generate(asked, lambda _event: None)
    except UserError as error:
        return code_of(error)
    finally:
        client.close()
    return "answered"


def test_no_lie_hurts_the_confined_reader(sound: bytes, tmp_path: Path) -> None:
    fields, path = lying_headers.fields(sound), tmp_path / "lie.gguf"
    numbers = [field for field in fields if field.kind == "value"]
    outcomes: Counter[str] = Counter()
    for seed in range(10):
        path.write_bytes(lying_headers.lie(sound, numbers if seed % 2 else fields, seed))
        outcomes[outcome_of_plan(path)] += 1
        if seed % 5 == 0:
            outcomes[outcome_of_answer(path)] += 1
    assert not CRASHES & set(outcomes)
    assert len(outcomes) > 2, "the lies reach more than one check"


def test_no_lie_hurts_the_plain_reader(sound: bytes, tmp_path: Path) -> None:
    fields, path = lying_headers.fields(sound), tmp_path / "lie.gguf"
    outcomes: Counter[str] = Counter()
    for seed in range(150):
        path.write_bytes(lying_headers.lie(sound, fields, seed))
        try:
            gguf.read_token_list(path)
            outcomes["read"] += 1
        except UserError as error:
            outcomes[code_of(error)] += 1
    assert len(outcomes) > 2


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (b"gpt-oss.attention.layer_norm_rms_epsilon", float("nan")),
        (b"gpt-oss.attention.layer_norm_rms_epsilon", -1e-5),
        (b"gpt-oss.rope.freq_base", float("inf")),
        (b"gpt-oss.rope.scaling.factor", float("-inf")),
    ],
)
def test_a_fraction_that_is_none_is_no_crash(
    sound: bytes, tmp_path: Path, key: bytes, value: float
) -> None:
    place = sound.index(key) + len(key)
    assert struct.unpack_from("<I", sound, place) == (6,)
    changed = sound[: place + 4] + struct.pack("<f", value) + sound[place + 8 :]
    path = tmp_path / "fraction.gguf"
    path.write_bytes(changed)
    assert outcome_of_answer(path) == "plan.bad_shape"
