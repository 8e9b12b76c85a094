"""Runs of encoders that cannot read a document once."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from muwazi.align.spans import MeanSpans, make_spans


def test_runs_are_weighted_means_until_the_true_ones_are_asked_for(words: SimpleNamespace) -> None:
    encoder = words.Encoder()
    document = ["s1 s2 s3", "s4", "s5 s6 s7 s8"]
    spans = make_spans(encoder, document)
    assert isinstance(spans, MeanSpans)
    single = encoder.embed(document)
    expected = 7 * 0 + single[0] * 8 + single[1] * 2
    found = spans.embed_runs(0, 3, 2)
    assert found.shape == (2, 64)
    assert np.allclose(found[0], expected / np.linalg.norm(expected), atol=1e-6)
    before = encoder.calls
    spans.replace([(0, 2), (0, 1), (0, 2)])
    assert encoder.calls == before + 1
    assert np.allclose(spans.embed_runs(0, 3, 2)[0], encoder.embed(["s1 s2 s3 s4"])[0])
    assert np.allclose(spans.embed_runs(0, 3, 2)[1], found[1])


def test_parts(words: SimpleNamespace) -> None:
    spans = MeanSpans(words.Encoder(), [f"s{k} s{k + 50}" for k in range(20)])
    part = spans.part(5, 12)
    assert part.size == 7
    assert np.allclose(part.embed_runs(1, 3, 3), spans.embed_runs(6, 8, 3))
    assert part.embed_runs(6, 9, 2).shape == (0, 64)
