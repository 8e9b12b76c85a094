"""The two engines give the same pieces, scores and attention for one model; the reference is transformers itself."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from muwazi.corpus.errors import ModelError
from muwazi.translate.engines.base import DecodingOptions
from muwazi.translate.engines.ct2 import CTranslate2Engine
from muwazi.translate.engines.reference import TransformersEngine
from muwazi.translate.models import resolve

SUPPRESS = (("<pad>",), ("<unk>",))
OPTIONS = DecodingOptions(max_length=64, suppress=SUPPRESS)


@pytest.fixture(scope="module")
def model(tiny_marian):
    return resolve(tiny_marian)


@pytest.fixture
def fast(model):
    return CTranslate2Engine(model, device="cpu", compute_type="float32")


@pytest.fixture(scope="module")
def slow(model):
    return TransformersEngine(model, device="cpu", threads=1)


@pytest.fixture(scope="module")
def known(model, tiny_pairs):
    return [model.vocabulary.encode(ar) for ar, _ in tiny_pairs]


@pytest.fixture(scope="module")
def noise(known):
    """Sentences that the model has never seen, on which it is unsure."""
    draw = random.Random(3)
    pieces = [piece for sentence in known for piece in sentence]
    return [tuple(draw.choice(pieces) for _ in range(draw.randint(1, 30))) for _ in range(40)]


def pieces_of(results):
    return [best[0].pieces for best in results]


def test_greedy_search_gives_the_same_pieces_on_anything(fast, slow, known, noise):
    options = replace(OPTIONS, beam_size=1)
    sources = known + noise
    assert pieces_of(fast.translate(sources, options)) == pieces_of(slow.translate(sources, options))


@pytest.mark.parametrize("beam", [2, 4, 6])
def test_beam_search_gives_the_same_pieces_on_what_the_model_knows(fast, slow, known, beam):
    # On noise the two may differ: they stop at different moments once the beam holds finished hypotheses.
    options = replace(OPTIONS, beam_size=beam)
    assert pieces_of(fast.translate(known, options)) == pieces_of(slow.translate(known, options))


@pytest.mark.parametrize("penalty", [0.0, 1.0, 1.5])
def test_scores_are_mean_log_probabilities_whatever_the_length_penalty(fast, slow, known, penalty):
    options = replace(OPTIONS, length_penalty=penalty)
    for quick, exact in zip(fast.translate(known, options), slow.translate(known, options), strict=True):
        # The fast engine renormalises over the pieces that are not suppressed: a last digit.
        assert quick[0].score == pytest.approx(exact[0].score, abs=2e-3)
        assert quick[0].finished and exact[0].finished


@pytest.mark.parametrize("beam", [1, 4])
def test_attention_is_that_of_the_last_layer_over_all_heads(fast, slow, known, beam):
    # The first row too: CTranslate2's own is that of another sentence in beam search.
    options = replace(OPTIONS, attention=True, beam_size=beam)
    for source, quick, exact in zip(known, fast.translate(known, options), slow.translate(known, options), strict=True):
        assert quick[0].attention.shape == (len(quick[0].pieces), len(source))
        np.testing.assert_allclose(quick[0].attention, exact[0].attention, atol=1e-4)


@pytest.mark.parametrize("name", ["fast", "slow"])
def test_what_is_suppressed_is_not_said(request, known, name):
    engine = request.getfixturevalue(name)
    known = known[:6]
    said = pieces_of(engine.translate(known, OPTIONS))
    # "The" begins most sentences of the model; a single piece, and a sequence of two.
    first = said[0][:2]
    for forbidden in ((first[0],), first):
        again = pieces_of(engine.translate(known, replace(OPTIONS, suppress=(*SUPPRESS, forbidden))))
        width = len(forbidden)
        assert not any(p[i : i + width] == forbidden for p in again for i in range(len(p)))


@pytest.mark.parametrize("name", ["fast", "slow"])
def test_the_limit_shows(request, known, name):
    engine = request.getfixturevalue(name)
    result = engine.translate(known[:1], replace(OPTIONS, max_length=4))[0][0]
    assert (len(result.pieces), result.finished) == (4, False)


@pytest.mark.parametrize("name", ["fast", "slow"])
def test_minimum_length_and_n_best(request, known, name):
    engine = request.getfixturevalue(name)
    results = engine.translate(known[:3], replace(OPTIONS, min_length=40, num_hypotheses=3))
    for hypotheses in results:
        assert len(hypotheses) == 3
        assert all(len(h.pieces) >= 39 for h in hypotheses)


def test_no_repeat_keeps_ngrams_apart(fast, noise):
    for best in fast.translate(noise, replace(OPTIONS, no_repeat_ngram_size=2)):
        pairs = list(zip(best[0].pieces, best[0].pieces[1:], strict=False))
        assert len(pairs) == len(set(pairs))


@pytest.mark.parametrize("compute_type", ["float32", "int8"])
def test_a_sentence_is_translated_alike_alone_and_in_any_batch(model, known, noise, compute_type):
    # A build that is taken up again batches other sentences together; its rows should be the same.
    engine = CTranslate2Engine(model, device="cpu", compute_type=compute_type)
    sources = known + noise
    together = pieces_of(engine.translate(sources, OPTIONS))
    assert together == [pieces_of(engine.translate([source], OPTIONS))[0] for source in sources]
    backwards = pieces_of(engine.translate(sources[::-1], OPTIONS))
    assert together == backwards[::-1]


def test_batches_come_back_in_order(fast, known):
    plan = [([source], OPTIONS) for source in known]
    assert [best[0][0].pieces for best in fast.translate_batches(plan)] == pieces_of(fast.translate(known, OPTIONS))


@pytest.mark.parametrize("engine", [CTranslate2Engine, TransformersEngine])
def test_cuda_that_is_not_there(model, engine, monkeypatch):
    import ctranslate2
    import torch

    monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda: 0)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ModelError, match="finds no CUDA GPU"):
        engine(model, device="cuda")
    with pytest.raises(ModelError, match="auto, cpu or cuda"):
        engine(model, device="tpu")


def test_impossible_compute_types(model):
    with pytest.raises(ModelError, match="int8"):
        CTranslate2Engine(model, device="cpu", compute_type="int3")
    with pytest.raises(ModelError, match="float32 and float16"):
        TransformersEngine(model, device="cpu", compute_type="int8")


def test_separate_vocabularies(tmp_path: Path, model):
    """A model whose sides have vocabularies (and embeddings) of their own."""
    import json
    import shutil

    import torch
    from transformers import MarianConfig, MarianMTModel

    for name in ("source.spm", "target.spm", "tokenizer_config.json"):
        shutil.copyfile(model.path / name, tmp_path / name)
    vocabulary = model.vocabulary
    source = ["</s>", "<unk>", *(p for p in vocabulary.source_pieces if p not in ("</s>", "<unk>", "<pad>")), "<pad>"]
    target = [*source[:-21], "<pad>"]
    for name, pieces in (("vocab.json", source), ("target_vocab.json", target)):
        (tmp_path / name).write_text(json.dumps({piece: i for i, piece in enumerate(pieces)}))
    with torch.random.fork_rng():
        torch.manual_seed(1)
        config = MarianConfig(
            vocab_size=len(source),
            decoder_vocab_size=len(target),
            share_encoder_decoder_embeddings=False,
            d_model=32,
            encoder_layers=1,
            decoder_layers=1,
            encoder_attention_heads=2,
            decoder_attention_heads=2,
            encoder_ffn_dim=32,
            decoder_ffn_dim=32,
            max_position_embeddings=64,
            pad_token_id=len(target) - 1,
            eos_token_id=0,
            decoder_start_token_id=len(target) - 1,
            init_std=0.5,
        )
        network = MarianMTModel(config)
    network.generation_config.max_length = 64
    network.save_pretrained(tmp_path)
    separate = resolve(tmp_path)
    assert (len(separate.vocabulary.source_pieces), len(separate.vocabulary.target_pieces)) == (
        len(source),
        len(target),
    )
    options = replace(OPTIONS, beam_size=1, max_length=20)
    sources = [separate.vocabulary.encode("وصل القطار"), separate.vocabulary.encode("يبيع الرجل الخبز")]
    fast = CTranslate2Engine(separate, device="cpu", compute_type="float32")
    slow = TransformersEngine(separate, device="cpu", threads=1)
    assert pieces_of(fast.translate(sources, options)) == pieces_of(slow.translate(sources, options))
