"""compare(): p-values against those of sacreBLEU's PairedTest on the same segments."""

from __future__ import annotations

import json
import random

import pytest
from sacrebleu.metrics import BLEU, CHRF, TER
from sacrebleu.significance import PairedTest

from muwazi.corpus.errors import InputError
from muwazi.eval import compare

WORDS = ["the", "river", "rose", "by", "two", "metres", "and", "forty", "families", "left", "their", "homes", "near"]


def _systems():
    """A reference of 45 segments, a poor system, a better one and a copy of the poor one."""
    chance = random.Random(3)
    reference = [" ".join(chance.choices(WORDS, k=chance.randint(4, 14))) for _ in range(45)]

    def spoil(share):
        return [
            " ".join(word if chance.random() > share else chance.choice(WORDS) for word in line.split())
            for line in reference
        ]

    poor = spoil(0.4)
    return reference, {"poor": poor, "better": spoil(0.34), "same": list(poor)}


@pytest.mark.parametrize(("test", "code", "trials"), [("bootstrap", "bs", 60), ("randomisation", "ar", 100)])
def test_p_values_and_signatures_are_sacrebleus(test, code, trials):
    reference, systems = _systems()
    theirs_signatures, theirs = PairedTest(
        list(systems.items()),
        {"BLEU": BLEU(force=True), "chrF2": CHRF(), "TER": TER()},
        [reference],
        test_type=code,
        n_samples=trials,
    )()
    ours = compare(systems, reference, test=test, trials=trials)
    for metric in ours.metrics:
        assert metric.signature == theirs_signatures[metric.label].format()
        for ours_result, theirs_result in zip(metric.systems, theirs[metric.label], strict=True):
            assert ours_result.score == pytest.approx(theirs_result.score)
            assert ours_result.p_value == pytest.approx(theirs_result.p_value)


def test_differences_are_signed_and_the_baseline_has_none():
    reference, systems = _systems()
    bleu = compare(systems, reference, trials=20, metrics=("bleu",)).metrics[0]
    poor, better, same = bleu.systems
    assert (poor.difference, poor.p_value) == (None, None)
    assert better.difference == pytest.approx(better.score - poor.score)
    assert same.difference == 0


def test_json():
    reference, systems = _systems()
    comparison = compare(systems, reference, trials=5, metrics=("chrf",))
    assert json.loads(comparison.to_json())["metrics"][0]["systems"][0]["system"] == "poor"


@pytest.mark.parametrize(
    ("systems", "options", "said"),
    [
        ({"one": ["a"]}, {}, "a baseline and at least one other"),
        ({"one": ["a"], "two": ["a", "b"]}, {}, "two: 2 hypotheses but 1 references"),
        ({"one": ["a"], "two": ["b"]}, {"test": "t"}, "no test is called 't'"),
        ({"one": ["a"], "two": ["b"]}, {"trials": 0}, "at least one trial"),
    ],
)
def test_bad_input(systems, options, said):
    with pytest.raises(InputError, match=said):
        compare(systems, ["a"], **options)
