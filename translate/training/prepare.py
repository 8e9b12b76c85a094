"""From a recipe to arrays: read, filter, split off the dev set, learn the vocabulary, encode, align."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from muwazi.corpus.errors import InputError
from muwazi.corpus.progress import SILENT, Progress
from muwazi.translate.training import alignment, vocabulary
from muwazi.translate.training.corpus import Corpus, encode
from muwazi.translate.training.pairs import Pair, expand, read_pairs
from muwazi.translate.training.recipe import Recipe, SourceSettings

Filter = Callable[[Sequence[Pair]], tuple[list[int], dict[str, int]]]
"""Which pairs to keep, and how many each reason dropped."""


@dataclass
class Prepared:
    """All that a training run needs."""

    vocabulary: vocabulary.Vocabulary
    corpus: Corpus
    dev: list[Pair]
    table: alignment.Table | None
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    """For each source: pairs read, kept, held for dev, dropped by reason."""


def plausible(pairs: Sequence[Pair]) -> tuple[list[int], dict[str, int]]:
    """Keep pairs that are not empty, not the same on both sides, and not wildly unequal in length."""
    kept, dropped = [], {"empty": 0, "identical": 0, "length-ratio": 0}
    for index, pair in enumerate(pairs):
        a, b = len(pair.source), len(pair.target)
        if not a or not b:
            dropped["empty"] += 1
        elif pair.source == pair.target:
            dropped["identical"] += 1
        elif (a + 15) > 3 * (b + 15) or (b + 15) > 3 * (a + 15):
            dropped["length-ratio"] += 1
        else:
            kept.append(index)
    return kept, {reason: n for reason, n in dropped.items() if n}


@dataclass
class Texts:
    """The pairs of a recipe after filtering."""

    pairs: list[Pair]
    groups: list[int]
    dev: list[Pair]
    counts: dict[str, dict[str, int]]


def _read(source: SourceSettings, recipe: Recipe) -> list[Pair]:
    settings = recipe.training
    pairs: list[Pair] = []
    for path in expand(source.path, recipe.base):
        pairs.extend(read_pairs(path, source_lang=settings.source_lang, target_lang=settings.target_lang))
    if not pairs:
        raise InputError(f"{source.path}: no pairs in it")
    for side, empty in (("source", all(not p.source for p in pairs)), ("target", all(not p.target for p in pairs))):
        if empty:
            raise InputError(f"{source.path}: the {side} side is empty in all {len(pairs)} lines; nothing to train on")
    limit = min((n for n in (source.limit, settings.max_pairs) if n), default=len(pairs))
    if len(pairs) > limit:
        pairs = [pairs[i] for i in np.linspace(0, len(pairs) - 1, limit).astype(int)]
    return pairs


def read(recipe: Recipe, *, chain: Filter | None = None, progress: Progress = SILENT) -> Texts:
    """Read and filter all sources; a pair that two sources hold is kept once, dev sentences are kept out of training.

    Args:
        recipe: the recipe.
        chain: more filters, applied after :func:`plausible` to sources with ``filters = true``.
        progress: told of every source.
    """
    texts = Texts([], [], [], {})
    seen: set[tuple[str, str]] = set()
    held: set[str] = set()
    collected: list[list[Pair]] = []
    if recipe.training.dev:
        for path in expand(recipe.training.dev, recipe.base):
            languages = {"source_lang": recipe.training.source_lang, "target_lang": recipe.training.target_lang}
            texts.dev.extend(p for p in read_pairs(path, **languages) if p.source and p.target)
        held.update(p.source for p in texts.dev)
        held.update(p.target for p in texts.dev)
    progress.start("reading", len(recipe.sources), "source")
    for source in recipe.sources:
        pairs = _read(source, recipe)
        counts = {"read": len(pairs)}
        kept, dropped = plausible(pairs)
        pairs = [pairs[i] for i in kept]
        if chain is not None and source.filters:
            kept, more = chain(pairs)
            pairs = [pairs[i] for i in kept]
            dropped |= more
        if source.min_words:
            before = len(pairs)
            pairs = [p for p in pairs if min(len(p.source.split()), len(p.target.split())) >= source.min_words]
            dropped["too-few-words"] = before - len(pairs)
        if source.dev_every:
            dev = pairs[:: source.dev_every]
            texts.dev.extend(dev)
            held.update(p.source for p in dev)
            held.update(p.target for p in dev)
            counts["dev"] = len(dev)
        collected.append(pairs)
        texts.counts[source.name] = counts | dropped
        progress.advance()
    for group, (source, pairs) in enumerate(zip(recipe.sources, collected, strict=True)):
        before = len(texts.pairs)
        for pair in pairs:
            key = (pair.source, pair.target)
            if key in seen or pair.source in held or pair.target in held:
                continue
            seen.add(key)
            texts.pairs.append(Pair(f"{source.tag} {pair.source}" if source.tag else pair.source, pair.target))
            texts.groups.append(group)
        counts = texts.counts[source.name]
        counts["kept"] = len(texts.pairs) - before
        counts["duplicate-or-dev"] = len(pairs) - counts["kept"]
    progress.finish()
    return texts


def learn_vocabulary(texts: Texts, recipe: Recipe, source_pieces: int, target_pieces: int) -> vocabulary.Vocabulary:
    """Train both sentencepiece models on text drawn by the recipe's weights (at most 200,000 pairs)."""
    weights = np.array([max(s.weight, 0.02) for s in recipe.sources])[texts.groups]
    rng = np.random.default_rng(recipe.training.seed)
    amount = min(len(texts.pairs), 200_000)
    chosen = rng.choice(len(texts.pairs), amount, replace=False, p=weights / weights.sum())
    tags = sorted({source.tag for source in recipe.sources if source.tag})

    def untagged(text: str) -> str:
        return text[text.find("<< ") + 3 :] if text.startswith(">>") and "<< " in text else text

    picked = [texts.pairs[i] for i in chosen]
    return vocabulary.build(
        vocabulary.train_sentencepiece((untagged(p.source) for p in picked), source_pieces, source=True),
        vocabulary.train_sentencepiece((p.target for p in picked), target_pieces, source=False),
        tags,
    )


