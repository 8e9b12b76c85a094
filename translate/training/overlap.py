"""Is anything that is tested on in the training data? Equal sentences, shared runs of 8 words, near duplicates.

``python -m muwazi.translate.training.overlap --recipe cpu.toml --data FOLDER --test flores-dev.ar flores-dev.en ...``

Both sides of every pair are held against every test file, whatever its language. Sentences are compared without
case, punctuation, vowel signs and hamza. A near duplicate shares most of its words: the Jaccard index of
the two sets of words is at least 0.7, found exactly through an index of word pairs; MinHash would miss some.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Literal

from muwazi.corpus.errors import InputError, InputNotFoundError, MuwaziError

RUN = 8
"""Words in a row that two independent sentences hardly ever share."""
NEAR = 0.7
"""Jaccard index of the words from which two sentences are taken for versions of one."""
SHORTEST = 4
"""Equal sentences of fewer words ("Thank you.") are no sign of anything."""

_HAMZA = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ؤ": "و", "ئ": "ي", "ـ": None})
_WORD = re.compile(r"\w+")


def words(text: str) -> tuple[str, ...]:
    """The words of ``text`` in a form in which spelling variants are equal."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_HAMZA))
    kept = "".join(c for c in plain if not unicodedata.combining(c)).translate(_HAMZA)
    return tuple(_WORD.findall(kept))


@dataclass(frozen=True, slots=True)
class Hit:
    """A training sentence that is too close to a test sentence."""

    kind: Literal["equal", "run", "near"]
    test: str
    """Test file and line."""
    train: str
    """The training sentence."""


@dataclass
class Report:
    """What a check found."""

    sentences: int = 0
    """Training sentences held against the test files (both sides counted)."""
    tests: dict[str, int] = field(default_factory=dict)
    """Lines of each test file."""
    hits: list[Hit] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """Hits by kind."""
        return {kind: sum(hit.kind == kind for hit in self.hits) for kind in ("equal", "run", "near")}


class TestIndex:
    """Test sentences, ready to be asked about many training sentences."""

    __test__ = False  # no test class of pytest

    def __init__(self) -> None:
        self.names: list[str] = []
        self.sets: list[frozenset[str]] = []
        self._equal: dict[tuple[str, ...], int] = {}
        self._runs: dict[tuple[str, ...], int] = {}
        self._pairs: defaultdict[tuple[str, str], list[int]] = defaultdict(list)

    def add(self, name: str, text: str) -> None:
        """Put in one test sentence."""
        tokens = words(text)
        number = len(self.names)
        self.names.append(name)
        self.sets.append(frozenset(tokens))
        if len(tokens) >= SHORTEST:
            self._equal.setdefault(tokens, number)
        for begin in range(len(tokens) - RUN + 1):
            self._runs.setdefault(tokens[begin : begin + RUN], number)
        for pair in set(pairwise(tokens)):
            self._pairs[pair].append(number)

    def look(self, text: str) -> Hit | None:
        """The worst that ``text`` has in common with a test sentence, or None."""
        tokens = words(text)
        if len(tokens) >= SHORTEST and tokens in self._equal:
            return Hit("equal", self.names[self._equal[tokens]], text)
        for begin in range(len(tokens) - RUN + 1):
            number = self._runs.get(tokens[begin : begin + RUN])
            if number is not None:
                return Hit("run", self.names[number], text)
        if len(tokens) < SHORTEST + 1:
            return None
        shared: Counter[int] = Counter()
        for pair in set(pairwise(tokens)):
            found = self._pairs.get(pair)
            if found is not None and len(found) <= 50:  # pairs like "of the" stand everywhere and tell nothing
                shared.update(found)
        own = frozenset(tokens)
        for number, count in shared.items():
            if count >= 2:
                other = self.sets[number]
                if len(own & other) >= NEAR * len(own | other):
                    return Hit("near", self.names[number], text)
        return None


def index(files: Iterable[Path]) -> tuple[TestIndex, dict[str, int]]:
    """Read test files, a sentence a line.

    Raises:
        InputNotFoundError: one is not there.
        InputError: one is not UTF-8.
    """
    built, lines = TestIndex(), {}
    for file in files:
        try:
            content = file.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            raise InputNotFoundError(f"{file}: no such test file") from None
        except UnicodeDecodeError as error:
            raise InputError(f"{file}: not UTF-8 ({error.reason})") from None
        lines[file.name] = len(content)
        for number, line in enumerate(content, 1):
            built.add(f"{file.name}:{number}", line)
    return built, lines


def check(sentences: Iterable[str], tests: Sequence[Path]) -> Report:
    """Hold every sentence against every test file."""
    built, lines = index(tests)
    report = Report(tests=lines)
    for sentence in sentences:
        report.sentences += 1
        hit = built.look(sentence)
        if hit is not None:
            report.hits.append(hit)
    return report


def _sentences(recipe: Path | None, data: Path | None, files: Sequence[Path]) -> Iterator[str]:
    from muwazi.translate.training.pairs import expand, read_pairs
    from muwazi.translate.training.recipe import load

    paths = list(files)
    if recipe is not None:
        loaded = load(recipe, data=data)
        paths += [path for source in loaded.sources for path in expand(source.path, loaded.base)]
    for path in paths:
        for pair in read_pairs(path):
            yield pair.source
            yield pair.target


def main(arguments: list[str] | None = None) -> int:
    """Check, print the counts and up to 20 hits, and return 1 where there are any."""
    parser = argparse.ArgumentParser(prog="python -m muwazi.translate.training.overlap", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="training pairs (TSV, Parquet)")
    parser.add_argument("--recipe", type=Path)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--test", nargs="+", type=Path, required=True, help="test files, a sentence a line")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    try:
        report = check(_sentences(given.recipe, given.data, given.files), given.test)
    except MuwaziError as error:
        print(f"muwazi: {' '.join(str(error).split())}", file=sys.stderr)
        return error.exit_code
    if given.json:
        hits = [{"kind": h.kind, "test": h.test, "train": h.train} for h in report.hits]
        summary = {"sentences": report.sentences, "tests": report.tests, "counts": report.counts(), "hits": hits}
        print(json.dumps(summary, ensure_ascii=False))
    else:
        print(
            f"{report.sentences} training sentences against {sum(report.tests.values())} test lines: {report.counts()}"
        )
        for hit in report.hits[:20]:
            print(f"{hit.kind}\t{hit.test}\t{hit.train}")
    return 1 if report.hits else 0


if __name__ == "__main__":
    sys.exit(main())
