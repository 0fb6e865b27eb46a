"""The checks of the other processes: engine, confinement, Fetcher.

Job: start each as the program does and see it do its work. Rule: no connection leaves this computer.
"""

from __future__ import annotations

import sys

from app.children.child import AT_ONCE
from app.cli.checks import network
from app.cli.verbs import doctor
from app.core import paths
from app.core.conversation.message import Stop, assistant_message, user_message
from app.core.errors import UserError
from app.core.rules import seal
from app.engine import errand
from app.engine.client import EngineClient
from app.engine.protocol.requests import LoadRequest, TurnRequest
from app.manual.guide import GUIDE_SAMPLING
from app.self_check.broken import BrokenError, Facts

_QUESTION = "Hello"
_CLOSED_DOOR = "http://127.0.0.1:9"
"""Where nobody listens: the Fetcher starts, confines itself, tries and reports that."""
_NOT_STARTED = ("children.", "library.fetch_crashed")


def engine() -> Facts:
    """Start a confined engine, have it load the Guide and answer."""
    client = EngineClient(ladder=AT_ONCE)
    try:
        loaded = client.load(LoadRequest(str(paths.guide_model_path())), lambda _event: None)
        filtered = network.is_filtered(client.pid) if sys.platform == "linux" else None
        if filtered is False:
            raise BrokenError("seccomp")
        asked = user_message(_QUESTION)
        request = TurnRequest((asked,), sampling=GUIDE_SAMPLING)
        done = client.generate(request, lambda _event: None)
    finally:
        client.close()
    if done.stop is not Stop.RETURN or not assistant_message(done.parts).answer.strip():
        raise BrokenError(done.stop.value)
    surveyed = errand.survey()
    return {
        "variant": surveyed.variant,
        "features": list(surveyed.features),
        "devices": [device.called for device in surveyed.computer.devices],
        "filtered": filtered,
        "load_ms": round(loaded.load_ms),
        "tokens": done.completion_tokens,
    }


def confinement() -> Facts:
    """Confine a probe and let it try to get out."""
    confined = doctor.confinement()
    problems = doctor.confinement_problems(confined)
    if problems:
        raise BrokenError(", ".join(sorted(problems)))
    return {"level": confined["level"], "refused": sum(item["refused"] for item in confined["attempts"])}


def fetcher() -> Facts:
    """Start a Fetcher that asks this computer, where nobody answers; sealed, it must not start."""
    if seal.seal_of_profile(paths.profile_dir()).sealed:
        return {"sealed": True}
    code = network.error_of_fetching(_CLOSED_DOOR)
    if not code or code.startswith(_NOT_STARTED):
        raise UserError(code) if code else BrokenError(_CLOSED_DOOR)
    return {"sealed": False, "said": code}
