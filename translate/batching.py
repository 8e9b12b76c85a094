"""Batches of like length, so that little of a batch is padding."""

from __future__ import annotations

from collections.abc import Sequence


def batches_by_tokens(lengths: Sequence[int], max_tokens: int) -> list[list[int]]:
    """Indices of ``lengths`` in batches of at most ``max_tokens`` pieces, padding included, longest first.

    Every index stands in exactly one batch; a sequence longer than ``max_tokens`` is a batch of its own. Longest first,
    so that a batch that needs too much memory shows at once and the last batches are the short ones, which keep all
    threads busy to the end. Equal lengths keep their order: the same input gives the same batches.
    """
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    batches: list[list[int]] = []
    for i in order:
        # The first of a batch is its longest.
        if batches and (len(batches[-1]) + 1) * lengths[batches[-1][0]] <= max_tokens:
            batches[-1].append(i)
        else:
            batches.append([i])
    return batches
