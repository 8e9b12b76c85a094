"""Which document of one folder translates which of another, when the names do not tell.

Three steps:

1. *Candidates.* A document's vector is the weighted mean of its sentence vectors; a sentence weighs ``log(1 + words) *
   log((N + 1) / df)``, where ``df`` counts the documents of its side that hold the same sentence (page furniture and
   agency boilerplate stand in many) and N the documents of that side. Candidates are the best by ratio margin, ``cos(x,
   y) / ((mean cos of x to its k nearest + mean cos of y to its k nearest) / 2)`` (Artetxe and Schwenk 2019,
   https://aclanthology.org/P19-1309/), from both sides.
2. *Score.* Two articles on one subject have close vectors without being translations; what only translations have is a
row of
   sentences that answer each other in order. With ``q = 1 - (1 - cos) / (1 - background)``, where the background of a
   sentence pair is the mean of either sentence's cosine to the mean sentence of the other side, the score is the
   greatest sum of ``max(0, q - 0.2)`` over a chain of sentence pairs that rises on both sides, divided by the sentences
   of the shorter document. So an abridged translation scores as high as a full one.
3. *Assignment.* One-to-one, the greatest sum of scores among the candidates at or above the threshold: exact, by
solving each
   connected group of candidates with :func:`scipy.optimize.linear_sum_assignment`.

Measured (``docs/commands/align.md`` has the command): on 82 Arabic-English documents translations score 0.28 or more,
the best wrong candidates 0.16 or less; the default threshold stands between them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from muwazi.corpus.errors import InputError
from muwazi.corpus.progress import SILENT, Progress

MIN_MATCH = 0.22
"""Default threshold of :attr:`Match.score`."""
# Below this a sentence pair is no evidence. Of 0, .1, .2, .3 and .4 it separates translations from articles on the same
# subject best when of one side only the first three or six sentences are left (see the module's text for the sets).
NO_EVIDENCE = 0.2
_BLOCK = 2048

_Matrix = NDArray[np.float32]


class SentenceEncoder(Protocol):
    """What matching needs of an encoder; :func:`muwazi.align.encoder.load_encoder` gives one."""

    def embed(self, sentences: Sequence[str], /) -> _Matrix:
        """One unit row for each sentence, float32."""


@dataclass(frozen=True, slots=True)
class Match:
    """Two documents that translate each other."""

    source: int
    """Position in the source documents."""
    target: int
    score: float
    """Row of answering sentences, 0 to 0.8 (see the module); this is what the threshold is compared with."""
    similarity: float
    """Cosine of the document vectors, -1 to 1."""
    margin: float
    """Ratio margin of the document vectors; 1 is as near as the neighbours are."""


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A document without a partner, and the nearest there was."""

    index: int
    best: int | None
    """Position of the best candidate on the other side, None where there was none."""
    score: float
    """Its score, 0 where there was none. At or above the threshold when the candidate went to another document."""


@dataclass(frozen=True, slots=True)
class Matching:
    """Result of :func:`match_documents`: every document of both sides stands in it once."""

    matches: tuple[Match, ...]
    """Sorted by source position."""
    unmatched_source: tuple[Unmatched, ...]
    unmatched_target: tuple[Unmatched, ...]


