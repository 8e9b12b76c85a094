"""Alignment scores: figures worked out by hand, and those of Vecalign's scorer on the same beads."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muwazi.corpus.types import Bead
from muwazi.eval.alignment import beyond, oddities, score_document, score_documents


def beads(*pairs: tuple[str, str]) -> list[Bead]:
    return [Bead(tuple(map(int, s.split())), tuple(map(int, t.split()))) for s, t in pairs]


GOLD = beads(("0", "0"), ("1", "1 2"), ("2 3", "3"), ("4", ""), ("", "4"), ("5", "5"))


# Precision and recall, strict and lax, worked out by hand.
@pytest.mark.parametrize(
    ("hypothesis", "strict", "lax"),
    [
        pytest.param(GOLD, (6 / 6, 4 / 4), (6 / 6, 4 / 4), id="the gold itself"),
        # Right: 0-0, 5-5, 4-null, null-4. 1-1 and 2-3 touch a gold bead; null-2 and 3-null are in no way right.
        pytest.param(
            beads(("0", "0"), ("1", "1"), ("", "2"), ("2", "3"), ("3", ""), ("4", ""), ("", "4"), ("5", "5")),
            (4 / 8, 2 / 4),
            (6 / 8, 4 / 4),
            id="merges missed",
        ),
        # One merge too many: touches two gold beads, is none of them.
        pytest.param(
            beads(("0 1", "0 1 2"), ("2 3", "3"), ("4", "4"), ("5", "5")), (2 / 4, 2 / 4), (3 / 4, 4 / 4), id="merged"
        ),
        # Shares a source with one gold bead and a target with another: no overlap on both sides of one bead.
        pytest.param(beads(("0", "5"), ("5", "0")), (0, 0), (0, 0), id="crossed"),
        pytest.param(beads(("4", ""), ("", "4")), (2 / 2, 0), (2 / 2, 0), id="nulls only"),
        pytest.param([*GOLD, *GOLD], (6 / 6, 4 / 4), (6 / 6, 4 / 4), id="twice is once"),
        pytest.param([*GOLD, Bead((), ())], (6 / 6, 4 / 4), (6 / 6, 4 / 4), id="empty on both sides"),
        pytest.param([], (0, 0), (0, 0), id="nothing"),
    ],
)
def test_by_hand(hypothesis: list[Bead], strict: tuple[float, float], lax: tuple[float, float]) -> None:
    total = score_document(GOLD, hypothesis).total
    for part, (precision, recall) in ((total.strict, strict), (total.lax, lax)):
        assert part.precision == pytest.approx(precision)
        assert part.recall == pytest.approx(recall)
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0
        assert part.f1 == pytest.approx(f1)


def test_by_kind() -> None:
    kinds = score_document(GOLD, beads(("0", "0"), ("1", "1"), ("", "2"), ("2 3", "3"), ("4", ""))).by_kind
    table = {
        kind: (s.strict.correct_predicted, s.strict.predicted, s.strict.correct_gold, s.strict.gold)
        for kind, s in kinds.items()
    }
    assert table == {
        "0-1": (0, 1, 0, 1),
        "1-0": (1, 1, 1, 1),
        "1-1": (1, 2, 1, 2),
        "1-2": (0, 0, 0, 1),
        "2-1": (1, 1, 1, 1),
    }
    assert kinds["1-2"].lax.recall == 1.0


def test_documents_are_summed_before_dividing() -> None:
    good = score_document(beads(("0", "0")), beads(("0", "0")), name="a")
    bad = score_document(beads(("0", "0"), ("1", "1"), ("2", "2")), beads(("0", "1")), name="b")
    scores = score_documents([good, bad])
    assert scores.total.strict.precision == 1 / 2
    assert scores.total.strict.recall == 1 / 4
    assert list(scores.by_kind) == ["1-1"]
    assert "docs:2" in scores.signature


INDICES = st.lists(st.integers(0, 5), max_size=3).map(lambda drawn: tuple(sorted(set(drawn))))
DOCUMENT = st.lists(st.builds(Bead, INDICES, INDICES), max_size=7)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(DOCUMENT, DOCUMENT), min_size=1, max_size=3))
def test_equal_to_vecaligns_scorer(documents: list[tuple[list[Bead], list[Bead]]]) -> None:
    """sentweave 0.3 carries Vecalign's ``score.py`` unchanged but for its imports."""
    score = pytest.importorskip("sentweave.score")
    ours = score_documents(score_document(gold, hypothesis) for gold, hypothesis in documents).total
    sides = [[[(b.source, b.target) for b in document[side]] for document in documents] for side in (0, 1)]
    theirs = score.score_multiple(*sides)
    for name, part in (("strict", ours.strict), ("lax", ours.lax)):
        assert part.precision == pytest.approx(theirs[f"precision_{name}"], abs=1e-12)
        assert part.recall == pytest.approx(theirs[f"recall_{name}"], abs=1e-12)
        assert part.f1 == pytest.approx(theirs[f"f1_{name}"], abs=1e-12)


