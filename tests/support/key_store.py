"""A key store in memory, for the secrets of one test."""

from __future__ import annotations


class InMemory:
    """A key store for one test."""

    words: dict[tuple[str, str], str]

    def __init__(self) -> None:
        self.words = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.words.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.words[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.words[service, username]
