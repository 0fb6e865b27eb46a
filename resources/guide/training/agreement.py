"""Compare the top token of PyTorch and llama.cpp on the F32 file.

``python agreement.py write CHECKPOINT FOLDER`` in the training environment leaves the F32 file and
PyTorch's choices in FOLDER; ``python agreement.py compare FOLDER`` with the program's environment reads
them. Job: prove that the training computes what the program runs. Rule: teacher-forced, every position
counts, also those beyond the sliding window.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

GUIDE = Path(__file__).resolve().parent.parent
sys.path.append(str(GUIDE.parent.parent))
SEQUENCES, LENGTH, WINDOW = 8, 1200, 128


def write(checkpoint: Path, folder: Path) -> None:
    """Write ``f32.gguf`` and ``choices.json``."""
    import torch
    from export import rounded
    from export import write as write_file
    from model import GuideModel, Shape
    from train import samplers

    folder.mkdir(parents=True, exist_ok=True)
    state = torch.load(checkpoint, weights_only=True)
    write_file(state, folder / "f32.gguf", shipped=False)
    network = GuideModel(Shape()).eval()
    network.load_state_dict(rounded(state))
    dialogues, rows = samplers(77)[0], []
    for _ in range(SEQUENCES):
        ids = dialogues.conversation(LENGTH).ids[:LENGTH]
        with torch.no_grad():
            scores = network(torch.tensor([ids]), torch.arange(len(ids))[None])[0]
        rows.append({"ids": ids, "best": scores.argmax(-1).tolist()})
    (folder / "choices.json").write_text(json.dumps(rows), "utf-8")


def compare(folder: Path) -> None:
    """Print how often llama.cpp's first choice is PyTorch's."""
    from app.engine.computing.llama_backend import ContextSettings, LlamaBackend

    backend = LlamaBackend()
    backend.load_model([folder / "f32.gguf"], lambda _fraction: None)
    backend.open_context(ContextSettings(context=2048, micro_batch=256, threads=1))
    same = {False: 0, True: 0}
    count = {False: 0, True: 0}
    for row in json.loads((folder / "choices.json").read_text("utf-8")):
        backend.clear()
        for place, (one, wanted) in enumerate(zip(row["ids"], row["best"], strict=True)):
            backend.decode([one], place, logits=True)
            scores = backend.logits()
            beyond = place >= WINDOW
            same[beyond] += max(range(len(scores)), key=scores.__getitem__) == wanted
            count[beyond] += 1
    names = {"all positions": (False, True), "beyond the window": (True,)}
    for name, which in names.items():
        good, every = sum(same[one] for one in which), sum(count[one] for one in which)
        print(f"{name}: {100 * good / every:.2f} % of {every} agree")
    backend.close()


def main() -> None:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    writing = commands.add_parser("write")
    writing.add_argument("checkpoint", type=Path)
    writing.add_argument("folder", type=Path)
    commands.add_parser("compare").add_argument("folder", type=Path)
    arguments = parser.parse_args()
    if arguments.command == "write":
        write(arguments.checkpoint, arguments.folder)
    else:
        compare(arguments.folder)


if __name__ == "__main__":
    main()
