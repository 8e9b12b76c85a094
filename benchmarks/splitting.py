"""How well sentences are split: boundaries of NTREX news, joined by document and split again.

    python -m benchmarks.splitting --data BENCHMARKS

Needs ``ntrex-a.ar``, ``ntrex-a.en`` and ``ntrex-a.docids`` (NTREX-128, one sentence a line, with the id of its
document). The sentences of a document are joined with a space, which also hides the end of every heading and every
sentence without a final mark; such a boundary can only be missed, so the highest recall that marks alone allow is
printed beside.

Precision, recall and F1 count the boundaries inside of documents, summed over all of them.
"""

from __future__ import annotations

import argparse
import itertools
import json
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from muwazi.corpus.splitting import split_text

_FINAL = re.compile(r"[.!?؟…][\"'”’“»)\]\u200e\u200f]*$")


@dataclass(frozen=True)
class Score:
    """Boundaries of one language by one splitter."""

    splitter: str
    language: str
    gold: int
    found: int
    correct: int
    marked: int
    """Gold boundaries at which a final mark stands."""
    seconds: float

    @property
    def precision(self) -> float:
        """Share of the boundaries found that are right."""
        return self.correct / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """Share of the gold boundaries that were found."""
        return self.correct / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of the two."""
        return 2 * self.correct / (self.gold + self.found) if self.gold + self.found else 0.0


def boundaries(sentences: Sequence[str]) -> set[int]:
    """Ends of sentences, counted in characters that are no white space, the end of the text not among them."""
    ends = list(itertools.accumulate(len("".join(sentence.split())) for sentence in sentences))
    return set(ends[:-1])


def documents(sentences: Sequence[str], ids: Sequence[str]) -> Iterator[list[str]]:
    """Sentences of each document; ids of one document stand together."""
    if len(sentences) != len(ids):
        raise SystemExit(f"{len(sentences)} sentences but {len(ids)} document ids")
    for _, group in itertools.groupby(zip(sentences, ids, strict=True), key=lambda pair: pair[1]):
        yield [" ".join(sentence.split()) for sentence, _ in group]


def measure(name: str, language: str, groups: Sequence[Sequence[str]], split: Callable[[str], Sequence[str]]) -> Score:
    """Join each group, split it, and compare."""
    gold = found = correct = marked = 0
    begin = time.perf_counter()
    results = [split(" ".join(group)) for group in groups]
    seconds = time.perf_counter() - begin
    for group, result in zip(groups, results, strict=True):
        expected, actual = boundaries(group), boundaries(result)
        gold += len(expected)
        found += len(actual)
        correct += len(expected & actual)
        marked += sum(bool(_FINAL.search(sentence)) for sentence in group[:-1])
    return Score(name, language, gold, found, correct, marked, seconds)


def main(argv: list[str] | None = None) -> None:
    """Print a table (or ``--json``)."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder with ntrex-a.ar, ntrex-a.en and ntrex-a.docids")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args(argv)
    if arguments.data is None:
        sys.exit("needs news with known sentences; give the folder of the benchmark files with --data")
    scores = []
    for language in ("ar", "en"):
        path = arguments.data / f"ntrex-a.{language}"
        if not path.exists():
            sys.exit(f"{path}: not there; give the folder of the benchmark files with --data")
        sentences = path.read_text(encoding="utf-8").splitlines()
        ids = (arguments.data / "ntrex-a.docids").read_text(encoding="utf-8").splitlines()
        groups = list(documents(sentences, ids))
        scores.append(measure("muwazi", language, groups, lambda text, code=language: split_text(text, code)))
        scores.append(measure("sentencex", language, groups, _sentencex(language)))
    if arguments.json:
        rows = [{**asdict(s), "precision": s.precision, "recall": s.recall, "f1": s.f1} for s in scores]
        print(json.dumps(rows, indent=2))
        return
    print("splitter   lang  precision  recall  F1      best recall by marks  sentences/s")
    for score in scores:
        print(
            f"{score.splitter:<10} {score.language:<5} {score.precision:<10.4f} {score.recall:<7.4f} {score.f1:<7.4f} "
            f"{score.marked / score.gold:<21.4f} {score.gold / score.seconds:,.0f}"
        )


def _sentencex(language: str) -> Callable[[str], Sequence[str]]:
    from sentencex import segment

    return lambda text: [piece for piece in segment(language, text) if piece.strip()]


if __name__ == "__main__":
    main()
