"""How good an alignment is: strict and lax precision, recall and F1 of beads against gold beads.

The measure is that of Vecalign's ``score.py``, which goes back to https://aclanthology.org/W11-4624/, so that figures
compare with published ones:

- Beads are sets: a bead that a file lists twice counts once; a bead with both sides empty does not count.
- *Precision* is over all predicted beads, those with an empty side included; *recall* over the gold beads without one.
- *Strict*: the gold has exactly this bead. *Lax*: besides, some gold bead shares a source index with it and, at the
  same time, a target index (for recall: some predicted bead with two sides).
- Counts are summed over the documents first and divided then; a quotient with nothing below the line is 0.

Beads are compared as written, as Vecalign does: ``[1, 0]:[0]`` is not ``[0, 1]:[0]``; :func:`oddities` names such
beads.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from muwazi.corpus.types import Bead

_Key = tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class PRF:
    """Precision, recall and F1 as counts, so that documents can be summed. All three quotients lie in 0 to 1."""

    correct_predicted: int = 0
    """Predicted beads that are right."""
    predicted: int = 0
    correct_gold: int = 0
    """Gold beads that were found."""
    gold: int = 0

    @property
    def precision(self) -> float:
        """Part of the predicted beads that are right; 0 where none was predicted."""
        return self.correct_predicted / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Part of the gold beads that were found; 0 where the gold has none."""
        return self.correct_gold / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 0 where both are 0."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def __add__(self, other: PRF) -> PRF:
        return PRF(
            self.correct_predicted + other.correct_predicted,
            self.predicted + other.predicted,
            self.correct_gold + other.correct_gold,
            self.gold + other.gold,
        )

    def as_dict(self) -> dict[str, float | int]:
        """For JSON: the three quotients and the counts that they come from."""
        return {
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "correct_predicted": self.correct_predicted,
            "predicted": self.predicted,
            "correct_gold": self.correct_gold,
            "gold": self.gold,
        }


@dataclass(frozen=True, slots=True)
class Scores:
    """Strict and lax figures of the same beads."""

    strict: PRF = field(default_factory=PRF)
    lax: PRF = field(default_factory=PRF)

    def __add__(self, other: Scores) -> Scores:
        return Scores(self.strict + other.strict, self.lax + other.lax)

    def as_dict(self) -> dict[str, dict[str, float | int]]:
        """For JSON."""
        return {"strict": self.strict.as_dict(), "lax": self.lax.as_dict()}


@dataclass(frozen=True, slots=True)
class DocumentScores:
    """Figures of one document."""

    name: str
    total: Scores
    by_kind: Mapping[str, Scores]
    """``1-1``, ``1-2``, ...: precision over the predicted beads of that kind, recall over the gold beads of that kind.
    Beads with an empty side have a recall here (strict only, nothing can overlap with them), though the total leaves it
    out."""
    odd_gold: tuple[str, ...] = ()
    """What :func:`oddities` found in the gold; nothing was dropped because of it."""
    odd_hypothesis: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AlignmentScores:
    """Figures of a set of documents."""

    documents: tuple[DocumentScores, ...]

    @property
    def total(self) -> Scores:
        """Counts summed over the documents."""
        return sum((document.total for document in self.documents), Scores())

    @property
    def by_kind(self) -> dict[str, Scores]:
        """Counts summed over the documents for each kind of bead, the most frequent in the gold first."""
        kinds: dict[str, Scores] = {}
        for document in self.documents:
            for kind, scores in document.by_kind.items():
                kinds[kind] = kinds.get(kind, Scores()) + scores
        return dict(sorted(kinds.items(), key=lambda item: (-item[1].strict.gold, -item[1].strict.predicted, item[0])))

    @property
    def signature(self) -> str:
        """How the figures were made, short."""
        from muwazi import __version__

        return (
            f"beads|docs:{len(self.documents)}|precision:all|recall:two-sided|sum:documents-first|as:vecalign-score"
            f"|version:{__version__}"
        )


