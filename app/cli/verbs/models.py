"""The verb ``models``: list, download, import, verify, remove, and the secrets of downloads.

Job: the actions that concern the network; those on files that are here are in ``shelf.files_here``.
Rule: only ``download`` connects, for the model that was named, and says to whom; a secret is read from
the terminal and goes to the key store, never through an argument.
"""

from __future__ import annotations

import argparse
import shlex
from dataclasses import asdict
from pathlib import Path

from app.cli import arguments, exits, parsers
from app.cli.shelf import files_here
from app.cli.shelf.download_line import DownloadLine
from app.cli.shelf.here import ShelfHere, condition_words, shelf_here
from app.cli.terminal import ask_hidden, say, say_json
from app.core.errors import UserError
from app.core.paths import profile_dir
from app.core.rules import seal
from app.core.rules import settings as declared
from app.core.shown_name import shown_name
from app.core.texts import text
from app.library.carrying import elsewhere
from app.library.fetch.client import Fetch
from app.library.fetch.protocol import HUB, FetchDone, FetchRequest, Secrets
from app.library.files.free_space import in_gb
from app.library.known.catalogue import CatalogueEntry, CatalogueFile
from app.library.shelf.half_done import by_model
from app.library.shelf.model_file import Condition
from app.storage.keys import download_secrets
from app.storage.keys.keystore import Keystore, Secret
from app.storage.network.pending import PendingConnections


def add_parser(subparsers: parsers.Parsers) -> None:
    """Add the verb."""
    parser = parsers.add_parser(subparsers, "models", text("fetch.cli.about"), text("fetch.cli.help"))
    actions = parsers.add_actions(parser)
    listing = _action(actions, "list")
    download = _action(actions, "download")
    download.add_argument("name", metavar="NAME", help=text("fetch.cli.name"))
    download.add_argument("--folder", metavar="DIR", type=arguments.path, help=text("fetch.cli.folder"))
    download.add_argument("--mirror", metavar="URL", help=text("fetch.cli.mirror"))
    download.add_argument("--proxy", metavar="URL", help=text("fetch.cli.proxy"))
    download.add_argument(
        "--ca-file", metavar="FILE", type=arguments.path, help=text("fetch.cli.ca_file")
    )
    download.add_argument("--token-from-keyring", action="store_true", help=text("fetch.cli.token"))
    for action, key in ((listing, "list_json"), (download, "json")):
        action.add_argument("--json", action="store_true", help=text(f"fetch.cli.{key}"))
    secret = _action(actions, "secret")
    secret.add_argument("which", choices=("token", "proxy"), help=text("fetch.cli.which"))
    secret.add_argument("--remove", action="store_true", help=text("fetch.cli.remove"))
    files_here.add_actions(actions)


def run(args: argparse.Namespace) -> int:
    """Do what was asked; returns 0, 1 after trouble, 130 when a download was interrupted."""
    ours = {"list": _list, "download": _download, "secret": _secret}
    return {**files_here.ACTIONS, **ours}[args.action](args)


def _action(actions: parsers.Parsers, name: str) -> argparse.ArgumentParser:
    return parsers.add_parser(actions, name, text(f"fetch.cli.{name}"))


# --- list -----------------------------------------------------------------------------------------


def _list(args: argparse.Namespace) -> int:
    here = shelf_here()
    here.say_if_gone()
    models = here.shelf.files()
    rows = [
        {"name": model.entry or model.name, "path": str(model.path), "size": model.size}
        | {"here": True, "condition": model.condition.value, "fetchable": bool(model.entry)}
        | {"confirmed": model.confirmed}
        for model in models
    ]
    had = {model.entry for model in models}
    rows += [
        {"name": entry.name, "path": "", "size": sum(file.size for file in _edition(entry))}
        | {"here": False, "condition": "", "fetchable": bool(_edition(entry)), "confirmed": False}
        for entry in here.known.entries
        if entry.name not in had
    ]
    rows += [
        {"name": left.name, "path": str(left.parts[0].path), "size": left.size}
        | {"here": False, "condition": f"unfinished_{left.kind}", "fetchable": False}
        for left in by_model(here.shelf.unfinished())
    ]
    if args.json:
        say_json(rows, indent=2)
    else:
        say("\n".join(map(_row, rows)))
    return 0


def _row(row: dict[str, object]) -> str:
    if str(row["condition"]).startswith("unfinished"):
        done = in_gb(int(str(row["size"])))
        return text(f"fetch.cli.{row['condition']}", name=shown_name(str(row["name"])), size=done)
    if not (row["here"] or row["fetchable"]):
        return text("fetch.cli.no_file", name=shown_name(str(row["name"])))
    state = text("fetch.cli.not_here")
    if row["here"]:
        condition = Condition(str(row["condition"]))
        words = condition_words(condition, confirmed=bool(row["confirmed"]))
        state = text("fetch.cli.here", condition=words)
    name, size = shown_name(str(row["name"])), int(str(row["size"]))
    if not size and not row["here"]:
        return text("fetch.cli.line_no_size", name=name, state=state)
    return text("fetch.cli.line", name=name, size=in_gb(size), state=state)


