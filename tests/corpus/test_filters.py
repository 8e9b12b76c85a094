"""Filters: tables of cases -> (score, accept), and what must hold for any pairs."""

from __future__ import annotations

import lzma
import os
from itertools import islice, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from muwazi.corpus.filters import FilterChain, FilterPair, FilterSettings, default_filters
from muwazi.corpus.filters.duplicates import DuplicateFilter, NearDuplicateFilter
from muwazi.corpus.filters.length import LengthFilter, LengthRatioFilter
from muwazi.corpus.filters.numbers import NumberFilter, numbers_in
from muwazi.corpus.filters.script import IdenticalFilter, LanguageFilter, ScriptFilter
from muwazi.corpus.filters.similarity import SimilarityFilter

GOOD = FilterPair("وصل القطار إلى المحطة في الصباح.", "The train reached the station in the morning.")


@pytest.mark.parametrize(
    ("ar", "en", "score", "accept"),
    [
        ("نص", "Text", (2, 4), True),
        (" نص ", "\tText\n", (2, 4), True),
        ("", "Text", (0, 4), False),
        ("نص", " ", (2, 0), False),
        ("ن" * 2000, "T", (2000, 1), True),
        ("ن" * 2001, "T", (2001, 1), False),
    ],
)
def test_length(ar, en, score, accept):
    each = LengthFilter()
    assert each.score(FilterPair(ar, en)) == score
    assert each.accept(score) is accept


@pytest.mark.parametrize(
    ("ar_length", "en_length", "accept"),
    [
        (100, 120, True),
        (4, 14, True),
        (100, 390, True),
        (100, 391, False),
        (100, 20, False),
        (20, 100, True),
        (20, 110, False),
    ],
)
def test_length_ratio(ar_length, en_length, accept):
    each = LengthRatioFilter()
    score = each.score(FilterPair("ن" * ar_length, "T" * en_length))
    assert score >= 1
    assert each.accept(score) is accept


def test_length_ratio_of_equal_content_is_one():
    assert LengthRatioFilter().score(FilterPair("ن" * 100, "T" * 120)) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("ar", "en", "score", "accept"),
    [
        ("نص عربي", "English text", (1, 1), True),
        ("English text", "English text", (0, 1), False),
        ("نص عربي", "نص عربي", (1, 0), False),
        ("2015 - 2016", "2015 - 2016", (0, 0), False),
        ("نص Windows", "Text Windows", (2 / 9, 1), False),
        ("ﻧﺺ عربي", "Ünïcödé", (1, 1), True),
        ("الاتحاد الأوروبي (EU)", "Европа EU (European Union)", (15 / 17, 15 / 21), True),
    ],
)
def test_script(ar, en, score, accept):
    each = ScriptFilter()
    assert each.score(FilterPair(ar, en)) == pytest.approx(score)
    assert each.accept(score) is accept


ENGLISH = "The government announced new measures on Tuesday to support the economy of the country."
ARABIC = "أعلنت الحكومة يوم الثلاثاء إجراءات جديدة لدعم اقتصاد البلاد في العام المقبل."


@pytest.mark.parametrize(
    ("ar", "en", "accept"),
    [
        (ARABIC, ENGLISH, True),
        (ARABIC, "Le gouvernement a annoncé mardi de nouvelles mesures pour soutenir l'économie du pays.", False),
        (ARABIC, "Die Regierung hat am Dienstag neue Maßnahmen zur Unterstützung der Wirtschaft angekündigt.", False),
        (ARABIC, "Pemerintah mengumumkan langkah baru untuk mendukung ekonomi nasional pada hari Selasa.", False),
        (
            "دولت روز سه شنبه اقدامات تازه‌ای برای حمایت از اقتصاد کشور اعلام کرد و گفت این طرح ادامه دارد",
            ENGLISH,
            False,
        ),
        ("حکومت نے منگل کے روز معیشت کی مدد کے لیے نئے اقدامات کا اعلان کیا ہے", ENGLISH, False),
        (ARABIC, "Bonjour", True),  # too short to tell
        (ARABIC, "Antigua and Barbuda (2016), Colombia (2017), Cuba (2017), Guyana (2015), Panama (2016)", True),
        ("زار الوفد شركة گوگل وشركة پپسي في مدينة كاراكاس يوم الثلاثاء الماضي", ENGLISH, True),
    ],
)
def test_language(ar, en, accept):
    each = LanguageFilter()
    score = each.score(FilterPair(ar, en))
    assert max(score) <= 0
    assert each.accept(score) is accept


