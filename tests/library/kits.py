"""The kit of the tests: one model file, all of which the catalogue knows."""

from __future__ import annotations

from app.library.kit.manifest import KitModel

KIT_FILE = "tiny.gguf"


def never_asked(_model: KitModel) -> bool:
    """Fail whoever asks for a decision."""
    raise AssertionError("what is in the catalogue needs no decision")
