"""The verb ``kit``: the folder that carries Cloister to a computer without a network.

Job: make, verify and install a kit. Rule: only verified model files go in; what is in no catalogue of
the computer it comes to is installed only when that is said; interrupted, the same command goes on.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

from app.cli import arguments, exits, parsers
from app.cli.shelf.here import ProgressLine, ShelfHere, find, shelf_here
from app.cli.terminal import say
from app.core.errors import UserError
from app.core.shown_name import shown_name
from app.core.texts import text
from app.library.files import free_space
from app.library.files.free_space import in_gb
from app.library.kit import installing, making, parts, verifying
from app.library.kit.manifest import KitModel, Manifest
from app.library.kit.packing import Contents
from app.library.known import places
from app.library.shelf.model_file import ModelFile


def add_parser(subparsers: parsers.Parsers) -> None:
    """Add the verb."""
    parser = parsers.add_parser(subparsers, "kit", text("kit.cli.about"), text("kit.cli.help"))
    actions = parsers.add_actions(parser)
    for name in ("make", "verify", "install"):
        action = parsers.add_parser(actions, name, text(f"kit.cli.{name}"))
        action.add_argument("folder", metavar="FOLDER", type=arguments.path, help=text("kit.cli.folder"))
        if name == "make":
            _add_list(action, "model", "NAME", arguments.file_name)
            _add_list(action, "installer", "FILE", arguments.path)
            action.add_argument("--fat32", action="store_true", help=text("kit.cli.fat32"))
        if name == "install":
            where = action.add_mutually_exclusive_group()
            where.add_argument("--into", metavar="DIR", type=arguments.path, help=text("kit.cli.into"))
            where.add_argument("--shared", action="store_true", help=text("kit.cli.shared"))
            action.add_argument("--accept-unknown", action="store_true", help=text("kit.cli.accept"))


def run(args: argparse.Namespace) -> int:
    """Do what was asked; returns 0, or 1 where a kit is not whole."""
    actions = {"make": _make, "verify": _verify, "install": _install}
    try:
        return actions[args.action](args)
    except KeyboardInterrupt:
        say(text("shelf.cli.stopped"), aside=True)
        return exits.INTERRUPTED


def _add_list(
    parser: argparse.ArgumentParser, name: str, metavar: str, kind: Callable[[str], object]
) -> None:
    about = text(f"kit.cli.{name}")
    parser.add_argument(f"--{name}", action="append", default=[], metavar=metavar, type=kind, help=about)


def _make(args: argparse.Namespace) -> int:
    here = shelf_here()
    here.say_if_gone()
    models = _verified(here, args.model)
    contents = Contents(
        models={part: here.shelf.hash_of(part) for model in models for part in model.parts},
        installers=args.installer,
        read_me=text("kit.cli.read_me") + "\n",
    )
    cut = args.fat32 or free_space.is_fat(args.folder)
    made = making.make(args.folder, contents, parts.FAT_PIECE if cut else 0, ProgressLine())
    say(text("kit.cli.made", folder=str(args.folder), **_figures(made.manifest)))
    for model in made.manifest.models:
        say(
            text(
                "kit.cli.model_made",
                name=model.name,
                size=in_gb(model.size),
                sha256=model.sha256,
            )
        )
    say(text("kit.cli.seal", seal=made.seal))
    return 0


def _verified(here: ShelfHere, names: list[str]) -> list[ModelFile]:
    """Return the model files that were asked for, else all that may be used."""
    if names:
        wanted = [find(here.shelf, name) for name in names]
        return [_ensured(here, model) for model in wanted]
    models = [model for model in here.shelf.files() if model.usable]
    if not models:
        raise UserError("library.kit_no_models")
    return models


def _ensured(here: ShelfHere, model: ModelFile) -> ModelFile:
    try:
        return here.shelf.ensure(model.path, ProgressLine())
    except UserError as error:
        if error.code != "library.model_unknown":
            raise
        raise UserError("library.kit_unknown", name=model.name) from None


def _verify(args: argparse.Namespace) -> int:
    verdict = verifying.verify(args.folder, ProgressLine())
    for kind in ("damaged", "missing", "extra"):
        for name in getattr(verdict, kind):
            say(text(f"kit.cli.{kind}", name=shown_name(name)))
    if not verdict.sound:
        say(text("kit.cli.not_sound"), aside=True)
        return exits.TROUBLE
    say(text("kit.cli.verified", **_figures(verdict.manifest)))
    say(text("kit.cli.seal", seal=verdict.seal))
    return 0


def _install(args: argparse.Namespace) -> int:
    folder = places.shared_folders()[0] if args.shared else args.into
    here = shelf_here(folder)

    def accept(model: KitModel) -> bool:
        if not args.accept_unknown:
            line = text("kit.cli.unknown", name=model.name, sha256=model.sha256)
            say(line, aside=True)
        return bool(args.accept_unknown)

    placed = installing.install(
        args.folder, here.shelf, here.known.entries, accept, ProgressLine(), for_all=args.shared
    )
    for path in placed:
        say(text("kit.cli.installed", name=path.name))
    return 0


def _figures(manifest: Manifest) -> dict[str, str | int]:
    size = sum(file.size for file in manifest.files)
    return {"files": len(manifest.files) + 2, "size": in_gb(size)}