@pytest.mark.parametrize(
    ("ar", "en", "score"),
    [
        ("نص", "Text", 0),
        ("Windows 10", "windows  10", 1),
        ("١٢٣", "123", 1),
        ("Windows عشرة", "Windows ten", 0),
        ("نَصٌّ", "نص", 1),
    ],
)
def test_identical(ar, en, score):
    each = IdenticalFilter()
    assert each.score(FilterPair(ar, en)) == score
    assert each.accept(score) is (score == 0)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("in 2015 and 1,500 or 1.500", ["2015", "1500", "1500"]),
        ("٢٠١٥ و ١٬٥٠٠ و ٢٫٥٠ و ۱۲", ["2015", "1500", "2.5", "12"]),
        ("3.0 percent, 0.75, 007", ["3", "0.75", "7"]),
        ("at 18:55 or 1855", ["1855", "1855"]),
        ("version 1.2.3 of 12/03/2015", ["1.2.3", "12", "3", "2015"]),
        ("COVID-19", ["19"]),
        ("none", []),
    ],
)
def test_numbers_are_read_in_one_notation(text, numbers):
    assert numbers_in(text) == numbers


@pytest.mark.parametrize(
    ("ar", "en", "score"),
    [
        ("في عام ٢٠١٥", "in 2015", 1),
        ("في عام 2015", "in 2016", 0),
        ("من 20 إلى 30 في 2015", "from 20 to 35 in 2015", 0.5),
        ("لا أرقام", "in 2015", 1),  # nothing to compare: it may be written out
        ("ثلاثة أشخاص في 2015", "3 people in 2015", 1),  # small numbers are written out
        ("30 شخصا في 2015", "31 people in 2015", 1 / 3),
        ("65 ألفا عام 1970", "65,000 in 1970", 1),
        ("مليونا و100 ألف دولار", "1.1 million dollars", 1),
        ("خلال القرنين السادس عشر والسابع عشر 30 في المئة", "During the 16th and 17th centuries 30 per cent", 1),
        ("في 1998 و1999", "in 1998-99", 1),
        ("المساحة 294 641 1 كيلومترا", "Area 1,641,294 km", 1),
        ("الساعة 18:55 من 2014", "at 1855 hours of 2014", 1),
        ("المادة 138 من القانون", "Article 137 of the law", 0),
        ("5 و 5 و 50", "5 and 50 and 50", 2 / 3),
    ],
)
def test_numbers(ar, en, score):
    each = NumberFilter()
    found = each.score(FilterPair(ar, en))
    assert found == pytest.approx(score)
    assert each.accept(found) is (score >= 0.5)


@pytest.mark.parametrize(
    ("similarity", "accept"), [(None, True), (0.9, True), (0.2, True), (0.19, False), (-0.1, False)]
)
def test_similarity(similarity, accept):
    each = SimilarityFilter()
    assert each.accept(each.score(FilterPair("نص", "Text", similarity))) is accept


def test_duplicates_are_told_by_matching_key():
    each = DuplicateFilter()
    pairs = [
        FilterPair("إلى المدينة", "To the city"),
        FilterPair("الى  المدينه", "to the City"),
        FilterPair("إلى المدينة", "To the town"),
    ]
    assert [each.score(pair) for pair in pairs] == [0, 1, 0]
    each.reset()
    assert each.score(pairs[1]) == 0


