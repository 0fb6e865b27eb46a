"""The part for graphics cards in a bare Debian 12: without a driver, without its loader, and at work.

Slow, and only as root:
CLOISTER_VULKAN=1 python3 installers/dev.py build --only deb
.venv/bin/python -m pytest tests/packaging/test_graphics_card.py -m slow --timeout 1800
CLOISTER_BARE_ROOT keeps the root for the next time. The card is Mesa's in software (lavapipe): what is
proved is the way from the plan through the confined engine to Vulkan and back, not a real card's driver.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.packaging.bare_root import BareRoot, built, missing

pytestmark = pytest.mark.slow
IDLE = "The part for graphics processors is here (Vulkan), but no driver it can use"
BACKPORTS = "bookworm-backports"
ON_A_CARD = """
import json, os, sys
sys.path += ["/usr/lib/cloister/app", "/usr/lib/cloister/app_packages"]
from functools import partial
from app.children.starting import program
from app.children.child import Child
from app.core import paths
from app.core.conversation.message import assistant_message, user_message
from app.engine.client import EngineClient
from app.engine.protocol.requests import LoadRequest, TurnRequest
from app.manual.guide import GUIDE_SAMPLING
# llama.cpp passes a card in software over, unless it is named.
variables = {**program.environment(os.environ), "GGML_VK_VISIBLE_DEVICES": "0"}
command = ["/usr/bin/cloister", "--role", "engine", "--channel", "{channel}"]
client = EngineClient(lambda role: Child(command, variables, bulk=True))
loaded = client.load(LoadRequest(str(paths.guide_model_path())), lambda event: None)
asked = TurnRequest((user_message("How do I stop an answer?"),), sampling=GUIDE_SAMPLING)
done = client.generate(asked, lambda event: None)
client.close()
print(json.dumps({
    "devices": [[one.name, one.weights_mib] for one in loaded.allocated],
    "layers": loaded.plan.gpu_layers,
    "confinement": loaded.confinement,
    "tokens": done.completion_tokens,
    "answer": assistant_message(done.parts).answer,
}))
"""


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> BareRoot:
    lacking = missing()
    if lacking:
        pytest.skip(f"needs {', '.join(lacking)}")
    packages = built("cloister_*.deb"), built("cloister-vulkan_*.deb")
    kept = os.environ.get("CLOISTER_BARE_ROOT")
    root = BareRoot(Path(kept) if kept else tmp_path_factory.mktemp("bare") / "root")
    root.run("apt-get", "purge", "-y", "-q", "mesa-vulkan-drivers", person=False)
    done = root.install(*packages)
    assert done.returncode == 0, done.stderr
    return root


def engine_of(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["failures"] == [], done.stderr
    engine: dict[str, Any] = found["checks"]["engine"]
    return engine


def test_without_a_driver_the_processor_computes_and_doctor_says_so(bare: BareRoot) -> None:
    assert engine_of(bare.run("cloister", "--self-check"))["devices"] == []
    assert IDLE in bare.run("cloister", "doctor").stdout


def test_without_even_vulkans_own_library_too(bare: BareRoot) -> None:
    forced = ["dpkg", "--remove", "--force-depends", "libvulkan1"]
    assert bare.run(*forced, person=False).returncode == 0
    assert engine_of(bare.run("cloister", "--self-check"))["devices"] == []
    assert IDLE in bare.run("cloister", "doctor").stdout
    assert bare.run("apt-get", "install", "-y", "-q", "-f", person=False).returncode == 0


def test_the_guide_answers_from_a_card_through_the_confined_engine(bare: BareRoot) -> None:
    # Debian 12's own Mesa (22.3) crashes in a thread of its own while it computes an answer.
    source = (bare.path / "etc" / "apt" / "sources.list").read_text("utf-8").split("\n")[0]
    later = bare.path / "etc" / "apt" / "sources.list.d" / "backports.list"
    later.write_text(source.replace(" bookworm ", f" {BACKPORTS} ") + "\n", "utf-8")
    done = bare.install("-t", BACKPORTS, "mesa-vulkan-drivers", "python3-minimal")
    assert done.returncode == 0, done.stderr
    # A card in software is slower than the processor: it is not chosen by itself.
    assert engine_of(bare.run("cloister", "--self-check"))["devices"] == []
    ran = bare.run("/usr/bin/python3", "-I", "-S", "-c", ON_A_CARD)
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert found["layers"] > 0
    assert found["confinement"] == "full"
    assert [name for name, weights in found["devices"] if weights > 0 and "Vulkan" in name]
    assert found["tokens"] > 5
    assert found["answer"].strip()


def test_the_part_goes_and_the_program_stays(bare: BareRoot) -> None:
    done = bare.run("apt-get", "purge", "-y", "-q", "cloister-vulkan", person=False)
    assert done.returncode == 0, done.stderr
    engine_of(bare.run("cloister", "--self-check"))
    assert "no graphics processor" in bare.run("cloister", "doctor").stdout.lower()
