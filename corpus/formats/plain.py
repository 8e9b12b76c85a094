"""Line formats: TSV, JSONL, and the pair of files that Moses tools expect."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from muwazi.corpus.formats.segments import ExportReport, Segment, one_line
from muwazi.corpus.store.rows import Row

TSV_HEADER = "id\tarticle_id\tar\ten"


def tsv(items: Iterable[Segment], report: ExportReport) -> Iterator[str]:
    """A header and one line a segment: id, article id, Arabic, English."""
    yield TSV_HEADER + "\n"
    for item in items:
        cells = (item.row.id, item.row.article_id, item.source, item.target or "")
        yield "\t".join(one_line(cell, report) for cell in cells) + "\n"


def jsonl(rows: Iterable[Row], report: ExportReport) -> Iterator[str]:
    """One JSON object a row with every column; nothing is left out or changed."""
    for row in rows:
        report.written += 1
        # U+2028 and U+2029 are line breaks to some readers: written as escapes, which all of them understand.
        text = json.dumps(row.as_dict(), ensure_ascii=False)
        yield text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("\x85", "\\u0085") + "\n"


def moses(items: Iterable[Segment], report: ExportReport) -> Iterator[tuple[str, str]]:
    """Arabic line and English line of each segment."""
    for item in items:
        yield one_line(item.source, report) + "\n", one_line(item.target or "", report) + "\n"
