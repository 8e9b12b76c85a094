"""The report of a version that is in a store already.

Everything is taken from the rows and the manifest. What a build knows beyond them is not here: the furniture that was
removed, and reference sentences without a partner (there is no row for them).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from muwazi.corpus.progress import SILENT, Progress
from muwazi.corpus.splitting import split_text
from muwazi.corpus.store import Manifest, Row, Store
from muwazi.corpus.types import Bead
from muwazi.eval.bootstrap import DEFAULT_SEED
from muwazi.eval.evaluation import DEFAULT_BOOTSTRAP, evaluate
from muwazi.eval.report.data import (
    DroppedGroup,
    DroppedSample,
    ReportArticle,
    ReportData,
    ReportSegment,
    segments_with_scores,
)
from muwazi.eval.types import Evaluation

NOTE = (
    "Drawn from the stored rows: reference sentences without a partner have no row and are not shown, "
    "and what cleaning removed is only in the report of the build."
)


def report_of_version(
    store: Store,
    revision: str | None = None,
    *,
    bootstrap: int = DEFAULT_BOOTSTRAP,
    seed: int = DEFAULT_SEED,
    progress: Progress = SILENT,
) -> ReportData:
    """What a report on ``revision`` of ``store`` (the newest where None) shows; the scores are computed again.

    Raises:
        StoreError: no such version, or its files are damaged.
    """
    manifest = store.manifest(revision)
    rows = list(store.rows(revision))
    scored = [rows[place] for place in scored_rows(rows)]
    evaluation: Evaluation | None = None
    if scored:
        evaluation = evaluate(
            [row.mt or "" for row in scored],
            [row.en or "" for row in scored],
            articles=[row.article_id for row in scored],
            bootstrap=bootstrap,
            seed=seed,
            progress=progress,
        )
    return replace(
        data_of_version(manifest, rows, evaluation, title=manifest.metadata.get("title") or store.path.resolve().name),
        articles=_articles(rows),
        dropped=_dropped(manifest.metadata),
        notes=[manifest.message, NOTE] if manifest.message else [NOTE],
    )


def scored_rows(rows: Sequence[Row]) -> list[int]:
    """Positions of the rows that have both a translation and a reference."""
    return [place for place, row in enumerate(rows) if row.en is not None and row.mt is not None]


def data_of_version(
    manifest: Manifest, rows: Sequence[Row], evaluation: Evaluation | None, *, title: str
) -> ReportData:
    """The part of a report that manifest, rows and the evaluation of :func:`scored_rows` tell."""
    segments = [ReportSegment(row.id, row.article_id, row.ar, row.en, row.mt, None, tuple(row.flags)) for row in rows]
    flags = Counter(flag for row in rows for flag in row.flags)
    return ReportData(
        title=title,
        version=manifest.version,
        created=manifest.created,
        model=_model(manifest.metadata.get("model")),
        evaluation=evaluation,
        segments=segments_with_scores(segments, evaluation, scored_rows(rows)),
        flags=dict(sorted(flags.items(), key=lambda item: (-item[1], item[0]))),
        statistics=_statistics(manifest),
        command=manifest.command or "",
    )


def _articles(rows: Sequence[Row]) -> list[ReportArticle]:
    """Aligned articles, each row one bead again."""
    members: dict[str, list[Row]] = {}
    for row in rows:
        if row.alignment_type is not None:
            members.setdefault(row.article_id, []).append(row)
    articles = []
    for article, own in members.items():
        source: list[str] = []
        target: list[str] = []
        beads = []
        for row in sorted(own, key=lambda row: row.index):
            left, _, right = (row.alignment_type or "").partition("-")
            own_source = _sentences(row.ar, "ar", left)
            own_target = _sentences(row.en, "en", right) if row.en is not None else []
            beads.append(
                Bead(
                    tuple(range(len(source), len(source) + len(own_source))),
                    tuple(range(len(target), len(target) + len(own_target))),
                    row.alignment_score or 0.0,
                    row.confidence,
                )
            )
            source += own_source
            target += own_target
        articles.append(ReportArticle(article, source[0], source, target, beads))
    return articles


def _sentences(text: str, language: str, expected: str) -> list[str]:
    """The sentences that a row was joined from, where splitting it again gives as many as its bead had; else one."""
    if expected == "1":
        return [text]
    found = split_text(text, language)
    return found if str(len(found)) == expected else [text]


def _model(record: dict[str, Any] | None) -> dict[str, str]:
    if record is None:
        return {}
    labels = {
        "id": "model",
        "revision": "revision",
        "engine": "engine",
        "sha256": "weights (SHA-256)",
        "licence": "licence",
    }
    facts = {label: str(record[key]) for key, label in labels.items() if record.get(key)}
    return facts | {str(key): str(value) for key, value in (record.get("details") or {}).items()}


def _dropped(metadata: dict[str, Any]) -> list[DroppedGroup]:
    samples: dict[str, list[dict[str, Any]]] = metadata.get("drop_samples") or {}
    return [
        DroppedGroup(
            name,
            "",
            count,
            [
                DroppedSample(str(item.get("ar", "")), str(item.get("en") or ""), format_measure(item.get("score")))
                for item in samples.get(name, [])
            ],
        )
        for name, count in (metadata.get("drops") or {}).items()
        if count
    ]


def format_measure(score: Any) -> str:
    """What a filter measured, one number or several, to print."""
    if isinstance(score, list | tuple):
        return ", ".join(map(format_measure, score))
    return f"{score:.2f}" if isinstance(score, int | float) else str(score or "")


def _statistics(manifest: Manifest) -> dict[str, int | float | str]:
    figures: dict[str, int | float | str] = {"rows": manifest.rows}
    # What the store counted, then what only the build knew.
    for name, value in [*manifest.statistics.items(), *(manifest.metadata.get("statistics") or {}).items()]:
        label = str(name).replace("_", " ")
        if isinstance(value, dict):
            if value and all(isinstance(item, int | float | str) for item in value.values()):
                figures[label] = ", ".join(f"{key}: {item}" for key, item in value.items())
        elif isinstance(value, int | float | str):
            figures[label] = value
    return figures
