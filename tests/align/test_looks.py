"""The two looks: what is left open after the first, and that the costly signal reads nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from muwazi.align import Aligner
from muwazi.align.encoder import Encoder, SpanEncoder, Vectors, load_encoder
from muwazi.align.lattice import Lattice
from muwazi.align.near import competing
from muwazi.align.spans import Spans
from muwazi.corpus.progress import SILENT, Progress

ARABIC = [
    "افتتح الوزير صباح أمس المدرسة الجديدة في القرية.",
    "وقال إن عدد المقاعد يبلغ أربعمئة مقعد.",
    "شكر الأهالي المعلمين على صبرهم طوال سنوات البناء.",
    "تبدأ الدراسة في أيلول المقبل.",
]
ENGLISH = [
    "The minister opened the new school in the village yesterday morning.",
    "He said that it has four hundred seats.",
    "The residents thanked the teachers for their patience during the years of building.",
    "Classes begin next September.",
]


def lattice(*arcs: tuple[int, int, int, int]) -> Lattice:
    return Lattice(*(np.array([arc[k] for arc in arcs], dtype=np.int64) for k in range(4)))


ARCS = lattice((0, 0, 1, 1), (1, 1, 1, 1), (1, 1, 1, 2), (2, 2, 1, 0), (2, 2, 1, 1), (2, 3, 1, 0), (3, 3, 1, 1))


def test_arcs_on_no_way_are_left_out() -> None:
    kept = np.array([True, True, False, True, True, True, True])
    found, numbers = ARCS.only(kept, 4, 4)
    assert numbers.tolist() == [0, 1, 4, 6]  # (2, 2, 1, 0) leads nowhere, and nothing reaches (2, 3)
    assert found.rows.tolist() == [0, 1, 2, 3]


def test_an_arc_is_open_where_a_way_avoids_it() -> None:
    found, _ = ARCS.only(np.ones(7, dtype=bool), 4, 4)
    assert found.open.tolist() == [False, True, True, True, True, False]


def test_what_competes_is_near() -> None:
    found, _ = ARCS.only(np.ones(7, dtype=bool), 4, 4)
    near = competing(found, 4, 4)
    assert near.source.tolist() == [False, True, True, False]
    assert near.target.tolist() == [False, True, True, False]
    assert (near.grid.low[1], near.grid.high[1]) == (1, 2)
    assert (near.grid.low[3], near.grid.high[3]) == (3, 3)
    assert (np.diff(near.grid.low) >= 0).all()
    assert (np.diff(near.grid.high) >= 0).all()


def test_without_any_alternative_nothing_is_open() -> None:
    only = lattice((0, 0, 1, 1), (1, 1, 2, 1))
    assert not only.open.any()
    near = competing(only, 3, 2)
    assert not near.source.any()
    assert not near.target.any()


class Counting:
    """The built-in encoder, with a list of the texts that were embedded by themselves."""

    name = "counting"

    def __init__(self, inner: Encoder) -> None:
        assert isinstance(inner, SpanEncoder)
        self._inner = inner
        self.read: list[str] = []

    def embed(self, sentences: Sequence[str], *, progress: Progress = SILENT) -> Vectors:
        self.read += sentences
        return self._inner.embed(sentences, progress=progress)

    def spans(self, sentences: Sequence[str], *, progress: Progress = SILENT) -> Spans:
        return self._inner.spans(sentences, progress=progress)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder(threads=1)


def test_clauses_are_read_only_where_beads_compete(encoder: Encoder) -> None:
    cheap, whole = Counting(encoder), Counting(encoder)
    first = Aligner(cheap, without=["pieces"]).align(ARABIC * 3, ENGLISH * 3)
    second = Aligner(whole).align(ARABIC * 3, ENGLISH * 3)
    assert cheap.read == []
    words = sum(len(text.split()) for text in whole.read)
    assert words < sum(len(text.split()) for text in (ARABIC + ENGLISH) * 3)
    assert [(bead.source, bead.target) for bead in first.beads] == [(bead.source, bead.target) for bead in second.beads]
