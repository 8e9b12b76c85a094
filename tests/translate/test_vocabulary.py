"""Pieces as MarianTokenizer gives them, but text stays text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muwazi.translate.models import resolve


@pytest.fixture(scope="module")
def vocabulary(tiny_marian):
    return resolve(tiny_marian).vocabulary


@pytest.fixture(scope="module")
def tokenizer(tiny_marian):
    from transformers import MarianTokenizer

    return MarianTokenizer.from_pretrained(tiny_marian)


def test_ids_are_those_of_the_marian_tokenizer(vocabulary, tokenizer, tiny_pairs):
    for arabic, english in tiny_pairs:
        for text in (arabic, english, f"{arabic} 漢 {english}"):
            ids = [vocabulary.source_ids.get(piece, 1) for piece in vocabulary.encode(text)]
            assert [*ids, 0] == tokenizer(text)["input_ids"]


def test_decodes_as_the_marian_tokenizer_does(vocabulary, tokenizer, tiny_pairs):
    for _, english in tiny_pairs:
        ids = tokenizer(text_target=english)["input_ids"]
        pieces = [vocabulary.target_pieces[i] for i in ids]
        assert vocabulary.decode(pieces) == tokenizer.decode(ids, skip_special_tokens=True) == english


@pytest.mark.parametrize("text", ["</s>", "<pad>", "<unk>", "وصل </s> القطار"])
def test_control_tokens_in_a_text_are_text(vocabulary, text):
    assert not {"</s>", "<pad>"} & set(vocabulary.encode(text))


TEXT = st.text(st.sampled_from("وصل القطار إلىThe train½ﷺ…漢\u00a0"), max_size=40).map(
    lambda text: " ".join(text.split())
)


@settings(max_examples=60)
@given(TEXT)
def test_each_source_piece_has_a_word(vocabulary, text):
    words = vocabulary.encode_words(text)
    assert len(words) == len(vocabulary.encode(text))
    assert words == sorted(words)
    assert not words or (words[0] >= 0 and words[-1] < len(text.split()))


@settings(max_examples=60)
@given(st.data())
def test_each_target_piece_has_a_word_of_the_text(vocabulary, data):
    pieces = data.draw(st.lists(st.sampled_from(vocabulary.target_pieces), max_size=12))
    words = vocabulary.decode_words(pieces)
    count = len(vocabulary.decode(pieces).split())
    assert len(words) == len(pieces)
    assert {word for word in words if word is not None} == set(range(count))
    assert "\n" not in vocabulary.decode(pieces)