LONG = "أعلنت وزارة الصحة أن عدد المصابين ارتفع خلال الأسبوع الماضي في جميع المحافظات الشمالية من البلاد"
LONG_EN = "The health ministry announced that the number of patients rose last week in all northern provinces"


@pytest.mark.parametrize(
    ("ar", "en", "accept"),
    [
        (LONG, LONG_EN, False),
        (LONG + " أيضا", LONG_EN + ".", False),
        (LONG, "A wholly different sentence about the weather in the mountains and the snow that fell on them", True),
        (LONG + " 12", LONG_EN + " 12", True),  # other numbers: another fact
        ("قصير", "Short", True),
    ],
)
def test_near_duplicates(ar, en, accept):
    each = NearDuplicateFilter()
    each.score(FilterPair("قصير", "Short"))
    assert each.score(FilterPair(LONG, LONG_EN)) == 0
    score = each.score(FilterPair(ar, en))
    assert 0 <= score <= 1
    assert each.accept(score) is accept


def test_near_duplicates_are_found_at_the_rate_stated():
    """Of pairs just above the threshold nearly all are found; the score is the index itself."""
    import random

    rng = random.Random(5)
    words = ["".join(rng.choice("abcdefghij") for _ in range(rng.randint(3, 9))) for _ in range(2000)]
    found = 0
    for _ in range(60):
        text = [rng.choice(words) for _ in range(60)]
        other = [*text]
        other[rng.randrange(60)] = "changed"
        each = NearDuplicateFilter()
        each.score(FilterPair("نص", " ".join(text)))
        found += not each.accept(each.score(FilterPair("نص", " ".join(other))))
    assert found >= 57


