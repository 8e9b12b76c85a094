"""The HTML report: whole, escaped, bounded, and the same each time."""

from __future__ import annotations

import dataclasses
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest

from muwazi.corpus.types import Bead
from muwazi.eval import evaluate
from muwazi.eval.report import (
    DroppedGroup,
    DroppedSample,
    RemovedGroup,
    RemovedSample,
    ReportArticle,
    ReportData,
    ReportSegment,
    render_report,
    segments_with_scores,
)
from muwazi.eval.report.differences import Word, compare_words
from muwazi.eval.report.picture import draw
from muwazi.eval.report.plots import MAX_DOTS, histogram, nice_ceiling, positions
from muwazi.eval.report.render import MAX_BEADS, MAX_PICTURES

HOSTILE = """</script></style><img src=x onerror="alert(1)">'"&<svg onload=alert(2)>{{ 7*7 }}{% raw %}"""
VOID = {"meta", "br", "wbr", "img", "input", "link", "hr"}


class Outline(HTMLParser):
    """Collects elements and checks that they close in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def count(self, tag):
        return sum(name == tag for name, _ in self.seen)


def outline(page: str) -> Outline:
    parser = Outline()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    return parser


def make(count: int = 4, *, text: str = "The bridge stays closed.", articles: int = 2) -> ReportData:
    """A report on ``count`` scored rows and one without a reference."""
    mt = [f"{text} {place}" for place in range(count)]
    en = [f"{text} {place} today" if place % 3 else f"{text} {place}" for place in range(count)]
    ids = [f"article-{place * articles // max(count, 1)}" for place in range(count)]
    evaluation = evaluate(mt, en, articles=ids, bootstrap=5, metrics=("bleu", "chrf")) if count else None
    rows = [ReportSegment(f"row-{place}", ids[place], "الجسر مغلق.", en[place], mt[place]) for place in range(count)]
    rows.append(ReportSegment("row-x", "article-x", "بلا مرجع.", None, "No reference."))
    return ReportData(
        title="Test corpus",
        version="1.2.0",
        created="2026-01-02T03:04:05Z",
        model={"model": "builtin"},
        evaluation=evaluation,
        segments=segments_with_scores(rows, evaluation, range(count)),
        articles=[
            ReportArticle(
                "bridge", "الجسر", ["أ.", "ب."], ["A.", "B.", "C."], [Bead((0,), (0, 1), 0.8), Bead((1,), ())]
            )
        ],
        dropped=[DroppedGroup("ratio", "one side is too long", 3, [DroppedSample("س", "x y z", "9.1")])],
        removed=[RemovedGroup("byline", 2, [RemovedSample("كتب: فلان", "bridge")])],
        flags={"repetition": 1},
        statistics={"articles": 2},
        notes=["bridge has one sentence without a partner"],
        command="muwazi build articles --store store",
    )


def test_everything_is_on_the_page():
    data = make()
    page = render_report(data)
    said = "".join(outline(page).text)
    for score in data.evaluation.corpus:
        assert f"{score.value:.1f}" in said
        assert score.signature in said
        assert f"{score.interval.low:.1f} to {score.interval.high:.1f}" in said
    for piece in (
        "Test corpus",
        "1.2.0",
        "article-1",
        "row-3",
        "ratio",
        "one side is too long",
        "byline",
        "كتب: فلان",
        "repetition",
        "muwazi build articles --store store",
        "1 row has no reference",
        "1-2",
        "1-0",
    ):
        assert piece in said, piece


def test_self_contained_and_allowed_by_its_own_policy():
    page = render_report(make())
    assert page.startswith("<!DOCTYPE html>")
    parser = outline(page)
    for tag, attributes in parser.seen:
        assert tag not in {"link", "iframe", "img", "object", "embed", "base"}
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)
        target = attributes.get("href") or attributes.get("src") or "#"
        assert target.startswith("#"), target
    policy = next(a["content"] for t, a in parser.seen if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy


def test_arabic_is_marked_right_to_left_and_english_left_to_right():
    parser = outline(render_report(make()))
    directions = {(a.get("lang"), a.get("dir")) for _, a in parser.seen if a.get("lang")}
    assert directions == {("ar", "rtl"), ("en", "ltr")}


def test_hostile_text_stays_text():
    evaluation = evaluate([HOSTILE], ["x"], articles=[HOSTILE], bootstrap=0)
    rows = [ReportSegment(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, flags=(HOSTILE,))]
    data = ReportData(
        title=HOSTILE,
        version=HOSTILE,
        created=HOSTILE,
        model={HOSTILE: HOSTILE},
        evaluation=evaluation,
        segments=segments_with_scores(rows, evaluation, [0]),
        articles=[
            ReportArticle(
                HOSTILE,
                HOSTILE,
                [HOSTILE],
                [HOSTILE],
                [Bead((0,), (0,), 0.5, None, (HOSTILE,))],
                '"><b>',
                "en",
                (HOSTILE,),
            ),
            ReportArticle(HOSTILE, HOSTILE, [HOSTILE], [], [], notes=(HOSTILE,)),
        ],
        dropped=[DroppedGroup(HOSTILE, HOSTILE, 1, [DroppedSample(HOSTILE, HOSTILE, HOSTILE)])],
        removed=[RemovedGroup(HOSTILE, 1, [RemovedSample(HOSTILE, HOSTILE, '"><i>')])],
        flags={HOSTILE: 1},
        statistics={HOSTILE: HOSTILE},
        notes=[HOSTILE],
        command=HOSTILE,
    )
    parser = outline(render_report(data))
    assert parser.count("script") == 1
    assert parser.count("style") == 1
    assert parser.count("img") == 0
    assert all(not any(name.startswith("on") for name in attributes) for _, attributes in parser.seen)
    assert "".join(parser.text).count("{{ 7*7 }}") > 10


@pytest.mark.parametrize("count", [0, 1, 2, 3, 25])
def test_any_number_of_sentences(count):
    data = make(count)
    page = render_report(data)
    parser = outline(page)
    assert ("There are no scores" in page) == (count == 0)
    assert parser.count("circle") == count
    # Best and worst never show a sentence twice.
    shown = [a for t, a in parser.seen if t == "article" and a.get("class") == "example"]
    assert len(shown) == min(count, 20)


def test_no_rows_at_all():
    page = render_report(ReportData(title="Empty", version="1.0.0", created=""))
    outline(page)
    assert "this version has no rows" in page
    assert "Nothing was translated" in page


def test_a_hundred_thousand_sentences_stay_a_small_page():
    base = make(50, articles=50)
    many = 2000
    rows = [dataclasses.replace(row, id=f"{row.id}-{copy}") for copy in range(many) for row in base.segments[:50]]
    article = base.articles[0]
    long = ReportArticle(
        "long",
        "Long",
        ["ج."] * 1000,
        ["S."] * 1000,
        [Bead((place,), (place,), 0.9) for place in range(1000)],
    )
    data = dataclasses.replace(
        base, segments=rows, articles=[long, *[dataclasses.replace(article, id=f"a{n}") for n in range(500)]]
    )
    page = render_report(data)
    assert len(page) < 1_500_000
    parser = outline(page)
    assert parser.count("circle") == 0
    assert "median and quartiles of every" in page
    said = " ".join("".join(parser.text).split())
    assert f"{1000 - MAX_BEADS} more are left out here" in said
    assert f"{501 - MAX_PICTURES} more aligned articles are not drawn here" in said


def test_a_report_on_plain_files_says_nothing_of_a_build():
    evaluation = evaluate(["a b c d e"], ["a b c d e"], bootstrap=0)
    row = ReportSegment("line 1", "", "", "a b c d e", "a b c d e")
    page = render_report(
        ReportData("x.en", "", "", evaluation=evaluation, segments=segments_with_scores([row], evaluation, [0]))
    )
    outline(page)
    assert "dropped" not in page.split("<body>")[1]
    assert "Nothing was translated" not in page
    # A perfect BLEU is a hair above 100 in floating point; that is not "beyond 100".
    assert ">100+<" not in page


def test_same_data_same_page():
    assert render_report(make(7)) == render_report(make(7))


def test_a_very_long_text_is_cut_with_a_mark():
    data = make(1, text="word " * 2000)
    page = render_report(data)
    assert "more characters]" in page
    assert len(page) < 200_000


def test_svg_is_well_formed_and_titled():
    for drawing in re.findall(r"<svg.*?</svg>", render_report(make(30)), flags=re.DOTALL):
        root = ET.fromstring(drawing)
        assert root.get("aria-hidden") or root.find("title") is not None


def test_positions_of_scores_must_match():
    evaluation = evaluate(["a"], ["a"], bootstrap=0)
    with pytest.raises(ValueError, match="1 sentence scores but 2 positions"):
        segments_with_scores([ReportSegment("r", "a", "", "a", "a")], evaluation, [0, 1])


@pytest.mark.parametrize(("value", "ceiling"), [(0, 4), (4, 4), (5, 8), (9, 12), (13, 20), (21, 40), (1000, 1200)])
def test_axis_ends_at_a_number_whose_quarters_are_whole(value, ceiling):
    assert nice_ceiling(value) == ceiling


def test_histogram_counts_every_value_and_says_what_is_beyond():
    values = [0.0, 4.9, 5.0, 100.0, 130.0]
    drawn = histogram("TER", values)
    counts = [int(re.search(r": (\d+) sentence", bar.title).group(1)) for bar in drawn.bars]
    assert counts == [2, 1, 2]
    assert drawn.bars[-1].title == "TER 95 to 100: 2 sentences, 1 of them above 100"
    assert drawn.x_ticks[-1].label == "100+"
    assert histogram("TER", []) is None


def test_positions_turn_from_dots_into_a_median_line():
    few = positions("chrF2", [50.0] * MAX_DOTS, ["s"] * MAX_DOTS, ["a"] * MAX_DOTS)
    more = positions("chrF2", [50.0] * (MAX_DOTS + 1), ["s"] * (MAX_DOTS + 1), ["a"] * (MAX_DOTS + 1))
    assert len(few.dots) == MAX_DOTS
    assert few.line == ""
    assert more.dots == ()
    assert more.line.startswith("M")
    assert more.band.endswith("Z")
    assert positions("chrF2", [], [], []) is None


def test_picture_has_every_sentence_once_and_a_ribbon_for_each_full_bead():
    beads = [Bead((0,), (0, 1), 0.9), Bead((1, 2), (2,), 0.4, 0.2), Bead((3,), ()), Bead((), (3,))]
    article = ReportArticle("a", "A", ["1", "2", "3", "4"], ["a", "b", "c", "d"], beads)
    picture = draw(article, max_beads=10)
    assert len(picture.blocks) == 8
    assert sum(block.null for block in picture.blocks) == 2
    assert [ribbon.step for ribbon in picture.ribbons] == [4, 0]
    assert [row.kind for row in picture.rows] == ["1-2", "2-1", "1-0", "0-1"]
    part = draw(article, max_beads=1)
    assert (part.left_out, len(part.blocks), len(part.rows)) == (3, 3, 1)


@pytest.mark.parametrize(
    ("translation", "reference", "runs"),
    [
        ("the river rose", "The river rose.", [("the river rose", False)]),
        ("the lake rose", "the river rose", [("the", False), ("lake", True), ("rose", False)]),
        ("all new", "nothing shared", [("all new", True)]),
        ("no reference", "", [("no reference", False)]),
        ("", "something", []),
    ],
)
def test_words_that_differ(translation, reference, runs):
    assert compare_words(translation, reference) == tuple(Word(*run) for run in runs)
