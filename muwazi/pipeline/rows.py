"""Fourth step of a build: dataset rows out of sentences, beads and translations, and the filters over them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from muwazi.corpus.filters import FilterChain, FilterPair, FilterResult
from muwazi.corpus.store import Row, split_of
from muwazi.pipeline.aligning import Aligned
from muwazi.pipeline.prepare import Prepared
from muwazi.pipeline.translating import Rendering


@dataclass
class Draft:
    """A row in the making: its Arabic is a run of sentences, translated one by one."""

    article_id: str
    index: int
    sentences: tuple[str, ...]
    en: str | None
    kind: str | None
    score: float | None
    confidence: float | None
    flags: tuple[str, ...]
    source_uri: str
    licence: str | None

    @property
    def ar(self) -> str:
        """The source side of the row."""
        return " ".join(self.sentences)


@dataclass
class Counts:
    """What became of the material, for the summary and the manifest."""

    articles: int = 0
    with_reference: int = 0
    source_sentences: int = 0
    reference_sentences: int = 0
    beads: dict[str, int] = field(default_factory=dict)
    reference_only: int = 0
    """English sentences without an Arabic one: there is nothing to make a row of."""
    low_confidence: int = 0
    """Pairs whose reference was left out because the alignment was not sure enough."""
    not_parallel: list[str] = field(default_factory=list)


def drafts(
    documents: Sequence[Prepared], aligned: Mapping[str, Aligned], min_confidence: float, counts: Counts
) -> list[Draft]:
    """One draft for each bead with Arabic in it, for each sentence without a reference, for each ready-made pair."""
    result: list[Draft] = []
    for document in documents:
        counts.articles += 1
        counts.source_sentences += len(document.source) + len(document.segments)
        result.extend(
            _of_segments(document, counts)
            if document.segments
            else _of_article(document, aligned, min_confidence, counts)
        )
    return result


def _of_segments(document: Prepared, counts: Counts) -> Iterator[Draft]:
    counts.with_reference += any(segment.en for segment in document.segments)
    position: Counter[str] = Counter()
    for segment in document.segments:
        counts.reference_sentences += segment.en is not None
        yield Draft(
            article_id=segment.article_id,
            index=position[segment.article_id],
            sentences=(segment.ar,),
            en=segment.en,
            kind=None,
            score=None,
            confidence=None,
            flags=(),
            source_uri=document.origin.uri,
            licence=document.origin.licence,
        )
        position[segment.article_id] += 1


def _of_article(
    document: Prepared, aligned: Mapping[str, Aligned], min_confidence: float, counts: Counts
) -> Iterator[Draft]:
    base = Draft(document.id, 0, (), None, None, None, None, (), document.origin.uri, document.origin.licence)
    alignment = aligned.get(document.id)
    if document.reference is None or alignment is None or not alignment.parallel:
        if document.reference is not None:
            counts.not_parallel.append(document.id)
        for index, sentence in enumerate(document.source):
            yield replace(base, index=index, sentences=(sentence,))
        return
    counts.with_reference += 1
    counts.reference_sentences += len(document.reference)
    index = 0
    for bead in alignment.beads:
        counts.beads[bead.kind] = counts.beads.get(bead.kind, 0) + 1
        if not bead.source:
            counts.reference_only += len(bead.target)
            continue
        en: str | None = " ".join(document.reference[position] for position in bead.target) or None
        flags = bead.flags
        if en is not None and bead.confidence is not None and bead.confidence < min_confidence:
            counts.low_confidence += 1
            en, flags = None, (*flags, "low-confidence")
        yield replace(
            base,
            index=index,
            sentences=tuple(document.source[position] for position in bead.source),
            en=en,
            kind=bead.kind,
            score=bead.score if bead.target else None,
            confidence=bead.confidence,
            flags=flags,
        )
        index += 1


def apply_filters(rows: Sequence[Draft], chain: FilterChain) -> tuple[list[Draft], FilterResult]:
    """Drop pairs that a filter refuses. Rows without a reference are no pairs: they stay."""
    paired = [draft for draft in rows if draft.en is not None]
    outcome = chain.run([FilterPair(draft.ar, draft.en or "", draft.score) for draft in paired])
    dropped = {id(paired[item.index]) for item in outcome.dropped}
    return [draft for draft in rows if id(draft) not in dropped], outcome


def finish(rows: Sequence[Draft], renderings: Mapping[str, Rendering] | None) -> Iterator[Row]:
    """Dataset rows, sorted by article and position.

    A row's id is its article and a hash of its Arabic: it stays the same when sentences come or go before it, so that
    ``dataset diff`` tells an added sentence from fifty changed ones.
    """
    repeated: Counter[str] = Counter()
    for draft in sorted(rows, key=lambda draft: (draft.article_id, draft.index)):
        name = f"{draft.article_id}-{hashlib.sha256(draft.ar.encode()).hexdigest()[:10]}"
        repeated[name] += 1
        if repeated[name] > 1:
            name = f"{name}-{repeated[name]}"
        machine, flags = _machine(draft, renderings)
        yield Row(
            id=name,
            article_id=draft.article_id,
            index=draft.index,
            ar=draft.ar,
            en=draft.en,
            mt=machine,
            post_edit=None,
            alignment_type=draft.kind,
            alignment_score=None if draft.score is None else round(draft.score, 6),
            confidence=None if draft.confidence is None else round(draft.confidence, 6),
            reference_kind=None if draft.en is None else "independent",
            flags=(*draft.flags, *flags),
            split=split_of(draft.article_id),
            source_uri=draft.source_uri,
            licence=draft.licence,
        )


def _machine(draft: Draft, renderings: Mapping[str, Rendering] | None) -> tuple[str | None, tuple[str, ...]]:
    if renderings is None:
        return None, ()
    parts = [renderings[sentence] for sentence in draft.sentences]
    flags = dict.fromkeys(flag for part in parts for flag in part.flags)
    return " ".join(part.text for part in parts if part.text), tuple(flags)
