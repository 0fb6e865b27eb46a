"""What a person can change, declared once.

Job: each :class:`Setting` states its key, default and allowed values; the file, the dialogs and the
help derive from it. Rule: a file is never trusted: a value outside its bounds becomes the nearest
allowed one or the default, and the program starts in any case. What a newer version wrote and this one
does not know stays in the file. No content is ever kept here.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core import texts
from app.core.conversation.message import Effort
from app.core.conversation.sampling import MAX_TEMPERATURE
from app.core.logs import log_event
from app.core.private_files import make_folder, write_whole

Value = str | float

ON, OFF = "on", "off"
SETTINGS_NAME = "settings.json"
"""The file in a profile."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: ``choices`` for a word, bounds for a number, ``longest`` for free text.

    ``in_doubt`` is what stands for a value that cannot be read, where the default would be a liberty
    that the person may have given up. Its name and description are sentences of the catalogue, under
    ``settings.`` and its key.
    """

    key: str
    default: Value
    choices: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 0.0
    longest: int = 0
    in_doubt: Value | None = None

    @property
    def name(self) -> str:
        """What a person calls it."""
        return texts.text(f"settings.{self.key}.name")

    @property
    def about(self) -> str:
        """What it does, in a sentence or two."""
        return texts.text(f"settings.{self.key}.about")

    @property
    def when_in_doubt(self) -> Value:
        """What stands for a value that cannot be read."""
        return self.default if self.in_doubt is None else self.in_doubt

    def checked(self, value: Any) -> Value:
        """Return ``value`` if it is allowed, the nearest allowed number, or what holds in doubt."""
        if self.longest:
            return value if isinstance(value, str) and len(value) <= self.longest else self.default
        if self.choices:
            return value if value in self.choices else self.when_in_doubt
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or (isinstance(value, float) and not math.isfinite(value)):
            return self.default
        # Bounded before it is a fraction: a whole number may be longer than a fraction can be.
        return float(max(self.low, min(value, self.high)))


THEME = Setting("appearance.theme", "system", choices=("system", "light", "dark"))
TEXT_SCALE = Setting("appearance.text_scale", 1.0, low=0.8, high=2.0)
CONTRAST = Setting("appearance.contrast", "system", choices=("system", "high"))
MOTION = Setting("appearance.motion", "system", choices=("system", "less"))
KEYS = Setting("keyboard.shortcuts", "", longest=8192)
"""The keys a person has given commands; see ``app.ui.commands.keymap``, which trusts none of it."""
WINDOW_PLACE = Setting("window.place", "", longest=80)
"""Where the window stood: numbers only; see ``app.ui.flow.window.place``."""
SIDEBAR = Setting("window.sidebar", ON, choices=(ON, OFF))
SIDEBAR_WIDTH = Setting("window.sidebar_width", 264.0, low=200.0, high=360.0)
MENU_BAR = Setting("window.menu_bar", OFF, choices=(ON, OFF))
"""Whether the menu bar stays in sight, where it is in the window."""

READ_ALOUD = Setting("accessibility.read_aloud", "sentences", choices=("sentences", "end", "off"))
"""How much of an answer a screen reader says while it is written."""
EFFORT = Setting("answers.effort", Effort.MEDIUM.value, choices=tuple(Effort))
TEMPERATURE = Setting("answers.temperature", 1.0, low=0.0, high=MAX_TEMPERATURE)
MODEL_FILE = Setting("model.file", "", longest=4096)
"""The model file chosen last; empty for the built-in guide."""

MODELS_FOLDER = Setting("model.folder", "", longest=4096)
"""Where model files are kept, for example on another disk; empty for the profile's own folder."""
CONTEXT_TOKENS = Setting("model.context_tokens", 0.0, low=0.0, high=131_072.0)
"""The context window wished for; 0 leaves it to the plan."""
IDLE_END_MINUTES = Setting("engine.idle_end_minutes", 15.0, low=0.0, high=1440.0)
"""After so many minutes without work the engine ends; 0 is never."""
READ_AHEAD = Setting("engine.read_ahead", ON, choices=(ON, OFF))
"""Whether the model reads answers, attachments and the draft before they are sent."""
BATTERY_FLOOR = Setting("engine.battery_floor_percent", 30.0, low=0.0, high=100.0)
"""On battery below this nothing is done ahead of a wish."""
SNAPSHOT_CAP_MIB = Setting("engine.snapshot_cap_mib", 2048.0, low=0.0, high=65_536.0)
"""What all snapshots together may take on the disk; 0 keeps none."""

