"""The aligner: two lists of sentences in, beads out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from muwazi.align.coarse import rough_path
from muwazi.align.encoder import BUILTIN, Encoder, load_encoder
from muwazi.align.grid import Grid, band_around, full_grid
from muwazi.align.lattice import Lattice
from muwazi.align.model import Weights, feature_names, judge
from muwazi.align.pair import DocumentPair, Ints, Side
from muwazi.align.propose import propose
from muwazi.align.signals import SIGNALS
from muwazi.align.spans import MeanSpans, make_spans
from muwazi.align.verdict import Found, confidence, moved, parallel_score
from muwazi.corpus.errors import InputError, NotParallelError
from muwazi.corpus.progress import SILENT, Progress
from muwazi.corpus.types import Bead

EXACT_PLACES = 40_000
"""Below this many places (n + 1)(m + 1) all are searched; above, a band around a rough way."""
RADIUS = 12
"""Sentences to each side of the rough way that the band takes in."""
WINDOW = 2400
"""Sentences, both sides together, that are searched at a time in a long document."""
OVERLAP = 300
"""Sentences at the end of a window that the next one may search again."""


@dataclass(frozen=True)
class Alignment:
    """Which sentences render which."""

    beads: tuple[Bead, ...]
    """In the order of the documents; every index of both sides stands in exactly one. A bead's score is the cosine of
    its two sides; its flag ``moved`` says that a better partner for one of its sentences stands elsewhere."""
    parallel: bool
    """False where the documents do not look like translations of each other."""
    notes: tuple[str, ...] = ()
    """What the reader should know about the pair as a whole, one line each."""
    score: float = 0.0
    """Mean similarity of the beads by characters, about 0 (unrelated) to 1; what ``parallel`` is decided on."""
    moved: tuple[tuple[int, int], ...] = ()
    """Pairs of sentences (source, target) that render each other across the order of the beads."""


class Aligner:
    """Aligns the sentences of document pairs.

    :param encoder: ``builtin``, the name of a sentence-transformers model, or an
    :class:`~muwazi.align.encoder.Encoder`.
    :param source_lang: ISO 639-1 code of the source side.
    :param target_lang: ISO 639-1 code of the target side.
    :param max_merge: most sentences in one bead, both sides together, at least 2.
    :param threads: BLAS threads of the built-in encoder.
    :param without: names of signals to leave out (see :data:`muwazi.align.signals.SIGNALS`), and ``adaptation``.
    :param weights: of the signals; those that ship with the package by default.
    :raises InputError: when ``max_merge`` is below 2 or a signal's name is unknown.
    """

    def __init__(
        self,
        encoder: str | Encoder = BUILTIN,
        *,
        source_lang: str = "ar",
        target_lang: str = "en",
        max_merge: int = 10,
        threads: int | None = None,
        without: Sequence[str] = (),
        weights: Weights | None = None,
    ) -> None:
        if max_merge < 2:
            raise InputError(f"max_merge is {max_merge}: a bead joins at least one sentence of each side, so 2 or more")
        names = {signal.name for signal in SIGNALS}
        for name in without:
            if name not in names | {"adaptation"}:
                raise InputError(f"no signal is called {name!r}; there are: {', '.join(sorted(names))}, adaptation")
        self.encoder = load_encoder(encoder, threads=threads) if isinstance(encoder, str) else encoder
        self.source_lang = source_lang
        self.target_lang = target_lang
        self.max_merge = max_merge
        self._signals = tuple(signal for signal in SIGNALS if signal.name not in without)
        self._adaptive = "adaptation" not in without
        self._weights = weights or Weights.load()

    def align(
        self,
        source: Sequence[str],
        target: Sequence[str],
        *,
        mt: Sequence[str] | None = None,
        require_parallel: bool = False,
        progress: Progress = SILENT,
    ) -> Alignment:
        """Align two documents given as sentences.

        Swapping the documents (and their languages) gives the mirrored beads, exactly: the search always runs in one
        order, chosen by the texts.

        :param mt: a machine translation of each source sentence into the target language, as one more signal.
        :param require_parallel: raise :class:`NotParallelError` instead of returning an alignment of unrelated
        documents.
        :raises InputError: when ``mt`` has another length than ``source``.
        """
        if mt is not None and len(mt) != len(source):
            raise InputError(f"mt has {len(mt)} sentences and the source {len(source)}: one for each is needed")
        texts = [tuple(source), tuple(target)]
        swapped = (len(texts[0]), texts[0]) > (len(texts[1]), texts[1])
        order = (1, 0) if swapped else (0, 1)
        languages = (self.source_lang, self.target_lang)
        sides = [
            Side(texts[k], languages[k], make_spans(self.encoder, texts[k], progress), self.encoder.embed)
            for k in order
        ]
        if mt is not None:
            sides[1 if swapped else 0].translation = tuple(mt)
        found = list(self._search(sides[0], sides[1], progress))
        sure = [confidence(bead, self._weights.confidence) for bead in found]
        value = parallel_score(found, sides[0], sides[1])
        parallel = self._is_parallel(value, sides[0], sides[1])
        if require_parallel and not parallel:
            raise NotParallelError(_unrelated(value))
        crossing, unseen = moved(found, sure, sides[0], sides[1]) if parallel else ([], False)
        notes = [] if parallel else [_unrelated(value)]
        if unseen:
            notes.append("too many sentences are without a sure partner to look for moved passages")
        flagged = ({i for i, _ in crossing}, {j for _, j in crossing})
        beads = []
        for bead, certain in zip(found, sure, strict=True):
            left, right = range(*bead.source), range(*bead.target)
            flags = ("moved",) if not flagged[0].isdisjoint(left) or not flagged[1].isdisjoint(right) else ()
            pair = (tuple(right), tuple(left)) if swapped else (tuple(left), tuple(right))
            beads.append(Bead(*pair, round(bead.cosine, 4), round(certain, 4), flags))
        pairs = sorted((j, i) if swapped else (i, j) for i, j in crossing)
        if pairs:
            shown = ", ".join(f"{i}-{j}" for i, j in pairs[:8]) + (", ..." if len(pairs) > 8 else "")
            notes.append(f"moved passages (source-target sentence, from 0): {shown}")
        return Alignment(tuple(beads), parallel, tuple(notes), round(value, 4), tuple(pairs))

    def _is_parallel(self, value: float, source: Side, target: Side) -> bool:
        # An empty side says nothing against the documents, and a document of one sentence nearly nothing.
        if not source.size or not target.size:
            return True
        return value >= self._weights.parallel["threshold"]

    def _search(self, source: Side, target: Side, progress: Progress) -> Iterator[Found]:
        """Beads in order, over one grid for short documents and over windows along a rough way for long ones."""
        if not source.size or not target.size:
            yield from (Found((k, k + 1), (0, 0), 0.0, 0.0, 1.0) for k in range(source.size))
            yield from (Found((0, 0), (k, k + 1), 0.0, 0.0, 1.0) for k in range(target.size))
            return
        progress.start("aligning", source.size + target.size, "sentences")
        places = (source.size + 1) * (target.size + 1)
        if places <= EXACT_PLACES and source.size + target.size <= WINDOW:
            yield from self._window(source, target, full_grid(source.size, target.size))
            progress.advance(source.size + target.size)
            progress.finish()
            return
        way = rough_path(source, target)
        i = j = 0
        while i < source.size or j < target.size:
            part = _ahead(way, i, j)
            k, m = (int(x) for x in part[-1])
            sides = source.part(i, k), target.part(j, m)
            grid = band_around(part - np.array([i, j]), k - i, m - j, RADIUS)
            beads = list(self._window(*sides, grid))
            if k < source.size or m < target.size:
                beads = beads[: _safe_border(beads, k - i + m - j)]
            for bead in beads:
                (a, b), (c, d) = bead.source, bead.target
                yield Found((a + i, b + i), (c + j, d + j), bead.cosine, bead.similarity, bead.probability)
            progress.advance(beads[-1].source[1] + beads[-1].target[1])
            i, j = i + beads[-1].source[1], j + beads[-1].target[1]
        progress.finish()

    def _window(self, source: Side, target: Side, grid: Grid) -> Iterator[Found]:
        pair = DocumentPair(source, target, grid, self.max_merge)
        lattice = propose(pair)
        if isinstance(source.spans, MeanSpans) and isinstance(target.spans, MeanSpans):
            _embed_runs(source.spans, target.spans, lattice)
            pair = DocumentPair(source, target, grid, self.max_merge)
        judged = judge(pair, lattice, self._weights, self._signals, adaptive=self._adaptive)
        lattice = judged.lattice
        for arc in lattice.best(judged.scores):
            i, j, a, b = (int(x[arc]) for x in (lattice.rows, lattice.columns, lattice.a, lattice.b))
            cosine, similarity = pair.cosine(a, b, i, j) if a and b else (0.0, 0.0)
            yield Found((i, i + a), (j, j + b), cosine, similarity, float(judged.probabilities[arc]))


def signal_features(names: Sequence[str]) -> list[str]:
    """Names of the weights of some signals, for :meth:`Weights.without`."""
    return [feature for signal in SIGNALS if signal.name in names for feature in feature_names(signal)]


def _unrelated(value: float) -> str:
    return (
        f"the two documents do not look like translations of each other (similarity {value:.2f});"
        " check that they belong together and that the languages are right"
    )


def _ahead(way: Ints, i: int, j: int) -> Ints:
    """The rough way from (i, j) on, about one window of it."""
    start = int(np.searchsorted(way.sum(axis=1), i + j, side="right"))
    rest = way[start:]
    rest = rest[(rest[:, 0] >= i) & (rest[:, 1] >= j)]
    # A long leap (a passage that one side lacks) is one step of the way: cut it where the window ends.
    points = [(i, j)]
    for k, m in rest.tolist():
        while k - points[-1][0] + m - points[-1][1] > WINDOW // 8:
            a, b = points[-1]
            share = (WINDOW // 8) / (k - a + m - b)
            step = (a + int((k - a) * share), b + int((m - b) * share))
            if step == (a, b):
                break
            points.append(step)
            if sum(step) - i - j >= WINDOW:
                return np.array(points, dtype=np.int64)
        points.append((k, m))
        if k + m - i - j >= WINDOW:
            break
    return np.array(points, dtype=np.int64)


def _safe_border(beads: Sequence[Found], size: int) -> int:
    """How many beads of a window to keep: up to the surest border some way before its end."""
    best, chosen = -1.0, 0
    for index in range(1, len(beads)):
        before, after = beads[index - 1], beads[index]
        at = before.source[1] + before.target[1]
        if at <= max(size // 2, size - OVERLAP):
            chosen = index
        elif at <= size - OVERLAP // 3:
            value = min(before.probability, after.probability) - (0.5 if before.empty or after.empty else 0.0)
            if value > best:
                best, chosen = value, index
    return max(chosen, 1)


def _embed_runs(source: MeanSpans, target: MeanSpans, lattice: Lattice) -> None:
    """Replace the approximate vectors of runs that stand in the lattice by those of their joined text."""
    bead = (lattice.a > 0) & (lattice.b > 0)
    source.replace(zip(lattice.rows[bead].tolist(), lattice.a[bead].tolist(), strict=True))
    target.replace(zip(lattice.columns[bead].tolist(), lattice.b[bead].tolist(), strict=True))
