"""The contract of a translation engine: pieces in, pieces out.

An engine knows nothing of text, of flags or of files of lines; :class:`muwazi.translate.translator.Translator` does.
Both engines give the same pieces for the same model in float32, which the tests hold.
"""

from __future__ import annotations

import abc
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Pieces = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DecodingOptions:
    """How to search. Lengths are in target pieces, the end mark included."""

    beam_size: int = 4
    length_penalty: float = 1.0
    num_hypotheses: int = 1
    max_length: int = 256
    min_length: int = 0
    no_repeat_ngram_size: int = 0
    repetition_penalty: float = 1.0
    suppress: tuple[Pieces, ...] = ()
    """Sequences of pieces that must not be generated."""
    attention: bool = False
    """Return attention for alignments."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One entry of the n-best list."""

    pieces: Pieces
    """Without the end mark."""
    score: float
    """Mean natural-log probability of a piece, end mark included."""
    finished: bool
    """Whether the model ended it itself; False where it ran into ``max_length``."""
    attention: NDArray[np.float32] | None = None
    """``[pieces, source pieces]``, weights 0 to 1: last decoder layer, mean over heads, the end marks left out."""


class Engine(abc.ABC):
    """Runs one loaded model."""

    name: str
    device: str
    compute_type: str

    @abc.abstractmethod
    def translate(self, batch: Sequence[Pieces], options: DecodingOptions) -> list[list[Hypothesis]]:
        """The n-best list, best first, of each source (pieces without end mark, none empty)."""

    def translate_batches(
        self, batches: Iterable[tuple[Sequence[Pieces], DecodingOptions]]
    ) -> Iterator[list[list[Hypothesis]]]:
        """:meth:`translate` for one batch after another, in order; an engine may work on several at once."""
        for batch, options in batches:
            yield self.translate(batch, options)

    @abc.abstractmethod
    def versions(self) -> dict[str, str]:
        """Packages that do the work, with their versions."""