BIN_DAYS = Setting("privacy.bin_days", 30.0, low=0.0, high=365.0)
"""For how many days a deleted conversation can be restored; 0 deletes it at once."""

SEALED = Setting("network.sealed", OFF, choices=(ON, OFF), in_doubt=ON)
"""Whether nothing may connect; see ``seal`` beside this, which also knows the organisation's policy."""

ENDPOINT = Setting("network.endpoint", "", longest=2048)
"""Where model files are downloaded from; empty for the hub they are published on."""
PROXY = Setting("network.proxy", "", longest=2048)
"""The proxy that downloads go through, without name and password; empty for none."""
CA_FILE = Setting("network.ca_file", "", longest=4096)
"""Certificates to trust besides those the system trusts; empty for none."""

HOW_TO_CONNECT: Sequence[Setting] = (SEALED, ENDPOINT, PROXY, CA_FILE)
"""What holds also where nothing is kept: the seal, and the only way out of some networks."""

ALL: Sequence[Setting] = (
    THEME,
    TEXT_SCALE,
    CONTRAST,
    MOTION,
    READ_ALOUD,
    KEYS,
    WINDOW_PLACE,
    SIDEBAR,
    SIDEBAR_WIDTH,
    MENU_BAR,
    EFFORT,
    TEMPERATURE,
    MODEL_FILE,
    MODELS_FOLDER,
    CONTEXT_TOKENS,
    IDLE_END_MINUTES,
    READ_AHEAD,
    BATTERY_FLOOR,
    SNAPSHOT_CAP_MIB,
    BIN_DAYS,
    SEALED,
    ENDPOINT,
    PROXY,
    CA_FILE,
)


class Settings:
    """The settings of one profile; ``path`` None keeps them for this run only."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._values: dict[str, Value] = {setting.key: setting.default for setting in ALL}
        self._stored: dict[str, Any] = {}
        self._read()

    def get(self, setting: Setting) -> Value:
        """Return the current value, always an allowed one."""
        return self._values[setting.key]

    def word(self, setting: Setting) -> str:
        """Return a setting that is text."""
        return str(self.get(setting))

    def number(self, setting: Setting) -> float:
        """Return a setting that is a number."""
        return float(self.get(setting))

    def is_on(self, setting: Setting) -> bool:
        """Return a setting that is on or off."""
        return self.get(setting) == ON

    def set(self, setting: Setting, value: Value) -> None:
        """Change a value (made allowed first) and write the file; raises OSError if it cannot."""
        checked = setting.checked(value)
        if checked != self._values[setting.key]:
            self._values[setting.key] = self._stored[setting.key] = checked
            self._write()

    def for_this_run(self, taken: Sequence[Setting]) -> Settings:
        """Return settings that are never written: the defaults, and these values of ``taken``."""
        made = Settings(None)
        for setting in taken:
            made.set(setting, self.get(setting))
        return made

    def keep(self, setting: Setting, value: Value) -> None:
        """Change a value also where it cannot be written: it then lasts until the program ends."""
        try:
            self.set(setting, value)
        except OSError as error:
            log_event("settings.not_saved", errno=error.errno or 0)

    def _read(self) -> None:
        if self._path is None:
            return
        try:
            if not self._path.is_file():  # raises where the system refuses to say
                return
            stored = json.loads(self._path.read_text("utf-8"))
            json.dumps(stored, indent=2)  # what cannot be written again is not kept
        except (OSError, ValueError, RecursionError):
            stored = None
        if not isinstance(stored, dict):
            log_event("settings.unreadable")
            self._values = {setting.key: setting.when_in_doubt for setting in ALL}
            return
        self._stored = stored
        for setting in ALL:
            if setting.key in stored:
                value = setting.checked(stored[setting.key])
                if value != stored[setting.key]:
                    log_event("settings.corrected", key=setting.key)
                self._values[setting.key] = value

    def _write(self) -> None:
        # As it was found, but for what the person changed: another version may know more than we do.
        if self._path is not None:
            whole = {**self._values, **self._stored}
            make_folder(self._path.parent)  # the first thing that is kept at all
            write_whole(self._path, json.dumps(whole, indent=2).encode("utf-8"))
