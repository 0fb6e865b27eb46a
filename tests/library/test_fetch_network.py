"""Ways to the hub: a company's certificates, a proxy that wants a password, IPv6, tokens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from app.core.errors import UserError
from app.library.fetch.protocol import Connecting, FetchRequest, Secrets
from app.library.fetch.web import shown
from tests.support.network import private_ca
from tests.support.network.fetching import Run, request, whole
from tests.support.network.hub import Answer, Bytes, Hub
from tests.support.network.proxy import Proxy

SIZE = 700_001


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub(Bytes.random(SIZE)) as hub:
        yield hub


def code(run: Run, wish: FetchRequest, secrets: Secrets | None = None) -> str:
    with pytest.raises(UserError) as caught:
        run(wish, secrets)
    return caught.value.code


def test_a_private_authority_is_trusted_when_its_file_is_named(run: Run, tmp_path: Path) -> None:
    ca_file, tls = private_ca.make(tmp_path)
    folder = tmp_path / "models"
    folder.mkdir()
    with Hub(Bytes.random(SIZE), tls=tls) as hub:
        assert code(run, request(hub, folder)) == "library.fetch_certificate"
        assert hub.seen == []
        run(request(hub, folder, ca_file=str(ca_file)))
        assert whole(folder, hub)


@pytest.mark.parametrize("days", [400, -400])
def test_a_clock_that_is_wrong_is_named(run: Run, tmp_path: Path, days: int) -> None:
    ca_file, tls = private_ca.make(tmp_path, dt.timedelta(days=days))
    with Hub(Bytes.random(SIZE), tls=tls) as hub:
        refused = code(run, request(hub, tmp_path, ca_file=str(ca_file)))
        assert refused == "library.fetch_certificate_dates"


def test_a_certificate_for_another_name_is_refused(run: Run, tmp_path: Path) -> None:
    ca_file, tls = private_ca.make(tmp_path)
    with Hub(Bytes.random(SIZE), tls=tls) as hub:
        elsewhere = hub.endpoint.replace("localhost", "127.0.0.1")
        wish = request(hub, tmp_path, ca_file=str(ca_file), endpoint=elsewhere)
        assert code(run, wish) == "library.fetch_certificate"


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_certificate_file_of_no_use_is_told(
    run: Run, hub: Hub, tmp_path: Path, content: str | None
) -> None:
    ca_file = tmp_path / "ca.pem"
    if content is not None:
        ca_file.write_text(content, "utf-8")
    assert code(run, request(hub, tmp_path, ca_file=str(ca_file))) == "library.fetch_ca_unusable"


def test_an_encrypted_hub_cannot_lead_to_a_plain_store(run: Run, hub: Hub, tmp_path: Path) -> None:
    ca_file, tls = private_ca.make(tmp_path)
    with Hub(hub.source, tls=tls) as safe:
        safe.every_record = Answer(headers={"location": f"{hub.store}/files/x"})
        assert code(run, request(safe, tmp_path, ca_file=str(ca_file))) == "library.fetch_insecure"
    assert hub.seen == []


def test_through_a_proxy_with_a_password(run: Run, hub: Hub, tmp_path: Path) -> None:
    with Proxy("anna", "p:ss w\u00f6rd") as proxy:
        wish = request(hub, tmp_path, proxy=proxy.url)
        assert code(run, wish) == "library.fetch_proxy_sign_in"
        wrong = Secrets(proxy_user="anna", proxy_password="guess")
        assert code(run, wish, wrong) == "library.fetch_proxy_sign_in"
        run(wish, Secrets(proxy_user="anna", proxy_password="p:ss w\u00f6rd"))
        hosts = [place.removeprefix("http://") for place in (hub.endpoint, hub.store)]
        assert proxy.targets == hosts
    assert whole(tmp_path, hub)
    first = run.of(Connecting)[0]
    assert isinstance(first, Connecting)
    assert first.proxy == proxy.url.removeprefix("http://")


def test_encrypted_through_a_proxy(run: Run, tmp_path: Path) -> None:
    ca_file, tls = private_ca.make(tmp_path)
    folder = tmp_path / "models"
    folder.mkdir()
    with Hub(Bytes.random(SIZE), tls=tls) as hub, Proxy("anna", "secret") as proxy:
        wish = request(hub, folder, proxy=proxy.url, ca_file=str(ca_file))
        assert code(run, wish) == "library.fetch_proxy_sign_in"
        run(wish, Secrets(proxy_user="anna", proxy_password="secret"))
        assert len(proxy.targets) == 2
        assert whole(folder, hub)


def test_a_proxy_that_is_not_there_is_told(run: Run, hub: Hub, tmp_path: Path) -> None:
    with Proxy() as proxy:
        gone = proxy.url
    assert code(run, request(hub, tmp_path, proxy=gone)) == "library.fetch_no_connection"
    assert hub.seen == []


def test_ipv6_only(run: Run, tmp_path: Path) -> None:
    with Hub(Bytes.random(SIZE), host="::1") as hub:
        run(request(hub, tmp_path))
        assert whole(tmp_path, hub)
        assert run.of(Connecting)[0] == Connecting(hub.endpoint.removeprefix("http://"))


def test_a_name_that_nobody_has_is_told(run: Run, hub: Hub, tmp_path: Path) -> None:
    wish = request(hub, tmp_path, endpoint="http://no-such-host.invalid")
    assert code(run, wish) == "library.fetch_no_name"


def test_a_token_goes_to_the_hub_and_nowhere_else(run: Run, hub: Hub, tmp_path: Path) -> None:
    hub.token = "hf_secret"
    assert code(run, request(hub, tmp_path)) == "library.fetch_token_needed"
    assert code(run, request(hub, tmp_path), Secrets("hf_wrong")) == "library.fetch_token_refused"
    run(request(hub, tmp_path), Secrets("hf_secret"))
    assert whole(tmp_path, hub)
    assert hub.requests("record")[-1].headers["authorization"] == "Bearer hf_secret"
    assert all("authorization" not in seen.headers for seen in hub.requests("bytes"))


def test_a_mirror_under_a_folder_is_asked_there(run: Run, hub: Hub, tmp_path: Path) -> None:
    assert code(run, request(hub, tmp_path, endpoint=f"{hub.endpoint}/mirror")) == (
        "library.fetch_not_found"
    )
    assert hub.seen[0].path.startswith("/mirror/some-people/")


def test_the_environment_has_no_say(
    run: Run, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "HF_ENDPOINT"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("HF_TOKEN", "hf_from_the_environment")
    run(request(hub, tmp_path))
    assert all("authorization" not in seen.headers for seen in hub.seen)


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "schl\u00fcssel"])
def test_what_cannot_be_a_token_is_refused(token: str) -> None:
    with pytest.raises(UserError) as caught:
        Secrets(token)
    assert caught.value.code == "library.fetch_token_malformed"


def test_secrets_are_never_shown() -> None:
    assert "hf_" not in repr(Secrets("hf_secret", "anna", "word"))
    assert "anna" not in str(Secrets("hf_secret", "anna", "word"))


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("https://\u0440\u0430\u0443\u0440\u0430l.example/x", "xn--l-7sba6dbr.example"),
        ("http://models.example:81/", "models.example:81"),
        ("http://[::1]:81/", "[::1]:81"),
    ],
)
def test_a_host_is_shown_in_the_form_that_cannot_pretend(address: str, words: str) -> None:
    assert shown(httpx2.URL(address)) == words
