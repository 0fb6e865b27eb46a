"""What the verb ``models`` does with files that are here: import, remove, verify, folder.

Job: the command line's way to the shelf. Rule: a foreign file's header is read in a confined child; an
unknown file is used only when that is said; nothing is deleted but what was named.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

from app.cli import arguments, exits, parsers
from app.cli.shelf.here import ProgressLine, ShelfHere, condition_words, find, names_of, shelf_here
from app.cli.terminal import say
from app.core.errors import UserError
from app.core.model_parts import part_names
from app.core.rules.settings import MODELS_FOLDER
from app.core.shown_name import shown_name
from app.core.texts import text
from app.core.there import is_folder
from app.engine import errand
from app.library.carrying import elsewhere
from app.library.carrying.chosen import models_among
from app.library.carrying.examining import examine
from app.library.carrying.importing import How, Import, Unknown
from app.library.files.free_space import in_gb
from app.library.known import places
from app.library.known.catalogue import CatalogueEntry
from app.library.shelf.half_done import Left, by_model, discard
from app.library.shelf.model_file import Condition


def add_actions(actions: parsers.Parsers) -> None:
    """Add the actions of :data:`ACTIONS` to the verb's own."""
    carry = _action(actions, "import")
    carry.add_argument(
        "files", metavar="FILE", nargs="*", type=arguments.path, help=text("shelf.cli.file")
    )
    carry.add_argument("--how", choices=list(How), default=How.COPY, help=text("shelf.cli.how"))
    carry.add_argument("--find", action="store_true", help=text("shelf.cli.find"))
    carry.add_argument("--accept-unknown", action="store_true", help=text("shelf.cli.accept"))
    carry.add_argument("--shared", action="store_true", help=text("shelf.cli.shared"))
    for name in ("verify", "remove"):
        action = _action(actions, name)
        count = "?" if name == "verify" else None
        action.add_argument(
            "model",
            metavar="MODEL",
            nargs=count,
            type=arguments.file_name,
            help=text("shelf.cli.model"),
        )
    folder = _action(actions, "folder")
    folder.add_argument(
        "path", metavar="PATH", nargs="?", type=arguments.path, help=text("shelf.cli.path")
    )
    folder.add_argument("--default", action="store_true", help=text("shelf.cli.default"))


def _action(actions: parsers.Parsers, name: str) -> argparse.ArgumentParser:
    return parsers.add_parser(actions, name, text(f"shelf.cli.{name}"))


def _import(args: argparse.Namespace) -> int:
    here = shelf_here(places.shared_folders()[0] if args.shared else None)
    if args.find:
        return _find_elsewhere(here.known.entries)
    if not args.files:
        raise UserError("library.import_no_file")
    chosen = models_among(args.files)
    troubles = list(chosen.without)
    for path in chosen.models:
        try:
            _bring_in(path, here, args)
        except UserError as error:
            troubles.append(error)
        except KeyboardInterrupt:
            say(text("shelf.cli.stopped"), aside=True)
            return exits.INTERRUPTED
    for trouble in troubles:
        say(trouble.sentence, aside=True)
    return exits.TROUBLE if troubles else 0


def _bring_in(path: Path, here: ShelfHere, args: argparse.Namespace) -> None:
    """Import one model, whatever of its parts was named. Raises UserError."""
    entries = here.known.entries
    found = examine(path, entries, errand.header)
    if len(found.parts) > 1:
        names = ", ".join(shown_name(name) for name in part_names(found.path.name))
        say(text("shelf.cli.parts", count=len(found.parts), size=in_gb(found.size), names=names))

    def accept(unknown: Unknown) -> bool:
        say(
            text(
                "shelf.cli.unknown",
                architecture=found.architecture,
                name=found.maker_name,
                size=in_gb(found.size),
                sha256=", ".join(unknown.hashes),
            )
        )
        if not args.accept_unknown:
            say(text("shelf.cli.unknown_how"))
        return bool(args.accept_unknown)

    carry = Import(here.shelf, entries, accept, for_all=args.shared)
    done = carry.run(found, How(args.how), ProgressLine())
    key = "already" if done.already else "imported"
    say(text(f"shelf.cli.{key}", path=str(done.path), entry=done.entry or done.path.name))


def _find_elsewhere(entries: tuple[CatalogueEntry, ...]) -> int:
    found = elsewhere.find(entries)
    for one in found:
        say(text("shelf.cli.elsewhere", path=str(one.path), program=one.program, name=one.entry.name))
    if not found:
        say(text("shelf.cli.elsewhere_none"))
    return 0


def _verify(args: argparse.Namespace) -> int:
    """Hash anew; returns 1 where a file is not what it should be, or the chosen folder is not there."""
    here = shelf_here()
    shelf, good = here.shelf, not here.say_if_gone()
    models = [find(shelf, args.model)] if args.model else shelf.files()
    for model in models:
        try:
            if not model.missing:
                model = shelf.verify(model.path, ProgressLine())  # noqa: PLW2901 - the same, looked at
            good = good and model.usable
            line = condition_words(model.condition, confirmed=model.confirmed)
        except UserError as error:
            good, line = False, error.sentence
        say(text("shelf.cli.line", name=shown_name(model.name), size=in_gb(model.size), condition=line))
    return 0 if good else exits.TROUBLE


def _remove(args: argparse.Namespace) -> int:
    """Remove a model with what is half done of its parts, or only that where no part is whole."""
    here = shelf_here()
    shelf = here.shelf
    left = _half_done(here, args.model)
    model = None
    if left is None or any(args.model in names_of(each) for each in shelf.files()):
        model = find(shelf, args.model)
        left = left if model.condition is Condition.INCOMPLETE else None
    for part in left.parts if left else ():  # first, since a program that still writes one refuses
        discard(part)
    if model is not None:
        shelf.remove(model.path)
        shelf.finish()
    name = model.name if model else left.name if left else args.model
    size = sum(each.size for each in (model, left) if each)
    say(text("shelf.cli.removed", name=shown_name(name), size=in_gb(size)))
    return 0


def _half_done(here: ShelfHere, wanted: str) -> Left | None:
    """Return what is half done of a model, by the name of a file of it or of its entry."""
    entry = here.known.named(wanted)
    meant = {wanted, *(file.name for files in (entry.editions if entry else ()) for file in files)}
    return next((left for left in by_model(here.shelf.unfinished()) if left.names & meant), None)


def _folder(args: argparse.Namespace) -> int:
    """Say where model files are kept, or choose; files already somewhere stay there."""
    here = shelf_here()
    if args.path is not None or args.default:
        chosen = args.path.absolute() if args.path is not None and not args.default else None
        if chosen is not None and not is_folder(chosen):
            raise UserError("library.folder_unusable")
        try:
            here.settings.set(MODELS_FOLDER, str(chosen) if chosen else "")
        except OSError:
            raise UserError("library.folder_not_kept") from None
    say(str(places.models_folder(here.settings)))
    return 0


ACTIONS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "import": _import,
    "verify": _verify,
    "remove": _remove,
    "folder": _folder,
}
"""What each action runs; returns the exit code."""
