"""The picture of an alignment: both texts as columns of sentences, a ribbon for each bead.

The reference stands left and the source right, because Arabic is read from the right; positions run downwards on both
sides, so ribbons of a good alignment do not cross. A sentence is as tall as its share of its text's characters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from muwazi.corpus.types import Bead
from muwazi.eval.report.data import ReportArticle

WIDTH = 260.0
BLOCK = 26.0
"""Width of a column of sentences."""
PER_SENTENCE, MIN_HEIGHT, MAX_HEIGHT = 24.0, 90.0, 2400.0
GAP = 1.5
# Lower bounds of the five colours; a bead's confidence decides, or its score where there is none.
STEPS = (0.3, 0.5, 0.7, 0.85)


@dataclass(frozen=True, slots=True)
class Block:
    """A sentence in its column."""

    x: float
    y: float
    height: float
    null: bool
    """No partner on the other side."""
    title: str


@dataclass(frozen=True, slots=True)
class Ribbon:
    """A bead with both sides."""

    path: str
    step: int
    """Colour, 0 (worst) to 4."""
    title: str


@dataclass(frozen=True, slots=True)
class BeadRow:
    """A bead with its texts, for the table beside the picture."""

    number: int
    kind: str
    strength: str
    """Score (and confidence) to print; empty for a null bead."""
    step: int | None
    source: tuple[str, ...]
    target: tuple[str, ...]
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """One article's alignment."""

    height: float
    blocks: tuple[Block, ...]
    ribbons: tuple[Ribbon, ...]
    rows: tuple[BeadRow, ...]
    beads: int
    left_out: int
    """Beads of the article that are not drawn."""
    summary: str


def draw(article: ReportArticle, *, max_beads: int) -> Picture:
    """The picture of ``article``, of its first ``max_beads`` beads at most."""
    beads = list(article.beads[:max_beads])
    # The sentences of the beads that are drawn; what was left out takes no room.
    source = sorted({index for bead in beads for index in bead.source})
    target = sorted({index for bead in beads for index in bead.target})
    height = min(max(max(len(source), len(target)) * PER_SENTENCE, MIN_HEIGHT), MAX_HEIGHT)
    source_at = _layout(source, article.source, height)
    target_at = _layout(target, article.target, height)
    paired_source = {index for bead in beads if bead.target for index in bead.source}
    paired_target = {index for bead in beads if bead.source for index in bead.target}
    blocks = [
        Block(0.0, *_rounded(target_at[index]), index not in paired_target, article.target[index]) for index in target
    ] + [
        Block(WIDTH - BLOCK, *_rounded(source_at[index]), index not in paired_source, article.source[index])
        for index in source
    ]
    ribbons = tuple(
        Ribbon(
            _ribbon(_span(target_at, bead.target), _span(source_at, bead.source)),
            step_of(bead),
            f"{bead.kind}, {_strength(bead)}",
        )
        for bead in beads
        if bead.source and bead.target
    )
    nulls = sum(not bead.source or not bead.target for bead in article.beads)
    return Picture(
        height=height,
        blocks=tuple(blocks),
        ribbons=ribbons,
        rows=tuple(_row(number, bead, article) for number, bead in enumerate(beads, start=1)),
        beads=len(article.beads),
        left_out=len(article.beads) - len(beads),
        summary=f"{len(article.source)} source and {len(article.target)} reference sentences in "
        f"{len(article.beads)} beads, {nulls} of them with one side empty.",
    )


def step_of(bead: Bead) -> int:
    """Colour of a bead: 0 for below .3 up to 4 for .85 and more."""
    value = bead.confidence if bead.confidence is not None else bead.score
    return sum(value >= bound for bound in STEPS)


def _layout(indices: Sequence[int], sentences: Sequence[str], height: float) -> dict[int, tuple[float, float]]:
    """Top and bottom of each sentence, heights in proportion to length."""
    total = sum(max(len(sentences[index]), 1) for index in indices)
    top = 0.0
    places = {}
    for index in indices:
        share = max(len(sentences[index]), 1) / total * height
        places[index] = (top, top + share)
        top += share
    return places


def _span(places: dict[int, tuple[float, float]], indices: Sequence[int]) -> tuple[float, float]:
    return min(places[index][0] for index in indices), max(places[index][1] for index in indices)


def _rounded(place: tuple[float, float]) -> tuple[float, float]:
    top, bottom = place
    return round(top + GAP / 2, 2), round(max(bottom - top - GAP, 0.5), 2)


def _ribbon(left: tuple[float, float], right: tuple[float, float]) -> str:
    (a, b), (c, d) = left, right
    a, c, b, d = a + GAP / 2, c + GAP / 2, b - GAP / 2, d - GAP / 2
    start, end, middle = BLOCK, WIDTH - BLOCK, WIDTH / 2
    return (
        f"M{start},{a:.2f}C{middle},{a:.2f} {middle},{c:.2f} {end},{c:.2f}"
        f"L{end},{d:.2f}C{middle},{d:.2f} {middle},{b:.2f} {start},{b:.2f}Z"
    )


def _strength(bead: Bead) -> str:
    if bead.confidence is not None:
        return f"score {bead.score:.2f}, confidence {bead.confidence:.2f}"
    return f"score {bead.score:.2f}"


def _row(number: int, bead: Bead, article: ReportArticle) -> BeadRow:
    paired = bool(bead.source and bead.target)
    return BeadRow(
        number=number,
        kind=bead.kind,
        strength=_strength(bead) if paired else "",
        step=step_of(bead) if paired else None,
        source=tuple(article.source[index] for index in bead.source),
        target=tuple(article.target[index] for index in bead.target),
        flags=bead.flags,
    )
