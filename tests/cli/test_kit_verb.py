"""The verbs on model files that are here, as a person types them: import, verify, remove, folder, kit.

The file is the Guide's, a real model of the real architecture; each command is a program of its own.
About 25 seconds.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.paths import guide_model_path
from tests.support.models import model_shelf
from tests.support.models.split_gguf import split

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Make a profile whose own catalogue knows the Guide's file as a model."""
    profile = tmp_path / "profile"
    profile.mkdir()
    data = guide_model_path().read_bytes()
    words = model_shelf.catalogue_words("small", "small-model.gguf", len(data), model_shelf.sha256(data))
    (profile / "catalogue.toml").write_text(words, "utf-8")
    return tmp_path


def _run(home: Path, *words: str, code: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "app", *words],
        cwd=ROOT,
        env={**os.environ, "CLOISTER_HOME": str(home / "profile"), "HOME": str(home)},
        capture_output=True,
        timeout=60,
        check=False,
        text=True,
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    if code == 1 and done.stderr:
        assert done.stderr.rstrip().endswith(".")
    return done.stdout + done.stderr


def test_a_model_from_a_stick_to_another_computer(home: Path, tmp_path: Path) -> None:
    stick = home / "stick"
    stick.mkdir()
    shutil.copyfile(guide_model_path(), stick / "downloaded by somebody.gguf")
    said = _run(home, "models", "import", str(stick / "downloaded by somebody.gguf"), "--how", "move")
    assert "small is installed" in said
    assert not list(stick.iterdir())
    model = home / "profile" / "models" / "small-model.gguf"
    assert model.is_file()
    assert "exactly what its publisher made" in _run(home, "models", "verify")

    installer = home / "cloister.msi"
    installer.write_bytes(b"x")
    kit = stick / "kit"
    made = _run(home, "kit", "make", str(kit), "--model", "small", "--installer", str(installer))
    verified = _run(home, "kit", "verify", str(kit))
    seal = made.split("seal: ")[1][:64]
    assert seal in verified
    assert (kit / "installer" / "cloister.msi").is_file()
    assert "kit install" in (kit / "READ-ME.txt").read_text()

    other = home / "other"
    assert "is installed" in _run(home, "kit", "install", str(kit), "--into", str(other))
    assert (other / "small-model.gguf").read_bytes() == model.read_bytes()
    (home / "profile" / "catalogue.toml").unlink()  # a computer that does not know it
    said = _run(home, "kit", "install", str(kit), "--into", str(tmp_path / "third"), code=1)
    assert "--accept-unknown" in said

    (kit / "models" / "small-model.gguf").write_bytes(b"damaged")
    said = _run(home, "kit", "verify", str(kit), code=1)
    assert "damaged: models/small-model.gguf" in said
    assert "is deleted" in _run(home, "models", "remove", "small-model.gguf")
    assert not model.exists()
    _run(home, "models", "remove", "small-model.gguf", code=1)


def test_a_damaged_file_and_a_folder_of_one_s_own(home: Path) -> None:
    disk = home / "second disk"
    disk.mkdir()
    assert _run(home, "models", "folder", str(disk)).strip() == str(disk)
    assert _run(home, "models", "folder").strip() == str(disk)
    data = bytearray(guide_model_path().read_bytes())
    data[-1] ^= 1
    (disk / "small-model.gguf").write_bytes(data)
    assert "damaged or altered" in _run(home, "models", "verify", "small-model.gguf", code=1)
    assert "not the published file" in _run(
        home, "kit", "make", str(home / "k"), "--model", "small-model.gguf", code=1
    )
    _run(home, "models", "folder", str(home / "none"), code=1)
    assert _run(home, "models", "folder", "--default").strip() == str(home / "profile" / "models")


def test_a_chosen_folder_whose_disk_is_gone_is_said_and_not_made(home: Path) -> None:
    disk = home / "second disk"
    disk.mkdir()
    _run(home, "models", "folder", str(disk))
    disk.rmdir()
    told = f"The folder for model files, {disk}, is not there."
    assert told in _run(home, "models", "list")
    for words in (
        ("verify",),
        ("import", str(guide_model_path())),
        ("download", "small", "--mirror", "http://127.0.0.1:9"),
    ):
        assert told in _run(home, "models", *words, code=1)
    assert not disk.exists()


def test_a_place_that_cannot_be_asked_about_costs_a_sentence(home: Path) -> None:
    place = str(home / ("x" * 300))
    for words in (
        ("models", "folder", place),
        ("models", "import", place),
        ("models", "verify", place),
        ("kit", "make", place, "--model", str(guide_model_path())),
        ("kit", "verify", place),
        ("kit", "install", place),
        ("export", "1", f"{place}.html"),
        ("ask", "--adapter", place, "Who?"),
    ):
        _run(home, *words, code=1)


def test_an_unknown_file_for_a_kit_is_refused_with_a_way_that_exists(home: Path) -> None:
    (home / "profile" / "catalogue.toml").unlink()
    unknown = home / "somebody-s.gguf"
    shutil.copyfile(guide_model_path(), unknown)
    said = _run(home, "kit", "make", str(home / "k"), "--model", str(unknown), code=1)
    assert "models import FILE --accept-unknown" in said
    assert not (home / "k").exists()
    _run(home, "models", "import", str(unknown), "--accept-unknown")
    _run(home, "kit", "make", str(home / "k"), "--model", unknown.name)


