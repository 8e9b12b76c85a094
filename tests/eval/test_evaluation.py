"""evaluate(): every number against sacreBLEU's public functions (the tool whose numbers the field quotes)."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sacrebleu.metrics import BLEU, CHRF, TER

from muwazi.corpus.errors import InputError
from muwazi.eval import evaluate

SHARED = Path(os.environ.get("MUWAZI_SHARED", Path(__file__).parents[2].parent / "shared"))

HYPOTHESES = [
    "The river rose by two metres on Tuesday night.",
    "Officials said the bridge would stay closed.",
    "",
    "No one was hurt , but forty families left their homes .",
]
REFERENCES = [
    "The river rose two metres on Tuesday night.",
    "Officials said that the bridge would remain closed.",
    "The water is expected to fall by the weekend.",
    "Nobody was injured, but forty families had to leave their homes.",
]
SECOND = [
    "On Tuesday night the river rose by two metres.",
    None,
    "By the weekend the water should fall.",
    None,
]


def sacrebleu_metrics():
    return {"bleu": BLEU(force=True), "chrf": CHRF(), "ter": TER()}


def test_corpus_scores_signatures_and_intervals_are_sacrebleus():
    ours = evaluate(HYPOTHESES, REFERENCES, bootstrap=50)
    for name, metric in sacrebleu_metrics().items():
        theirs = metric.corpus_score(HYPOTHESES, [REFERENCES], n_bootstrap=50)
        score = ours.score(name)
        assert score.value == pytest.approx(theirs.score, abs=1e-9)
        assert score.signature == metric.get_signature().format()
        # sacreBLEU sums in float32.
        assert score.interval.mean == pytest.approx(theirs._mean, rel=1e-4)
        assert score.interval.half_width == pytest.approx(theirs._ci, rel=1e-4)


def test_sentence_scores_are_sacrebleus():
    ours = evaluate(HYPOTHESES, REFERENCES, bootstrap=0)
    metrics = {"bleu": BLEU(effective_order=True), "chrf": CHRF(), "ter": TER()}
    for sentence, hypothesis, reference in zip(ours.sentences, HYPOTHESES, REFERENCES, strict=True):
        for name, metric in metrics.items():
            assert sentence.scores[name] == pytest.approx(metric.sentence_score(hypothesis, [reference]).score)
            assert ours.sentence_signatures[name] == metric.get_signature().format()


def test_article_scores_are_corpus_scores_of_their_segments():
    ours = evaluate(HYPOTHESES, REFERENCES, articles=["flood", "flood", "outlook", "flood"], bootstrap=0)
    assert [(article.article_id, article.segments) for article in ours.articles] == [("flood", 3), ("outlook", 1)]
    rows = [0, 1, 3]
    for name, metric in sacrebleu_metrics().items():
        theirs = metric.corpus_score([HYPOTHESES[i] for i in rows], [[REFERENCES[i] for i in rows]])
        assert ours.articles[0].scores[name] == pytest.approx(theirs.score)


def test_several_references_of_varying_number():
    ours = evaluate(HYPOTHESES, [REFERENCES, SECOND], bootstrap=0)
    assert ours.references == -1
    for name, metric in sacrebleu_metrics().items():
        theirs = metric.corpus_score(HYPOTHESES, [REFERENCES, SECOND])
        assert ours.score(name).value == pytest.approx(theirs.score)
        assert ours.score(name).signature == metric.get_signature().format()


def test_empty_and_tokenised_hypotheses_are_noted():
    ours = evaluate(HYPOTHESES, REFERENCES, bootstrap=0)
    assert ours.empty_hypotheses == 1
    assert ours.notes == ("1 of 4 hypotheses are empty; they are scored as empty",)
    many = evaluate(["Rain fell ."] * 100, ["Rain fell."] * 100, bootstrap=0, metrics=("bleu",))
    assert "looks tokenised" in many.notes[0]


@pytest.mark.parametrize(
    ("hypotheses", "references", "options", "said"),
    [
        (["a", "b", "c"], ["a", "b"], {}, "3 hypotheses but 2 references"),
        (["a", "b"], [["a", "b"], ["a"]], {}, "2 hypotheses but 1 references in reference 2"),
        ([], [], {}, "no hypotheses"),
        (["a"], [], {}, "1 hypotheses but no references"),
        (["a", "b"], [["a", None], ["x", None]], {}, "segment 2 has no reference"),
        (["a", "b"], [None, "b"], {}, "segment 1 has no reference"),
        (["a", None], ["a", "b"], {}, "hypothesis 2 is NoneType"),
        (["a"], ["a"], {"articles": []}, "1 hypotheses but 0 article ids"),
        (["a"], ["a"], {"metrics": ("blue",)}, "no metric is called 'blue'"),
        (["a"], ["a"], {"metrics": ()}, "no metric was named"),
        (["a"], ["a"], {"bootstrap": 1}, "bootstrap must be 0"),
        ("a", ["a"], {}, "not one string"),
    ],
)
def test_bad_input_is_one_clear_line(hypotheses, references, options, said):
    with pytest.raises(InputError, match=said) as caught:
        evaluate(hypotheses, references, **options)
    assert "\n" not in str(caught.value)


def test_same_seed_same_interval_other_seed_other_interval():
    first, again, other = (evaluate(HYPOTHESES, REFERENCES, bootstrap=40, seed=seed) for seed in (7, 7, 8))
    assert first == again
    assert first.score("chrf").interval != other.score("chrf").interval


def test_json_round_trip():
    evaluation = evaluate(HYPOTHESES, REFERENCES, articles=["a", "a", "b", "b"], bootstrap=10)
    plain = json.loads(evaluation.to_json())
    assert plain == json.loads(json.dumps(evaluation.to_dict()))
    assert len(plain["sentences"]) == 4
    assert plain["corpus"][0]["label"] == "BLEU"
    assert plain["corpus"][0]["interval"]["resamples"] == 10
    assert "sentences" not in evaluation.to_dict(sentences=False)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=30)), min_size=1, max_size=6))
def test_any_text_gives_bounded_scores(pairs):
    evaluation = evaluate([h for h, _ in pairs], [r for _, r in pairs], bootstrap=3)
    for scores in [*(s.scores for s in evaluation.sentences), {s.metric: s.value for s in evaluation.corpus}]:
        assert 0 <= scores["bleu"] <= 100 + 1e-6
        assert 0 <= scores["chrf"] <= 100 + 1e-6
        assert scores["ter"] >= 0


@settings(max_examples=15, deadline=None)
@given(st.lists(st.text(alphabet="abcdef ", min_size=8, max_size=40).filter(str.strip), min_size=1, max_size=5))
def test_identical_text_is_perfect(texts):
    evaluation = evaluate(texts, texts, bootstrap=0)
    assert evaluation.score("ter").value == 0
    assert evaluation.score("chrf").value == pytest.approx(100)


PUBLISHED = [
    ("google", 46.0, 70.4),
    ("microsoft", 44.0, 67.7),
    ("bergamot-base", 39.6, 65.2),
    ("bergamot-base-memory", 38.3, 64.2),
    ("nllb", 37.5, 63.1),
    ("opusmt", 33.9, 60.8),
    ("argos", 30.0, 57.2),
]


@pytest.mark.parametrize(("system", "bleu", "chrf"), PUBLISHED)
def test_published_scores_of_seven_systems_on_flores_dev(system, bleu, chrf):
    """BLEU as published with mozilla's firefox-translations-models, chrF2 as sacreBLEU 2.6.0 computes it."""
    folder = SHARED / "benchmarks"
    if not (folder / "flores-dev.en").is_file():
        pytest.skip("benchmark data not at hand: set MUWAZI_SHARED to the folder that holds benchmarks/")
    hypotheses = (folder / f"flores-dev.{system}.en").read_text("utf-8").removesuffix("\n").split("\n")
    references = (folder / "flores-dev.en").read_text("utf-8").removesuffix("\n").split("\n")
    ours = evaluate(hypotheses, references, bootstrap=0, metrics=("bleu", "chrf"))
    assert (round(ours.score("bleu").value, 1), round(ours.score("chrf").value, 1)) == (bleu, chrf)
