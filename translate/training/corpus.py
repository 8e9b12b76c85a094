"""The training corpus in memory: flat arrays of piece ids, and the batches that are drawn from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from muwazi.translate.training.vocabulary import Vocabulary

Ints = npt.NDArray[np.int64]


@dataclass
class Corpus:
    """Sentence pairs as flat arrays of ids, with the source (file group) that each comes from."""

    source: npt.NDArray[np.int32]
    source_offsets: Ints
    target: npt.NDArray[np.int32]
    target_offsets: Ints
    group: npt.NDArray[np.int16]
    """Number of the recipe's source for each pair."""
    links: npt.NDArray[np.int16] | None = None
    """For every target piece the aligned source position, -1 for none."""

    def __len__(self) -> int:
        return len(self.group)

    @property
    def source_lengths(self) -> Ints:
        """Pieces of each source sentence, ``</s>`` included."""
        return np.diff(self.source_offsets)

    @property
    def target_lengths(self) -> Ints:
        """Pieces of each target sentence, ``</s>`` included."""
        return np.diff(self.target_offsets)


def _flatten(sentences: Sequence[Sequence[int]]) -> tuple[npt.NDArray[np.int32], Ints]:
    lengths = np.fromiter((len(ids) for ids in sentences), np.int64, len(sentences))
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    flat = np.fromiter((piece for ids in sentences for piece in ids), np.int32, int(offsets[-1]))
    return flat, offsets


def encode(
    vocabulary: Vocabulary, sources: Sequence[str], targets: Sequence[str], groups: Sequence[int], max_length: int
) -> tuple[Corpus, int]:
    """Encode pairs; those longer than ``max_length`` pieces on one side are left out and counted."""
    left, right = vocabulary.encode_source(sources), vocabulary.encode_target(targets)
    keep = [i for i in range(len(left)) if 2 <= len(left[i]) <= max_length and 2 <= len(right[i]) <= max_length]
    flat_s, offsets_s = _flatten([left[i] for i in keep])
    flat_t, offsets_t = _flatten([right[i] for i in keep])
    group = np.fromiter((groups[i] for i in keep), np.int16, len(keep))
    return Corpus(flat_s, offsets_s, flat_t, offsets_t, group), len(left) - len(keep)


@dataclass(frozen=True)
class Batch:
    """Padded arrays for one training step."""

    source: npt.NDArray[np.int64]
    """(sentences, source pieces)."""
    target: npt.NDArray[np.int64]
    """(sentences, target pieces)."""
    links: npt.NDArray[np.int64] | None
    """(sentences, target pieces): aligned source position, -1 for none and for padding."""
    tokens: int
    """Target pieces without padding."""


def collate(corpus: Corpus, chosen: Ints, pad: int) -> Batch:
    """Put the pairs ``chosen`` into padded arrays."""

    def padded(flat: npt.NDArray[Any], offsets: Ints, fill: int) -> npt.NDArray[np.int64]:
        lengths = offsets[chosen + 1] - offsets[chosen]
        columns = np.arange(lengths.max())
        inside = columns[None, :] < lengths[:, None]
        index = np.minimum(offsets[chosen][:, None] + columns[None, :], len(flat) - 1)
        return np.where(inside, flat[index], fill).astype(np.int64)

    links = None if corpus.links is None else padded(corpus.links, corpus.target_offsets, -1)
    return Batch(
        padded(corpus.source, corpus.source_offsets, pad),
        padded(corpus.target, corpus.target_offsets, pad),
        links,
        int((corpus.target_offsets[chosen + 1] - corpus.target_offsets[chosen]).sum()),
    )


@dataclass(frozen=True)
class Mix:
    """What a stretch of training draws from: a weight for each group and the longest target sentence."""

    weights: tuple[float, ...]
    """Share of each group in sentences, relative to its size: 2 means each pair is seen twice as often as with 1."""
    max_length: int = 10_000


