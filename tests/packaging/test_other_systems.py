"""What can be shown here of the programs for macOS and Windows."""

from __future__ import annotations

import os
import plistlib
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import build_wheels
import icons
import pytest
import stage
import vulkan
from macos import make as on_a_mac
from PySide6.QtGui import QImage
from windows import make as on_windows

from app.core.rules import managed


def packaging() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((stage.ROOT / "briefcase.toml").read_text("utf-8"))
    table: dict[str, Any] = found["tool"]["briefcase"]
    return table


def test_the_identifier_is_the_one_that_policies_are_read_for() -> None:
    assert f"{packaging()['bundle']}.cloister" == managed.BUNDLE


def test_information_and_entitlements_are_property_lists_without_an_exception() -> None:
    mac = packaging()["app"]["cloister"]["macOS"]
    assert plistlib.loads(plistlib.dumps(mac["info"])) == mac["info"]
    entitlements = plistlib.dumps(mac["entitlement"])
    assert plistlib.loads(entitlements) == mac["entitlement"]
    assert on_a_mac.exceptions(entitlements) == []
    assert {name.rpartition(".")[2] for name in mac["entitlement"]} == {
        "allow-unsigned-executable-memory",
        "disable-library-validation",
    }
    assert not any("network" in name for name in mac["entitlement"])


def test_an_exception_from_the_hardened_runtime_is_seen() -> None:
    granted = plistlib.dumps({"com.apple.security.cs.allow-jit": True})
    assert on_a_mac.exceptions(granted) == ["com.apple.security.cs.allow-jit"]
    assert on_a_mac.exceptions(b"") == []


def test_the_engine_is_compiled_for_each_system() -> None:
    mac = build_wheels.OPTIONS["darwin"]
    assert {"-DGGML_METAL=ON", "-DGGML_METAL_EMBED_LIBRARY=ON", "-DGGML_NATIVE=OFF"} <= set(mac)
    floor = packaging()["app"]["cloister"]["macOS"]["min_os_version"]
    assert f"-DCMAKE_OSX_DEPLOYMENT_TARGET={floor}" in mac


def test_the_library_for_graphics_cards_is_a_wish(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not vulkan.is_wanted()
    monkeypatch.setenv(vulkan.VARIABLE, "1")
    monkeypatch.setattr("sys.platform", "darwin")
    assert not vulkan.is_wanted()  # it has Metal
    monkeypatch.setattr("sys.platform", "win32")
    assert vulkan.is_wanted()
    with pytest.raises(SystemExit, match="vcpkg"):
        vulkan.options()
    places = vulkan.vcpkg_places(Path("C:/vcpkg/installed/x64-windows"))
    assert places["Vulkan_LIBRARY"].name == "vulkan-1.lib"


@pytest.mark.parametrize(
    "content",
    [
        "Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm\n",
        "# deb http://no.example/debian x main\ndeb [a=/k] http://mirror.example/debian b main\n",
    ],
)
def test_vulkans_tools_come_from_where_the_systems_packages_come_from(
    content: str, tmp_path: Path
) -> None:
    with pytest.raises(SystemExit, match="on Debian"):
        vulkan.mirror(tmp_path)
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d" / "a").write_text("deb https://apt.example/cloud-sdk x main\n", "utf-8")
    (tmp_path / "sources.list.d" / "debian.sources").write_text(content, "utf-8")
    assert vulkan.mirror(tmp_path) == "http://mirror.example/debian"


@pytest.mark.usefixtures("qapp")
def test_icon_files_hold_every_picture(tmp_path: Path) -> None:
    pictures = {}
    for side in icons.SIDES:
        path = tmp_path / f"{side}.png"
        picture = QImage(side, side, QImage.Format.Format_ARGB32)
        picture.fill(0x336699)
        assert picture.save(str(path))
        pictures[side] = path.read_bytes()
    whole = icons.as_icns(pictures)
    assert whole[:4] == b"icns"
    assert int.from_bytes(whole[4:8], "big") == len(whole)
    (tmp_path / "x.ico").write_bytes(icons.as_ico(pictures))
    read = QImage(str(tmp_path / "x.ico"))
    assert not read.isNull()
    assert read.pixelColor(0, 0).name() == "#336699" or read.pixelColor(0, 0).alpha() == 0


def test_microsofts_runtime_comes_beside_the_engine(tmp_path: Path) -> None:
    beside = tmp_path / "app_packages" / "llama_cpp" / "lib"
    beside.mkdir(parents=True)
    (tmp_path / "app_packages" / "PySide6").mkdir()
    (tmp_path / "vcruntime140.dll").write_bytes(b"python's")
    (tmp_path / "vcruntime140_1.dll").write_bytes(b"python's too")
    with pytest.raises(SystemExit, match=r"msvcp140\.dll"):
        on_windows.bring_runtime(tmp_path)
    (tmp_path / "app_packages" / "PySide6" / "msvcp140.dll").write_bytes(b"qt's")
    on_windows.bring_runtime(tmp_path)
    assert (beside / "msvcp140.dll").read_bytes() == b"qt's"
    assert (beside / "vcruntime140.dll").read_bytes() == b"python's"


BRIEFCASE = stage.ROOT / "build" / "packaging" / ("Scripts" if os.name == "nt" else "bin") / "python"
READING = """
import sys
from pathlib import Path
from briefcase.config import parse_config
from briefcase.console import Console
whole, apps = parse_config(
    Path(sys.argv[1]), platform=sys.argv[2], output_format=sys.argv[3], console=Console()
)
print(whole["project_name"], *apps)
"""


@pytest.mark.parametrize("system", ["macOS app", "windows app", "linux system"])
def test_briefcase_reads_the_staged_file(system: str, tmp_path: Path) -> None:
    if not BRIEFCASE.exists():
        pytest.skip("Briefcase comes into build/packaging with python3 installers/dev.py build")
    texts = [(stage.ROOT / name).read_text("utf-8") for name in ("pyproject.toml", "briefcase.toml")]
    path = tmp_path / "pyproject.toml"
    path.write_text(stage.compose(*texts), "utf-8")
    for name in ("LICENSE", "README.md", "CHANGELOG.md"):
        (tmp_path / name).write_bytes((stage.ROOT / name).read_bytes())
    command = [str(BRIEFCASE), "-I", "-c", READING, str(path), *system.split()]
    assert subprocess.check_output(command, cwd=tmp_path, text=True).split() == ["Cloister", "cloister"]
