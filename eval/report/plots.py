"""Geometry of the plots: numbers in, coordinates out. The template draws them, so that text is escaped in one place.

Every plot stays small however large the corpus is: a histogram has a fixed number of bins, and the scatter of sentence
scores turns into a median line with its quartile band where dots would lie on top of each other.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 540.0, 250.0
LEFT, RIGHT, TOP, BOTTOM = 72.0, 14.0, 26.0, 46.0
# Room for a dot between the frame and the first sentence.
MARGIN = 6.0
BINS = 20
# More dots than this overlap on a plot 454 units wide.
MAX_DOTS = 1500
# Groups of neighbouring sentences in the aggregated plot.
GROUPS = 120
# Boundaries closer together than this are no help to the eye.
MAX_BOUNDARIES = 60


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bin of a histogram."""

    x: float
    y: float
    width: float
    height: float
    title: str


@dataclass(frozen=True, slots=True)
class Dot:
    """One sentence."""

    x: float
    y: float
    title: str


@dataclass(frozen=True, slots=True)
class Histogram:
    """Distribution of sentence scores of one metric."""

    label: str
    summary: str
    """The plot in words, for those who do not see it."""
    bars: tuple[Bar, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    median: Tick


@dataclass(frozen=True, slots=True)
class Positions:
    """Sentence scores along the corpus: dots, or a median line and a quartile band."""

    label: str
    summary: str
    dots: tuple[Dot, ...]
    line: str
    """SVG path of the median; empty where dots are drawn."""
    band: str
    """SVG path of the band between the quartiles; empty where dots are drawn."""
    boundaries: tuple[Tick, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    grouped: int
    """Sentences in a group; 0 where dots are drawn."""


def histogram(label: str, values: Sequence[float], *, upper: float = 100.0) -> Histogram | None:
    """Bins of width ``upper / 20``; values above ``upper`` (TER has them) are in the last bin. None without values."""
    if not values:
        return None
    counts = [0] * BINS
    for value in values:
        counts[min(int(value / upper * BINS), BINS - 1)] += 1
    # A perfect sentence has a BLEU of 100.00000000000004.
    beyond = sum(value > upper + 1e-6 for value in values)
    highest = nice_ceiling(max(counts))
    step = _plot_width() / BINS
    width_of_bin = upper / BINS
    bars = tuple(
        Bar(
            x=round(LEFT + position * step + 1, 2),
            y=round(_y(count, highest), 2),
            width=round(step - 2, 2),
            height=round(_y(0, highest) - _y(count, highest), 2),
            title=_bin_title(label, position, width_of_bin, count, beyond if position == BINS - 1 else 0),
        )
        for position, count in enumerate(counts)
        if count
    )
    middle = statistics.median(values)
    ticks = tuple(Tick(round(LEFT + _plot_width() * part / 5, 2), f"{upper * part / 5:.0f}") for part in range(5))
    ticks += (Tick(WIDTH - RIGHT, f"{upper:.0f}+" if beyond else f"{upper:.0f}"),)
    summary = (
        f"{label} of {len(values):,} {'sentence' if len(values) == 1 else 'sentences'}: median {middle:.1f}, "
        f"lowest {min(values):.1f}, highest {max(values):.1f}."
    )
    return Histogram(
        label=label,
        summary=summary,
        bars=bars,
        x_ticks=ticks,
        y_ticks=_y_ticks(highest),
        median=Tick(round(LEFT + _plot_width() * min(middle / upper, 1.0), 2), f"median {middle:.1f}"),
    )


def positions(label: str, values: Sequence[float], names: Sequence[str], articles: Sequence[str]) -> Positions | None:
    """Scores in corpus order, all sequences of the same length; None without values.

    Args:
        label: of the metric (values from 0 to 100).
        values: one for each sentence.
        names: what a dot's tooltip calls its sentence.
        articles: article id of each sentence; a change of it is drawn as a line where there are not too many.
    """
    if not values:
        return None
    last = max(len(values) - 1, 1)

    def x(position: float) -> float:
        # A single sentence stands in the middle; the first and the last keep off the frame.
        return round(LEFT + MARGIN + (_plot_width() - 2 * MARGIN) * (position / last if len(values) > 1 else 0.5), 2)

    starts = [position for position in range(1, len(values)) if articles[position] != articles[position - 1]]
    if len(starts) >= MAX_BOUNDARIES:
        starts = []
    boundaries = tuple(Tick(x(position - 0.5), articles[position]) for position in starts)
    dots: tuple[Dot, ...] = ()
    line = band = ""
    grouped = 0
    if len(values) <= MAX_DOTS:
        dots = tuple(
            Dot(x(position), round(_y(value, 100.0), 2), f"{name}: {label} {value:.1f}")
            for position, (value, name) in enumerate(zip(values, names, strict=True))
        )
    else:
        grouped = math.ceil(len(values) / GROUPS)
        line, band = _median_and_band(values, grouped, x)
    return Positions(
        label=label,
        summary=f"{label} of {len(values):,} sentences in corpus order, median {statistics.median(values):.1f}.",
        dots=dots,
        line=line,
        band=band,
        boundaries=boundaries,
        x_ticks=tuple(Tick(x(at), f"{at + 1:,}") for at in _spread(len(values))),
        y_ticks=_y_ticks(100.0),
        grouped=grouped,
    )


def nice_ceiling(value: float) -> float:
    """The next of 4, 8, 12, 20 x 10^k at or above ``value``, so that its quarters are whole."""
    quarter = max(value / 4, 1.0)
    magnitude = 10.0 ** math.floor(math.log10(quarter))
    return 4 * next(factor * magnitude for factor in (1, 2, 3, 5, 10) if factor * magnitude >= quarter)


def _median_and_band(values: Sequence[float], size: int, x: Callable[[float], float]) -> tuple[str, str]:
    middle: list[str] = []
    low: list[str] = []
    high: list[str] = []
    for start in range(0, len(values), size):
        group = values[start : start + size]
        at = x(start + (len(group) - 1) / 2)
        quarters = statistics.quantiles(group, n=4, method="inclusive") if len(group) > 1 else [group[0]] * 3
        for points, value in zip((low, middle, high), quarters, strict=True):
            points.append(f"{at},{_y(value, 100.0):.2f}")
    return "M" + "L".join(middle), "M" + "L".join(low + high[::-1]) + "Z"


def _plot_width() -> float:
    return WIDTH - LEFT - RIGHT


def _y(value: float, highest: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * min(max(value, 0.0), highest) / highest


def _y_ticks(highest: float) -> tuple[Tick, ...]:
    return tuple(Tick(round(_y(highest * part / 4, highest), 2), f"{highest * part / 4:,.0f}") for part in range(5))


def _spread(count: int) -> list[int]:
    """Up to six positions from the first to the last."""
    if count == 1:
        return [0]
    parts = min(count - 1, 5)
    return sorted({round((count - 1) * part / parts) for part in range(parts + 1)})


def _bin_title(label: str, position: int, width: float, count: int, beyond: int) -> str:
    low, high = position * width, (position + 1) * width
    over = f", {beyond:,} of them above {high:.0f}" if beyond else ""
    return f"{label} {low:.0f} to {high:.0f}: {count:,} {'sentence' if count == 1 else 'sentences'}{over}"