@pytest.mark.parametrize(
    "words",
    [
        ("models", "remove", ""),
        ("models", "verify", ""),
        ("models", "folder", ""),
        ("models", "import", ""),
        ("models", "download", "small", "--folder", ""),
        ("kit", "make", ""),
        ("kit", "make", "k", "--model", ""),
        ("kit", "make", "k", "--installer", ""),
        ("kit", "install", "k", "--into", ""),
    ],
)
def test_a_name_that_a_script_left_empty_means_nothing(home: Path, words: tuple[str, ...]) -> None:
    (home / "profile" / "catalogue.toml").unlink()
    models = home / "profile" / "models"
    models.mkdir()
    shutil.copyfile(guide_model_path(), models / "somebody-s.gguf")
    assert "it is empty" in _run(home, *words, code=2)
    assert [path.name for path in models.iterdir()] == ["somebody-s.gguf"]
    assert _run(home, "models", "folder").strip() == str(models)


@pytest.mark.skipif(os.name != "posix", reason="pipes of this kind")
def test_what_is_no_model_file_is_one_sentence(home: Path) -> None:
    os.mkfifo(home / "pipe.gguf")
    (home / "page.gguf").write_text("<html>Sign in to this network</html>")
    (home / "letters").mkdir()
    for path in (
        home / "letters",
        home / "pipe.gguf",
        home / "page.gguf",
        home / "none.gguf",
        Path("/dev/zero"),
    ):
        said = _run(home, "models", "import", str(path), code=1)
        assert said.count("\n") == 1
    assert not (home / "profile" / "models").exists()


def test_a_model_in_three_parts_by_any_of_them_and_in_a_kit(home: Path) -> None:
    stick, kit = home / "stick", home / "kit"
    stick.mkdir()
    parts = [
        split(guide_model_path(), stick, 3).with_name(f"tiny-0000{n}-of-00003.gguf") for n in (1, 2, 3)
    ]
    away = parts[1].rename(home / "away")
    said = _run(home, "models", "import", str(parts[0]), code=1)
    assert said.startswith("Nothing was changed. This model has 3 parts, and part 2 is not beside")
    assert parts[1].name in said
    away.rename(parts[1])
    everything = [str(path) for path in parts]
    said = _run(home, "models", "import", *everything, code=1)
    assert said.startswith("One model in 3 parts, 0.0")
    assert said.count("In no catalogue") == 1
    assert all(model_shelf.sha256(path.read_bytes()) in said for path in parts)
    assert "Give --accept-unknown to import it all the same." in said
    said = _run(home, "models", "import", str(stick), "--how", "move", "--accept-unknown")
    assert "tiny-00001-of-00003.gguf is installed" in said
    assert list(stick.iterdir()) == []
    models = home / "profile" / "models"
    assert sorted(path.name for path in models.iterdir()) == [path.name for path in parts]

    _run(home, "kit", "make", str(kit), "--model", parts[0].name, "--fat32")
    assert "The kit is whole" in _run(home, "kit", "verify", str(kit))
    other = home / "other"
    _run(home, "kit", "install", str(kit), "--into", str(other), "--accept-unknown")
    for path in parts:
        assert (other / path.name).read_bytes() == (models / path.name).read_bytes()
    assert "is deleted" in _run(home, "models", "remove", parts[0].name)
    assert list(models.iterdir()) == []


def test_of_several_files_what_is_no_model_costs_the_others_nothing(home: Path) -> None:
    (home / "letter.gguf").write_text("a letter")
    good = home / "good.gguf"
    shutil.copyfile(guide_model_path(), good)
    said = _run(home, "models", "import", str(home / "letter.gguf"), str(good), code=1)
    assert "small is installed" in said
    assert (home / "profile" / "models" / "small-model.gguf").is_file()


def test_found_in_another_program_s_cache(home: Path) -> None:
    blobs = home / ".ollama" / "models" / "blobs"
    blobs.mkdir(parents=True)
    sha256 = model_shelf.sha256(guide_model_path().read_bytes())
    shutil.copyfile(guide_model_path(), blobs / f"sha256-{sha256}")
    said = _run(home, "models", "import", "--find")
    assert f"sha256-{sha256} (Ollama) may be small" in said
    said = _run(home, "models", "import", str(blobs / f"sha256-{sha256}"), "--how", "clone")
    assert "small is installed" in said


def test_a_model_may_be_called_as_the_window_shows_it(home: Path) -> None:
    (home / "profile" / "catalogue.toml").unlink()
    unknown = home / "ward letters.gguf"
    unknown.write_bytes(guide_model_path().read_bytes())
    refused = _run(home, "models", "import", str(unknown), code=1)
    assert "was not accepted" in refused
    _run(home, "models", "import", str(unknown), "--accept-unknown")
    assert "ward-letters.gguf" in _run(home, "models", "verify", "ward-letters")
    assert "is deleted" in _run(home, "models", "remove", "ward-letters")
