"""Interchange formats that a dataset can be written in: TSV, JSONL, Moses, TMX 1.4b, XLIFF 1.2 and 2.1."""

from __future__ import annotations

from muwazi.corpus.formats.export import FORMATS, export
from muwazi.corpus.formats.segments import TARGETS, ExportReport, Segment, choose_target, segments

__all__ = ["FORMATS", "TARGETS", "ExportReport", "Segment", "choose_target", "export", "segments"]
