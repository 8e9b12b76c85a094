"""The summary that ``muwazi build`` prints."""

from __future__ import annotations

from muwazi.pipeline.build import BuildOutcome


def render(outcome: BuildOutcome) -> str:
    """A few aligned lines of plain text: what came in, what became of it, scores, version, report."""
    counts = outcome.counts
    lines: list[tuple[str, str]] = [
        ("articles", f"{counts.articles:,} ({counts.with_reference:,} with an English reference)"),
        ("sentences", f"{counts.source_sentences:,} Arabic, {counts.reference_sentences:,} English"),
    ]
    if counts.beads:
        total = sum(counts.beads.values())
        lines.append(("beads", f"{total:,}: {_listing(counts.beads)}"))
    if outcome.removed:
        lines.append(("furniture", f"{sum(outcome.removed.values()):,} pieces removed: {_listing(outcome.removed)}"))
    if outcome.dropped:
        lines.append(("dropped", f"{sum(outcome.dropped.values()):,}: {_listing(outcome.dropped)}"))
    if outcome.flags:
        lines.append(("flags", _listing(outcome.flags)))
    for item in outcome.skipped:
        lines.append(("skipped", f"{item['id']}: {item['reason']}"))
    if outcome.model is not None:
        weights = f", weights {outcome.model['sha256'][:12]}" if outcome.model.get("sha256") else ""
        lines.append(("model", f"{outcome.model['id']} ({outcome.model['engine']}{weights})"))
    for score in outcome.scores:
        interval = "" if score["low"] is None else f" [{score['low']:.1f}, {score['high']:.1f}]"
        lines.append((score["name"], f"{score['value']:.1f}{interval}   {score['signature']}"))
    lines += [("note", note) for note in outcome.notes]
    if outcome.version is None:
        lines.append(("dry run", f"nothing was written to {outcome.store}"))
    else:
        splits = ", ".join(f"{name} {number:,}" for name, number in sorted(outcome.splits.items()))
        lines.append(("rows", f"{outcome.rows:,} ({splits})"))
        state = f"version {outcome.version} in {outcome.store}"
        lines.append(("committed", state) if outcome.new else ("unchanged", f"nothing new to commit; {state}"))
        lines.append(("report", str(outcome.report)))
    width = max(len(label) for label, _ in lines)
    return "".join(f"{label:<{width}}  {text}\n" for label, text in lines)


def _listing(counts: dict[str, int]) -> str:
    return ", ".join(
        f"{name} {number:,}" for name, number in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )
