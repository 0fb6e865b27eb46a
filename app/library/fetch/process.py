"""What the Fetcher process does from its first frame to its end.

Job: take one request, give up everything but its folder and the network, fetch, and answer. Rule: the
library that knows the hub is imported after the confinement, in an environment that it cannot be led
astray by; whatever ends the download, what has come is kept and said.
"""

from __future__ import annotations

import os
from pathlib import Path

from app.children.confine import confine
from app.children.wire.channel import Channel
from app.core.errors import UserError
from app.library.fetch.protocol import FetchDone, FetchRequest, Secrets, event_to_json
from app.library.fetch.pulse import Pulse, Stopped
from app.library.files.boot import this_boot

EXIT_OK, EXIT_PROTOCOL = 0, 65

_HUB_VARIABLES = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
    "HF_HUB_DISABLE_XET": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_SYMLINKS_WARNING": "1",
    "HF_HUB_VERBOSITY": "critical",
}


def main(channel: Channel) -> int:
    """Fetch one file over this channel; returns the exit code."""
    frame = channel.receive() or {}
    try:
        if frame.get("request") != "fetch":
            return EXIT_PROTOCOL
        request = FetchRequest.from_json(frame["file"])
        secrets = Secrets.from_json(frame["secrets"])
    except (KeyError, TypeError, ValueError):
        return EXIT_PROTOCOL
    boot = this_boot()
    ca_files = [Path(request.ca_file)] if request.ca_file else []
    level = confine(ca_files, writable=[Path(request.folder)], network=True).level.value
    channel.send({"event": "confined", "level": level})
    pulse = Pulse(channel, request.patience)
    pulse.start()
    try:
        last = event_to_json(_fetch(request, secrets, pulse, boot))
    except UserError as error:
        last = {"event": "failed", "error": error.to_json()}
    except Stopped as wish:
        last = {"event": "stopped", "how": wish.how}
    finally:
        pulse.end()
    pulse.tell_carried()
    channel.send(last)
    return EXIT_OK


def _fetch(request: FetchRequest, secrets: Secrets, pulse: Pulse, boot: str) -> FetchDone:
    os.environ.update(_HUB_VARIABLES)  # the rest of the environment was built by who started us
    from app.library.fetch.download import Download
    from app.library.fetch.web import Web

    web = Web(request, secrets, pulse.ask_leave, pulse.carry)
    return Download(request, web, pulse, boot, token=bool(secrets.token)).run()