def score_document(
    gold: Iterable[Bead],
    hypothesis: Iterable[Bead],
    *,
    name: str = "",
    odd_gold: Sequence[str] = (),
    odd_hypothesis: Sequence[str] = (),
) -> DocumentScores:
    """Compare the beads of one document. The order of the beads does not matter."""
    wanted, found = _keys(gold), _keys(hypothesis)
    gold_links, found_links = _links(wanted), _links(found)
    total = Scores()
    kinds: dict[str, Scores] = defaultdict(Scores)
    for key in found:
        strict = key in wanted
        lax = strict or _touches(key, gold_links)
        counted = Scores(PRF(int(strict), 1), PRF(int(lax), 1))
        total += counted
        kinds[_kind(key)] += counted
    for key in wanted:
        strict = key in found
        lax = strict or _touches(key, found_links)
        counted = Scores(PRF(0, 0, int(strict), 1), PRF(0, 0, int(lax), 1))
        if key[0] and key[1]:
            total += counted
        kinds[_kind(key)] += counted
    return DocumentScores(name, total, dict(sorted(kinds.items())), tuple(odd_gold), tuple(odd_hypothesis))


def score_documents(documents: Iterable[DocumentScores]) -> AlignmentScores:
    """Put the figures of several documents together."""
    return AlignmentScores(tuple(documents))


def oddities(beads: Sequence[Bead], lines: Sequence[int] | None = None) -> tuple[str, ...]:
    """Name what is unusual in a list of beads; an empty tuple means that there is nothing.

    Found are beads with both sides empty, beads out of order, indices out of order or not adjacent within a bead,
    indices in more than one bead, and indices below the greatest one that stand in no bead. ``lines``, one for each
    bead, are named in the messages; without them the messages count the beads from 1.
    """
    if lines is not None and len(lines) != len(beads):
        raise ValueError(f"{len(beads)} beads but {len(lines)} line numbers")
    places = [f"line {line}" for line in lines] if lines is not None else [f"bead {n + 1}" for n in range(len(beads))]
    found: list[str] = []
    last = {"source": -1, "target": -1}
    seen: dict[str, Counter[int]] = {"source": Counter(), "target": Counter()}
    for bead, place in zip(beads, places, strict=True):
        if not bead.source and not bead.target:
            found.append(f"{place}: both sides are empty, not counted")
        for side, indices in (("source", bead.source), ("target", bead.target)):
            if not indices:
                continue
            if list(indices) != sorted(indices):
                found.append(f"{place}: {side} indices {list(indices)} are not in order")
            elif indices[-1] - indices[0] >= len(indices):
                found.append(f"{place}: {side} indices {list(indices)} are not adjacent")
            if min(indices) < last[side] and not any(seen[side][index] for index in indices):
                found.append(f"{place}: {side} {list(indices)} comes after {side} {last[side]}, out of order")
            for index in indices:
                if seen[side][index]:
                    found.append(f"{place}: {side} {index} already stands in an earlier bead")
                seen[side][index] += 1
            last[side] = max(indices)
    for side, counts in seen.items():
        missing = sorted(set(range(max(counts, default=-1) + 1)) - set(counts))
        if missing:
            found.append(f"{side} {_ranges(missing)} {'stands' if len(missing) == 1 else 'stand'} in no bead")
    return tuple(found)


def beyond(gold: Sequence[Bead], hypothesis: Sequence[Bead]) -> tuple[int, str, int, int] | None:
    """Find the first hypothesis bead with an index greater than any in the gold.

    Returns its position, the side, the index and the greatest index of the gold on that side (-1: none), or None. Such
    an index means, nearly always, that the two files are of different documents.
    """
    for side in ("source", "target"):
        greatest = max((index for bead in gold for index in getattr(bead, side)), default=-1)
        for position, bead in enumerate(hypothesis):
            for index in getattr(bead, side):
                if index > greatest:
                    return position, side, index, greatest
    return None


def _keys(beads: Iterable[Bead]) -> dict[_Key, None]:
    # A dictionary, for a set that keeps its order.
    return dict.fromkeys((bead.source, bead.target) for bead in beads if bead.source or bead.target)


def _links(keys: Iterable[_Key]) -> dict[int, set[int]]:
    links: dict[int, set[int]] = defaultdict(set)
    for source, target in keys:
        for index in source:
            links[index].update(target)
    return links


def _touches(key: _Key, links: Mapping[int, set[int]]) -> bool:
    source, target = key
    return any(not links[index].isdisjoint(target) for index in source if index in links)


def _kind(key: _Key) -> str:
    return f"{len(key[0])}-{len(key[1])}"


def _ranges(numbers: Sequence[int]) -> str:
    """``[1, 2, 3, 7]`` as ``1-3, 7``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)
