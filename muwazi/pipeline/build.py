"""The main job: read, align, filter, translate, score, commit, report."""

from __future__ import annotations

import json
import shlex
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from muwazi.corpus.errors import InputError
from muwazi.corpus.filters import FilterChain, FilterResult, default_filters
from muwazi.corpus.progress import SILENT, Progress
from muwazi.corpus.reading import discover
from muwazi.corpus.store import CommitMetadata, ModelRecord, Row, ScoreRecord, SourceRecord, Store
from muwazi.pipeline.aligning import Aligned, align_all
from muwazi.pipeline.cache import WorkCache
from muwazi.pipeline.prepare import Prepared, Skipped, prepare_all
from muwazi.pipeline.rows import Counts, apply_filters, drafts, finish
from muwazi.pipeline.settings import BuildSettings

if TYPE_CHECKING:
    from muwazi.eval import Evaluation
    from muwazi.translate import ModelInfo

# Dropped pairs of each filter that the manifest shows.
DROP_SAMPLES = 3


@dataclass
class BuildOutcome:
    """What a build did; the summary and ``--json`` are made of it."""

    store: str
    version: str | None
    """The version that holds the result: a new one, or the newest where nothing changed. None for a dry run."""
    new: bool
    counts: Counts
    rows: int
    splits: dict[str, int]
    dropped: dict[str, int]
    """Pairs that filters dropped, by filter."""
    removed: dict[str, int]
    """Pieces that cleaning took, by reason."""
    flags: dict[str, int]
    scores: list[dict[str, Any]]
    """Metric, score, confidence interval, signature; empty without references."""
    model: dict[str, Any] | None
    report: str | None
    notes: list[str] = field(default_factory=list)
    skipped: list[dict[str, str]] = field(default_factory=list)

    def to_json(self) -> str:
        """One JSON object."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2)


def run_build(
    articles: Path | str,
    *,
    store: Path | str,
    settings: BuildSettings | None = None,
    message: str = "",
    report: Path | str | None = None,
    dry_run: bool = False,
    progress: Progress = SILENT,
    note: Callable[[str], None] = lambda _: None,
) -> BuildOutcome:
    """Build a version of ``store`` from ``articles``.

    Args:
        articles: a folder of articles or a file of pairs.
        store: the dataset folder; created with its first version.
        settings: defaults where None.
        message: what the version is about.
        report: path of the HTML report; ``STORE/reports/VERSION.html`` where None.
        dry_run: read and split only, and write nothing.
        progress: receives the advance of each stage.
        note: is told what the user should know at once (a model is being converted, a download comes from the cache).

    Raises:
        InputError: an article cannot be read.
        ModelError: the model cannot be had or is no MarianMT model.
        StoreError: the store is damaged or cannot be written.
    """
    settings = settings or BuildSettings()
    articles, store = Path(articles), Path(store)
    files = discover(articles)
    # Before any work: a wrong store is cheaper to hear about now.
    target = Store.open_or_create(store)
    newest = target.newest()
    if newest is not None:
        # A new version must not stand on a damaged one.
        target.verify(newest, progress=progress)
    cache: list[WorkCache] = []

    def open_cache() -> WorkCache:
        if not cache:
            cache.append(WorkCache(store))
        return cache[0]

    try:
        documents, skipped = prepare_all(files, settings.read, open_cache, progress)
        if dry_run:
            return _dry(store, documents, skipped, getattr(files, "notes", ()))
        translator = None
        if settings.translate.model != "none":
            from muwazi.translate import Translator

            translator = Translator.load(
                settings.translate.model,
                engine=settings.translate.engine,
                device=settings.translate.device,
                beam=settings.translate.beam,
                length_penalty=settings.translate.length_penalty,
                compute_type=settings.translate.compute_type,
                revision=settings.translate.revision,
                target_token=settings.translate.target_token,
                threads=settings.translate.threads or None,
                note=note,
            )
        work = open_cache()
        aligned = align_all(documents, settings.align, work, progress)
        counts = Counts()
        chain = FilterChain(default_filters(settings.filters))
        kept, outcome = apply_filters(drafts(documents, aligned, settings.align.min_confidence, counts), chain)
        renderings = None
        if translator is not None:
            from muwazi.pipeline.translating import translate_all

            sentences = (sentence for draft in kept for sentence in draft.sentences)
            renderings = translate_all(sentences, translator, work, progress)
        rows = list(finish(kept, renderings))
        if not rows:
            raise InputError(
                f"{articles}: no row is left; filters dropped {_listing(outcome.counts())}: "
                "relax them or check the input"
            )
        evaluation = _evaluate(rows, settings, progress)
        model = None if translator is None else translator.info
        metadata = _metadata(settings, documents, counts, outcome, evaluation, model)
        committed = target.commit(rows, message=message, metadata=metadata, progress=progress)
        version = str(committed or target.resolve())
        new = committed is not None
        summary = BuildOutcome(
            store=str(store),
            version=version,
            new=new,
            counts=counts,
            rows=len(rows),
            splits=dict(Counter(row.split for row in rows)),
            dropped=_drops(outcome, counts),
            removed=_removed(documents),
            flags=dict(Counter(flag for row in rows for flag in row.flags).most_common()),
            scores=[]
            if evaluation is None
            else [record.model_dump(mode="json") for record in _score_records(evaluation)],
            model=None if model is None else _model_record(model).model_dump(mode="json"),
            report=None,
            notes=_notes(files, documents, aligned, counts, evaluation, rows),
            skipped=[asdict(item) for item in skipped],
        )
        path = Path(report) if report else store / "reports" / f"{version}.html"
        if new or not path.exists():
            from muwazi.pipeline.reporting import report_data, write_report

            manifest = target.manifest(version)
            write_report(
                path,
                report_data(manifest, rows, documents, aligned, outcome, chain.filters, evaluation, summary.notes),
            )
        summary.report = str(path)
        work.prune()
        return summary
    finally:
        for opened in cache:
            opened.close()


def _dry(store: Path, documents: Sequence[Prepared], skipped: Sequence[Skipped], notes: Sequence[str]) -> BuildOutcome:
    counts = Counts(
        articles=len(documents),
        with_reference=sum(d.reference is not None or any(s.en for s in d.segments) for d in documents),
        source_sentences=sum(len(d.source) + len(d.segments) for d in documents),
        reference_sentences=sum(len(d.reference or ()) + sum(s.en is not None for s in d.segments) for d in documents),
    )
    return BuildOutcome(
        store=str(store),
        version=None,
        new=False,
        counts=counts,
        rows=0,
        splits={},
        dropped={},
        removed=_removed(documents),
        flags={},
        scores=[],
        model=None,
        report=None,
        notes=list(notes),
        skipped=[asdict(item) for item in skipped],
    )


def _notes(
    files: object,
    documents: Sequence[Prepared],
    aligned: dict[str, Aligned],
    counts: Counts,
    evaluation: Evaluation | None,
    rows: Sequence[Row],
) -> list[str]:
    notes = list(getattr(files, "notes", ()))
    notes += [f"{document.id}: {note}" for document in documents for note in document.notes]
    notes += [f"{name}: {note}" for name, alignment in aligned.items() for note in alignment.notes]
    notes += [
        f"{name}: the two texts are no translations of each other; kept without reference"
        for name in counts.not_parallel
    ]
    if evaluation is not None:
        notes += list(evaluation.notes)
    elif not any(row.en is not None for row in rows):
        notes.append("no reference in the input, so no BLEU, chrF or TER")
    else:
        notes.append("no translation was asked for, so no BLEU, chrF or TER")
    return notes


def _removed(documents: Sequence[Prepared]) -> dict[str, int]:
    return dict(Counter(reason for document in documents for _, reason, _ in document.removed).most_common())


def _listing(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items() if count) or "nothing"


def _evaluate(rows: Sequence[Row], settings: BuildSettings, progress: Progress) -> Evaluation | None:
    scored = [row for row in rows if row.en is not None and row.mt is not None]
    if not scored:
        return None
    from muwazi.eval import evaluate

    progress.start("scoring", None, "steps")
    try:
        return evaluate(
            [row.mt or "" for row in scored],
            [row.en or "" for row in scored],
            articles=[row.article_id for row in scored],
            bootstrap=settings.eval.bootstrap,
            seed=settings.eval.seed,
        )
    finally:
        progress.finish()


def _metadata(
    settings: BuildSettings,
    documents: Sequence[Prepared],
    counts: Counts,
    outcome: FilterResult,
    evaluation: Evaluation | None,
    model: ModelInfo | None,
) -> CommitMetadata:
    return CommitMetadata(
        settings=settings.model_dump(mode="json"),
        command=shlex.join(["muwazi", *sys.argv[1:]]),
        model=None if model is None else _model_record(model),
        drops=_drops(outcome, counts),
        drop_samples={
            name: [{"ar": pair.ar, "en": pair.en, "score": score} for pair, score in samples]
            for name, samples in outcome.samples(DROP_SAMPLES).items()
        },
        scores=[] if evaluation is None else _score_records(evaluation),
        sources=[SourceRecord(uri=d.origin.uri, sha256=d.origin.sha256, licence=d.origin.licence) for d in documents],
        statistics={
            "articles": counts.articles,
            "articles_with_reference": counts.with_reference,
            "source_sentences": counts.source_sentences,
            "reference_sentences": counts.reference_sentences,
            "beads": dict(sorted(counts.beads.items())),
            "furniture_removed": _removed(documents),
        },
    )


def _drops(outcome: FilterResult, counts: Counts) -> dict[str, int]:
    everything = {**outcome.counts(), "reference-only": counts.reference_only, "low-confidence": counts.low_confidence}
    return {name: count for name, count in everything.items() if count}


def _model_record(model: ModelInfo) -> ModelRecord:
    return ModelRecord(
        id=model.id,
        revision=model.revision,
        sha256=model.sha256,
        engine=model.engine,
        details={"compute_type": model.compute_type, **model.decoding},
    )


def _score_records(evaluation: Evaluation) -> list[ScoreRecord]:
    return [
        ScoreRecord(
            name=score.label,
            value=round(score.value, 4),
            signature=score.signature,
            low=None if score.interval is None else round(score.interval.low, 4),
            high=None if score.interval is None else round(score.interval.high, 4),
            segments=evaluation.segments,
        )
        for score in evaluation.corpus
    ]
