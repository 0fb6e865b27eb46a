"""Plans and surveys by a real confined child, and what a child that fails costs."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from app.children.child import Child
from app.core.errors import UserError
from app.core.paths import guide_model_path
from app.engine import errand
from app.engine.planning import computers
from app.engine.protocol.errands import PlanRequest, SurveyRequest
from app.engine.protocol.plan import Verdict, Wishes
from tests.support.models import tiny_gguf
from tests.support.models.model_shapes import shape


def test_a_survey_finds_this_computer() -> None:
    found = errand.survey().computer
    assert 0 < found.available_mib <= found.ram_mib <= psutil.virtual_memory().total / 2**20 + 0.1
    assert 1 <= found.cores <= (os.cpu_count() or 1)
    assert found.system in computers.SYSTEMS


def test_the_guide_is_planned_for_this_computer() -> None:
    made = errand.plan(PlanRequest(str(guide_model_path()), wishes=Wishes(context=4096)))
    assert made.verdict is not Verdict.REFUSED
    assert (made.context, made.threads) == (4096, 1)
    assert sum(device.weights_mib for device in made.devices) == pytest.approx(4.2, abs=0.3)


def test_a_header_says_what_a_file_is(tmp_path: Path) -> None:
    read = errand.header(guide_model_path())
    assert (read.architecture, read.name, read.layers) == ("gpt-oss", "Cloister Guide", 4)
    path = tmp_path / "page.gguf"
    path.write_text("<html>Sign in to this network</html>")
    with pytest.raises(UserError) as error:
        errand.header(path)
    assert error.value.code == "engine.file_foreign"


def test_a_shape_is_planned_for_this_computer_without_a_file() -> None:
    made = errand.plan(PlanRequest(shape=shape().to_json()))
    assert sum(device.weights_mib for device in made.devices) == pytest.approx(11536.2, abs=0.3)


def test_a_file_is_planned_for_a_described_computer(tiny_model: Path) -> None:
    machine = computers.described("rtx-4090-24gb")
    made = errand.plan(PlanRequest(str(tiny_model), computer=machine))
    assert [device.name for device in made.devices] == ["CPU", "NVIDIA GeForce RTX 4090"]
    assert made.gpu_layers == 5


@pytest.mark.parametrize(
    "overrides",
    [
        {"block_count": 0},
        {"block_count": 2**31},
        {"block_count": 3},  # fewer than there are
        {"attention.head_count": 0},
        {"attention.head_count_kv": 0},
        {"attention.key_length": 0},
        {"attention.key_length": 2**31},
        {"attention.value_length": 0},
        {"attention.value_length": 2**31},
        {"expert_count": 0},
        {"expert_count": 2**31},
        {"expert_used_count": 9},
        {"context_length": 0},
        {"context_length": 2**31},
        {"attention.sliding_window": 2**31},
        {"embedding_length": 2**31},
    ],
)
def test_a_header_that_lies_is_one_sentence(tmp_path: Path, overrides: dict[str, int]) -> None:
    path = tiny_gguf.write(tmp_path / "liar.gguf", tiny_gguf.Recipe(overrides=overrides))
    assert _refusal(path).code == "plan.bad_shape"


def test_a_file_shorter_than_its_tensors(tmp_path: Path, tiny_model: Path) -> None:
    path = tmp_path / "short.gguf"
    path.write_bytes(tiny_model.read_bytes()[: tiny_model.stat().st_size // 2])
    assert _refusal(path).code == "engine.file_incomplete"


def test_a_part_that_is_missing(tmp_path: Path, tiny_model: Path) -> None:
    path = tmp_path / "model-00001-of-00003.gguf"
    path.write_bytes(tiny_model.read_bytes())
    assert _refusal(path).code == "engine.part_missing"


def test_no_file_at_all(tmp_path: Path) -> None:
    assert _refusal(tmp_path / "none.gguf").code == "engine.file_missing"
    assert _refusal(tmp_path).code == "engine.file_not_a_file"


def test_a_shape_that_cannot_be() -> None:
    with pytest.raises(UserError) as error:
        errand.plan(PlanRequest(shape={**shape().to_json(), "layers": 2**63}))
    assert error.value.code == "plan.bad_shape"


def test_a_child_that_dies_is_not_started_again() -> None:
    started: list[Child] = []
    with pytest.raises(UserError) as error:
        errand.plan(PlanRequest("x.gguf"), _program("import os; os.abort()", started))
    assert error.value.code == "plan.header_crashed"
    assert len(started) == 1
    assert started[0].outcome() is not None


def test_a_child_that_hangs_is_ended() -> None:
    started: list[Child] = []
    began = time.monotonic()
    hang = _program("import time; time.sleep(300)", started)
    with pytest.raises(UserError) as error:
        errand.ask(SurveyRequest(), "plan.survey_failed", hang, patience_s=0.3)
    assert error.value.code == "plan.survey_failed"
    assert started[0].outcome() is not None
    assert time.monotonic() - began < 30


def test_a_child_that_talks_nonsense_is_not_believed() -> None:
    talk = (
        "import sys; from app.children.wire.channel import channel_from_argument as c;"
        "channel = c(sys.argv[1]); channel.receive();"
        "channel.send({'event': 'planned', 'turn': 0, 'plan': {'verdict': 'splendid'}})"
    )
    with pytest.raises(UserError) as error:
        errand.plan(PlanRequest("x.gguf"), _program(talk, []))
    assert error.value.code == "plan.header_crashed"


def _refusal(path: Path) -> UserError:
    with pytest.raises(UserError) as error:
        errand.plan(PlanRequest(str(path)))
    return error.value


def _program(code: str, started: list[Child]) -> Callable[[str], Child]:
    """Return what starts a Python program instead of the engine; its argument is the channel."""

    def start(_role: str) -> Child:
        root = str(Path(__file__).resolve().parents[3])
        child = Child((sys.executable, "-c", code, "{channel}"), {**os.environ, "PYTHONPATH": root})
        started.append(child)
        return child

    return start
