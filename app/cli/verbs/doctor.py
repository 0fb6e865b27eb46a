"""The verb ``doctor``: is everything the program needs here, and is the engine really confined.

Job: look, try and report; with ``--json`` as one object. Rule: nothing of the person's is created,
changed or repaired, and the confinement is measured on a real child, not looked up.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import os
import platform
import stat
import sys
from pathlib import Path
from typing import Any

import psutil

import app
from app.children.child import Child
from app.children.wire.channel import Channel, ChannelClosed, ProtocolError
from app.cli import parsers
from app.cli.checks import engine, network
from app.cli.checks.memory import memory_lines, memory_report, power_report
from app.cli.checks.scratch import scratch_folder
from app.cli.terminal import say_report
from app.core.errors import UserError
from app.core.paths import profile_dir
from app.core.texts import plural, text
from app.core.there import is_folder

_PACKAGES = (
    "PySide6-Essentials",
    "llama-cpp-python",
    "huggingface_hub",
    "httpx2",
    "truststore",
    "platformdirs",
    "markdown-it-py",
    "keyring",
    "sqlcipher3",
    "tiktoken",
    "pygments",
    "ziamath",
    "latex2mathml",
    "psutil",
    "cryptography",
)
_MIB = 1024 * 1024
_ANSWER_S = 10.0


def add_parser(subparsers: parsers.Parsers) -> None:
    """Add the verb."""
    parser = parsers.add_parser(subparsers, "doctor", text("children.doctor.help"))
    parser.add_argument("--json", action="store_true", help=text("children.doctor.help_json"))
    parser.add_argument("--network", action="store_true", help=text("seal.doctor.help"))


def run(args: argparse.Namespace) -> int:
    """Print the report; returns 0, or 1 when there is a problem."""
    if args.network:
        return network.run(args)
    report = examine()
    say_report(report, _lines, as_json=args.json)
    return 0 if report["ok"] else 1


def examine() -> dict[str, Any]:
    """Return the whole report as plain data; ``problems`` holds codes, empty when all is well."""
    backends = _backends()
    report: dict[str, Any] = {
        "versions": _versions(),
        "machine": _machine(),
        "memory": memory_report(),
        "power": power_report(),
        "profile": _profile(),
        "engine_confinement": confinement(),
        "backends": backends,
        "engine": engine.examine(backends),
    }
    problems = sorted(_problems(report))
    return {"ok": not problems, "problems": problems, **report}


def _problems(report: dict[str, Any]) -> set[str]:
    problems = set()
    if None in report["versions"]["packages"].values():
        problems.add("package_missing")
    if report["profile"]["state"] in {"open", "not_ours"}:
        problems.add("profile_open")
    if report["profile"]["state"] in {"not_a_folder", "no_home", "no_path"}:
        problems.add("profile_unusable")
    if report["profile"]["state"] == "unwritable":
        problems.add("profile_unwritable")
    problems |= confinement_problems(report["engine_confinement"])
    if not report["backends"]:
        problems.add("no_backend")
    elif report["engine"]["error"]:
        problems.add("engine_failed")
    return problems


def confinement_problems(confined: dict[str, Any]) -> set[str]:
    """Return codes of what is wrong with what :func:`confinement` found; empty when all is well."""
    if confined["level"] is None:
        return {"child_failed"}
    if confined["level"] == "none":
        return {"unconfined"}
    if confined["level"] == "full" and not all(item["refused"] for item in confined["attempts"]):
        return {"escaped"}
    return set()


def _versions() -> dict[str, Any]:
    packages: dict[str, str | None] = {}
    for name in _PACKAGES:
        try:
            packages[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            packages[name] = None
    return {
        "cloister": app.__version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        "packages": packages,
    }


def _machine() -> dict[str, Any]:
    memory = psutil.virtual_memory()
    return {
        "architecture": platform.machine(),
        "processors": psutil.cpu_count(logical=False) or psutil.cpu_count() or 1,
        "threads": psutil.cpu_count() or 1,
        "memory_mib": memory.total // _MIB,
        "memory_free_mib": memory.available // _MIB,
    }


def _profile() -> dict[str, Any]:
    """Say whether the profile can be kept where it is, and only the person can read it.

    ``too_open`` counts what others could.
    """
    try:
        path = profile_dir()
    except OSError:
        return {"path": "-", "state": "no_home", "too_open": 0}
    report: dict[str, Any] = {"path": str(path), "state": "private", "too_open": 0}
    try:
        found = path.stat()
    except FileNotFoundError:
        return {**report, "state": _state_of_absent(path)}
    except PermissionError:
        return {**report, "state": "not_ours"}
    except OSError:  # too long a name, a disk that went away
        return {**report, "state": "no_path"}
    if not stat.S_ISDIR(found.st_mode):
        return {**report, "state": "not_a_folder"}
    if sys.platform == "win32":
        return report  # access lists are inherited from the person's own folder
    if found.st_uid != os.getuid():
        return {**report, "state": "not_ours"}
    modes = [found.st_mode]
    for folder, _, files in os.walk(path):
        modes += [(Path(folder) / name).lstat().st_mode for name in files]
    too_open = sum(1 for mode in modes if not stat.S_ISLNK(mode) and mode & 0o077)
    if too_open:
        return {**report, "state": "open", "too_open": too_open}
    return {**report, "state": "private" if os.access(path, os.W_OK) else "unwritable"}


def _state_of_absent(path: Path) -> str:
    """Say whether the profile can be made, once there is something to keep."""
    there = next((folder for folder in path.parents if is_folder(folder)), None)
    if there is None:  # a disk that is not connected
        return "no_path"
    return "absent" if os.access(there, os.W_OK) else "unwritable"


def _backends() -> list[str]:
    """Return the compute libraries that lie in the engine's package, without loading any."""
    spec = importlib.util.find_spec("llama_cpp")
    folders = spec.submodule_search_locations if spec else None
    if not folders:
        return []
    names = {
        file.name.split(".")[0].removeprefix("lib").removeprefix("ggml-")
        for file in (Path(folders[0]) / "lib").glob("*ggml-*")
    }
    return sorted(names - {"base"})