def match_documents(
    source: Sequence[Sequence[str]],
    target: Sequence[Sequence[str]],
    encoder: SentenceEncoder,
    *,
    min_match: float = MIN_MATCH,
    neighbours: int = 4,
    candidates: int = 10,
    progress: Progress = SILENT,
) -> Matching:
    """Find the target document that translates each source document.

    Args:
        source: sentences of each source document; blank sentences are passed over.
        target: sentences of each target document.
        encoder: gives the sentence vectors.
        min_match: threshold of the score, 0 to 1.
        neighbours: k of the ratio margin.
        candidates: how many documents of the other side are compared sentence by sentence, from either side.
        progress: told about each document embedded and each source document compared.

    Raises:
        InputError: ``min_match`` is no number from 0 to 1, or a side has no documents.
    """
    if not 0 <= min_match <= 1:
        raise InputError(f"the least score of a match is a number from 0 to 1, not {min_match}")
    if neighbours < 1 or candidates < 1:
        raise InputError("neighbours and candidates are whole numbers from 1")
    for side, documents in (("source", source), ("target", target)):
        if not documents:
            raise InputError(f"matching needs documents on both sides, the {side} side has none")
    progress.start("embedding", len(source) + len(target), "articles")
    source_side = _Side.embed(source, encoder, progress)
    target_side = _Side.embed(target, encoder, progress)
    progress.finish()
    links = _candidates(source_side.vectors, target_side.vectors, neighbours, candidates)
    progress.start("comparing", len(links), "pairs")
    found: dict[tuple[int, int], Match] = {}
    for (i, j), (similarity, margin) in links.items():
        if len(source_side.sentences[i]) and len(target_side.sentences[j]):
            score = chain_score(source_side.sentences[i], target_side.sentences[j], source_side.mean, target_side.mean)
            found[i, j] = Match(i, j, score, similarity, margin)
        progress.advance()
    progress.finish()
    matches = _assign(found, min_match)
    return Matching(
        tuple(matches),
        _unmatched(
            len(source), {match.source for match in matches}, [(m.source, m.target, m.score) for m in found.values()]
        ),
        _unmatched(
            len(target), {match.target for match in matches}, [(m.target, m.source, m.score) for m in found.values()]
        ),
    )


@dataclass(frozen=True, slots=True)
class _Side:
    sentences: list[_Matrix]
    """Sentence vectors of each document, [sentences, d]."""
    vectors: _Matrix
    """Document vectors, unit rows (zero rows for documents without text), [documents, d]."""
    mean: _Matrix
    """The mean of all sentence vectors, [d]."""

    @classmethod
    def embed(cls, documents: Sequence[Sequence[str]], encoder: SentenceEncoder, progress: Progress) -> _Side:
        kept = [[sentence for sentence in document if sentence.strip()] for document in documents]
        frequency = Counter(key for document in kept for key in {sentence.strip() for sentence in document})
        total = _embed(kept, encoder, progress)
        ends = np.cumsum([len(document) for document in kept])
        sentences = [total[end - len(document) : end] for document, end in zip(kept, ends, strict=True)]
        rows: list[NDArray[np.float64]] = []
        for document, vectors in zip(kept, sentences, strict=True):
            weights = np.array(
                [
                    np.log1p(len(sentence.split())) * np.log((len(kept) + 1) / frequency[sentence.strip()])
                    for sentence in document
                ],
                dtype=np.float64,
            )
            rows.append(weights @ vectors if len(document) else np.zeros(total.shape[1]))
        matrix = np.array(rows)
        norms = np.linalg.norm(matrix, axis=1, keepdims=True)
        mean = total.mean(axis=0) if len(total) else np.zeros(matrix.shape[1])
        return cls(sentences, (matrix / np.where(norms > 0, norms, 1)).astype(np.float32), mean.astype(np.float32))


def _embed(documents: Sequence[Sequence[str]], encoder: SentenceEncoder, progress: Progress) -> _Matrix:
    """Vectors of all sentences of all documents, embedded in large batches: short documents alone would waste time."""
    parts: list[_Matrix] = []
    waiting: list[str] = []
    documents_waiting = 0
    for number, document in enumerate(documents, start=1):
        waiting += document
        documents_waiting += 1
        if len(waiting) >= _BLOCK or number == len(documents):
            parts.append(np.asarray(encoder.embed(waiting), dtype=np.float32))
            progress.advance(documents_waiting)
            waiting, documents_waiting = [], 0
    return np.concatenate(parts)


def chain_score(source: _Matrix, target: _Matrix, source_mean: _Matrix, target_mean: _Matrix) -> float:
    """How well the sentences of two documents answer each other in order, 0 to 0.8 (formula: see the module).

    ``source`` [n, d] and ``target`` [m, d] are unit rows, n and m at least 1; the means [d] are of all sentences of a
    side. Takes time and memory in proportion to n * m.
    """
    background = ((source @ target_mean)[:, None] + (target @ source_mean)[None, :]) / 2
    quality = 1 - (1 - source @ target.T) / np.maximum(1 - background, 1e-6)
    gain = np.maximum(0, quality - NO_EVIDENCE).astype(np.float64)
    # best[j]: greatest sum of a chain within the rows so far and the first j columns.
    best = np.zeros(gain.shape[1] + 1)
    for row in gain:
        extended = best.copy()
        np.maximum(extended[1:], best[:-1] + row, out=extended[1:])
        best = np.maximum.accumulate(extended)
    return float(best[-1] / min(gain.shape))