def _for_table(corpus: Corpus, recipe: Recipe) -> alignment.Ints:
    """The pairs that model 1 learns from: not too long, and not more than ``table_pairs``."""
    fitting = np.flatnonzero((corpus.source_lengths <= 60) & (corpus.target_lengths <= 60))
    limit = recipe.training.table_pairs
    if not limit or len(fitting) <= limit:
        return fitting
    return np.sort(np.random.default_rng(recipe.training.seed).choice(fitting, limit, replace=False))


def prepare(
    recipe: Recipe,
    *,
    source_pieces: int,
    target_pieces: int,
    known: vocabulary.Vocabulary | None = None,
    align: bool = True,
    chain: Filter | None = None,
    progress: Progress = SILENT,
) -> Prepared:
    """Do all of it. ``known`` is the vocabulary of a model that is fine-tuned.

    Raises:
        InputError: a source is missing, empty or unreadable, or the text is too small for the vocabulary.
    """
    texts = read(recipe, chain=chain, progress=progress)
    if not texts.pairs:
        raise InputError(f"no training pair is left after filtering; dropped: {texts.counts}")
    words = known or learn_vocabulary(texts, recipe, source_pieces, target_pieces)
    corpus, too_long = encode(
        words,
        [p.source for p in texts.pairs],
        [p.target for p in texts.pairs],
        texts.groups,
        recipe.training.max_length,
    )
    texts.counts["(all)"] = {"pairs": len(corpus), "too-long-or-empty-in-pieces": too_long}
    table = None
    if align:
        table = alignment.train_table(
            corpus.source,
            corpus.source_offsets,
            corpus.target,
            corpus.target_offsets,
            chosen=_for_table(corpus, recipe),
            progress=progress,
        )
        if max(recipe.training.guide if not recipe.phases else 0.0, *(p.guide for p in recipe.phases), 0.0) > 0:
            corpus.links = alignment.align(
                table, corpus.source, corpus.source_offsets, corpus.target, corpus.target_offsets
            )
    return Prepared(words, corpus, texts.dev, table, texts.counts)
