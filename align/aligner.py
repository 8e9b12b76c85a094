"""The aligner: two lists of sentences in, beads out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from muwazi.align.encoder import BUILTIN, Encoder, load_encoder
from muwazi.align.grid import full_grid
from muwazi.align.pair import DocumentPair, Side
from muwazi.align.search import Scores, best_path
from muwazi.align.spans import make_spans
from muwazi.corpus.errors import InputError, NotParallelError
from muwazi.corpus.progress import SILENT, Progress
from muwazi.corpus.types import Bead


@dataclass(frozen=True)
class Alignment:
    """Which sentences render which."""

    beads: tuple[Bead, ...]
    """In the order of the documents; every index of both sides stands in exactly one."""
    parallel: bool
    """False where the documents do not look like translations of each other."""
    notes: tuple[str, ...] = ()
    """What the reader should know about the pair as a whole."""


class Aligner:
    """Aligns the sentences of document pairs.

    :param encoder: ``builtin``, the name of a sentence-transformers model, or an :class:`~muwazi.align.encoder.Encoder`.
    :param source_lang: ISO 639-1 code of the source side.
    :param max_merge: most sentences in one bead, both sides together, at least 2.
    :param threads: BLAS threads of the built-in encoder.
    :raises InputError: when ``max_merge`` is below 2.
    """

    def __init__(
        self,
        encoder: str | Encoder = BUILTIN,
        *,
        source_lang: str = "ar",
        target_lang: str = "en",
        max_merge: int = 10,
        threads: int | None = None,
    ) -> None:
        if max_merge < 2:
            raise InputError(f"max_merge is {max_merge}: a bead joins at least one sentence of each side, so 2 or more")
        self.encoder = load_encoder(encoder, threads=threads) if isinstance(encoder, str) else encoder
        self.source_lang = source_lang
        self.target_lang = target_lang
        self.max_merge = max_merge

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

        :param mt: a machine translation of each source sentence, as one more signal.
        :param require_parallel: raise :class:`NotParallelError` instead of returning an alignment of unrelated documents.
        :raises InputError: when ``mt`` has another length than ``source``.
        """
        if mt is not None and len(mt) != len(source):
            raise InputError(f"mt has {len(mt)} sentences and the source {len(source)}: one for each is needed")
        sides = [
            Side(tuple(text), language, make_spans(self.encoder, text, progress))
            for text, language in ((source, self.source_lang), (target, self.target_lang))
        ]
        pair = DocumentPair(sides[0], sides[1], full_grid(len(source), len(target)), self.max_merge, mt)
        beads = []
        for i, k, j, m in best_path(_score(pair)):
            cosine = pair.cosine[pair.index[k - i, m - j], pair.grid.offset[i] + j] if k > i and m > j else 0.0
            beads.append(Bead(tuple(range(i, k)), tuple(range(j, m)), round(float(cosine), 4)))
        parallel = True
        if require_parallel and not parallel:
            raise NotParallelError("the two documents do not look like translations of each other")
        return Alignment(tuple(beads), parallel)


def _score(pair: DocumentPair) -> Scores:
    grid = pair.grid
    beads = np.empty((len(pair.types), grid.size), dtype=np.float32)
    source, target = pair.source.running, pair.target.running
    for k, (a, b) in enumerate(pair.types):
        i, j = np.minimum(grid.rows + a, grid.n), np.minimum(grid.columns + b, grid.m)
        left, right = (source[i] - source[grid.rows]) * pair.ratio, target[j] - target[grid.columns]
        squared = (right - left) ** 2 / (6.8 * np.maximum((left + right) / 2, 1))
        beads[k] = (
            ((a + b) / 2) ** 0.5 * (pair.similarity[k] - 0.2) - 0.12 * (a + b - 2) - 0.04 * np.minimum(squared / 2, 4)
        )
    return Scores(grid, pair.types, beads, np.full(grid.n, -0.2), np.full(grid.m, -0.2))