@pytest.mark.parametrize(
    ("listed", "found"),
    [
        (GOLD, ()),
        (beads(("0", "0"), ("1", "")), ()),
        (beads(("", ""), ("0", "0")), ("bead 1: both sides are empty",)),
        (beads(("1", "0"), ("0", "1")), ("bead 2: source [0] comes after source 1, out of order",)),
        (beads(("0", "0"), ("0", "1")), ("bead 2: source 0 already stands in an earlier bead",)),
        (beads(("0", "0"), ("2", "1")), ("source 1 stands in no bead",)),
        (beads(("0", "0"), ("1", "4")), ("target 1-3 stand in no bead",)),
        (beads(("1 0", "0")), ("bead 1: source indices [1, 0] are not in order",)),
        (beads(("0 2", "0"), ("1", "1")), ("bead 1: source indices [0, 2] are not adjacent", "bead 2: source [1]")),
    ],
)
def test_odd_files_are_described(listed: list[Bead], found: tuple[str, ...]) -> None:
    notes = oddities(listed)
    assert len(notes) == len(found)
    for note, start in zip(notes, found, strict=True):
        assert note.startswith(start)


def test_line_numbers_are_named_and_have_to_be_as_many() -> None:
    assert oddities(beads(("1", "0"), ("0", "1")), [3, 7])[0].startswith("line 7:")
    with pytest.raises(ValueError, match="2 beads but 1 line"):
        oddities(beads(("0", "0"), ("1", "1")), [1])


def test_indices_beyond_the_gold() -> None:
    assert beyond(GOLD, GOLD) is None
    assert beyond(GOLD, beads(("0", "0"), ("1", "6"))) == (1, "target", 6, 5)
    assert beyond(beads(("0", "")), beads(("0", "0"))) == (0, "target", 0, -1)


def test_the_odd_gold_file_of_text_and_berg() -> None:
    from muwazi.align.beads_io import parse_beads

    shared = Path(os.environ.get("MUWAZI_SHARED", Path(__file__).parents[2] / ".." / "shared"))
    path = shared / "gold" / "textberg-dev" / "dev.gold"
    if not path.exists():
        pytest.skip("needs the gold alignments beside the checkout (MUWAZI_SHARED)")
    gold = parse_beads(path)
    assert len(gold.beads) == 422
    notes = oddities(gold.beads, gold.lines)
    assert sum("out of order" in note for note in notes) == 3
    assert notes[-1] == "target 94, 371 stand in no bead"
    total = score_document(gold.beads, gold.beads).total
    assert total.strict.f1 == total.lax.f1 == 1.0


def test_figures_of_vecaligns_scorer_on_the_example_articles() -> None:
    """Sentence i with sentence i, on all examples; the figures come from ``score.py`` in sentweave 0.3.3."""
    from muwazi.align.beads_io import parse_beads

    documents = []
    for path in sorted((Path(__file__).parents[2] / "examples" / "gold").glob("*.gold")):
        n, m = (len(path.with_suffix(side).read_text("utf-8").split("\n")) - 1 for side in (".ar", ".en"))
        diagonal = [Bead((i,) if i < n else (), (i,) if i < m else ()) for i in range(max(n, m))]
        documents.append(score_document(parse_beads(path).beads, diagonal, name=path.stem))
    total = score_documents(documents).total
    assert len(documents) == 15
    figures = [getattr(part, name) for part in (total.strict, total.lax) for name in ("precision", "recall", "f1")]
    assert figures == pytest.approx([0.204819, 0.246334, 0.223667, 0.339759, 0.410557, 0.371818], abs=1e-6)
