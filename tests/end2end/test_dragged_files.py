"""A file dragged from another program's window, in the real program on a virtual screen.

Whoever offers a file may move it, as file managers do on one disk, and deletes it once it was moved: it
must arrive as a copy. Takes about ten seconds.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.end2end.people import People
from tests.end2end.screen import Screen
from tests.end2end.test_composer_kept import draft
from tests.end2end.waiting import wait_for
from tests.end2end.witness import made_vault

PASSPHRASE = "four plain words here"
SOURCE = """
import sys
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag
from PySide6.QtWidgets import QApplication, QLabel
application = QApplication(sys.argv[:1])
class Giver(QLabel):
    def mousePressEvent(self, event):
        drag, data = QDrag(self), QMimeData()
        data.setUrls([QUrl.fromLocalFile(sys.argv[1])])
        drag.setMimeData(data)
        both = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
        print(drag.exec(both, Qt.DropAction.MoveAction).name, flush=True)
giver = Giver("A file")
giver.setWindowFlags(Qt.WindowType.BypassWindowManagerHint)
giver.setGeometry(40, 360, 140, 60)
giver.show()
print("ready", flush=True)
application.exec()
"""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


def test_a_dragged_file_is_copied_and_stays_where_it_was(
    screen: Screen, people: People, tmp_path: Path
) -> None:
    file = tmp_path / "days.py"
    file.write_text("def days():\n    return 14\n")
    witness = made_vault(tmp_path / "profile", PASSPHRASE)
    people.begin(witness.profile).opened(PASSPHRASE)
    giver = subprocess.Popen(
        [sys.executable, "-c", SOURCE, str(file)],
        env=screen.environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert giver.stdout is not None
    try:
        assert giver.stdout.readline() == "ready\n"
        screen.do("mousemove", "100", "390", "sleep", "0.3", "mousedown", "1")
        for x, y in ((120, 400), (400, 500), (700, 640), (760, 690)):
            screen.do("sleep", "0.2", "mousemove", str(x), str(y))
        screen.do("sleep", "0.5", "mouseup", "1")
        assert giver.stdout.readline() == "CopyAction\n"
        # The giver is asked for the file's name only now: it must still be there.
        wait_for(lambda: draft(witness).attachments, "the attachment in the vault")
    finally:
        giver.kill()
        giver.stdout.close()
        giver.wait()
    assert [part.name for part in draft(witness).attachments] == ["days.py"]
    assert file.exists()
