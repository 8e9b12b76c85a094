"""Normalisation: light for the model, strong for keys."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muwazi.corpus.normalise import for_model, matching_key


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("الســـلام", "السلام"),
        ("\u202bنص\u202c \u061cآخر\u200f", "نص آخر"),
        ("كلمة\u200bكلمة\ufeff", "كلمةكلمة"),
        ("أ إ آ ا ى ي ة ه ؤ ئ ء", "أ إ آ ا ى ي ة ه ؤ ئ ء"),
        ("ا\u0653 ا\u0654", "آ أ"),
        ("مُدَرِّسَة", "مُدَرِّسَة"),
        ("ﻻ ﷲ ﺳﻼﻡ", "لا الله سلام"),
        ("½ 10² ﷺ ﷼ №", "½ 10² ﷺ ﷼ №"),
        ("نص\xa0\xa0مع\u2009مسافات\tكثيرة\n", "نص مع مسافات كثيرة"),
        ("١٢٬٥٠٠٫٥ ، ؛ ؟ ٪", "١٢٬٥٠٠٫٥ ، ؛ ؟ ٪"),
        ("ＡＢＣ １２ ﬁn", "ABC 12 fin"),
        ("a\x00b\x07c", "abc"),
        ("  plain  text ", "plain text"),
        ("", ""),
    ],
)
def test_the_light_form(text: str, expected: str) -> None:
    assert for_model(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("إقرأ أيضاً", "اقرا ايضا"),
        ("مدرسة", "مدرسه"),
        ("على", "علي"),
        ("مسؤول", "مسوول"),
        ("مُدَرِّسَة", "مدرسة"),
        ("الســلام", "السلام"),
        ("١٢٬٥٠٠٫٥", "12,500.5"),
        ("۱۲٪", "12%"),
        ("ماذا؟", "ماذا?"),
        ("أولاً، ثانياً؛", "اولا, ثانيا;"),
        ("«قال»", '"قال"'),
        ("2019–2020", "2019-2020"),
        ("الوداع…", "الوداع..."),
        ("Straße UN", "strasse un"),
        ("ﻻ", "لا"),
        ("½", "1⁄2"),
        ("یکی", "يكي"),
    ],
)
def test_variants_have_one_key(one: str, other: str) -> None:
    assert matching_key(one) == matching_key(other)


@pytest.mark.parametrize(("one", "other"), [("كتاب", "كتب"), ("1.5", "15"), ("UN", "UK"), ("سماء", "سما")])
def test_different_words_keep_different_keys(one: str, other: str) -> None:
    assert matching_key(one) != matching_key(other)


_TEXT = st.text(
    st.one_of(
        st.characters(),
        st.characters(min_codepoint=0x600, max_codepoint=0x6FF),
        st.characters(min_codepoint=0xFB00, max_codepoint=0xFEFF),
    ),
    max_size=12,
)


@settings(max_examples=400, deadline=None)
@given(_TEXT)
def test_both_forms_are_idempotent_and_the_key_follows_from_the_light_form(text: str) -> None:
    light, key = for_model(text), matching_key(text)
    assert for_model(light) == light
    assert matching_key(key) == key
    assert matching_key(light) == key
    assert unicodedata.is_normalized("NFC", light)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(min_codepoint=0x621, max_codepoint=0x64A, exclude_characters="ـ"), max_size=20))
def test_the_light_form_keeps_every_plain_arabic_letter(text: str) -> None:
    assert for_model(text) == text
