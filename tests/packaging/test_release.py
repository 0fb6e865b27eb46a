"""A release list: signed, forged, cut, and naming what it may not."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest
import release_signing

from app.cli.main import main
from app.core.errors import UserError
from app.library import release

FILE = "cloister_9.0.0_debian12_amd64.deb"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    release_signing.new_key(tmp_path / "key.pem", tmp_path / "public.txt")
    return tmp_path / "key.pem"


def public(key: Path) -> bytes:
    return base64.b64decode((key.parent / "public.txt").read_bytes())


def made(key: Path, words: str | None = None) -> Path:
    (key.parent / FILE).write_bytes(b"installer")
    digest = hashlib.sha256(b"installer").hexdigest()
    listed = key.parent / "SHA256SUMS"
    listed.write_text(f"# cloister 9.0.0 2027-01-02\n{digest}  {FILE}\n" if words is None else words)
    release_signing.sign(key, listed)
    return listed


def code(path: Path, key: Path) -> str:
    with pytest.raises(UserError) as caught:
        release.verify(path, public(key))
    return caught.value.code


def test_a_signed_list_says_its_version_and_its_files(key: Path) -> None:
    found = release.verify(made(key), public(key))
    assert (found.version, found.date, found.whole, found.damaged) == (
        "9.0.0",
        "2027-01-02",
        (FILE,),
        (),
    )
    assert found.is_newer_than("0.10.0")
    assert not found.is_newer_than("9.0.0")
    (key.parent / FILE).write_bytes(b"another")
    assert release.verify(key.parent / "SHA256SUMS", public(key)).damaged == (FILE,)


def test_what_is_not_signed_by_us_is_not_believed(key: Path) -> None:
    listed = made(key)
    right = listed.read_bytes()
    listed.write_bytes(right.replace(b"9.0.0", b"9.0.1", 1))
    assert code(listed, key) == "release.forged"
    listed.write_bytes(right)
    signature = listed.with_name("SHA256SUMS.sig")
    for wrong in (b"not base64 at all!", b"AAAA", b"\x00" * 64, base64.b64encode(b"\x00" * 64)):
        signature.write_bytes(wrong)
        assert code(listed, key) == "release.forged"
    signature.write_bytes(b"A" * (release.MAX_BYTES + 1))
    assert code(listed, key) == "release.unsigned"
    signature.unlink()
    assert code(listed, key) == "release.unsigned"


@pytest.mark.parametrize(
    "words",
    [
        "x",
        "# cloister 9.0.0 2027-01-02\n",
        f"# cloister 9.0.0 2027-01-02\n{'0' * 64}  ../../etc/passwd\n",
        f"# cloister 9.0.0 2027-01-02\n{'0' * 64}  \x1b[31mred\n",
        f"# cloister 9 2027-01-02\n{'0' * 64}  a\n",
    ],
)
def test_a_signed_list_of_another_form_is_refused(words: str, key: Path) -> None:
    assert code(made(key, words), key) == "release.malformed"


def test_too_long_or_no_file_is_refused(key: Path, tmp_path: Path) -> None:
    assert code(made(key, "#" * (release.MAX_BYTES + 1)), key) == "release.unreadable"
    assert code(tmp_path / "none", key) == "release.missing"
    assert code(tmp_path, key) == "release.unreadable"


def test_the_shipped_key_is_one_and_the_verb_uses_it(
    key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(base64.b64decode(release.key_file().read_bytes())) == 32
    assert main(["release", "verify", str(made(key))]) == 1
    assert "signature does not fit" in capsys.readouterr().err


def test_a_list_that_is_not_there_is_called_a_list(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["release", "verify", str(tmp_path / "SHA256SUMS")]) == 1
    said = capsys.readouterr().err
    assert "release list is not there" in said
    assert "model" not in said


def test_a_private_key_in_the_checkout_is_refused() -> None:
    with pytest.raises(SystemExit, match="may not lie"):
        release_signing.new_key(release_signing.ROOT / "key.pem", Path("nowhere"))
