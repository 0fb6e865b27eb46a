"""Train the Guide: ``python train.py --folder RUN --minutes 45``, or ``--steps N`` to repeat a run.

Job: the loop, the two optimisers and the figures that say whether the model copies. Rule: teacher-forced
"every token right" is the only figure that counts, because the answers are fixed texts: it is the same
as greedy free running being right. Held-out pages are never sampled for training.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812  the name everybody knows
from dialogues import IGNORED, Dialogues, Example
from model import GuideModel, Shape
from passages import TextSource, kept_out
from shipped import to_train_on
from tokenizer import load
from torch import Tensor

from app.harmony.builtin_tools import PYTHON
from app.manual.pages import load_pages

DRILL_STEPS = 260
"""Steps of copying random ids before any text: the copy heads form here."""
QUANTISED_FROM = 0.6
"""Share of the run after which the experts are trained through MXFP4."""
BALANCE = 0.03
MUON_RATE, ADAM_RATE = 0.02, 3e-3


@dataclass
class Batch:
    """Equal-length rows; targets are :data:`IGNORED` where nothing is learnt."""

    ids: Tensor
    targets: Tensor
    weights: Tensor
    positions: Tensor


def to_batch(examples: list[Example], length: int) -> Batch:
    """Cut or fill every example to ``length`` inputs and shift it into targets."""
    rows: dict[str, list[list[float]]] = defaultdict(list)
    for one in examples:
        size = min(length, len(one.ids) - 1)
        fill = length - size
        learnt = one.learnt[1 : size + 1]
        wanted = [one.instead.get(place, one.ids[place]) for place in range(1, size + 1)]
        places = one.positions[:size] or [0]
        rows["ids"].append(one.ids[:size] + [0] * fill)
        rows["targets"].append(
            [want if much else IGNORED for want, much in zip(wanted, learnt, strict=True)]
            + [IGNORED] * fill
        )
        rows["weights"].append(learnt + [0.0] * fill)
        rows["positions"].append(places + [places[-1] + 1 + extra for extra in range(fill)])
    return Batch(
        torch.tensor(rows["ids"], dtype=torch.long),
        torch.tensor(rows["targets"], dtype=torch.long),
        torch.tensor(rows["weights"]),
        torch.tensor(rows["positions"], dtype=torch.long),
    )


def drill(dialogues: Dialogues, rng: random.Random, rows: int, length: int) -> Batch:
    """Return rows of random ids said twice: nothing but copying, from the very start of the message."""
    special, examples = dialogues.vocabulary.special, []
    start, message, end = special["start"], special["message"], special["end"]
    user, assistant = dialogues.vocabulary.encode("user"), dialogues.vocabulary.encode("assistant")
    final = dialogues.vocabulary.encode("final")
    for _ in range(rows):
        one = Example()
        while len(one.ids) <= length:
            choice = rng.choices(range(start - 16), k=rng.choice((start, 12, 40)))
            text = [rng.choice(choice) for _ in range(rng.randint(3, max(6, length // 3)))]
            asked = [start, *user, message, *text, end]
            answered = [start, *assistant, special["channel"], *final, message]
            one.ids += [*asked, *answered, *text, end]
            one.learnt += [0.0] * (len(asked) + len(answered)) + [1.0] * (len(text) + 1)
            one.instead[len(one.ids) - 1] = special["return"]
        one.positions = list(range(len(one.ids)))
        examples.append(one)
    return to_batch(examples, length)


class Muon:
    """Momentum whose steps are made orthogonal; for the matrices of attention and experts."""

    def __init__(self, weights: list[Tensor]) -> None:
        self.weights, self.moments = weights, [torch.zeros_like(one) for one in weights]

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """Apply one update."""
        for weight, moment in zip(self.weights, self.moments, strict=True):
            if weight.grad is None:
                continue
            moment.mul_(0.95).add_(weight.grad)
            x = (weight.grad + 0.95 * moment).bfloat16()
            tall = x.shape[-2] > x.shape[-1]
            x = x.mT if tall else x
            x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
            for _ in range(5):
                gram = x @ x.mT
                x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
            x = x.mT if tall else x
            weight.add_(x.float(), alpha=-rate * max(1.0, weight.shape[-2] / weight.shape[-1]) ** 0.5)


@torch.no_grad()
def exactness(model: GuideModel, dialogues: Dialogues, count: int, turns: int) -> dict[str, float]:
    """Return, by kind, the share of last answers whose every token is the model's first choice."""
    model.eval()
    right: dict[str, list[float]] = defaultdict(list)
    for _ in range(count):
        one = dialogues.conversation(0, turns=turns)
        batch = to_batch([one], len(one.ids) - 1)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            scores = model(batch.ids, batch.positions)[0].float()
        best, sure = scores.argmax(-1), scores.softmax(-1).amax(-1)
        kind, start, stop = one.spans[-1]
        targets = batch.targets[0, start - 1 : stop - 1]
        asked = targets >= 0
        right[kind].append(float((best[start - 1 : stop - 1][asked] == targets[asked]).all()))
        right["sure"].append(float((sure[start - 1 : stop - 1][asked] > 0.99).float().mean()))
    model.train()
    return {kind: sum(all_) / len(all_) for kind, all_ in right.items()}