@pytest.mark.parametrize(("threshold", "rows"), [(0.5, 2), (0.7, 4), (0.85, 7), (0.95, 9), (1.0, 9)])
def test_bands_find_pairs_at_the_threshold(threshold, rows):
    each = NearDuplicateFilter(threshold)
    assert each.rows == rows
    assert 1 - (1 - threshold**rows) ** (each.PERMUTATIONS // rows) >= 0.95


def test_many_alike_do_not_make_the_search_long():
    """A form letter with other names each time: below the threshold, all under the same keys."""
    each = NearDuplicateFilter(0.999)
    template = "The undersigned {} herewith confirms receipt of the letter and asks for an answer in good time"
    for number in range(300):
        name = "".join(chr(97 + int(digit)) for digit in f"{number:04d}")
        assert each.accept(each.score(FilterPair("نص الرسالة", template.format(name))))
    sizes = [len(bucket) for bucket in each._buckets.values() if isinstance(bucket, list)]
    assert max(sizes) == each.BUCKET


# The chain.


def test_first_refusal_counts_and_samples_show():
    pairs = [GOOD, FilterPair("", "x"), FilterPair("x", "x"), GOOD, FilterPair("نص", "Text", 0.01), FilterPair(" ", "")]
    result = FilterChain(default_filters()).run(pairs)
    assert result.kept == [0]
    assert [(item.index, item.filter) for item in result.dropped] == [
        (1, "length"),
        (2, "identical"),
        (3, "duplicate"),
        (4, "similarity"),
        (5, "length"),
    ]
    counts = result.counts()
    assert counts["length"] == 2
    assert counts["numbers"] == 0
    assert list(counts) == [each.name for each in default_filters()]
    samples = result.samples(1)
    assert samples["length"] == [(pairs[1], (0.0, 1.0))]
    assert set(samples) == {"length", "identical", "duplicate", "similarity"}


def test_samples_spread_over_the_input():
    pairs = [FilterPair("", f"{number}") for number in range(100)]
    samples = FilterChain(default_filters()).run(pairs).samples(4)
    assert [pair.en for pair, _ in samples["length"]] == ["0", "25", "50", "75"]


def test_a_dropped_pair_does_not_take_its_twin_along():
    weak, strong = FilterPair(GOOD.ar, GOOD.en, 0.01), FilterPair(GOOD.ar, GOOD.en, 0.9)
    result = FilterChain(default_filters()).run([weak, strong, strong])
    assert result.kept == [1]
    assert result.counts()["similarity"] == 1
    assert result.counts()["duplicate"] == 1


def test_every_run_starts_afresh():
    chain = FilterChain(default_filters())
    assert chain.run([GOOD]).kept == chain.run([GOOD]).kept == [0]


def test_two_filters_of_one_name_are_refused():
    with pytest.raises(ValueError, match="same name"):
        FilterChain([LengthFilter(), LengthFilter()])


@pytest.mark.parametrize("switch", [each.name for each in default_filters()])
def test_each_filter_can_be_switched_off(switch):
    names = [each.name for each in default_filters(FilterSettings(**{switch: False}))]
    assert names == [each.name for each in default_filters() if each.name != switch]


def test_every_filter_says_what_it_drops():
    for each in default_filters():
        assert each.description
        assert type(each).__doc__.startswith("Score: ")


@pytest.mark.parametrize(
    "bad",
    [
        {"lenght": True},
        {"min_characters": -1},
        {"min_characters": 5, "max_characters": 4},
        {"near_duplicate_threshold": 0},
    ],
)
def test_settings_check_themselves(bad):
    with pytest.raises(ValidationError):
        FilterSettings(**bad)


TEXT = st.text(max_size=60)


@given(st.lists(st.builds(FilterPair, TEXT, TEXT, st.none() | st.floats(-1, 1)), max_size=12))
@settings(max_examples=60, deadline=None)
def test_every_pair_is_kept_or_dropped_once(pairs):
    result = FilterChain(default_filters()).run(pairs)
    assert sorted([*result.kept, *(item.index for item in result.dropped)]) == list(range(len(pairs)))
    assert sum(result.counts().values()) + len(result.kept) == len(pairs)
    assert FilterChain(default_filters()).run(pairs).kept == result.kept


@given(TEXT, TEXT)
@settings(max_examples=100, deadline=None)
def test_scores_are_bounded(ar, en):
    pair = FilterPair(ar, en)
    assert 0 <= NumberFilter().score(pair) <= 1
    assert LengthRatioFilter().score(pair) >= 1
    assert all(0 <= share <= 1 for share in ScriptFilter().score(pair))
    assert IdenticalFilter().score(pair) in (0, 1)


@given(st.lists(st.integers(0, 3000), max_size=6), st.lists(st.integers(0, 3000), max_size=6))
@settings(max_examples=100, deadline=None)
def test_number_agreement_is_symmetric(left, right):
    ar, en = (" - ".join(map(str, numbers)) for numbers in (left, right))
    each = NumberFilter()
    assert each.score(FilterPair(ar, en)) == pytest.approx(each.score(FilterPair(en, ar)))
    assert each.score(FilterPair(ar, ar)) == 1


# Real pairs, where they are at hand.

SHARED = Path(os.environ.get("MUWAZI_SHARED", Path(__file__).parents[2].parent / "shared"))


@pytest.mark.parametrize("source", ["un_v1_dev", "tico19", "xquad_context"])
def test_clean_pairs_stay_and_shifted_ones_mostly_go_by_number(source):
    path = SHARED / "train" / f"{source}.tsv.xz"
    if not path.exists():
        pytest.skip(f"{path} is not there (set MUWAZI_SHARED to the folder that holds train/)")
    with lzma.open(path, "rt", encoding="utf-8") as file:
        pairs = [FilterPair(*line.rstrip("\n").split("\t")[:2]) for line in islice(file, 600)]
    assert len(FilterChain(default_filters()).run(pairs).kept) >= 0.99 * len(pairs)
    each = NumberFilter()
    shifted = [FilterPair(left.ar, right.en) for left, right in pairwise(pairs)]
    comparable = [pair for pair in shifted if numbers_in(pair.ar) and numbers_in(pair.en)]
    assert sum(not each.accept(each.score(pair)) for pair in comparable) > 0.5 * len(comparable)