def _edition(entry: CatalogueEntry) -> tuple[CatalogueFile, ...]:
    """Return the files of the current edition; none when the model cannot be fetched."""
    return entry.editions[0] if entry.editions else ()


# --- download -------------------------------------------------------------------------------------


def _download(args: argparse.Namespace) -> int:
    here = shelf_here(args.folder)
    seal.refuse_if_sealed(here.settings)
    entry = here.known.named(args.name)
    files = _edition(entry) if entry else ()
    if entry is None or not files:
        names = ", ".join(known.name for known in here.known.entries if known.files)
        raise UserError("library.fetch_nothing_known", name=args.name, names=names)
    if _is_here(args, here, entry):
        return 0
    fetch = Fetch(
        note=PendingConnections(profile_dir()).note,
        permit=lambda: seal.refuse_if_sealed(here.settings),
    )
    secrets = _secrets(args, here)
    here.shelf.make_folder()
    line = DownloadLine(quiet=args.json)
    results = []
    for file in files:
        try:
            requests = _requests(args, here, file)
            done = fetch.run_any(requests, line.of(requests[0]), secrets)
        except KeyboardInterrupt:
            line.end()
            say(text("fetch.cli.paused"), aside=True)
            return exits.INTERRUPTED
        finally:
            line.end()
        here.shelf.record(Path(done.path), done.sha256, confirmed=done.confirmed)
        results.append(done)
        if not args.json:
            key = "done" if done.vouched_by == "catalogue" else "done_by_hub"
            say(text(f"fetch.cli.{key}", name=file.name, path=done.path))
    if args.json:
        say_json({"name": args.name, "files": [asdict(done) for done in results]})
    return 0


def _is_here(args: argparse.Namespace, here: ShelfHere, entry: CatalogueEntry) -> bool:
    """Say that a model need not be downloaded, where its whole file is on the shelf already.

    Of one that another program may have it is said how it comes here without a download.
    """
    models = () if args.folder else here.shelf.files()
    model = next((each for each in models if each.entry == entry.name and each.usable), None)
    if model is not None:
        if args.json:
            files = [
                asdict(FetchDone(str(part), here.shelf.hash_of(part), part.stat().st_size, 0))
                for part in model.parts
            ]
            say_json({"name": entry.name, "files": files})
        else:
            say(text("fetch.cli.already", name=model.name, path=str(model.path)))
        return True
    for one in () if args.json else elsewhere.find([entry]):
        path = shlex.quote(str(one.path))
        say(text("fetch.cli.elsewhere", path=path, program=one.program), aside=True)
    return False


def _requests(args: argparse.Namespace, here: ShelfHere, file: CatalogueFile) -> list[FetchRequest]:
    """Return the wish for every place that may have the file: the one named, or the mirrors."""
    settings = here.settings
    chosen = args.mirror or settings.word(declared.ENDPOINT)
    ca_file = str(args.ca_file.absolute()) if args.ca_file else settings.word(declared.CA_FILE)
    try:
        return [
            FetchRequest(
                repository=file.repository,
                commit=file.commit,
                file=file.name,
                folder=str(here.shelf.folder),
                size=file.size,
                sha256=file.sha256,
                endpoint=place,
                proxy=args.proxy or settings.word(declared.PROXY),
                ca_file=ca_file,
            )
            for place in ([chosen] if chosen else here.known.mirrors or [HUB])
        ]
    except ValueError:
        raise UserError("library.fetch_bad_address") from None


# --- secrets --------------------------------------------------------------------------------------


def _secrets(args: argparse.Namespace, here: ShelfHere) -> Secrets:
    """Read what is wanted from the key store; raises UserError."""
    keystore = Keystore()
    token = download_secrets.token(keystore) if args.token_from_keyring else ""
    if args.token_from_keyring and not token:
        raise UserError("library.fetch_no_secret")
    proxied = args.proxy or here.settings.word(declared.PROXY)
    user, password = download_secrets.proxy_sign_in(keystore) if proxied else ("", "")
    return Secrets(token, user, password)


def _secret(args: argparse.Namespace) -> int:
    keystore, is_token = Keystore(), args.which == "token"
    if args.remove:
        download_secrets.forget(keystore, Secret.HUB_TOKEN if is_token else Secret.PROXY)
    elif is_token:
        token = ask_hidden(text("fetch.cli.ask_token")).strip()
        Secrets(token or " ")  # refuses what is none
        download_secrets.keep_token(keystore, token)
    else:
        user = ask_hidden(text("fetch.cli.ask_user")).strip()
        download_secrets.keep_proxy_sign_in(keystore, user, ask_hidden(text("fetch.cli.ask_password")))
    say(text("fetch.cli.removed" if args.remove else "fetch.cli.kept"))
    return 0
