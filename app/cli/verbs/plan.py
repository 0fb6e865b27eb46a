"""The verb ``plan``: how a model would be loaded on this computer, or on a described one, and why.

Job: find the model (a file, or a name of the catalogue) and the computer, have the plan made, print it.
Rule: nothing is loaded; a model file's header is read by a confined child only; a refused plan is an
answer, not an error.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from app.cli import arguments, exits, parsers
from app.cli.arguments import GUIDE
from app.cli.shelf.here import known_here
from app.cli.terminal import say, say_json
from app.core.computer.memory import MIB
from app.core.computer.programs import RunningProgram, closing_words, largest_programs
from app.core.errors import UserError
from app.core.paths import guide_model_path
from app.core.shown_name import shown_name
from app.core.texts import plural, text
from app.core.there import is_file
from app.engine import errand
from app.engine.planning import computers, planner
from app.engine.planning.shape import ModelShape
from app.engine.protocol.errands import PlanRequest
from app.engine.protocol.plan import Computer, Plan, Wishes
from app.library.known.catalogue import CatalogueEntry

_COLUMNS = ("weights", "cache", "compute", "total", "budget")
WINDOW_MIB = 150.0
"""What the window holds beside the engine, which will run too: 116 MiB measured on Linux, and growth."""


def add_parser(subparsers: parsers.Parsers) -> None:
    """Add the verb."""
    parser = parsers.add_parser(subparsers, "plan", text("plan.cli.about"), text("plan.cli.help"))
    parser.add_argument("model", nargs="?", metavar="MODEL", help=text("plan.cli.model"))
    parser.add_argument("--json", action="store_true", help=text("plan.cli.json"))
    parser.add_argument("--assume", metavar="NAME|FILE", help=text("plan.cli.assume"))
    parser.add_argument("--list-computers", action="store_true", help=text("plan.cli.list_computers"))
    parser.add_argument(
        "--context", type=arguments.context, default=0, metavar="N", help=text("plan.cli.context")
    )
    parser.add_argument("--adapter", default="", metavar="FILE", help=text("plan.cli.adapter"))
    parser.add_argument("--force", action="store_true", help=text("plan.cli.force"))


def run(args: argparse.Namespace) -> int:
    """Print the plan, or the computers; returns 0, 1 after trouble, 2 when an argument is no use."""
    if args.list_computers:
        _list_computers(args.json)
        return 0
    if args.model is None:
        return _usage(UserError("plan.no_model"))
    try:
        computer = computers.described(args.assume) if args.assume is not None else None
        entry = _entry(args.model)
        adapters_mib = _size_mib(args.adapter) if args.adapter else 0.0
    except UserError as error:
        return _usage(error)
    wishes = Wishes(
        context=args.context, force=args.force, others_mib=WINDOW_MIB, adapters_mib=adapters_mib
    )
    plan = _plan(args.model, entry, computer, wishes)
    # What could be closed is known of this computer only, and asked only where it would help.
    programs = largest_programs() if computer is None and plan.helped_by_closing else ()
    if args.json:
        say_json(_json(args.model, computer, plan, programs), indent=2)
    else:
        lines = _lines(args.model, computer, plan)
        say("\n".join([*lines, *(f"- {words}" for words in (closing_words(programs),) if words)]))
    return 0


def _usage(error: UserError) -> int:
    say(error.sentence, aside=True)
    return exits.USAGE


def _entry(model: str) -> CatalogueEntry | None:
    """Return the catalogue's entry; None for a file, which wins over a name."""
    if model == GUIDE or is_file(Path(model)):
        return None
    known = known_here()
    entry = known.named(model)
    if entry is None and Path(model).suffix.lower() != ".gguf":  # else the engine says what is wrong
        names = ", ".join(each.name for each in known.entries)
        raise UserError("plan.model_unknown", names=names)
    return entry


def _size_mib(adapter: str) -> float:
    """Return what an adapter takes: its weights are read as they lie in the file."""
    if not is_file(Path(adapter)):
        raise UserError("engine.adapter_missing")
    return Path(adapter).stat().st_size / MIB


def _plan(model: str, entry: CatalogueEntry | None, computer: Computer | None, wishes: Wishes) -> Plan:
    if entry is None:
        path = guide_model_path() if model == GUIDE else Path(model)
        return errand.plan(PlanRequest(str(path.absolute()), computer=computer, wishes=wishes))
    if computer is None:
        return errand.plan(PlanRequest(shape=entry.shape, wishes=wishes))
    return planner.plan(ModelShape.from_json(entry.shape), computer, wishes)


def _json(
    model: str, computer: Computer | None, plan: Plan, programs: Sequence[RunningProgram]
) -> dict[str, object]:
    data = plan.to_json()
    data["reasons"] = [
        {"code": reason.code, "sentence": text(reason.code, **reason.values), "values": reason.values}
        for reason in plan.reasons
    ]
    data["basis"] = text(plan.speed_basis)
    data["programs"] = [{"name": program.name, "mib": round(program.mib)} for program in programs]
    return {"model": model, "computer": computer.name if computer else "", **data}


def _lines(model: str, computer: Computer | None, plan: Plan) -> list[str]:
    def line(key: str, **values: str | float) -> str:
        return text(f"plan.cli.{key}", **values)

    place = computer.name if computer else line("this_computer")
    lines = [
        line("title", model=shown_name(model), computer=place),
        line(f"verdict_{_verdict(plan)}"),
        "",
    ]
    where = line("column_device")
    width = max(len(name) for name in (where, *(device.called for device in plan.devices)))
    titles = "".join(f"{line(f'column_{column}'):>16}" for column in _COLUMNS)
    lines.append(where.ljust(width) + titles)
    for device in plan.devices:
        figures = (getattr(device, f"{column}_mib") for column in _COLUMNS)
        row = "".join(f"{figure:>12.0f} MiB" for figure in figures)
        lines.append(shown_name(device.called).ljust(width) + row)
    lines.append("")
    if plan.expected_tokens_per_second:
        speed = plural("panels.figures.tokens", round(plan.expected_tokens_per_second))
        lines += [line("speed", speed=speed)]
    return lines + [f"- {text(reason.code, **reason.values)}" for reason in plan.reasons]


def _verdict(plan: Plan) -> str:
    """Return the verdict, or that a refused plan was insisted on."""
    forced = any(reason.code == "plan.forced" for reason in plan.reasons)
    return "forced" if forced else plan.verdict.value


def _list_computers(as_json: bool) -> None:
    found = [computers.described(name) for name in computers.shipped()]
    if as_json:
        say_json([computer.name for computer in found])
        return
    for computer in found:
        devices = ", ".join(
            text("plan.cli.device", name=device.name, budget=round(device.budget_mib))
            for device in computer.devices
        )
        say(
            text(
                "plan.cli.computer",
                name=computer.name,
                ram=round(computer.ram_mib),
                available=round(computer.available_mib),
                cores=plural("plan.cli.cores", computer.cores),
                devices=devices or text("plan.cli.no_devices"),
            )
        )
