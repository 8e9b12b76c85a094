"""Batches by tokens."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from muwazi.translate.batching import batches_by_tokens


@settings(max_examples=80)
@given(st.lists(st.integers(1, 300), max_size=100), st.integers(1, 1000))
def test_every_index_once_and_every_batch_within_its_budget(lengths, budget):
    batches = batches_by_tokens(lengths, budget)
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[i] for i in batch) <= budget
        assert lengths[batch[0]] == max(lengths[i] for i in batch)


def test_equal_lengths_keep_their_order():
    assert batches_by_tokens([3, 5, 3, 3], 9) == [[1], [0, 2, 3]]
