"""Rows of a dataset as pairs of source and target, for the formats that know only pairs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from muwazi.corpus.store.rows import Row

TARGETS = ("best", "reference", "mt", "post-edit")
"""Which column is the target. ``best``: the post-edited text, else the reference, else the machine translation."""

_COLUMN = {"reference": "en", "mt": "mt", "post-edit": "post_edit"}
_ORDER = {"best": ("post-edit", "reference", "mt"), **{name: (name,) for name in _COLUMN}}
# What XML 1.0 cannot hold (section 2.2), not even as a character reference.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_BREAKS = re.compile("[\t\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Segment:
    """One row as source and target."""

    row: Row
    source: str
    target: str | None
    origin: str | None
    """``post-edit``, ``reference`` or ``mt``; None without a target."""


@dataclass
class ExportReport:
    """What an export wrote and what it could not."""

    written: int = 0
    """Segments in the file."""
    skipped: Counter[str] = field(default_factory=Counter)
    """Rows left out, by reason: ``no target``, ``no source``."""
    changed: Counter[str] = field(default_factory=Counter)
    """Characters that the format cannot hold, by what was done with them: ``removed``, ``made a space``."""
    files: list[str] = field(default_factory=list)

    def notes(self) -> list[str]:
        """One line for each thing a person should know."""
        lines = [f"{count:,} rows left out: {reason}" for reason, count in self.skipped.items() if count]
        return lines + [
            f"{count:,} places {what}: the format cannot hold them" for what, count in self.changed.items() if count
        ]


def segments(rows: Iterable[Row], target: str, *, need_target: bool, report: ExportReport) -> Iterator[Segment]:
    """The rows as segments.

    Args:
        rows: of a version.
        target: one of :data:`TARGETS`.
        need_target: leave rows without a target out, and count them.
        report: where what is left out is counted.
    """
    for row in rows:
        if not row.ar.strip():
            report.skipped["no source"] += 1
            continue
        text, origin = choose_target(row, target)
        if text is None and need_target:
            report.skipped["no target"] += 1
            continue
        report.written += 1
        yield Segment(row, row.ar, text, origin)


def choose_target(row: Row, target: str) -> tuple[str | None, str | None]:
    """The text that ``target`` names in this row and where it came from; (None, None) where there is none."""
    for origin in _ORDER[target]:
        text: str | None = getattr(row, _COLUMN[origin])
        if text is not None and text.strip():
            return text, origin
    return None, None


def one_line(text: str, report: ExportReport) -> str:
    """``text`` for a format of one segment a line: tabs and line breaks become one space, counted."""
    line, count = _BREAKS.subn(" ", text)
    if count:
        report.changed["made a space"] += count
    return line


def xml_text(text: str, report: ExportReport) -> str:
    """``text`` escaped as the content of an XML element; characters that XML cannot hold go, counted."""
    legal, count = _ILLEGAL.subn("", text)
    if count:
        report.changed["removed"] += count
    # A bare carriage return would come back as a line feed (XML 1.0, section 2.11).
    return legal.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def xml_attribute(text: str, report: ExportReport) -> str:
    """``text`` escaped and quoted as the value of an XML attribute."""
    escaped = xml_text(text, report).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")
    return f'"{escaped}"'
