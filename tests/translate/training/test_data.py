"""Reading pairs, recipes, vocabularies, word alignments, batches."""

from __future__ import annotations

import gzip
import lzma
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muwazi.corpus.errors import InputError, InputNotFoundError, MuwaziError, SettingsError
from muwazi.translate.training import alignment, corpus, prepare, recipe, vocabulary
from muwazi.translate.training.pairs import Pair, read_pairs

PAIRS = [("مرحبا بكم", "Welcome"), ("شكرا جزيلا", "Thank you very much")]


def _write(folder: Path, kind: str) -> Path:
    text = "".join(f"{a}\t{b}\n" for a, b in PAIRS)
    path = folder / f"pairs.{kind}"
    if kind == "tsv":
        path.write_text(text, encoding="utf-8")
    elif kind == "tsv.xz":
        path.write_bytes(lzma.compress(text.encode()))
    elif kind == "tsv.gz":
        path.write_bytes(gzip.compress(text.encode()))
    elif kind == "parquet":
        pq.write_table(pa.table({"ar": [a for a, _ in PAIRS], "en": [b for _, b in PAIRS]}), path)
    else:
        path = folder / "nested.parquet"
        pq.write_table(pa.table({"translation": [{"ar": a, "en": b} for a, b in PAIRS]}), path)
    return path


@pytest.mark.parametrize("kind", ["tsv", "tsv.xz", "tsv.gz", "parquet", "translation"])
def test_every_format_gives_the_same_pairs(tmp_path: Path, kind: str) -> None:
    path = _write(tmp_path, kind)
    assert list(read_pairs(path)) == [Pair(a, b) for a, b in PAIRS]
    assert list(read_pairs(path, source_lang="en", target_lang="ar")) == [Pair(b, a) for a, b in PAIRS]