def confinement() -> dict[str, Any]:
    """Confine a real child as the engine confines itself, and let it try to get out."""
    unknown: dict[str, Any] = {"level": None, "mechanisms": [], "attempts": []}
    with scratch_folder() as folder:
        try:
            with Child.start("probe") as child:
                return _probe(child.channel, folder)
        except (UserError, ChannelClosed, ProtocolError, OSError):
            return unknown


def _probe(channel: Channel, folder: Path) -> dict[str, Any]:
    model_file, foreign_file = (str(folder / name) for name in ("file.gguf", "foreign"))
    for path in (model_file, foreign_file):
        Path(path).write_bytes(b"-")
    confined = _ask(channel, request="confine", readable=[model_file])
    readable = _ask(channel, request="try_open", path=model_file)
    if readable["refused"]:
        raise OSError  # a confinement nothing can work in is as bad as a child that does not start
    us = os.getpid()
    tries: dict[str, dict[str, Any]] = {
        "read_foreign_file": {"request": "try_open", "path": foreign_file},
        "read_parent_memory": {"request": "try_open", "path": f"/proc/{us}/mem"},
        "list_folder": {"request": "try_list", "path": str(folder)},
        "write_model_file": {"request": "try_open", "path": model_file, "write": True},
        "create_file": {"request": "try_create", "path": str(folder / "new")},
        "internet_socket": {"request": "try_socket", "family": "AF_INET"},
        "internet6_socket": {"request": "try_socket", "family": "AF_INET6"},
        "local_socket": {"request": "try_socket", "family": "AF_UNIX"},
        "start_program": {"request": "try_exec"},
        "new_process": {"request": "try_fork"},
        "signal_parent": {"request": "try_kill", "pid": us},
        "trace_parent": {"request": "try_ptrace", "pid": us},
    }
    attempts = []
    for name, request in tries.items():
        answer = _ask(channel, **request)
        if answer["refused"] is not None:
            attempts.append({"attempt": name, **answer, "by": _by(answer.get("errno", ""))})
    return {**confined, "attempts": attempts}


def _ask(channel: Channel, **request: Any) -> dict[str, Any]:
    channel.send(request, timeout=_ANSWER_S)
    answer = channel.receive(_ANSWER_S)
    if answer is None:
        raise TimeoutError
    return answer


def _by(error: str) -> str:
    """Name the mechanism that gives this error: our filter answers EPERM, Landlock EACCES."""
    if sys.platform != "linux":
        return ""
    return {"EPERM": "system_calls", "EACCES": "files"}.get(error, "")


def _lines(report: dict[str, Any]) -> list[str]:
    def line(key: str, **values: str | int) -> str:
        return text(f"children.doctor.{key}", **values)

    versions, machine = report["versions"], report["machine"]
    profile, confined = report["profile"], report["engine_confinement"]
    lines = [
        line(
            "program", version=versions["cloister"], python=versions["python"], system=versions["system"]
        ),
        line(
            "machine",
            processors=plural("children.doctor.cores", machine["processors"]),
            architecture=machine["architecture"],
            total=machine["memory_mib"],
            free=machine["memory_free_mib"],
        ),
        *memory_lines(report["memory"], report["power"]),
        line("profile", path=profile["path"], state=line(f"profile_{profile['state']}")),
        line("confinement", level=line(f"level_{confined['level'] or 'unknown'}")),
    ]
    for item in confined["mechanisms"]:
        state = "on" if item["in_force"] else "off"
        lines.append("  " + line(f"mechanism_{state}", name=item["name"], errno=item["errno"]))
    for item in confined["attempts"]:
        state = "refused" if item["refused"] else "allowed"
        lines.append("  " + line(f"attempt_{state}", name=item["attempt"], error=item.get("errno", "")))
    lines.append(line("backends", names=", ".join(report["backends"]) or "-"))
    lines += engine.lines(report["engine"])
    lines += [
        "  " + line("package", name=name, version=version or line("package_absent"))
        for name, version in versions["packages"].items()
    ]
    if report["ok"]:
        return [*lines, line("all_well")]
    return [*lines, *(line(f"problem_{code}") for code in report["problems"])]
