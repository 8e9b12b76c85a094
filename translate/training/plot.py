"""The curve of a run as SVG, drawn here so that a bare machine needs no plotting library."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

_WIDTH, _HEIGHT = 760, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 56, 28, 40


def _ticks(low: float, high: float, count: int = 5) -> list[float]:
    step = (high - low) / count or 1.0
    return [low + step * i for i in range(count + 1)]


def _path(points: Sequence[tuple[float, float]], x: tuple[float, float], y: tuple[float, float]) -> str:
    def place(value: float, bounds: tuple[float, float], begin: float, end: float) -> float:
        return begin + (value - bounds[0]) / ((bounds[1] - bounds[0]) or 1.0) * (end - begin)

    return " ".join(
        f"{place(a, x, _LEFT, _WIDTH - _RIGHT):.1f},{place(b, y, _HEIGHT - _BOTTOM, _TOP):.1f}" for a, b in points
    )


def curve(log: Path) -> str:
    """SVG of the training loss (left axis, nats per piece) and dev BLEU (right axis) over the steps.

    Light and dark backgrounds both suit it: lines and letters take the colour of the text around them.
    """
    losses: list[tuple[float, float]] = []
    scores: list[tuple[float, float]] = []
    for line in log.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if "loss" in record:
            losses.append((record["step"], record["loss"]))
        elif "bleu" in record.get("dev", {}):
            scores.append((record["dev"]["step"], record["dev"]["bleu"]))
    steps = [p[0] for p in losses + scores] or [0.0]
    x = (0.0, max(max(steps), 1.0))
    y_loss = (min((p[1] for p in losses), default=0.0) * 0.95, max((p[1] for p in losses), default=1.0))
    y_bleu = (0.0, max(max((p[1] for p in scores), default=0.0) * 1.1, 1.0))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        f'font-size="11" role="img" aria-label="{escape("Training loss and dev BLEU by step")}">',
        "<style>svg{color:#222;background:#fff}@media(prefers-color-scheme:dark){svg{color:#ddd;background:#181818}}"
        "</style>",
        f'<rect x="{_LEFT}" y="{_TOP}" width="{_WIDTH - _LEFT - _RIGHT}" height="{_HEIGHT - _TOP - _BOTTOM}" '
        'fill="none" stroke="currentColor" opacity=".4"/>',
    ]
    for value in _ticks(*x):
        place = _path([(value, y_loss[0])], x, y_loss).split(",")[0]
        below = _HEIGHT - _BOTTOM + 16
        parts.append(f'<text x="{place}" y="{below}" text-anchor="middle" fill="currentColor">{value:.0f}</text>')
    for value in _ticks(*y_loss):
        place = _path([(0, value)], x, y_loss).split(",")[1]
        parts.append(f'<text x="{_LEFT - 6}" y="{place}" text-anchor="end" fill="#3572b0">{value:.2f}</text>')
    for value in _ticks(*y_bleu):
        place = _path([(0, value)], x, y_bleu).split(",")[1]
        parts.append(f'<text x="{_WIDTH - _RIGHT + 6}" y="{place}" fill="#c2571a">{value:.1f}</text>')
    if losses:
        parts.append(f'<polyline points="{_path(losses, x, y_loss)}" fill="none" stroke="#3572b0" stroke-width="1.5"/>')
    if scores:
        parts.append(f'<polyline points="{_path(scores, x, y_bleu)}" fill="none" stroke="#c2571a" stroke-width="2"/>')
        for point in scores:
            a, b = _path([point], x, y_bleu).split(",")
            parts.append(f'<circle cx="{a}" cy="{b}" r="3" fill="#c2571a"><title>{point[1]:.2f}</title></circle>')
    parts += [
        f'<text x="{_LEFT}" y="16" fill="#3572b0">training loss, nats per piece</text>',
        f'<text x="{_WIDTH - _RIGHT}" y="16" text-anchor="end" fill="#c2571a">dev BLEU</text>',
        f'<text x="{_WIDTH / 2}" y="{_HEIGHT - 8}" text-anchor="middle" fill="currentColor">steps</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"
