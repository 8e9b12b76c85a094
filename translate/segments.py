"""Translates segments that fit the model: batches, guards, retries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from muwazi.translate.alignment import word_pairs
from muwazi.translate.batching import batches_by_tokens
from muwazi.translate.chunking import halve, join_parts
from muwazi.translate.engines.base import DecodingOptions, Engine, Hypothesis, Pieces
from muwazi.translate.guards import PROBLEMS, REPAIRED, problems
from muwazi.translate.models.vocabulary import Vocabulary

_SHORTEST_TO_HALVE = 12
"""Pieces; a shorter segment that does not end will not end in halves either."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One translation of a segment."""

    text: str
    score: float
    pieces: int
    """Target pieces, end mark included: the weight of ``score`` where parts are joined."""


@dataclass(frozen=True, slots=True)
class SegmentResult:
    """What became of a segment."""

    best: Scored
    others: tuple[Scored, ...]
    finished: bool
    flags: frozenset[str] = frozenset()
    alignment: tuple[tuple[int, int], ...] | None = None


class SegmentTranslator:
    """Translates segments with one engine, and retries the bad ones."""

    def __init__(
        self,
        engine: Engine,
        vocabulary: Vocabulary,
        options: DecodingOptions,
        *,
        max_positions: int,
        batch_tokens: int,
        prefix: Pieces = (),
        guards: bool = True,
        arabic_target: bool = False,
    ) -> None:
        self._engine = engine
        self._vocabulary = vocabulary
        self._options = options
        self._max_positions = max_positions
        self._batch_tokens = batch_tokens
        self._prefix = prefix
        self._guards = guards
        self._arabic_target = arabic_target

    def count(self, text: str) -> int:
        """Source pieces of ``text``, target token and end mark included."""
        return len(self._vocabulary.encode(text)) + len(self._prefix) + 1

    def translate(self, texts: Sequence[str], advance: Callable[[int], None] = lambda _: None) -> list[SegmentResult]:
        """The result for each text, in order. ``advance`` is called with the number of segments just done."""
        results = self._run(texts, [self._options] * len(texts), advance)
        return self._retry(texts, results) if self._guards else results

    def _run(
        self, texts: Sequence[str], options: Sequence[DecodingOptions], advance: Callable[[int], None] = lambda _: None
    ) -> list[SegmentResult]:
        # One batch has one set of options, so segments are grouped by them first.
        groups: dict[DecodingOptions, list[int]] = {}
        for i, option in enumerate(options):
            groups.setdefault(option, []).append(i)
        pieces = [self._prefix + self._vocabulary.encode(text) for text in texts]
        plan: list[tuple[list[int], DecodingOptions]] = []
        for option, members in groups.items():
            for batch in batches_by_tokens([len(pieces[i]) + 1 for i in members], self._batch_tokens):
                indices = [members[i] for i in batch]
                longest = len(pieces[indices[0]])
                # Enough for any honest translation; a loop should not run to the end of the model's positions.
                limit = min(self._max_positions, 3 * longest + 16)
                plan.append((indices, replace(option, max_length=limit, min_length=min(option.min_length, limit - 1))))
        results: list[SegmentResult | None] = [None] * len(texts)
        found = self._engine.translate_batches(([pieces[i] for i in indices], option) for indices, option in plan)
        for (indices, option), batch_results in zip(plan, found, strict=True):
            for i, hypotheses in zip(indices, batch_results, strict=True):
                results[i] = self._result(texts[i], hypotheses, option)
            advance(len(indices))
        return [result for result in results if result is not None]

    def _result(self, text: str, hypotheses: Sequence[Hypothesis], options: DecodingOptions) -> SegmentResult:
        decode = self._vocabulary.decode
        scored = [Scored(decode(h.pieces), h.score, len(h.pieces) + h.finished) for h in hypotheses]
        # Different pieces can spell the same text: that is no alternative.
        others = {s.text: s for s in reversed(scored[1:]) if s.text != scored[0].text}
        alignment = None
        best = hypotheses[0]
        if options.attention and best.attention is not None:
            attention = best.attention[:, len(self._prefix) :]
            alignment = word_pairs(
                attention, self._vocabulary.encode_words(text), self._vocabulary.decode_words(best.pieces)
            )
        return SegmentResult(scored[0], tuple(reversed(others.values())), best.finished, alignment=alignment)

    def _problems(self, text: str, result: SegmentResult) -> tuple[str, ...]:
        return problems(text, result.best.text, finished=result.finished, arabic_target=self._arabic_target)

    def _retry(self, texts: Sequence[str], results: list[SegmentResult]) -> list[SegmentResult]:
        found = [self._problems(text, result) for text, result in zip(texts, results, strict=True)]
        first = [set(names) for names in found]
        for kind in PROBLEMS:
            # Only the foremost fault of a segment decides how to retry it: the others mostly follow from it.
            members = [i for i, names in enumerate(found) if names and names[0] == kind]
            if not members:
                continue
            for i, result in zip(members, self._again(kind, [texts[i] for i in members]), strict=True):
                names = self._problems(texts[i], result)
                first[i] |= set(names)
                if len(names) < len(found[i]):
                    results[i], found[i] = result, names
        for i, (seen, left) in enumerate(zip(first, found, strict=True)):
            if left or seen:
                flags = set(left) | {name + REPAIRED for name in seen - set(left)}
                results[i] = replace(results[i], flags=frozenset(flags))
        return results

    def _again(self, kind: str, texts: list[str]) -> list[SegmentResult]:
        if kind == "unfinished":
            return self._in_halves(texts)
        base = self._options
        other_beam = 1 if base.beam_size > 2 and base.num_hypotheses == 1 else base.beam_size + 2
        options = []
        for text in texts:
            length = len(self._vocabulary.encode(text))
            if kind == "repetition":
                option = replace(base, no_repeat_ngram_size=3, repetition_penalty=1.2)
            elif kind == "empty":
                option = replace(base, min_length=max(2, length // 3))
            elif kind == "untranslated":
                arabic = tuple((piece,) for piece in self._vocabulary.arabic_pieces)
                option = replace(base, suppress=base.suppress + arabic)
            else:
                option = replace(base, beam_size=other_beam, min_length=length // 2, no_repeat_ngram_size=4)
            options.append(option)
        return self._run(texts, options)

    def _in_halves(self, texts: list[str]) -> list[SegmentResult]:
        parts: list[str] = []
        spans = []
        for text in texts:
            pieces = len(self._vocabulary.encode(text))
            halves = list(halve(text)) if pieces >= _SHORTEST_TO_HALVE and len(text) > 1 else [text]
            spans.append((len(parts), len(parts) + len(halves)))
            parts += halves
        option = replace(self._options, no_repeat_ngram_size=3, repetition_penalty=1.2)
        done = self._run(parts, [option] * len(parts))
        return [
            join_results(text, parts[begin:end], done[begin:end])
            for text, (begin, end) in zip(texts, spans, strict=True)
        ]


def join_results(text: str, parts: Sequence[str], results: Sequence[SegmentResult]) -> SegmentResult:
    """The result for ``text`` from those of its parts (as :func:`muwazi.translate.chunking.split_long` cut them)."""
    if len(parts) == 1:
        return results[0]
    sources = list(parts)
    ranks = 1 + max(len(result.others) for result in results)
    joined = []
    for rank in range(ranks):
        chosen = [(result.best, *result.others)[min(rank, len(result.others))] for result in results]
        pieces = sum(part.pieces for part in chosen)
        score = sum(part.score * part.pieces for part in chosen) / max(pieces, 1)
        joined.append(Scored(join_parts(sources, [part.text for part in chosen]), score, pieces))
    alignment = None
    if all(result.alignment is not None for result in results):
        alignment = _shifted(text, parts, results)
    return SegmentResult(
        joined[0],
        tuple(joined[1:]),
        all(result.finished for result in results),
        frozenset().union(*(result.flags for result in results)),
        alignment,
    )


def _shifted(text: str, parts: Sequence[str], results: Sequence[SegmentResult]) -> tuple[tuple[int, int], ...]:
    pairs = []
    position, target = 0, 0
    for part, result in zip(parts, results, strict=True):
        position = text.index(part, position)
        # Words begun before the part; a part that begins inside a word goes on with that word.
        before = text[:position]
        word = len(before.split()) - (1 if before and not before[-1].isspace() else 0)
        pairs += [(source + word, other + target) for source, other in result.alignment or ()]
        position += len(part)
        target += len(result.best.text.split())
    return tuple(sorted(pairs, key=lambda pair: (pair[1], pair[0])))
