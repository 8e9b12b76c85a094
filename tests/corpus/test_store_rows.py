"""Rows, splits and version numbers."""

from __future__ import annotations

import dataclasses
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muwazi.corpus.errors import StoreError
from muwazi.corpus.store import COLUMNS, SPLITS, Change, Row, Version, split_of

ROW = Row("a-1", "a", 0, "نص", "Text.")


@given(st.text(min_size=1, max_size=40))
@settings(max_examples=60, deadline=None)
def test_split_is_one_of_three_and_stays(article_id):
    assert split_of(article_id) in SPLITS
    assert split_of(article_id) == split_of(str(article_id))


def test_split_shares_are_as_documented():
    counts = dict.fromkeys(SPLITS, 0)
    for number in range(10_000):
        counts[split_of(f"article-{number}")] += 1
    assert counts["train"] == pytest.approx(8000, abs=150)
    assert counts["validation"] == pytest.approx(1000, abs=120)
    assert counts["test"] == pytest.approx(1000, abs=120)


def test_split_follows_from_sha256_alone():
    # Computed here by hand, so that a change of the rule moves no article unnoticed.
    percent = int(hashlib.sha256(b"seed-article").hexdigest()[:16], 16) % 100
    expected = "train" if percent < 80 else "validation" if percent < 90 else "test"
    assert split_of("seed-article") == expected


def test_columns_are_those_of_the_design():
    assert COLUMNS == (
        "id",
        "article_id",
        "index",
        "ar",
        "en",
        "mt",
        "post_edit",
        "alignment_type",
        "alignment_score",
        "confidence",
        "reference_kind",
        "flags",
        "split",
        "source_uri",
        "licence",
    )


def test_row_draws_its_split_and_freezes_its_flags():
    row = Row("a-1", "a", 0, "نص", flags=["one", "two"])
    assert row.split == split_of("a")
    assert row.flags == ("one", "two")
    assert row.as_dict()["flags"] == ["one", "two"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        row.ar = "x"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, None),
        ({"ar": None}, "column ar is NoneType"),
        ({"en": 5}, "column en is int"),
        ({"mt": "\ud800"}, "half of a surrogate pair"),
        ({"id": ""}, "no id"),
        ({"article_id": ""}, "no id"),
        ({"index": -1}, "index is -1"),
        ({"index": True}, "index is True"),
        ({"index": 2**31}, "index is 2147483648"),
        ({"split": "dev"}, "split is 'dev'"),
        ({"reference_kind": "free"}, "reference_kind is 'free'"),
        ({"alignment_score": float("nan")}, "not a finite number"),
        ({"confidence": float("inf")}, "not a finite number"),
        ({"confidence": "0.5"}, "not a finite number"),
        ({"flags": ("a\nb",)}, "flags"),
        ({"flags": (3,)}, "flags"),
    ],
)
def test_problems_are_told(change, expected):
    problem = dataclasses.replace(ROW, **change).problem()
    assert problem is None if expected is None else expected in problem


@pytest.mark.parametrize(
    "change",
    [{"ar": "نص آخر"}, {"en": None}, {"flags": ("x",)}, {"alignment_score": 0.5}, {"index": 1}, {"split": "test"}],
)
def test_digest_tells_rows_apart(change):
    assert dataclasses.replace(ROW, **change).digest() != ROW.digest()
    assert dataclasses.replace(ROW).digest() == ROW.digest()


@pytest.mark.parametrize(
    ("ar", "en", "pair"), [("نص", "Text", True), ("نص", None, False), ("نص", " ", False), (" ", "Text", False)]
)
def test_pair_needs_both_sides(ar, en, pair):
    assert Row("a-1", "a", 0, ar, en).is_pair is pair


@pytest.mark.parametrize(("text", "parts"), [("1.0.0", (1, 0, 0)), ("v2.10.3", (2, 10, 3)), (" 0.0.1 ", (0, 0, 1))])
def test_versions_are_read(text, parts):
    version = Version.parse(text)
    assert (version.major, version.minor, version.patch) == parts
    assert Version.parse(str(version)) == version


@pytest.mark.parametrize("text", ["", "1", "1.0", "1.0.0.0", "01.0.0", "1.0.x", "١.٠.٠", "../1.0.0", "1.0.0-rc1"])
def test_other_versions_are_refused(text):
    with pytest.raises(StoreError, match=r"is no version"):
        Version.parse(text)


def test_versions_order_by_number():
    assert Version.parse("1.10.0") > Version.parse("1.9.9")


@pytest.mark.parametrize(
    ("change", "after"),
    [(Change.SCHEMA, "2.0.0"), (Change.ROWS, "1.3.0"), (Change.METADATA, "1.2.4"), (Change.NOTHING, "1.2.3")],
)
def test_each_change_raises_its_number(change, after):
    assert str(Version.parse("1.2.3").after(change)) == after
