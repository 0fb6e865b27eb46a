"""Which program am I: a child with a role, the self-check, a command line verb, or the window.

Job: look at the first argument and hand over. Rule: nothing heavy is imported before the choice is
made, and private file permissions come first of all. A packaged app has no ``python -m``, so every
child process is this same program started again with ``--role``.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

if not __package__:
    # Children are started by file name in isolated mode (see app.children.starting.program), which
    # leaves the program's own folder off the path.
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

EXIT_USAGE = 64
EXIT_SEALED = 77
EXIT_INTERRUPTED = 130


def main(argv: list[str]) -> int:
    """Run the program with these arguments (without the program's name); returns the exit code."""
    os.umask(0o077)
    _complete_streams()
    try:
        return _run(argv)
    except KeyboardInterrupt:  # Ctrl-C while the program was still being read from the disk
        return EXIT_INTERRUPTED


def _complete_streams() -> None:
    """Put nothing-devices where the starter closed a standard stream.

    Else the next file that is opened (the vault, a child's channel) becomes "standard output", and
    what belongs to a stream that is not there would go to another one.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # The lowest free descriptor is taken, which is the closed one.
            stream = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115 - open until the end
            setattr(sys, name, stream)


def _run(argv: list[str]) -> int:
    if argv[:1] == ["--role"]:
        return _run_role(argv[1:])  # its environment was made for it
    from app.children.confine.hardening import harden_this_process
    from app.core.rules.environment import forget_foreign

    forget_foreign()
    harden_this_process()
    _seal_if_wished()
    if argv == ["--self-check"]:
        from app.self_check.report import main as self_check

        return self_check()
    if argv:
        from app.cli.main import main as cli_main

        return cli_main(argv)
    from app.bootstrap import run

    return run()


def _seal_if_wished() -> None:
    """Give up connecting before anything else is imported, when the program is sealed."""
    from app.children.confine.sealing import MARK, seal_this_process
    from app.core.paths import profile_dir
    from app.core.rules.policy import read_policy
    from app.core.rules.seal import seal_of_profile

    os.environ.pop(MARK, None)  # it speaks to children only
    try:
        sealed = seal_of_profile(profile_dir()).sealed
    except OSError:  # no home folder, so no setting either
        sealed = read_policy().sealed
    if sealed:
        seal_this_process()


def _run_role(rest: list[str]) -> int:
    if len(rest) != 3 or rest[1] != "--channel":
        return EXIT_USAGE
    if rest[0] in _CONNECTING and _is_sealed_child():
        return EXIT_SEALED
    from app.children.entry import run_role

    return run_role(rest[0], rest[2], _ROLES)


def _is_sealed_child() -> bool:
    """Say whether who started us is sealed, or the organisation's policy seals everyone."""
    from app.children.confine.sealing import is_marked
    from app.core.rules.policy import read_policy

    return is_marked() or read_policy().sealed


def _engine() -> object:
    from app.engine.host.process import main as role_main

    return role_main


def _probe() -> object:
    from app.children.probing.probe import main as role_main

    return role_main


def _fetcher() -> object:
    from app.library.fetch.process import main as role_main

    return role_main


_ROLES = {"engine": _engine, "fetcher": _fetcher, "probe": _probe}
_CONNECTING = frozenset({"fetcher"})
"""The roles that exist to connect: a sealed program has none."""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