@dataclass
class Sampler:
    """Draws batches of like length without end. Its state is three small things, so a resumed run draws the same ones.

    A round is a draw of ``round_size`` pairs: from each group, pairs in the order of a shuffle of its own, which starts
    anew when it is used up. The round is sorted by length (with a little noise), cut into batches of at most ``tokens``
    target pieces, and the batches are shuffled.
    """

    corpus: Corpus
    tokens: int
    seed: int
    mix: Mix
    round_size: int = 20_000
    round: int = 0
    position: int = 0
    cursors: list[int] = field(default_factory=list)
    _batches: list[Ints] = field(default_factory=list, repr=False)
    _next_cursors: list[int] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        if not self.cursors:
            self.cursors = [0] * len(self.mix.weights)
        self._members = [np.flatnonzero(self.corpus.group == g) for g in range(len(self.mix.weights))]
        self._drawn = (-1, self.mix)

    def _take(self, group: int, amount: int, longest: int) -> Ints:
        members, cursor = self._members[group], self.cursors[group]
        parts: list[Ints] = []
        lengths = np.maximum(self.corpus.target_lengths, self.corpus.source_lengths)
        while amount > 0 and len(members):
            epoch, begin = divmod(cursor, len(members))
            order = np.random.default_rng([self.seed, group, epoch]).permutation(members)
            part = order[begin : begin + amount]
            cursor += len(part)
            amount -= len(part)
            parts.append(part[lengths[part] <= longest])
        self._next_cursors[group] = cursor
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)

    def _draw(self) -> None:
        rng = np.random.default_rng([self.seed, 1_000_003, self.round])
        shares = np.array([w * len(m) for w, m in zip(self.mix.weights, self._members, strict=True)], float)
        amounts = rng.multinomial(min(self.round_size, max(1, int(shares.sum()))), shares / shares.sum())
        self._next_cursors = list(self.cursors)
        chosen = np.concatenate([self._take(g, int(n), self.mix.max_length) for g, n in enumerate(amounts) if n])
        if not len(chosen):
            raise ValueError("the mix leaves no pair: max_length is too small")
        noisy = self.corpus.target_lengths[chosen] * 1000 + self.corpus.source_lengths[chosen] * 50
        chosen = chosen[np.argsort(noisy + rng.integers(0, 1500, len(chosen)), kind="stable")]
        lengths = self.corpus.target_lengths[chosen]
        batches, begin, longest = [], 0, 0
        for index, length in enumerate(lengths):
            longest = max(longest, int(length))
            if index > begin and longest * (index - begin + 1) > self.tokens:
                batches.append(chosen[begin:index])
                begin, longest = index, int(length)
        batches.append(chosen[begin:])
        self._batches = [batches[i] for i in rng.permutation(len(batches))]
        self._drawn = (self.round, self.mix)

    def __iter__(self) -> Iterator[Ints]:
        while True:
            if self._drawn != (self.round, self.mix):
                self._draw()
            if self.position >= len(self._batches):
                self.cursors = list(self._next_cursors)
                self.round, self.position = self.round + 1, 0
                continue
            self.position += 1
            yield self._batches[self.position - 1]

    def change(self, mix: Mix) -> None:
        """Go on with another mix, from a new round."""
        if mix != self.mix:
            if self._next_cursors:
                self.cursors = list(self._next_cursors)
            self.mix, self.round, self.position = mix, self.round + 1, 0

    def state(self) -> dict[str, Any]:
        """What :meth:`restore` needs, as plain JSON."""
        return {
            "round": self.round,
            "position": self.position,
            "cursors": list(self.cursors),
            "weights": list(self.mix.weights),
            "max_length": self.mix.max_length,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a state; the next batch is the one that would have come next."""
        self.round, self.position, self.cursors = state["round"], state["position"], list(state["cursors"])
        self.mix = Mix(tuple(state["weights"]), state["max_length"])
        self._drawn = (-1, self.mix)
