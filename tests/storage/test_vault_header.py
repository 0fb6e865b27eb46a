"""vault.json: damaged, altered, older and half-changed headers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.errors import UserError
from app.storage.keys import header
from app.storage.keys.slots import SlotKind
from app.storage.profile_state import ProfileState, profile_state
from app.storage.unlock import Protection, open_with_recovery
from tests.storage import harness


def _flip(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :]


def test_a_damaged_header_is_read_from_its_copy_and_written_again(profile: Path) -> None:
    code = harness.make_filled(profile)
    good = (profile / "vault.json").read_bytes()
    damages = [good[:length] for length in (0, 1, len(good) // 2, len(good) - 2)]
    damages += [_flip(good, at) for at in range(0, len(good), 41)]
    damages += [
        b"[]",
        b"null",
        b"\xff",
        b"[" * 5000,
    ]
    for name in ("vault.json", "vault.json.bak"):
        for damaged in damages:
            (profile / name).write_bytes(damaged)
            assert profile_state(profile) is ProfileState.LOCKED_PASSPHRASE
            vault = open_with_recovery(profile, code)
            assert vault.notes.header_repaired
            vault.close()
            assert (profile / "vault.json").read_bytes() == good
            assert (profile / "vault.json.bak").read_bytes() == good
    vault = harness.by_passphrase(profile)
    assert not vault.notes.header_repaired
    vault.close()
    (profile / "vault.json").write_bytes(b"junk")
    vault = harness.by_passphrase(profile)
    assert vault.notes.header_repaired
    vault.close()


def test_two_damaged_headers_are_an_alarm(profile: Path) -> None:
    code = harness.make_filled(profile)
    (profile / "vault.json").write_bytes(b"junk")
    (profile / "vault.json.bak").unlink()
    assert profile_state(profile) is ProfileState.DAMAGED
    for call in (lambda: harness.by_passphrase(profile), lambda: open_with_recovery(profile, code)):
        assert harness.refusal_of(call) == "storage.header_damaged"
    assert (profile / "vault.json").read_bytes() == b"junk"


def _rewritten(profile: Path, change: Callable[[dict[str, object]], None]) -> None:
    """Alter the header and its copy with a valid checksum, as someone who knows the format would."""
    body = json.loads((profile / "vault.json").read_text())
    del body["check"]
    change(body)
    text = json.dumps({"check": header._checksum(body), **body})
    for name in ("vault.json", "vault.json.bak"):
        (profile / name).write_text(text)


def test_slots_are_bound_to_their_vault(profile: Path, tmp_path: Path) -> None:
    code = harness.make_filled(profile)
    harness.make_filled(tmp_path / "other")
    foreign = json.loads((tmp_path / "other" / "vault.json").read_text())["slots"]
    untouched = (profile / "vault.json").read_text()
    changes: list[Callable[[dict[str, object]], None]] = [
        lambda body: body.update(slots=foreign),
        lambda body: body.update(vault_id="ab" * 16),
        lambda body: body["slots"][0].update(epoch=2),  # type: ignore[index] # plain JSON
        lambda body: body["slots"][0]["parameters"].update(lanes=2, memory_kib=128),  # type: ignore[index] # plain JSON
    ]
    for change in changes:
        _rewritten(profile, change)
        assert harness.refusal_of(lambda: harness.by_passphrase(profile)) == "storage.wrong_passphrase"
        for name in ("vault.json", "vault.json.bak"):
            (profile / name).write_text(untouched)
    assert harness.holds_the_message(open_with_recovery(profile, code))


@pytest.mark.parametrize(
    "parameters", [{"memory_kib": 2**40}, {"iterations": 10**9}, {"lanes": 0}, {"memory_kib": 1}]
)
def test_absurd_costs_are_not_paid(profile: Path, parameters: dict[str, int]) -> None:
    harness.make_filled(profile)
    _rewritten(profile, lambda body: body["slots"][0]["parameters"].update(parameters))  # type: ignore[index] # plain JSON
    assert harness.refusal_of(lambda: harness.by_passphrase(profile)) == "storage.header_damaged"


def test_odd_headers_are_refused_in_words(profile: Path) -> None:
    code = harness.make_filled(profile)
    untouched = (profile / "vault.json").read_text()
    for change, expected in (
        (lambda body: body.update(format=2), "storage.header_newer"),
        (lambda body: body.update(slots=[]), "storage.header_damaged"),
        (lambda body: body.update(slots=7), "storage.header_damaged"),
        (lambda body: body["slots"][1]["parameters"].clear(), "storage.header_damaged"),
        (lambda body: body["slots"][1]["parameters"].update(salt="zz"), "storage.header_damaged"),
        (lambda body: body["slots"][1].update(nonce=""), "storage.header_damaged"),
        (lambda body: body.update(epoch=float("inf")), "storage.header_damaged"),
        (lambda body: body.update(wrong_passphrases=float("inf")), "storage.header_damaged"),
        (lambda body: body["slots"][0].update(parameters="none"), "storage.header_damaged"),
        (lambda body: body["slots"][0].update(epoch=float("inf")), "storage.header_damaged"),
        (
            lambda body: body["slots"][0]["parameters"].update(memory_kib=float("inf")),
            "storage.header_damaged",
        ),
    ):
        _rewritten(profile, change)
        assert harness.refusal_of(lambda: open_with_recovery(profile, code)) == expected
        for name in ("vault.json", "vault.json.bak"):
            (profile / name).write_text(untouched)
    assert harness.holds_the_message(open_with_recovery(profile, code))


@pytest.mark.parametrize("value", [float("inf"), "a text", [], None, {}])
@pytest.mark.parametrize("name", ["epoch", "wrong_passphrases", "slots"])
def test_the_copy_opens_beside_a_header_that_makes_no_sense(
    profile: Path, name: str, value: object
) -> None:
    harness.make_filled(profile)
    copy = (profile / "vault.json.bak").read_bytes()
    _rewritten(profile, lambda body: body.update({name: value}))
    (profile / "vault.json.bak").write_bytes(copy)
    assert harness.holds_the_message(harness.by_passphrase(profile))


def test_a_vault_without_its_copy_is_still_handed_over(
    profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise UserError("storage.disk_full")

    with monkeypatch.context() as patch:
        patch.setattr(header, "write", full)
        vault, code = harness.make(profile)
        vault.close()
    assert not (profile / "vault.json.bak").exists()
    vault = open_with_recovery(profile, code)
    assert vault.notes.header_repaired
    vault.close()
    assert header.read(profile).whole


def test_an_older_header_opens_with_a_note(profile: Path) -> None:
    code = harness.make_filled(profile)
    older = (profile / "vault.json").read_bytes()
    open_with_recovery(
        profile, code, Protection.with_passphrase("another passphrase", harness.CHEAP)
    ).close()
    for name in ("vault.json", "vault.json.bak"):
        (profile / name).write_bytes(older)
    vault = harness.by_passphrase(profile)
    assert vault.notes.header_older
    vault.close()


def test_a_change_cut_between_header_and_copy_keeps_a_way_in(profile: Path) -> None:
    code = harness.make_filled(profile)
    older = (profile / "vault.json").read_bytes()
    new = Protection.with_passphrase("another passphrase", harness.CHEAP)
    open_with_recovery(profile, code, new).close()
    (profile / "vault.json.bak").write_bytes(older)
    assert header.read(profile).best.epoch == 2
    vault = harness.by_passphrase(profile, "another passphrase")
    assert vault.notes.header_repaired
    vault.close()
    assert header.read(profile).whole
    assert header.read(profile).best.slot(SlotKind.OS) is None
