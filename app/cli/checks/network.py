"""``doctor --network``: who can connect, tried and not looked up.

Job: start each part of the program, let it try to reach a port of this computer, and report who was
refused by what. Rule: nothing leaves this computer and nothing of the person's is changed; a part is
said to have connected only when the other end heard it.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.children.child import AT_ONCE, Child
from app.children.confine import sealing
from app.children.probing.ear import ADDRESSES
from app.children.wire.channel import Channel, ChannelClosed, ProtocolError
from app.cli.checks.scratch import scratch_folder
from app.cli.terminal import say_report
from app.core.errors import UserError
from app.core.paths import guide_model_path, profile_dir
from app.core.rules.policy import read_policy
from app.core.rules.seal import Seal, SealedBy, seal_of_profile
from app.core.texts import text
from app.engine.client import EngineClient
from app.engine.protocol.requests import LoadRequest
from app.library.fetch.client import Fetch
from app.library.fetch.protocol import FetchRequest, Patience

EXIT_SEALED = 77
_ANSWER_S = 20.0
_REACH_S = 5.0
_NOWHERE = 9
"""A port to try where nobody can listen: the refusal comes before it matters."""
_BY = {"EPERM": "system_calls", "EACCES": "files", "WSAEACCES": "files"}
_NO_NETWORK = frozenset(
    {"ENETUNREACH", "EADDRNOTAVAIL", "EAFNOSUPPORT", "ENETDOWN", "EHOSTUNREACH", "EINVAL"}
)
_FILE = ("selftest/selftest", "0" * 40, "selftest.gguf")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try. ``by`` says what came of it: reached, or what refused it, as a code."""

    family: str
    by: str
    error: str = ""

    @property
    def reached(self) -> bool:
        """Whether the other end was reached."""
        return self.by == "reached"


@dataclass(frozen=True, slots=True)
class RoleReport:
    """What one part of the program could do. ``expected``: refused, reached or either."""

    role: str
    expected: str
    attempts: tuple[Attempt, ...]
    note: str = ""

    @property
    def as_expected(self) -> bool:
        """Whether it went as it should; a computer without any network fails nobody."""
        tried = [attempt for attempt in self.attempts if attempt.by != "no_network"]
        if self.note == "engine_not_filtered":
            return False
        if self.expected == "refused":
            return all(item.by in ("system_calls", "files", "sealed") for item in tried)
        if self.expected == "reached":
            return all(item.reached for item in tried)
        return bool(self.attempts)

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        attempts = [{**asdict(item), "reached": item.reached} for item in self.attempts]
        return {
            "role": self.role,
            "expected": self.expected,
            "as_expected": self.as_expected,
            "attempts": attempts,
            "note": self.note,
        }


def run(args: argparse.Namespace) -> int:
    """Print the report; returns 0, or 1 when a part could do what it should not."""
    report = examine()
    say_report(report, _lines, as_json=args.json)
    return 0 if report["ok"] else 1


def examine() -> dict[str, Any]:
    """Return the whole report as plain data."""
    seal = _seal()
    with Child.start("probe") as listening:
        ear = listening.channel
        listens = _ask(ear, request="listen")
        window = _window(ear, listens["ports"], seal)
        there = {item.family for item in window.attempts if item.by != "no_network"}
        ports = {family: port for family, port in listens["ports"].items() if family in there}
        roles = (
            window,
            _engine(ear, listens["ports"]),
            _fetcher(ear, ports, seal),
        )
    return {
        "ok": all(role.as_expected for role in roles),
        "sealed_by": str(seal.by),
        "policy_files": [str(path) for path in read_policy().files],
        "policy_damaged": str(seal.damaged or ""),
        "given_up": sealing.has_given_up(),
        "listener": {"addresses": ADDRESSES, **listens},
        "roles": [role.to_json() for role in roles],
    }


def _seal() -> Seal:
    try:
        return seal_of_profile(profile_dir())
    except OSError:  # no home folder, so no setting either
        policy = read_policy()
        return Seal(SealedBy.ORGANISATION if policy.sealed else SealedBy.NOBODY, policy.damaged)


def _window(ear: Channel, ports: dict[str, int], seal: Seal) -> RoleReport:
    """Try from a process like the window's own: every start of the program seals the same way."""
    must = seal.sealed and sealing.CAN_GIVE_UP
    with Child.start("probe") as child:
        attempts = _attempts(ear, child.channel, ports)
    note = "" if must else "window_sealed_elsewhere" if seal.sealed else "window_free"
    return RoleReport("window", "refused" if must else "either", attempts, note)


def _engine(ear: Channel, ports: dict[str, int]) -> RoleReport:
    """Try from a process confined as the engine is, and look at a real engine with the Guide loaded."""
    with Child.start("probe") as child:
        _ask(child.channel, request="confine", readable=[str(guide_model_path())])
        attempts = _attempts(ear, child.channel, ports)
    return RoleReport("engine", "refused", attempts, _real_engine())


