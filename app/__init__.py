"""Cloister: a private, offline desktop chat with open-weight gpt-oss models.

The floors and who may import whom are described in ``docs/architecture.md``.
"""

__version__ = "0.1.0"
