"""What must hold for any two documents."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muwazi.align import Aligner
from muwazi.align.encoder import load_encoder
from muwazi.corpus.types import Bead

sentences = st.lists(
    st.lists(st.integers(1, 25), min_size=0, max_size=6).map(lambda ids: " ".join(f"w{k}" for k in ids)), max_size=9
)
seeds = st.integers(0, 10_000)


def flat(beads: tuple[Bead, ...]) -> tuple[list[int], list[int]]:
    return [i for bead in beads for i in bead.source], [j for bead in beads for j in bead.target]


@pytest.fixture(scope="module")
def aligner(words: SimpleNamespace) -> Aligner:
    return Aligner(words.Encoder(), source_lang="xx", target_lang="xx")


@given(source=sentences, target=sentences)
@settings(max_examples=60, deadline=None)
def test_each_index_once_in_order_and_always_the_same(aligner: Aligner, source: list[str], target: list[str]) -> None:
    found = aligner.align(source, target)
    assert flat(found.beads) == (list(range(len(source))), list(range(len(target))))
    assert all(0 < len(b.source) + len(b.target) <= 10 for b in found.beads)
    assert all(b.confidence is not None and 0 <= b.confidence <= 1 for b in found.beads)
    assert aligner.align(source, target) == found
    swapped = aligner.align(target, source)
    assert [(b.target, b.source, b.score, b.flags) for b in swapped.beads] == [
        (b.source, b.target, b.score, b.flags) for b in found.beads
    ]
    assert (swapped.parallel, swapped.score) == (found.parallel, found.score)


@given(source=sentences.map(lambda texts: [text or "w1" for text in texts]))
@settings(max_examples=40, deadline=None)
def test_identical_text_aligns_one_to_one(aligner: Aligner, source: list[str]) -> None:
    assert [(b.source, b.target) for b in aligner.align(source, source).beads] == [
        ((k,), (k,)) for k in range(len(source))
    ]


@given(size=st.integers(4, 30), data=st.data())
@settings(max_examples=40, deadline=None)
def test_a_dropped_sentence_is_a_null_just_there(
    aligner: Aligner, words: SimpleNamespace, size: int, data: st.DataObject
) -> None:
    texts = [words.render(one, "w") for one in words.meanings(size, start=data.draw(seeds) + 1)]
    gone = data.draw(st.integers(0, size - 1))
    found = aligner.align(texts, texts[:gone] + texts[gone + 1 :])
    assert [b.source for b in found.beads if not b.target] == [(gone,)]
    assert all(len(b.source) == 1 for b in found.beads)


@given(cuts=st.lists(st.integers(1, 4), min_size=2, max_size=8), seed=seeds)
@settings(max_examples=30, deadline=None)
def test_joined_sentences_are_one_bead(aligner: Aligner, words: SimpleNamespace, cuts: list[int], seed: int) -> None:
    texts = [words.render(one, "w") for one in words.meanings(sum(cuts), start=seed + 1)]
    joined, expected, k = [], [], 0
    for number, cut in enumerate(cuts):
        joined.append(" ".join(texts[k : k + cut]))
        expected.append((tuple(range(k, k + cut)), (number,)))
        k += cut
    assert [(b.source, b.target) for b in aligner.align(texts, joined).beads] == expected


PROSE = [
    "هبت عاصفة رملية على المدينة فتوقفت الرحلات الجوية.",
    "وأمضى مئات المسافرين ليلتهم في المطار.",
    "وقال مدير المطار إن الحركة ستعود صباح الغد.",
    "وأغلقت المدارس أبوابها يومين.",
    "أما الصيادون فبقوا في بيوتهم.",
    "ولم تسجل أي إصابات، بحسب الدفاع المدني.",
]


@given(keep=st.lists(st.booleans(), min_size=6, max_size=6))
@settings(max_examples=6, deadline=None)
def test_with_the_real_encoder(keep: list[bool]) -> None:
    aligner = Aligner(_real(), source_lang="ar", target_lang="ar")
    kept = [k for k in range(6) if keep[k]]
    found = aligner.align(PROSE, [PROSE[k] for k in kept])
    assert flat(found.beads) == (list(range(6)), list(range(len(kept))))
    assert found == aligner.align(PROSE, [PROSE[k] for k in kept])
    if len(kept) == 6:
        assert all(b.source == b.target for b in found.beads)


def _real(held: list[object] = []) -> object:  # noqa: B006  loaded once, on first use
    if not held:
        held.append(load_encoder(threads=1))
    return held[0]
