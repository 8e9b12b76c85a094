"""From :class:`~muwazi.eval.report.data.ReportData` to one HTML page that needs nothing else.

Everything that comes from the corpus passes through jinja2's autoescape; only the page's own style sheet and script are
inserted as they are, and the page's content security policy allows just these two (by their hashes) and no connection.
"""

from __future__ import annotations

import base64
import hashlib
import heapq
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from muwazi.eval.report import plots
from muwazi.eval.report.data import ReportArticle, ReportData, ReportSegment
from muwazi.eval.report.differences import Word, compare_words
from muwazi.eval.report.picture import Picture, draw
from muwazi.eval.types import Evaluation

TEMPLATES = Path(__file__).parent / "templates"

# Limits that keep the page small for any corpus; the page says what it leaves out.
MAX_EXTREMES = 10
MAX_PICTURES = 40
MAX_BEADS = 200
MAX_ARTICLE_ROWS = 300
MAX_SAMPLES = 20
MAX_FLAG_ROWS = 100
MAX_TEXT = 1200
"""Characters of one text; a longer one is cut with a mark, and its full text stands in the dataset."""

RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "ps", "sd", "ug", "ur", "yi"})
LANGUAGES = {"ar": "Arabic", "en": "English"}


@dataclass(frozen=True, slots=True)
class Example:
    """One of the best or worst sentences."""

    segment: ReportSegment
    mt: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class DrawnArticle:
    """An article with the picture of its alignment."""

    article: ReportArticle
    picture: Picture


def render_report(data: ReportData) -> str:
    """The report as one HTML page, UTF-8, without external resources. The same data gives the same page.

    Its size is bounded: of large corpora it shows a part of the articles, samples and sentences, and says how much it
    leaves out; plots of many sentences are aggregated.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": _number,
        "language_attributes": _language_attributes,
        "language_name": lambda code: LANGUAGES.get(code, code),
        "shorten": _shorten,
    }
    style = (TEMPLATES / "report.css").read_text("utf-8")
    script = (TEMPLATES / "report.js").read_text("utf-8")
    page: str = environment.get_template("report.html").render(
        data=data,
        style=Markup(style),  # noqa: S704 - the page's own file
        script=Markup(script),  # noqa: S704 - the page's own file
        style_hash=_hash(style),
        script_hash=_hash(script),
        plot=plots,
        # A report on plain files has no build behind it of which to say that nothing was dropped.
        of_version=bool(data.version),
        limits={"beads": MAX_BEADS, "samples": MAX_SAMPLES, "articles": MAX_ARTICLE_ROWS, "flags": MAX_FLAG_ROWS},
        **_scores(data),
        **_alignment(data),
    )
    # The macros before the page's first line leave blank lines behind; a browser wants the doctype first.
    return page.lstrip()


def _scores(data: ReportData) -> dict[str, Any]:
    """Plots and examples, as far as there are sentence scores."""
    scored = [segment for segment in data.segments if segment.scores is not None]
    labels = _labels(data.evaluation)
    histograms = []
    for name, (label, _) in labels.items():
        values = [segment.scores[name] for segment in scored if segment.scores and name in segment.scores]
        if (drawn := plots.histogram(label, values)) is not None:
            histograms.append(drawn)
    lead = "chrf" if "chrf" in labels else next(iter(labels), None)
    positions = None
    best: list[ReportSegment] = []
    worst: list[ReportSegment] = []
    if lead is not None:
        with_lead = [(segment.scores[lead], segment) for segment in scored if segment.scores and lead in segment.scores]
        positions = plots.positions(
            labels[lead][0],
            [value for value, _ in with_lead],
            [segment.id for _, segment in with_lead],
            [segment.article_id for _, segment in with_lead],
        )
        # No sentence in both lists: with few sentences, the middle one counts among the best.
        take_worst = min(MAX_EXTREMES, len(with_lead) // 2)
        take_best = min(MAX_EXTREMES, len(with_lead) - take_worst)
        sign = -1 if labels[lead][1] else 1
        values = [value for value, _ in with_lead]

        def rank(place: int) -> tuple[float, int]:
            return sign * values[place], place

        # Both ends of one order, so that ties cannot put a sentence into both lists.
        best = [with_lead[place][1] for place in heapq.nsmallest(take_best, range(len(values)), key=rank)]
        worst = [with_lead[place][1] for place in heapq.nlargest(take_worst, range(len(values)), key=rank)]
    return {
        "histograms": histograms,
        "positions": positions,
        "lead_label": labels[lead][0] if lead is not None else "",
        "labels": {name: label for name, (label, _) in labels.items()},
        "best": [_example(segment) for segment in best],
        "worst": [_example(segment) for segment in worst],
        "scored": len(scored),
        "without_reference": sum(segment.reference is None for segment in data.segments),
        "article_medians": _article_medians(scored, lead),
    }


def _alignment(data: ReportData) -> dict[str, Any]:
    with_beads = [article for article in data.articles if article.beads]
    kinds = Counter(bead.kind for article in with_beads for bead in article.beads)
    drawn = [DrawnArticle(article, draw(article, max_beads=MAX_BEADS)) for article in with_beads[:MAX_PICTURES]]
    return {
        "drawn": drawn,
        "articles_left_out": len(with_beads) - len(drawn),
        "unaligned": [article for article in data.articles if not article.beads and article.notes][:MAX_ARTICLE_ROWS],
        # Common kinds first, then in the order of their names: the same page each time.
        "kinds": sorted(kinds.items(), key=lambda item: (-item[1], item[0])),
    }


def _labels(evaluation: Evaluation | None) -> dict[str, tuple[str, bool]]:
    """Metric name to its label and whether more is better."""
    if evaluation is None:
        return {}
    return {score.metric: (score.label, score.higher_is_better) for score in evaluation.corpus}


def _article_medians(scored: Sequence[ReportSegment], lead: str | None) -> dict[str, float]:
    values: dict[str, list[float]] = {}
    for segment in scored:
        if lead is not None and segment.scores is not None and lead in segment.scores:
            values.setdefault(segment.article_id, []).append(segment.scores[lead])
    return {article: statistics.median(found) for article, found in values.items()}


def _example(segment: ReportSegment) -> Example:
    return Example(segment, compare_words(_shorten(segment.mt or ""), segment.reference or ""))


def _number(value: float | str) -> str:
    """Figures for people: thousands separated, fractions with one digit."""
    if isinstance(value, str):
        return value
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def _shorten(text: str) -> str:
    if len(text) <= MAX_TEXT:
        return text
    return f"{text[:MAX_TEXT]} […{len(text) - MAX_TEXT:,} more characters]"


def _language_attributes(language: str) -> Markup:
    """``lang`` and ``dir`` for an element that holds text in ``language``."""
    direction = "rtl" if language.split("-")[0] in RIGHT_TO_LEFT else "ltr"
    return Markup('lang="{}" dir="{}"').format(language, direction)


def _hash(text: str) -> str:
    """What a content security policy wants to see for an inline style or script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
