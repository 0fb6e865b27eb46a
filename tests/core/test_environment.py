"""Variables of the environment that must not have a say."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core import paths
from app.core.rules.environment import forget_foreign


def test_places_and_screens_stay_and_foreign_code_goes() -> None:
    kept = {
        "HOME": "/home/a",
        "PATH": "/usr/bin",
        "LANG": "de_DE.UTF-8",
        "DISPLAY": ":0",
        "CLOISTER_HOME": "/home/a/b",
        "QT_SCALE_FACTOR": "2",
        "QT_IM_MODULE": "ibus",
        "QT_ACCESSIBILITY": "1",
    }
    foreign = dict.fromkeys(
        (
            *("QT_PLUGIN_PATH", "QT_QPA_PLATFORM_PLUGIN_PATH", "QT_LOGGING_RULES", "QT_SOMETHING_NEW"),
            *("PYTHONPATH", "PYTHON_KEYRING_BACKEND", "OPENSSL_CONF", "GGML_BACKEND_PATH"),
            *("GTK_MODULES", "LIBGL_DRIVERS_PATH", "qt_plugin_path", "SSLKEYLOGFILE"),
        ),
        "/tmp/foreign",  # noqa: S108 - nothing is written there
    )
    variables = {**foreign, **kept}
    forget_foreign(variables)
    assert variables == kept


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        ("xcb", "xcb"),
        ("wayland;xcb", "wayland;xcb"),
        ("vnc", None),
        ("vnc:port=5900;xcb", "xcb"),
        ("offscreen:configfile=/etc/passwd", "offscreen"),
        ("", None),
    ],
)
def test_only_windows_on_this_computer(wanted: str, left: str | None) -> None:
    variables = {"QT_QPA_PLATFORM": wanted}
    forget_foreign(variables)
    assert variables.get("QT_QPA_PLATFORM") == left


@pytest.mark.parametrize("override", ["~nobody-of-this-name/profile", "~~nobody/x"])
def test_a_home_that_is_not_there_is_an_error_of_the_system(
    override: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOISTER_HOME", override)
    with pytest.raises(FileNotFoundError):
        paths.profile_dir()


def test_without_any_home_no_folder_is_named_tilde(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> Path:
        raise RuntimeError

    monkeypatch.delenv("CLOISTER_HOME", raising=False)
    monkeypatch.setattr(Path, "home", staticmethod(unknown))
    with pytest.raises(FileNotFoundError):
        paths.profile_dir()