def test_a_store_gives_its_train_split_with_post_edits_first(tmp_path: Path) -> None:
    from muwazi.corpus.store import Row, Store

    rows = [
        Row("a-0", "a", 0, "قطة", en="cat", mt="kat", post_edit="a cat", split="train"),
        Row("a-1", "a", 1, "كلب", en="dog", mt="dok", split="train"),
        Row("a-2", "a", 2, "حصان", mt="hors", split="train"),
        Row("b-0", "b", 0, "جمل", en="camel", split="test"),
    ]
    Store.open_or_create(tmp_path / "store").commit(rows, message="four rows")
    expected = [Pair("قطة", "a cat"), Pair("كلب", "dog")]
    assert list(read_pairs(tmp_path / "store")) == expected
    assert list(read_pairs(tmp_path / "store", source_lang="en", target_lang="ar")) == [
        Pair(pair.target, pair.source) for pair in expected
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"one column\n", "line 1: expected source<TAB>target"),
        ("أ\tb\nأ\tb\tc\n".encode(), "line 2"),
        (b"\xff\xfe\t\xff\n", "not UTF-8"),
    ],
)
def test_a_bad_tsv_is_named_with_its_line(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "bad.tsv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=says):
        list(read_pairs(path))


def test_damaged_archives_and_missing_files(tmp_path: Path) -> None:
    path = tmp_path / "bad.tsv.xz"
    path.write_bytes(b"no archive")
    with pytest.raises(InputError, match="damaged"):
        list(read_pairs(path))
    with pytest.raises(InputNotFoundError):
        list(read_pairs(tmp_path / "nothing.tsv"))
    (tmp_path / "bad.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match="Parquet"):
        list(read_pairs(tmp_path / "bad.parquet"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[training]\nlearning_rat = 1e-3\n[[source]]\nname='a'\npath='a'\n", "did you mean learning_rate"),
        ("[[source]]\nname='a'\npath='a'\nwieght=1\n", "did you mean weight"),
        ("[[source]]\nname='a'\n", "path missing"),
        ("[[source]]\nname='a'\npath='a'\nweight='much'\n", "weight must be float"),
        ("[training]\n", "no \\[\\[source\\]\\]"),
        (
            "[[source]]\nname='news'\npath='a'\n[[phase]]\nname='p'\nuntil=1.0\nweights={newz=1.0}\n",
            "did you mean news",
        ),
        ("[model]\n", "unknown table model"),
        ("no toml", "no valid TOML"),
    ],
)
def test_a_bad_recipe_says_what_is_wrong(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "r.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=says):
        recipe.load(path)


@pytest.mark.parametrize("name", ["cpu", "gpu", "gpu-reverse", "gpu-backtranslated"])
def test_the_recipes_of_the_project_are_valid(name: str) -> None:
    folder = Path(recipe.__file__).parent / "recipes"
    loaded = recipe.load(folder / f"{name}.toml", data=Path("/data"))
    assert loaded.phases[-1].until == 1.0
    assert all(source.licence != "not stated" for source in loaded.sources)


def test_phase_weights_replace_and_scale() -> None:
    made = recipe.Recipe(
        (recipe.SourceSettings("a", "a", 2.0), recipe.SourceSettings("b", "b", 3.0)),
        (recipe.PhaseSettings("p", 1.0, weights={"a": 5.0}, default_weight=0.5),),
    )
    assert made.weights(made.phases[0]) == (5.0, 1.5)
    assert made.weights(None) == (2.0, 3.0)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("رَأَى الْمُعَلِّمُ", "رأى المعلم"),
        ("الكـــتاب", "الكتاب"),
        ("\u202bالكتاب\u200f", "الكتاب"),
        ("أحمد إلى آخر", "احمد الى اخر"),
        ("٢٠٢٤", "2024"),
        ("«الخبز»", '"الخبز"'),
        ("ﺍﻟﻜﺘﺎﺏ", "الكتاب"),
    ],
)
def test_the_source_side_reads_variants_alike(words: vocabulary.Vocabulary, text: str, same: str) -> None:
    assert words.encode_source([text]) == words.encode_source([same])


def test_target_ids_come_first_and_pad_last(words: vocabulary.Vocabulary, toy: Path) -> None:
    encoded = words.encode_target([*(p.target for p in read_pairs(toy)), "الكتاب"])
    assert max(max(ids) for ids in encoded) < words.targets < words.size
    assert words.pad == words.size - 1
    assert words.decode_target(words.encode_target(["the judge sold the boat."])[0]) == "the judge sold the boat."


def test_a_tag_is_one_piece(words: vocabulary.Vocabulary) -> None:
    plain, tagged = words.encode_source(["باع القاضي القارب.", ">>bt<< باع القاضي القارب."])
    assert tagged == [words.ids[">>bt<<"], *plain]


def test_transformers_tokenizer_gives_the_same_ids(words: vocabulary.Vocabulary, toy: Path, tmp_path: Path) -> None:
    from transformers import MarianTokenizer

    words.save(tmp_path)
    tokenizer = MarianTokenizer.from_pretrained(tmp_path)
    lines = [*(p.source for p in read_pairs(toy)), "رَأَى المعلم 12%", "London الكتاب"]
    assert tokenizer(lines)["input_ids"] == words.encode_source(lines)


def test_a_vocabulary_larger_than_the_text_supports(toy: Path) -> None:
    with pytest.raises(InputError, match=r"larger than the text supports.*<= \d+"):
        vocabulary.train_sentencepiece((p.source for p in read_pairs(toy)), 8000, source=True)


def test_word_alignment_finds_the_reordering() -> None:
    """Verb, subject, object against subject, verb, object; ids stand for words."""
    rng = np.random.default_rng(1)
    rows = [(int(who), int(did), int(what)) for who, did, what in rng.integers(0, 8, (120, 3))]
    source = np.array([[10 + did, 20 + who, 30 + what, 0] for who, did, what in rows], np.int32)
    target = np.array([[1, 60 + who, 50 + did, 1, 70 + what, 0] for who, did, what in rows], np.int32)
    arrays = (
        source.ravel(),
        np.arange(len(rows) + 1) * source.shape[1],
        target.ravel(),
        np.arange(len(rows) + 1) * target.shape[1],
    )
    table = alignment.train_table(*arrays, iterations=6)
    assert np.allclose(table.forward.sum(1), 1, atol=0.01)
    assert np.allclose(table.backward.sum(0), 1, atol=0.01)
    links = alignment.align(table, *arrays).reshape(target.shape)
    assert (links[:, 1] == 1).mean() > 0.95
    assert (links[:, 2] == 0).mean() > 0.95
    assert (links[:, 4] == 2).mean() > 0.95
    assert (links[:, 5] == 3).all()  # the ends align


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_links_stay_inside_their_sentence(seed: int) -> None:
    made = _random_corpus(np.random.default_rng(seed), 12, 1)
    arrays = (made.source, made.source_offsets, made.target, made.target_offsets)
    links = alignment.align(alignment.train_table(*arrays, iterations=2), *arrays)
    bounds = np.repeat(made.source_lengths, made.target_lengths)
    assert ((links >= -1) & (links < bounds)).all()


def _random_corpus(rng: np.random.Generator, pairs: int, groups: int) -> corpus.Corpus:
    lengths_s, lengths_t = rng.integers(2, 30, pairs), rng.integers(2, 30, pairs)
    offsets = [np.concatenate([[0], np.cumsum(x)]).astype(np.int64) for x in (lengths_s, lengths_t)]
    flat = [rng.integers(2, 50, o[-1]).astype(np.int32) for o in offsets]
    return corpus.Corpus(flat[0], offsets[0], flat[1], offsets[1], rng.integers(0, groups, pairs).astype(np.int16))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(20, 200), st.integers(1, 3), st.integers(0, 40))
