"""An alignment as a page: both texts side by side, a ribbon for each bead between them, coloured by confidence.

The page is one file without any reference to another, light or dark as the reader's system is, and works by mouse and
by keyboard. Right-to-left text stands in the right column.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from muwazi.align.views import direction, source_on_the_right
from muwazi.corpus.types import Bead

# Lower ends of the bands of confidence, from sure to most doubtful; names are the classes of the style sheet.
BANDS = (("b0", 0.95), ("b1", 0.8), ("b2", 0.6), ("b3", 0.4), ("b4", 0.0))
NULL_BAND = "bn"
_LABELS = {"b0": "0.95 and more", "b1": "0.80 to 0.95", "b2": "0.60 to 0.80", "b3": "0.40 to 0.60", "b4": "below 0.40"}


def render_picture(
    beads: Sequence[Bead],
    source: Sequence[str],
    target: Sequence[str],
    *,
    title: str,
    source_lang: str = "ar",
    target_lang: str = "en",
    notes: Sequence[str] = (),
) -> str:
    """Return the page as text.

    ``source`` and ``target`` are the sentences that the indices of ``beads`` mean; sentences in no bead are shown
    without a ribbon. Colours are by confidence, or by score where no bead has a confidence; the legend says which.

    Raises:
        InputError: an index that is no sentence of its side.
    """
    # Late: only who wants a picture pays for the template engine.
    from jinja2 import Environment, FileSystemLoader

    from muwazi import __version__
    from muwazi.align.beads_io import check_indices

    check_indices(beads, len(source), len(target))
    measure = "confidence" if any(bead.confidence is not None for bead in beads) else "score"
    bands = [_band(bead, measure) for bead in beads]
    columns = [
        _column("source", source, source_lang, beads, bands, target_lang),
        _column("target", target, target_lang, beads, bands, source_lang),
    ]
    if source_on_the_right(source_lang, target_lang):
        columns.reverse()
    counts = Counter(bands)
    legend = [{"name": name, "label": f"{measure} {_LABELS[name]}", "count": counts[name]} for name, _ in BANDS]
    legend.append({"name": NULL_BAND, "label": "no partner", "count": counts[NULL_BAND]})
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
    kinds = Counter(bead.kind for bead in beads).most_common()
    return environment.get_template("picture.html").render(
        title=title,
        version=__version__,
        source_lang=source_lang,
        target_lang=target_lang,
        source_count=len(source),
        target_count=len(target),
        bead_count=len(beads),
        kinds=", ".join(f"{kind} {count}" for kind, count in kinds) or "none",
        notes=notes,
        measure=measure,
        legend=legend,
        columns=columns,
        beads_json=_script_json([_data(i, bead, bands[i], len(beads)) for i, bead in enumerate(beads)]),
    )


def _band(bead: Bead, measure: str) -> str:
    if not bead.source or not bead.target:
        return NULL_BAND
    value = bead.score if measure == "score" else bead.confidence or 0.0
    return next((name for name, least in BANDS if value >= least), BANDS[-1][0])


def _column(
    side: str, sentences: Sequence[str], language: str, beads: Sequence[Bead], bands: Sequence[str], other: str
) -> dict[str, Any]:
    of: dict[int, int] = {}
    for number, bead in enumerate(beads):
        for index in bead.source if side == "source" else bead.target:
            of.setdefault(index, number)
    items = []
    for index, text in enumerate(sentences):
        own = of.get(index)
        linked = "in no bead"
        if own is not None:
            bead = beads[own]
            partners = bead.target if side == "source" else bead.source
            linked = f"{other} {_span(partners)}{_percent(bead)}" if partners else "no partner"
        items.append(
            {
                "index": index,
                "text": text if text.strip() else "(blank)",
                "bead": "" if own is None else own,
                "band": NULL_BAND if own is None else bands[own],
                "linked": linked,
            }
        )
    return {
        "side": side,
        "heading": f"{side.capitalize()} ({language})",
        "language": language,
        "direction": direction(language),
        "sentences": items,
    }


def _data(number: int, bead: Bead, band: str, count: int) -> dict[str, Any]:
    parts = [f"Bead {number + 1} of {count}", bead.kind]
    if bead.source and bead.target:
        if bead.confidence is not None:
            parts.append(f"confidence {bead.confidence:.2f}")
        parts.append(f"score {bead.score:.2f}")
        parts.append(f"source {_span(bead.source)}, target {_span(bead.target)}")
    else:
        side, indices = ("source", bead.source) if bead.source else ("target", bead.target)
        parts.append(f"{side} {_span(indices)} without a partner")
    parts += bead.flags
    return {"band": band, "label": " · ".join(parts), "doubtful": band in ("b2", "b3", "b4") or bool(bead.flags)}


def _span(indices: Sequence[int]) -> str:
    if len(indices) > 1 and list(indices) == list(range(indices[0], indices[-1] + 1)):
        return f"{indices[0]}–{indices[-1]}"
    return ", ".join(map(str, indices))


def _percent(bead: Bead) -> str:
    return "" if bead.confidence is None else f", confidence {bead.confidence:.2f}"


def _script_json(data: object) -> Any:
    """JSON that may stand inside a script element: nothing in it can end the element."""
    from markupsafe import Markup

    text = json.dumps(data, ensure_ascii=False)
    for character, escaped in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(character, escaped)
    return Markup(text)  # noqa: S704  # escaped just above
