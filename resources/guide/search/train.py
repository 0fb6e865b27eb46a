"""Learn which words speak for which page of the manual.

Job: fit the linear weights that ``app.manual.learned`` reads, from the names of the pages (titles,
keywords, phrases, related words), their sentences, the development questions and questions that have
nothing to do with the program. Rule: needs numpy only, no network, no chance but a fixed seed. Run it
again whenever a page or a synonym changes: ``python resources/guide/search/train.py``, two minutes.
"""

from __future__ import annotations

import json
import math
import random
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

from app.manual.features import GRAM_SIGN, features, of_length_one  # noqa: E402 - the path above comes first
from app.manual.index import ManualIndex  # noqa: E402
from app.manual.learned import NO_PAGE_CLASS, WEIGHTS_FILE, digest, write_weights  # noqa: E402
from app.manual.pages import Page, load_pages, manual_dir  # noqa: E402
from app.manual.reading import Reader, Reading, Term, TermKind  # noqa: E402
from app.manual.words import WordLists  # noqa: E402

HERE = Path(__file__).parent
DEVELOPMENT = ROOT / "tests" / "manual" / "data" / "development.jsonl"
SEED = 20
STEPS = 100
RATE = 0.05
DECAY = 3e-6
RELATED_WEIGHT = 0.4
SENTENCE_WEIGHT = 0.3
"""What a sentence of a page counts beside one of its phrases: it also says what nobody asks for."""
LEAST_PAIRS, LEAST_GRAMS = 3, 6
"""In how many examples two neighbours or a run of letters must stand to be learnt."""
_ROWS_AT_ONCE = 256
TEMPLATES = (
    "how do I {v} my {f}",
    "how do I {v} a {f}",
    "can I {v} the {f}",
    "where is the {f}",
    "what is a {f}",
    "how much does a {f} cost",
    "which {f} is best",
    "is the {f} safe",
    "why is my {f} slow",
    "tell me about the {f}",
    "how do I {v} {f} and {g}",
    "write a letter about the {f}",
    "who made the {f}",
    "how long is a {f}",
    "{f} {g}",
    "what is the best {f} for my {g}",
    "show me the {f}",
    "my {f} does not work",
    "how big is the {f}",
    "{f}",
    "translate {f} into {g}",
    "how do I find a {f}",
    "what is the difference between {f} and {g}",
    "explain {f}",
)
VERBS = (
    "delete",
    "remove",
    "change",
    "open",
    "close",
    "start",
    "stop",
    "search",
    "find",
    "print",
    "copy",
    "save",
    "lock",
    "move",
    "edit",
    "rename",
    "export",
    "import",
    "install",
    "update",
    "download",
    "learn",
    "train",
    "use",
    "draft",
    "answer",
    "reset",
    "restore",
    "share",
    "restart",
    "write",
    "make",
    "send",
    "read",
    "run",
)

Example = tuple[dict[str, float], int, float]


def without(reading: Reading, chosen: Term) -> Reading:
    """Return the reading as if the manual did not know this term."""
    strange = replace(
        chosen, kind=TermKind.UNKNOWN, words="\x00", variants=(), stand_ins=(), foreign=False
    )
    gone = set(chosen.words.split())
    stems = tuple(
        "\x00" if word in gone else stem for word, stem in zip(reading.words, reading.stems, strict=True)
    )
    return replace(
        reading, stems=stems, terms=tuple(strange if term is chosen else term for term in reading.terms)
    )


def examples(
    pages: Sequence[Page], reader: Reader, lists: WordLists, chance: random.Random
) -> list[tuple[Reading, int, float]]:
    """Return everything to learn from: readings, classes, weights."""
    none = len(pages)
    slugs = {page.slug: number for number, page in enumerate(pages)}
    found: list[tuple[Reading, int, float]] = []
    for number, page in enumerate(pages):
        named = (page.title, page.ask)
        found.extend((reader.read(name), number, 2.0 if name in named else 1.0) for name in page.names)
        found.extend((reader.read(word), number, RELATED_WEIGHT) for word in page.related)
        sentences = (line for text in page.passages for line in re.split(r"(?<=[.?])\s+", text))
        found.extend((reader.read(line), number, SENTENCE_WEIGHT) for line in sentences)
    for line in DEVELOPMENT.read_text("utf-8").splitlines():
        row = json.loads(line)
        wanted = row["pages"] or [None]
        for slug in wanted:
            number = none if slug is None else slugs[slug]
            found.append((reader.read(row["question"]), number, 1.5 / len(wanted)))
    lines = (HERE / "foreign.txt").read_text("utf-8").splitlines()
    found.extend((reader.read(line), none, 1.5) for line in lines)
    strange: list[tuple[Reading, int, float]] = []
    for reading, number, weight in found:
        known = reading.of_kind(TermKind.KNOWN)
        if len(known) > 1 and number != none:
            strange.append((without(reading, chance.choice(known)), number, weight * 0.35))
    foreign = sorted(word for word in lists.foreign if word not in reader.named_words)
    for _ in range(1200):
        f, g = chance.sample(foreign, 2)
        text = chance.choice(TEMPLATES).format(v=chance.choice(VERBS), f=f, g=g)
        reading = reader.read(text)
        if chance.random() < 0.5:
            reading = replace(
                reading, terms=tuple(replace(term, foreign=False) for term in reading.terms)
            )
        strange.append((reading, none, 0.4))
    return [*found, *strange]


