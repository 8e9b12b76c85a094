"""The HTML report of a version: one self-contained page.

Fill in a :class:`ReportData` and give it to :func:`render_report`.
"""

from __future__ import annotations

from muwazi.eval.report.data import (
    DroppedGroup,
    DroppedSample,
    RemovedGroup,
    RemovedSample,
    ReportArticle,
    ReportData,
    ReportSegment,
    segments_with_scores,
)
from muwazi.eval.report.render import render_report

__all__ = [
    "DroppedGroup",
    "DroppedSample",
    "RemovedGroup",
    "RemovedSample",
    "ReportArticle",
    "ReportData",
    "ReportSegment",
    "render_report",
    "segments_with_scores",
]