def _real_engine() -> str:
    client = EngineClient(ladder=AT_ONCE)
    try:
        client.load(LoadRequest(str(guide_model_path())), lambda _event: None)
        if sys.platform != "linux":
            return "engine_started"
        filtered = is_filtered(client.pid)
    except (UserError, OSError):
        return "engine_not_started"
    finally:
        client.close()
    return "engine_filtered" if filtered else "engine_not_filtered"


def is_filtered(pid: int | None) -> bool:
    """Say whether a process's system calls are filtered, as Linux tells it. Raises OSError."""
    return "\nSeccomp:\t2" in Path(f"/proc/{pid}/status").read_text("ascii", "replace")


def _fetcher(ear: Channel, ports: dict[str, int], seal: Seal) -> RoleReport:
    """Let a real Fetcher ask this computer for a file that is not there."""
    if seal.sealed:
        with Child.start("fetcher") as child:
            outcome = child.wait(_ANSWER_S)
        refused = outcome is not None and outcome.exit_code == EXIT_SEALED
        return RoleReport("fetcher", "refused", (Attempt("", "sealed" if refused else "started"),))
    attempts = []
    for family, port in ports.items():
        before = _heard(ear, family)
        error = error_of_fetching(f"http://{_written(family)}:{port}")
        reached = _heard(ear, family) > before
        attempts.append(
            Attempt(family, "reached" if reached else "not_reached", "" if reached else error)
        )
    if not attempts:
        return RoleReport("fetcher", "reached", (Attempt("", "no_network"),))
    return RoleReport("fetcher", "reached", tuple(attempts))


def error_of_fetching(endpoint: str) -> str:
    """Have a real Fetcher ask ``endpoint`` for a file; returns the code of the error.

    It has to come, because nobody answers. Empty when it does not.
    """
    repository, commit, file = _FILE
    patience = Patience(connect_s=_REACH_S, stall_s=2.0, dead_s=_REACH_S, first_wait_s=0.1, tries=1)
    with scratch_folder() as folder:
        request = FetchRequest(
            repository, commit, file, str(folder), endpoint=endpoint, patience=patience
        )
        try:
            Fetch().run(request, lambda _event: None)
        except UserError as error:
            return error.code
    return ""


def _attempts(ear: Channel, channel: Channel, ports: dict[str, int]) -> tuple[Attempt, ...]:
    found = []
    for family in ADDRESSES:
        before = _heard(ear, family)
        answer = _ask(
            channel,
            request="try_reach",
            family=family,
            port=ports.get(family, _NOWHERE),
            patience_s=_REACH_S,
        )
        error = str(answer.get("errno", ""))
        heard = not answer["refused"] and _heard(ear, family) > before
        refused = "no_network" if error in _NO_NETWORK or family not in ports else "not_reached"
        found.append(Attempt(family, "reached" if heard else _BY.get(error, refused), error))
    return tuple(found)


def _heard(ear: Channel, family: str) -> int:
    return int(_ask(ear, request="heard")["heard"][family])


def _written(family: str) -> str:
    address = ADDRESSES[family]
    return f"[{address}]" if ":" in address else address


def _ask(channel: Channel, **request: Any) -> dict[str, Any]:
    try:
        channel.send(request, timeout=_ANSWER_S)
        answer = channel.receive(_ANSWER_S)
    except (ChannelClosed, ProtocolError, TimeoutError):
        answer = None
    if answer is None:
        raise UserError("children.start_failed")
    return answer


def _lines(report: dict[str, Any]) -> list[str]:
    def line(key: str, **values: str | int) -> str:
        return text(f"seal.doctor.{key}", **values)

    ports = report["listener"]["ports"]
    places = ", ".join(f"{_written(family)}:{port}" for family, port in ports.items())
    lines = [line("about"), line("listens", places=places) if ports else line("listens_nowhere")]
    lines.append(line(f"sealed_{report['sealed_by'] or 'nobody'}"))
    lines += [line("policy", file=file) for file in report["policy_files"]]
    if report["policy_damaged"]:
        lines.append(line("policy_damaged", file=report["policy_damaged"]))
    for role in report["roles"]:
        verdict = "as_expected" if role["as_expected"] else "not_as_expected"
        lines.append(line("role", role=line(f"role_{role['role']}"), verdict=line(verdict)))
        for attempt in role["attempts"]:
            family = line(f"family_{attempt['family'] or 'any'}")
            said = line(f"by_{attempt['by']}", error=attempt["error"])
            lines.append("  " + line("attempt", family=family, said=said))
        if role["note"]:
            lines.append("  " + line(role["note"]))
    return [*lines, line("all_well" if report["ok"] else "trouble")]
