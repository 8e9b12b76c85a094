"""Last step of a build: the HTML report of the version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from muwazi.corpus.errors import InputError, StoreError
from muwazi.corpus.filters import Filter, FilterResult
from muwazi.corpus.output import make_folder, write_text
from muwazi.corpus.store import Manifest, Row
from muwazi.eval.report import (
    DroppedGroup,
    DroppedSample,
    RemovedGroup,
    RemovedSample,
    ReportArticle,
    ReportData,
    render_report,
)
from muwazi.eval.report.stored import data_of_version, format_measure
from muwazi.pipeline.aligning import Aligned
from muwazi.pipeline.prepare import Prepared

if TYPE_CHECKING:
    from muwazi.eval import Evaluation

SAMPLES = 5


def report_data(
    manifest: Manifest,
    rows: Sequence[Row],
    documents: Sequence[Prepared],
    aligned: Mapping[str, Aligned],
    outcome: FilterResult,
    filters: Sequence[Filter],
    evaluation: Evaluation | None,
    notes: Sequence[str],
) -> ReportData:
    """What the report of a build shows."""
    return replace(
        data_of_version(manifest, rows, evaluation, title="Muwazi build"),
        articles=[
            ReportArticle(
                d.id,
                d.source[0] if d.source else d.id,
                d.source,
                d.reference or (),
                aligned[d.id].beads,
                notes=aligned[d.id].notes,
            )
            for d in documents
            if d.id in aligned
        ],
        dropped=_dropped(outcome, filters),
        removed=_removed(documents),
        notes=notes,
    )


def write_report(path: Path, data: ReportData) -> None:
    """Render ``data`` to ``path``, all of it or nothing.

    Raises:
        StoreError: the file cannot be written.
    """
    page = render_report(data)
    try:
        make_folder(path.parent)
        write_text(path, [page])
    except InputError as error:
        raise StoreError(
            f"the version is committed, but not its report: {error}; make it again with: muwazi build ... --report FILE"
        ) from error


def _dropped(outcome: FilterResult, filters: Sequence[Filter]) -> list[DroppedGroup]:
    descriptions = {each.name: each.description for each in filters}
    counts = outcome.counts()
    return [
        DroppedGroup(
            name,
            descriptions[name],
            counts[name],
            [DroppedSample(pair.ar, pair.en, format_measure(score)) for pair, score in samples],
        )
        for name, samples in outcome.samples(SAMPLES).items()
    ]


def _removed(documents: Sequence[Prepared]) -> list[RemovedGroup]:
    found: dict[str, list[RemovedSample]] = {}
    for document in documents:
        for language, reason, text in document.removed:
            found.setdefault(reason, []).append(RemovedSample(text, document.id, language))
    return [
        RemovedGroup(reason, len(samples), samples[:SAMPLES])
        for reason, samples in sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
