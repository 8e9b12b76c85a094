"""What counts as a bad translation, and which lines never reach the model."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muwazi.translate.guards import FLAGS, PROBLEMS, copy_symbols, has_arabic, has_letters, has_loop, in_order, problems


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("وصل القطار", True),
        ("Reuters", True),
        ("2024", False),
        ("١٢٫٥٪", False),
        ("***", False),
        ("— … «»", False),
        ("https://example.org/مقال", False),
        ("www.example.org", False),
        ("editor@example.org", False),
        ("اكتب إلى editor@example.org", True),
        ("", False),
        ("😀 100", False),
    ],
)
def test_has_letters(text, expected):
    assert has_letters(text) is expected


@pytest.mark.parametrize(
    ("text", "copy"),
    [
        ("٢٠٢٤", "2024"),
        ("۱۲٫۵٪", "12.5%"),
        ("١٬٢٣٤؟", "1,234?"),
        ("«٧»", "«7»"),
        ("https://example.org/١٢ ١٢", "https://example.org/١٢ 12"),
        ("***", "***"),
    ],
)
def test_copies_with_ascii_digits_outside_of_addresses(text, copy):
    assert copy_symbols(text, to_ascii=True) == copy
    assert copy_symbols(text, to_ascii=False) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the the the the end", True),
        ("no no no", False),  # people do say that
        ("of the of the of the", True),
        ("in the city, in the city, in the city", True),
        ("he said that he said that he said", False),
        ("one two three four five six seven eight " * 3, True),
        ("hahahahahaha", True),
        ("banana", False),
        ("aaaaaa", True),
        ("1000000000", False),
        ("111111111111111", True),
        ("12.0000000000", False),
        ("- - - - - -", False),  # no words
        ("10 10 10 10", True),
        ("The train reached the station in the morning.", False),
        ("", False),
    ],
)
def test_has_loop(text, expected):
    assert has_loop(text) is expected


ARABIC = "وصل القطار إلى المحطة في الصباح الباكر من يوم الخميس"


@pytest.mark.parametrize(
    ("source", "translation", "finished", "expected"),
    [
        (ARABIC, "The train reached the station early on Thursday morning", True, ()),
        (ARABIC, "The train reached", True, ()),
        (ARABIC, "The", True, ("length",)),
        (ARABIC, "", True, ("empty",)),
        (ARABIC, "...", True, ("empty",)),
        (ARABIC, "The train reached المحطة early on Thursday morning", True, ("untranslated",)),
        (ARABIC, "the train " * 30, True, ("repetition", "length")),
        (ARABIC, "the train " * 30, False, ("unfinished", "repetition", "length")),
        (ARABIC, "The train reached the station early on Thursday morning", False, ("unfinished",)),
        ("لا لا لا لا لا", "No no no no no", True, ()),  # the source repeats itself too
        ("نعم", "Yes, certainly, I agree", True, ()),  # short lines have slack
    ],
)
def test_problems(source, translation, finished, expected):
    assert problems(source, translation, finished=finished) == expected


def test_arabic_in_an_arabic_target_is_no_problem():
    assert problems("The train arrived", "وصل القطار", finished=True, arabic_target=True) == ()


@pytest.mark.parametrize("text", ["\u0660", "،", "؟", "abc", "ـ\u064b"])
def test_no_arabic_letter(text):
    assert has_arabic(text.replace("ـ", "")) is False


@settings(max_examples=60)
@given(st.text(max_size=80), st.text(max_size=80), st.booleans())
def test_any_text_gets_known_flags_in_order(source, translation, finished):
    found = problems(source, translation, finished=finished)
    assert set(found) <= set(PROBLEMS)
    assert in_order(set(found)) == found
    assert list(in_order(set(FLAGS))) == list(FLAGS)
