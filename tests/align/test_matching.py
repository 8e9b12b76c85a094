"""Matching documents: a small world of made-up sentence vectors, and the real encoder on real documents."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muwazi.align.matching import Matching, SentenceEncoder, chain_score, match_documents
from muwazi.corpus.errors import InputError


class Meanings:
    """An encoder for sentences ``LANG:NUMBER``: a random vector for each number, nearly the same in both languages."""

    def embed(self, sentences: Sequence[str], /) -> np.ndarray:
        rows = []
        for sentence in sentences:
            language, number = sentence.strip().split(":")
            meaning = np.random.default_rng(int(number)).normal(size=64)
            noise = np.random.default_rng(int(number) * 7 + len(language)).normal(size=64)
            rows.append(meaning + 0.3 * noise)
        matrix = np.array(rows, dtype=np.float32).reshape(len(sentences), 64)
        return matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-9)


class Remembering:
    """Embeds every sentence once."""

    def __init__(self, encoder: SentenceEncoder) -> None:
        self._encoder = encoder
        self._known: dict[str, np.ndarray] = {}

    def embed(self, sentences: Sequence[str], /) -> np.ndarray:
        new = [sentence for sentence in dict.fromkeys(sentences) if sentence not in self._known]
        if new:
            self._known.update(zip(new, self._encoder.embed(new), strict=True))
        return np.array([self._known[sentence] for sentence in sentences])


def document(language: str, start: int, length: int = 8) -> list[str]:
    return [f"{language}:{n}" for n in range(start, start + length)]


def pairs(matching: Matching) -> list[tuple[int, int]]:
    return [(match.source, match.target) for match in matching.matches]


def test_shuffled_documents_find_each_other() -> None:
    order = random.Random(3).sample(range(12), 12)
    source = [document("ar", 100 * i) for i in range(12)]
    target = [document("en", 100 * i) for i in order]
    matching = match_documents(source, target, Meanings())
    assert pairs(matching) == [(i, order.index(i)) for i in range(12)]
    assert not matching.unmatched_source
    assert not matching.unmatched_target
    assert all(match.score > 0.22 and match.margin > 1 and match.similarity > 0.5 for match in matching.matches)


def test_documents_without_a_partner_are_reported_with_the_nearest() -> None:
    source = [document("ar", 0), document("ar", 100), document("ar", 200)]
    target = [document("en", 200), document("en", 900), document("en", 0)]
    matching = match_documents(source, target, Meanings())
    assert pairs(matching) == [(0, 2), (2, 0)]
    assert [item.index for item in matching.unmatched_source] == [1]
    assert [item.index for item in matching.unmatched_target] == [1]
    nearest = matching.unmatched_source[0]
    assert nearest.best is not None
    assert nearest.score < 0.22


def test_an_abridged_translation_matches_and_a_shared_heading_does_not() -> None:
    heading = ["ar:5000"]
    source = [heading + document("ar", 0, 20), heading + document("ar", 100, 20)]
    target = [["en:5000", *document("en", 300, 20)], document("en", 5, 4)]
    matching = match_documents(source, target, Meanings())
    assert pairs(matching) == [(0, 1)]


def test_one_document_goes_to_one_only_and_the_assignment_is_the_best_in_sum() -> None:
    # Target 0 is the whole of source 0 and half of source 1; target 1 is a part of source 0 only.
    source = [document("ar", 0, 8), document("ar", 4, 8)]
    target = [document("en", 0, 12), document("en", 0, 4)]
    matching = match_documents(source, target, Meanings())
    assert pairs(matching) == [(0, 1), (1, 0)]


def test_documents_without_text_stay_unmatched() -> None:
    matching = match_documents([[], ["  "], document("ar", 0)], [document("en", 0), []], Meanings())
    assert pairs(matching) == [(2, 0)]
    assert [item.index for item in matching.unmatched_source] == [0, 1]
    assert [item.best for item in matching.unmatched_target] == [None]


def test_all_documents_without_text() -> None:
    matching = match_documents([[]], [[""]], Meanings())
    assert not matching.matches


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=7), st.lists(st.integers(0, 5), min_size=1, max_size=7))
def test_every_document_once_deterministic_and_mirrored(left: list[int], right: list[int]) -> None:
    source = [document("ar", 50 * i, 3) for i in left]
    target = [document("en", 50 * i, 3) for i in right]
    matching = match_documents(source, target, Meanings())
    assert matching == match_documents(source, target, Meanings())
    used = [match.source for match in matching.matches] + [item.index for item in matching.unmatched_source]
    assert sorted(used) == list(range(len(source)))
    used = [match.target for match in matching.matches] + [item.index for item in matching.unmatched_target]
    assert sorted(used) == list(range(len(target)))
    mirrored = match_documents(target, source, Meanings())
    total = sum(match.score for match in matching.matches)
    assert total == pytest.approx(sum(match.score for match in mirrored.matches), abs=1e-4)


@pytest.mark.parametrize(
    ("source", "target", "settings_", "message"),
    [
        ([], [["en:1"]], {}, "the source side has none"),
        ([["ar:1"]], [], {}, "the target side has none"),
        ([["ar:1"]], [["en:1"]], {"min_match": 1.5}, "from 0 to 1"),
        ([["ar:1"]], [["en:1"]], {"candidates": 0}, "whole numbers from 1"),
    ],
)
def test_bad_arguments(
    source: list[list[str]], target: list[list[str]], settings_: dict[str, float], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        match_documents(source, target, Meanings(), **settings_)  # type: ignore[arg-type]


def test_chain_takes_answers_in_order_only() -> None:
    eye = np.eye(4, dtype=np.float32)
    zero = np.zeros(4, dtype=np.float32)
    # With a background of 0 and identical vectors every step is worth 1 - 0.2.
    assert chain_score(eye, eye, zero, zero) == pytest.approx(0.8)
    assert chain_score(eye, eye[::-1], zero, zero) == pytest.approx(0.8 / 4)
    assert chain_score(eye[:2], eye, zero, zero) == pytest.approx(0.8)


def test_62_news_articles_with_hidden_names() -> None:
    """All found; with a third of either side taken away, the rest found and nothing invented."""
    from muwazi.align.encoder import load_encoder

    shared = Path(os.environ.get("MUWAZI_SHARED", Path(__file__).parents[2] / ".." / "shared"))
    folder = shared / "gold" / "ntrex-a"
    if not folder.is_dir():
        pytest.skip("needs the gold alignments beside the checkout (MUWAZI_SHARED)")
    names = sorted(path.stem for path in folder.glob("*.ar"))
    texts = {
        name: [(folder / f"{name}.{side}").read_text(encoding="utf-8").split("\n")[:-1] for side in ("ar", "en")]
        for name in names
    }
    shuffled = random.Random(1).sample(names, len(names))
    encoder = Remembering(load_encoder(threads=1))
    for left, right in ((names, shuffled), (names[20:], [name for name in shuffled if name not in names[-20:]])):
        matching = match_documents([texts[name][0] for name in left], [texts[name][1] for name in right], encoder)
        assert {(left[m.source], right[m.target]) for m in matching.matches} == {
            (name, name) for name in set(left) & set(right)
        }