def rarities_of(readings: Iterable[Reading]) -> dict[str, float]:
    """Return for each stem how much it says: 1 for the rarest, near 0 for one that stands everywhere."""
    seen = [set(reading.stems) for reading in readings]
    count = Counter(stem for stems in seen for stem in stems)
    whole = len(seen) + 1
    return {
        stem: max(0.05, math.log(whole / (times + 0.5)) / math.log(whole))
        for stem, times in count.items()
    }


def learnt(count: Counter[str]) -> list[str]:
    """Return the features worth a weight, of those that stand in ``count`` examples."""

    def often(name: str, times: int) -> bool:
        least = LEAST_PAIRS if " " in name else LEAST_GRAMS if name.startswith(GRAM_SIGN) else 1
        return times >= least

    return sorted(name for name, times in count.items() if "\x00" not in name and often(name, times))


def summed(table: np.ndarray, index: np.ndarray, value: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Return, for each run of entries, the sum of ``value`` times the rows of ``table`` at ``index``."""
    sums = np.empty((len(starts), table.shape[1]), np.float32)
    ends = np.append(starts[1:], len(index))
    for first in range(0, len(starts), _ROWS_AT_ONCE):
        some = starts[first : first + _ROWS_AT_ONCE]
        here = slice(some[0], ends[first + len(some) - 1])
        rows = table[index[here]] * value[here][:, None]
        sums[first : first + len(some)] = np.add.reduceat(rows, some - some[0])
    return sums


def fit(rows: list[Example], names: list[str], classes: int) -> np.ndarray:
    """Return the weights (features x classes) of a softmax regression, fitted with Adam."""
    place = {name: number for number, name in enumerate(names)}
    triples = [
        (row, place[name], value)
        for row, (found, _, _) in enumerate(rows)
        for name, value in found.items()
        if name in place
    ]
    row_of, column_of, value_of = (np.array(part) for part in zip(*triples, strict=True))
    value_of = value_of.astype(np.float32)
    wanted = np.array([number for _, number, _ in rows])
    weight = np.array([weight for _, _, weight in rows], np.float32)
    weight /= weight.sum()
    order = np.argsort(column_of, kind="stable")
    columns, column_starts = np.unique(column_of[order], return_index=True)
    rows_seen, row_starts = np.unique(row_of, return_index=True)
    weights = np.zeros((len(names), classes), np.float32)
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, STEPS + 1):
        logits = np.zeros((len(rows), classes), np.float32)
        logits[rows_seen] = summed(weights, column_of, value_of, row_starts)
        logits -= logits.max(1, keepdims=True)
        likely = np.exp(logits)
        likely /= likely.sum(1, keepdims=True)
        if step % 20 == 0:
            right = (likely.argmax(1) == wanted).mean()
            loss = -(weight * np.log(likely[np.arange(len(rows)), wanted] + 1e-9)).sum()
            print(f"step {step}: loss {loss:.3f}, right {right:.3f}", flush=True)
        likely[np.arange(len(rows)), wanted] -= 1.0
        likely *= weight[:, None]
        slope = DECAY * weights
        slope[columns] += summed(likely, row_of[order], value_of[order], column_starts)
        first = 0.9 * first + 0.1 * slope
        second = 0.99 * second + 0.01 * slope * slope
        rate = RATE * (1.0 - 0.95 * step / STEPS)
        weights -= rate * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
    return weights


def main() -> int:
    """Fit the weights and write them beside the pages."""
    pages, lists = load_pages(), WordLists.load(manual_dir())
    reader = Reader(pages, ManualIndex(pages), lists)
    given = examples(pages, reader, lists, random.Random(SEED))
    rarities = rarities_of(reading for reading, _, _ in given)
    found = [features(reading, rarities) for reading, _, _ in given]
    names = learnt(Counter(name for seen in found for name in seen))
    known = frozenset(names)
    rows = [
        (of_length_one(seen, known), number, weight)
        for seen, (_, number, weight) in zip(found, given, strict=True)
    ]
    print(f"{len(rows)} examples, {len(names)} features, {len(pages) + 1} classes", flush=True)
    weights = fit(rows, names, len(pages) + 1)
    path = manual_dir() / WEIGHTS_FILE
    slugs = [*(page.slug for page in pages), NO_PAGE_CLASS]
    write_weights(
        path,
        {stem: rarities[stem] for stem in known & rarities.keys()},
        names,
        slugs,
        weights.tolist(),
        digest(pages),
    )
    print(f"{path.name}: {path.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
