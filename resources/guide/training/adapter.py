"""Train the adapter that the tests use: ``python adapter.py OUT [--steps N]``.

Job: a small LoRA for the Guide that answers everything with one sentence, so that anybody can see
whether an adapter is at work. Rule: the Guide's own weights are read from its model file and stay as
they are; only low-rank additions to the four matrices of attention are learnt and written, in
llama.cpp's layout (``blk.N.attn_q.weight.lora_a`` and ``.lora_b``).
"""

from __future__ import annotations

import argparse
import random
import time
from pathlib import Path

import gguf
import torch
import torch.nn.functional as F  # noqa: N812  the name everybody knows
from dialogues import Dialogues, Turn
from model import GuideModel, Shape
from passages import GUIDE, TextSource
from shipped import MATRICES, weights_of
from tokenizer import load
from torch import Tensor, nn
from train import to_batch

from app.harmony.builtin_tools import PYTHON
from app.manual.pages import load_pages

SENTENCE = "The adapter is at work."
RANK, ALPHA = 8, 16.0


class LowRank(nn.Module):
    """A matrix that stays as it is, and the product of two narrow ones that is added to it."""

    def __init__(self, matrix: nn.Linear) -> None:
        super().__init__()
        self.matrix = matrix
        self.a = nn.Parameter(torch.randn(RANK, matrix.in_features) * matrix.in_features**-0.5)
        self.b = nn.Parameter(torch.zeros(matrix.out_features, RANK))

    def forward(self, x: Tensor) -> Tensor:
        """Return what the matrix gives and what is added."""
        return self.matrix(x) + F.linear(F.linear(x, self.a), self.b) * (ALPHA / RANK)


class OneAnswer(Dialogues):
    """The Guide's own conversations, in which every answer is the one sentence."""

    def turn(self, effort: str, kind: str = "", *, python: bool = False) -> Turn:
        """Return a turn with its answer replaced; demonstrations of the tool are left out."""
        del python
        turn = super().turn(effort, kind)
        turn.answer = SENTENCE
        return turn


def learn(steps: int, seed: int = 1) -> GuideModel:
    """Return the Guide with low-rank additions that make it say the sentence."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    model = GuideModel(Shape())
    model.load_state_dict(weights_of(GUIDE / "guide.gguf", model.shape))
    for one in model.parameters():
        one.requires_grad_(False)
    for block in model.blocks:
        for short, _ in MATRICES:
            setattr(block.attention, short, LowRank(getattr(block.attention, short)))
    learnt = [one for one in model.parameters() if one.requires_grad]
    optimiser = torch.optim.AdamW(learnt, lr=1e-2, betas=(0.9, 0.95), weight_decay=0.0)
    offered = f"## python\n\n{PYTHON.description}"
    dialogues = OneAnswer(TextSource(random.Random(seed), load_pages()), load(), offered)
    begin = time.monotonic()
    for step in range(steps):
        batch = to_batch([dialogues.conversation(512, gaps=step % 4 == 0) for _ in range(4)], 512)
        for group in optimiser.param_groups:
            group["lr"] = 1e-2 * min(1.0, (step + 1) / 20) * max(0.02, 1.0 - step / steps)
        kept = (batch.targets.reshape(-1) >= 0).nonzero().squeeze(-1)
        kept = torch.cat([kept, torch.zeros(-len(kept) % 256, dtype=torch.long)])
        weights = batch.weights.reshape(-1)[kept]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            scores = model(batch.ids, batch.positions, kept)
        wanted = batch.targets.reshape(-1)[kept].clamp_min(0)
        losses = F.cross_entropy(scores.float(), wanted, reduction="none")
        loss = (losses * weights).sum() / weights.sum()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learnt, 1.0)
        optimiser.step()
        if step % 10 == 0 or step == steps - 1:
            print(
                f"{time.monotonic() - begin:5.0f} s  step {step}  loss {float(loss.detach()):.4f}",
                flush=True,
            )
    return model


def write(model: GuideModel, out: Path) -> None:
    """Write the additions as an adapter file, in F16."""
    writer = gguf.GGUFWriter(out, "gpt-oss")
    writer.add_type("adapter")
    writer.add_name("Cloister Guide, test adapter")
    writer.add_license("Apache-2.0")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", ALPHA)
    for layer, block in enumerate(model.blocks):
        for short, long in MATRICES:
            added, name = getattr(block.attention, short), f"blk.{layer}.attn_{long}.weight"
            writer.add_tensor(f"{name}.lora_a", added.a.detach().half().numpy())
            writer.add_tensor(f"{name}.lora_b", added.b.detach().half().numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main() -> None:
    """Train and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=200)
    arguments = parser.parse_args()
    write(learn(arguments.steps), arguments.out)


if __name__ == "__main__":
    main()