def samplers(seed: int, again: Sequence[str] = ()) -> tuple[Dialogues, Dialogues]:
    """Return the training sampler and one that knows only the pages kept out of training.

    The pages named in ``again`` are shown four times as often as the others.
    """
    vocabulary, pages = load(), load_pages()
    offered = f"## python\n\n{PYTHON.description}"
    seen = [page for page in pages if not kept_out(page.slug)]
    seen += [page for page in seen if page.slug in again] * 3
    unseen = [page for page in pages if kept_out(page.slug)]
    return (
        Dialogues(TextSource(random.Random(seed), seen), vocabulary, offered),
        Dialogues(TextSource(random.Random(seed + 1), unseen), vocabulary, offered),
    )


def train(
    folder: Path,
    minutes: float,
    steps: int,
    seed: int,
    resume: Path | None,
    start_rate: float,
    again: Sequence[str],
) -> None:
    """Run the whole schedule and leave checkpoints and a log in ``folder``."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    dialogues, unseen = samplers(seed, again)
    model = GuideModel(Shape())
    if resume:
        kept = resume.suffix == ".gguf"
        model.load_state_dict(
            to_train_on(resume, model.shape) if kept else torch.load(resume, weights_only=True)
        )
    matrices = [one for name, one in model.named_parameters() if one.ndim >= 2 and "blocks" in name]
    matrices = [one for one in matrices if one.shape[-2] > 8]  # not the router
    known = {id(one) for one in matrices}
    others = [one for one in model.parameters() if id(one) not in known]
    muon, adam = (
        Muon(matrices),
        torch.optim.AdamW(others, lr=ADAM_RATE, betas=(0.9, 0.95), weight_decay=0.0),
    )
    begin, step, seen_tokens, mean, progress = time.monotonic(), 0, 0, 0.0, 0.0
    first_drill = 0 if resume else DRILL_STEPS
    while progress < 1.0:
        if step < first_drill:
            batch = drill(dialogues, rng, 24, 128)
        elif step % 14 == 13:
            batch = to_batch([dialogues.conversation(2048, gaps=True) for _ in range(2)], 2048)
        elif step % 12 == 5 and start_rate >= 1.0:
            batch = drill(dialogues, rng, 8, 512)
        else:
            length, rows = (512, 8) if progress < 0.5 or step % 2 else (768, 6)
            batch = to_batch(
                [dialogues.conversation(length, gaps=step % 4 == 0) for _ in range(rows)], length
            )
        rate = min(1.0, (step + 1) / 40) * max(
            0.01, min(start_rate, 1.25 * (1.0 - progress) * start_rate)
        )
        loss = learn(model, batch)
        torch.nn.utils.clip_grad_norm_(others, 1.0)
        for group in adam.param_groups:
            group["lr"] = ADAM_RATE * rate
        adam.step()
        muon.step(MUON_RATE * rate)
        step, seen_tokens = step + 1, seen_tokens + batch.ids.numel()
        mean = loss if step == 1 else 0.95 * mean + 0.05 * loss
        spent = time.monotonic() - begin
        was, progress = progress, step / steps if steps else spent / (60 * minutes)
        model.quantise(start_rate < 1.0 or progress >= QUANTISED_FROM)
        if step % 25 == 0:
            speed = seen_tokens / spent
            print(
                f"{spent:6.0f} s  step {step}  loss {mean:.4f}  {speed:.0f}/s  {progress:.3f}",
                flush=True,
            )
        if step % 250 == 0 or progress >= 1.0 or int(was * 20) != int(progress * 20):
            torch.save(model.state_dict(), folder / "guide.pt")
        if step % 250 == 0 or progress >= 1.0:
            for name, turns in (("one turn", 1), ("four turns", 4)):
                figures = exactness(model, unseen, 40, turns)
                print(name, {kind: round(value, 3) for kind, value in figures.items()}, flush=True)


def learn(model: GuideModel, batch: Batch) -> float:
    """Compute gradients of one batch; return its loss without the balance term."""
    model.zero_grad(set_to_none=True)
    kept = (batch.targets.reshape(-1) >= 0).nonzero().squeeze(-1)
    fill = torch.zeros(-len(kept) % 256, dtype=torch.long)  # equal sizes: no new matrix shapes
    weights = torch.cat([batch.weights.reshape(-1)[kept], fill.float()])
    kept = torch.cat([kept, fill])
    with torch.autocast("cpu", dtype=torch.bfloat16):
        scores = model(batch.ids, batch.positions, kept)
    targets = batch.targets.reshape(-1)[kept].clamp_min(0)
    loss = (F.cross_entropy(scores.float(), targets, reduction="none") * weights).sum() / weights.sum()
    balance = torch.stack([block.experts.balance for block in model.blocks]).mean()
    (loss + BALANCE * balance).backward()
    return float(loss.detach())


def main() -> None:
    """Read the arguments and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where checkpoints go")
    parser.add_argument("--minutes", type=float, default=45.0, help="length of the run on the clock")
    parser.add_argument("--steps", type=int, default=0, help="length in steps; overrides --minutes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--resume", type=Path, help="start from this checkpoint or model file, not from nothing"
    )
    parser.add_argument(
        "--rate",
        type=float,
        default=1.0,
        help="below 1: a later leg, slower and through MXFP4 throughout",
    )
    parser.add_argument(
        "--again", nargs="*", default=(), help="pages to show more often: those the leg before got wrong"
    )
    parser.add_argument(
        "--threads", type=int, default=2, help="1 where other programs use the cores as well"
    )
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    train(
        arguments.folder,
        arguments.minutes,
        arguments.steps,
        arguments.seed,
        arguments.resume,
        arguments.rate,
        arguments.again,
    )


if __name__ == "__main__":
    main()
