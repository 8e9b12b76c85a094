"""The aligner on real text, on awkward input, and on long documents."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from muwazi.align import Aligner
from muwazi.align.aligner import EXACT_PLACES
from muwazi.align.encoder import Encoder, load_encoder
from muwazi.corpus.errors import InputError, NotParallelError
from muwazi.corpus.types import Bead

AR = [
    "افتتحت البلدية أمس مكتبة عامة جديدة في وسط المدينة.",
    "وتضم المكتبة أكثر من 12 ألف كتاب، وفيها قاعة للأطفال وأخرى للمحاضرات.",
    "وقال رئيس البلدية إن المشروع كلف 3 ملايين دينار.",
    "يذكر أن المبنى القديم كان سوقا للسمك.",
    "وستفتح المكتبة أبوابها كل يوم ما عدا الجمعة.",
]
EN = [
    "The municipality opened a new public library in the city centre yesterday.",
    "The library holds more than 12,000 books.",
    "It has one hall for children and another for lectures.",
    "The mayor said the project had cost 3 million dinars.",
    "The library will open its doors every day except Friday.",
]
EXPECTED = [((0,), (0,)), ((1,), (1, 2)), ((2,), (3,)), ((3,), ()), ((4,), (4,))]
OTHER = [
    "Scientists have discovered a new species of beetle in the rain forest of Borneo.",
    "The striker scored twice before half-time and left the pitch injured.",
    "Add the onions and fry them gently in olive oil until golden.",
    "Interest rates are expected to stay unchanged until the autumn.",
    "Her second novel tells of a lighthouse keeper and his daughters.",
    "The orchestra tuned its instruments while the hall slowly filled.",
]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder(threads=1)


def shape(beads: tuple[Bead, ...]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    return [(bead.source, bead.target) for bead in beads]


def test_merges_and_leaves_out(encoder: Encoder) -> None:
    found = Aligner(encoder).align(AR, EN)
    assert shape(found.beads) == EXPECTED
    assert found.parallel
    assert found.notes == ()
    assert all(bead.score > 0.4 for bead in found.beads if bead.source and bead.target)
    assert all(bead.confidence is not None and 0.5 < bead.confidence <= 1 for bead in found.beads)
    assert found.beads[3].score == 0


def test_swapped_documents_give_mirrored_beads(encoder: Encoder) -> None:
    there = Aligner(encoder).align(AR, EN)
    back = Aligner(encoder, source_lang="en", target_lang="ar").align(EN, AR)
    assert [(b.target, b.source, b.score, b.confidence) for b in back.beads] == [
        (b.source, b.target, b.score, b.confidence) for b in there.beads
    ]


def test_a_translation_is_one_more_signal(encoder: Encoder) -> None:
    mt = [" ".join(EN[j] for j in target) or "The old building used to be a fish market." for _, target in EXPECTED]
    assert shape(Aligner(encoder).align(AR, EN, mt=mt).beads) == EXPECTED
    with pytest.raises(InputError, match="mt has 2 sentences and the source 5"):
        Aligner(encoder).align(AR, EN, mt=mt[:2])


def test_unrelated_documents_are_told(encoder: Encoder) -> None:
    found = Aligner(encoder).align(AR, OTHER)
    assert not found.parallel
    assert "translations of each other" in found.notes[0]
    with pytest.raises(NotParallelError, match="translations of each other") as caught:
        Aligner(encoder).align(AR, OTHER, require_parallel=True)
    assert caught.value.exit_code == 3
    assert "\n" not in str(caught.value)


def test_the_wrong_language_is_an_answer(encoder: Encoder) -> None:
    same = Aligner(encoder).align(EN, EN)
    assert shape(same.beads) == [((k,), (k,)) for k in range(5)]


def test_a_moved_sentence_is_flagged(encoder: Encoder) -> None:
    source = [
        *AR,
        "وأهدت الجامعة المكتبة مجموعة من المخطوطات النادرة من القرن الثامن عشر.",
        "وحضر الافتتاح جمهور كبير.",
    ]
    target = ["The university has given the library a collection of rare eighteenth-century manuscripts.", *EN]
    target.append("A large crowd attended the opening.")
    found = Aligner(encoder).align(source, target)
    assert found.moved == ((5, 0),)
    assert [bead.flags for bead in found.beads if 5 in bead.source or 0 in bead.target] == [("moved",)] * 2
    assert "5-0" in found.notes[0]


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"max_merge": 1}, "max_merge is 1"), ({"without": ["colour"]}, "no signal is called 'colour'")],
)
def test_impossible_settings(settings: dict[str, object], message: str, words: SimpleNamespace) -> None:
    with pytest.raises(InputError, match=message):
        Aligner(words.Encoder(), **settings)


@pytest.mark.parametrize(("source", "target"), [([], []), (["x"], []), ([], ["x", "y"])])
def test_an_empty_side_gives_nulls(source: list[str], target: list[str], encoder: Encoder) -> None:
    found = Aligner(encoder).align(source, target)
    assert shape(found.beads) == [((k,), ()) for k in range(len(source))] + [((), (k,)) for k in range(len(target))]


def covers(beads: tuple[Bead, ...], n: int, m: int) -> bool:
    source = [i for bead in beads for i in bead.source]
    target = [j for bead in beads for j in bead.target]
    return source == list(range(n)) and target == list(range(m))


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (["..."] * 7, ["!!!", "?"]),
        (["", " ", "\u200f"], ["", ""]),
        (["كلمة " * 20_000], ["A word. " * 3000, "Another."]),
        (["نفس الجملة."] * 100, ["The same sentence."] * 100),
        (["sentence"], ["x" * 30] * 40),
    ],
    ids=["punctuation", "blank", "100,000 characters", "repeated", "one against many"],
)
def test_awkward_documents_get_an_answer(source: list[str], target: list[str], encoder: Encoder) -> None:
    found = Aligner(encoder).align(source, target)
    assert covers(found.beads, len(source), len(target))
    assert all(0 <= (bead.confidence or 0) <= 1 for bead in found.beads)


def test_one_sentence_against_ten_thousand(words: SimpleNamespace) -> None:
    target = [words.render(one, "t") for one in words.meanings(10_000)]
    source = [words.render(words.meanings(10_000)[7000], "s")]
    found = Aligner(words.Encoder()).align(source, target)
    assert covers(found.beads, 1, 10_000)


def test_the_same_sentence_over_and_over(words: SimpleNamespace) -> None:
    found = Aligner(words.Encoder()).align(["s1 s2 s3"] * 1200, ["t1 t2 t3"] * 1200)
    assert covers(found.beads, 1200, 1200)
    assert sum(len(bead.source) == len(bead.target) == 1 for bead in found.beads) > 1190


def test_long_documents_are_searched_in_windows(words: SimpleNamespace) -> None:
    """Merges, a passage of 400 sentences that one side lacks, and more sentences than an exact search takes."""
    source, target, gold = [], [], []
    for k, meaning in enumerate(words.meanings(1800)):
        i, j = len(source), len(target)
        if 700 <= k < 1100:
            source.append(words.render(meaning, "s"))
        elif k % 9 == 4:
            source.append(words.render(meaning, "s"))
            target += [words.render(meaning[:4], "t"), words.render(meaning[4:], "t")]
            gold.append(((i,), (j, j + 1)))
        else:
            source.append(words.render(meaning, "s"))
            target.append(words.render(meaning, "t"))
            gold.append(((i,), (j,)))
    assert len(source) * len(target) > EXACT_PLACES
    found = Aligner(words.Encoder()).align(source, target)
    assert covers(found.beads, len(source), len(target))
    assert len(set(gold) & set(shape(found.beads))) / len(gold) > 0.99


SHARED = Path(os.environ.get("MUWAZI_SHARED", Path(__file__).resolve().parents[3] / "shared")) / "gold"


@pytest.mark.skipif(not (SHARED / "authored").is_dir(), reason="gold alignments are not here: set MUWAZI_SHARED")
def test_the_figure_of_the_authored_set(encoder: Encoder) -> None:
    """Strict F1 of the shipped weights on every third document; those of the whole set are in docs/alignment.md."""
    from muwazi.align.beads_io import parse_beads
    from muwazi.eval.alignment import score_document, score_documents

    scored = []
    for gold in sorted((SHARED / "authored").glob("*.gold"))[::3]:
        sides = [gold.with_suffix(f".{language}").read_text(encoding="utf-8").splitlines() for language in ("ar", "en")]
        scored.append(score_document(parse_beads(gold).beads, Aligner(encoder).align(*sides).beads))
    assert score_documents(scored).total.strict.f1 >= 0.97


def test_examples(encoder: Encoder) -> None:
    from muwazi.align.beads_io import parse_beads
    from muwazi.eval.alignment import score_document, score_documents

    folder = Path(__file__).resolve().parents[2] / "examples" / "gold"
    scored = []
    for gold in sorted(folder.glob("*.gold"))[:6]:
        sides = [gold.with_suffix(f".{language}").read_text(encoding="utf-8").splitlines() for language in ("ar", "en")]
        scored.append(score_document(parse_beads(gold).beads, Aligner(encoder).align(*sides).beads))
    assert score_documents(scored).total.strict.f1 >= 0.96


def test_scores_are_cosines(encoder: Encoder) -> None:
    found = Aligner(encoder).align(AR, EN)
    bead = found.beads[1]
    left, right = encoder.embed([AR[1], " ".join(EN[1:3])])
    assert bead.score == pytest.approx(float(np.dot(left, right)), abs=2e-3)