def _candidates(
    source: _Matrix, target: _Matrix, neighbours: int, candidates: int
) -> dict[tuple[int, int], tuple[float, float]]:
    """Cosine and margin of the best ``candidates`` pairs, by margin, of every document of either side."""
    near_source = _near(source, target, neighbours)
    near_target = _near(target, source, neighbours)
    links: dict[tuple[int, int], tuple[float, float]] = {}
    for swap, (a, b, near_a, near_b) in enumerate(
        ((source, target, near_source, near_target), (target, source, near_target, near_source))
    ):
        count = min(candidates, len(b))
        for start in range(0, len(a), _BLOCK):
            cosines = a[start : start + _BLOCK] @ b.T
            halves = (near_a[start : start + _BLOCK, None] + near_b[None, :]) / 2
            margins = cosines / np.maximum(halves, 1e-6)
            best = np.argpartition(-margins, count - 1, axis=1)[:, :count]
            for row, columns in enumerate(best):
                for column in columns.tolist():
                    pair = (column, start + row) if swap else (start + row, column)
                    links[pair] = (float(cosines[row, column]), float(margins[row, column]))
    return dict(sorted(links.items()))


def _near(a: _Matrix, b: _Matrix, neighbours: int) -> _Matrix:
    """Mean cosine of each row of ``a`` to its nearest rows of ``b``."""
    count = min(neighbours, len(b))
    means = np.empty(len(a), dtype=np.float32)
    for start in range(0, len(a), _BLOCK):
        cosines = a[start : start + _BLOCK] @ b.T
        means[start : start + _BLOCK] = np.partition(cosines, -count, axis=1)[:, -count:].mean(axis=1)
    return means


def _assign(found: dict[tuple[int, int], Match], min_match: float) -> list[Match]:
    # Late: scipy takes a moment to import.
    from scipy.optimize import linear_sum_assignment
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    good = [match for match in found.values() if match.score >= min_match and match.score > 0]
    if not good:
        return []
    sources = sorted({match.source for match in good})
    targets = sorted({match.target for match in good})
    row_of = {index: row for row, index in enumerate(sources)}
    column_of = {index: len(sources) + column for column, index in enumerate(targets)}
    size = len(sources) + len(targets)
    ends = ([row_of[m.source] for m in good], [column_of[m.target] for m in good])
    _, labels = connected_components(coo_matrix((np.ones(len(good)), ends), shape=(size, size)), directed=False)
    groups: dict[int, list[Match]] = {}
    for match in good:
        groups.setdefault(int(labels[row_of[match.source]]), []).append(match)
    matches = []
    for group in groups.values():
        rows, columns = sorted({m.source for m in group}), sorted({m.target for m in group})
        weights = np.zeros((len(rows), len(columns)))
        for m in group:
            weights[rows.index(m.source), columns.index(m.target)] = m.score
        for row, column in zip(*linear_sum_assignment(weights, maximize=True), strict=True):
            # A pair that is no candidate weighs 0: the solver puts it where a row is left over.
            if weights[row, column] > 0:
                matches.append(found[rows[row], columns[column]])
    return sorted(matches, key=lambda match: match.source)


def _unmatched(count: int, matched: set[int], links: Sequence[tuple[int, int, float]]) -> tuple[Unmatched, ...]:
    best: dict[int, tuple[float, int]] = {}
    for index, other, score in links:
        if index not in best or score > best[index][0]:
            best[index] = (score, other)
    result = []
    for index in range(count):
        if index not in matched:
            score, other = best.get(index, (0.0, -1))
            result.append(Unmatched(index, other if other >= 0 else None, score))
    return tuple(result)
