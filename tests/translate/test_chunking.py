"""Long sentences are cut at the best place near the middle, and nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muwazi.translate.chunking import halve, join_parts, split_long


@pytest.mark.parametrize(
    ("text", "left", "right"),
    [
        ("وصل القطار اليوم. غادر المسافرون، ثم عادوا", "وصل القطار اليوم.", "غادر المسافرون، ثم عادوا"),
        ("قال «وصل القطار.» ثم صمت قليلا، وغادر", "قال «وصل القطار.»", "ثم صمت قليلا، وغادر"),
        ("وصل القطار؛ غادر المسافرون، ثم عادوا", "وصل القطار؛", "غادر المسافرون، ثم عادوا"),
        ("وصل القطار إلى المحطة، ثم غادر المسافرون", "وصل القطار إلى المحطة،", "ثم غادر المسافرون"),
        ("وصل القطار إلى المحطة،ثم غادر المسافرون", "وصل القطار إلى المحطة،", "ثم غادر المسافرون"),
        ("وصل القطار إلى المحطة مساء", "وصل القطار", "إلى المحطة مساء"),
        ("بلغ السعر ١٢،٥٠٠ دينار", "بلغ السعر", "١٢،٥٠٠ دينار"),  # a comma between digits is part of a number
        ("نعم. وصل القطار إلى المحطة في الصباح", "نعم. وصل القطار", "إلى المحطة في الصباح"),  # no crumbs
        ("وصل القطار الكبير اليوم وغادر المسافرون", "وصل القطار الكبير اليوم", "وغادر المسافرون"),
        ("قطار مدينة محطة صباح", "قطار مدينة", "محطة صباح"),
        ("abcdefgh", "abcd", "efgh"),
        ("ab", "a", "b"),
        ("abcdefghijklmnop q", "abcdefghijklmnop", "q"),
    ],
)
def test_halve(text, left, right):
    assert halve(text) == (left, right)


WORDS = st.lists(st.sampled_from(["وصل", "القطار،", "إلى", "المحطة.", "في؛", "١٢٫٥", "abc" * 9, "x"]), max_size=60)


@settings(max_examples=60)
@given(WORDS, st.integers(1, 20))
def test_parts_hold_the_whole_text_and_fit(words, limit):
    text = " ".join(words)
    parts = split_long(text, limit, len)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(len(part) <= limit or len(part) < 2 for part in parts)
    assert all(parts) or not text


def test_a_text_that_fits_is_left_alone():
    assert split_long("وصل القطار. غادر المسافرون.", 100, len) == ["وصل القطار. غادر المسافرون."]


def test_a_megabyte_without_a_space_is_cut_in_reasonable_time():
    parts = split_long("ب" * 100_000, 200, len)
    assert max(map(len, parts)) <= 200
    assert sum(map(len, parts)) == 100_000


@pytest.mark.parametrize(
    ("sources", "translations", "joined"),
    [
        (["وصل القطار،", "ثم غادر."], ["The train came.", "Then it left."], "The train came, Then it left."),
        (["وصل القطار؛", "ثم غادر."], ["The train came.", "Then it left."], "The train came; Then it left."),
        (["وصل القطار", "ثم غادر."], ["The train came.", "Then it left."], "The train came Then it left."),
        (["وصل القطار.", "ثم غادر."], ["The train came.", "Then it left."], "The train came. Then it left."),
        (["وصل القطار،", "ثم غادر."], ["The train came...", "Then it left."], "The train came... Then it left."),
        (["أ", "ب"], ["", "B"], "B"),
    ],
)
def test_join(sources, translations, joined):
    assert join_parts(sources, translations) == joined


def test_join_refuses_lists_of_different_length():
    with pytest.raises(ValueError, match="zip"):
        join_parts(["a"], [])
