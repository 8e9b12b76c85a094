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
    from muwazi.translate import ModelInfo, Translator

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
            cache.append(WorkCache(store, keep=not dry_run))
        return cache[0]

    try:
        documents, skipped = prepare_all(files, settings.read, open_cache, progress)
        if dry_run:
            return _dry(store, documents, skipped, getattr(files, "notes", ()))
        work = open_cache()
        made = _make(articles, documents, settings, work, progress, note)
        committed = target.commit(made.rows, message=message, metadata=_metadata(settings, made), progress=progress)
        summary = _outcome(store, str(committed or target.resolve()), committed is not None, made)
        summary.notes = _notes(files, made)
        summary.skipped = [asdict(item) for item in skipped]
        summary.report = str(_report(target, summary, made, Path(report) if report else None))
        work.prune()
        return summary
    finally:
        for opened in cache:
            opened.close()


@dataclass
class _Made:
    """A version before it is committed, with everything that its report shows."""

    documents: Sequence[Prepared]
    aligned: dict[str, Aligned]
    rows: list[Row]
    counts: Counts
    chain: FilterChain
    outcome: FilterResult
    evaluation: Evaluation | None
    model: ModelInfo | None


def _make(
    articles: Path,
    documents: Sequence[Prepared],
    settings: BuildSettings,
    work: WorkCache,
    progress: Progress,
    note: Callable[[str], None],
) -> _Made:
    """Align, filter, translate and score."""
    translator = _translator(settings, note)
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
            f"{articles}: no row is left; filters dropped {_listing(outcome.counts())}: relax them or check the input"
        )
    evaluation = _evaluate(rows, settings, progress)
    model = None if translator is None else translator.info
    return _Made(documents, aligned, rows, counts, chain, outcome, evaluation, model)


def _translator(settings: BuildSettings, note: Callable[[str], None]) -> Translator | None:
    given = settings.translate
    if given.model == "none":
        return None
    from muwazi.translate import Translator

    return Translator.load(
        given.model,
        engine=given.engine,
        device=given.device,
        beam=given.beam,
        length_penalty=given.length_penalty,
        compute_type=given.compute_type,
        revision=given.revision,
        target_token=given.target_token,
        threads=given.threads or None,
        note=note,
    )


def _outcome(store: Path, version: str, new: bool, made: _Made) -> BuildOutcome:
    scores = [] if made.evaluation is None else _score_records(made.evaluation)
    return BuildOutcome(
        store=str(store),
        version=version,
        new=new,
        counts=made.counts,
        rows=len(made.rows),
        splits=dict(Counter(row.split for row in made.rows)),
        dropped=_drops(made.outcome, made.counts),
        removed=_removed(made.documents),
        flags=dict(Counter(flag for row in made.rows for flag in row.flags).most_common()),
        scores=[record.model_dump(mode="json") for record in scores],
        model=None if made.model is None else _model_record(made.model).model_dump(mode="json"),
        report=None,
    )


def _report(target: Store, summary: BuildOutcome, made: _Made, asked: Path | None) -> Path:
    """Write the report of a new version, one that is not there, and one that was asked for by name."""
    path = asked or Path(summary.store) / "reports" / f"{summary.version}.html"
    if summary.new or asked or not path.exists():
        from muwazi.pipeline.reporting import report_data, write_report

        data = report_data(
            target.manifest(str(summary.version)),
            made.rows,
            made.documents,
            made.aligned,
            made.outcome,
            made.chain.filters,
            made.evaluation,
            summary.notes,
        )
        write_report(path, data)
    return path


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


def _notes(files: object, made: _Made) -> list[str]:
    notes = list(getattr(files, "notes", ()))
    notes += [f"{document.id}: {note}" for document in made.documents for note in document.notes]
    notes += [f"{name}: {note}" for name, alignment in made.aligned.items() for note in alignment.notes]
    notes += [
        f"{name}: the two texts are no translations of each other; kept without reference"
        for name in made.counts.not_parallel
    ]
    if made.evaluation is not None:
        notes += list(made.evaluation.notes)
    elif not any(row.en is not None for row in made.rows):
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


def _metadata(settings: BuildSettings, made: _Made) -> CommitMetadata:
    counts, documents = made.counts, made.documents
    return CommitMetadata(
        settings=settings.model_dump(mode="json"),
        command=shlex.join(["muwazi", *sys.argv[1:]]),
        model=None if made.model is None else _model_record(made.model),
        drops=_drops(made.outcome, counts),
        drop_samples={
            name: [{"ar": pair.ar, "en": pair.en, "score": score} for pair, score in samples]
            for name, samples in made.outcome.samples(DROP_SAMPLES).items()
        },
        scores=[] if made.evaluation is None else _score_records(made.evaluation),
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