def test_a_restored_sampler_draws_the_same_batches(seed: int, pairs: int, groups: int, before: int) -> None:
    made = _random_corpus(np.random.default_rng(seed), pairs, groups)
    mix = corpus.Mix(tuple(float(i + 1) for i in range(groups)))
    sampler = corpus.Sampler(made, 120, seed, mix, round_size=50)
    drawn = iter(sampler)
    for _ in range(before):
        next(drawn)
    state = sampler.state()
    expected = [next(drawn) for _ in range(30)]
    again = corpus.Sampler(made, 120, seed, corpus.Mix((1.0,) * groups), round_size=50)
    again.restore(state)
    got = iter(again)
    for batch in expected:
        assert np.array_equal(batch, next(got))
        widths = made.target_lengths[batch]
        assert len(batch) == 1 or widths.max() * len(batch) <= 120


def test_an_epoch_shows_every_pair_once_and_phases_bound_the_length() -> None:
    made = _random_corpus(np.random.default_rng(3), 100, 1)
    sampler = corpus.Sampler(made, 200, 1, corpus.Mix((1.0,)), round_size=100)
    seen: list[int] = []
    for batch in sampler:
        seen.extend(batch.tolist())
        if len(seen) >= 100:
            break
    assert sorted(seen) == list(range(100))
    sampler.change(corpus.Mix((1.0,), 10))
    longest = np.maximum(made.source_lengths, made.target_lengths)
    assert max(longest[next(iter(sampler))].max() for _ in range(10)) <= 10


def test_dev_sentences_and_duplicates_stay_out_of_training(tmp_path: Path) -> None:
    lines = [f"جملة رقم {i}\tsentence number {i}" for i in range(20)]
    (tmp_path / "a.tsv").write_text("\n".join([*lines, "\tempty", "same\tsame"]) + "\n", encoding="utf-8")
    (tmp_path / "b.tsv").write_text("\n".join(lines[:5]) + "\n", encoding="utf-8")
    made = recipe.Recipe(
        (recipe.SourceSettings("a", "a.tsv", dev_every=10), recipe.SourceSettings("b", "b.tsv", tag=">>bt<<")),
        base=tmp_path,
    )
    texts = prepare.read(made)
    assert [p.target for p in texts.dev] == ["sentence number 0", "sentence number 10"]
    assert len(texts.pairs) == 18
    assert texts.counts["a"] == {"read": 22, "empty": 1, "identical": 1, "dev": 2, "kept": 18, "duplicate-or-dev": 2}
    assert texts.counts["b"]["kept"] == 0
    assert not {p.source for p in texts.dev} & {p.source for p in texts.pairs}


def test_one_side_empty(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("جملة\t\nجملة\t\n", encoding="utf-8")
    with pytest.raises(InputError, match="target side is empty in all 2 lines"):
        prepare.read(recipe.Recipe((recipe.SourceSettings("a", "a.tsv"),), base=tmp_path))


def test_every_error_is_one_line() -> None:
    with pytest.raises(MuwaziError) as caught:
        list(read_pairs(Path("/nothing/at/all.tsv")))
    assert "\n" not in str(caught.value)
