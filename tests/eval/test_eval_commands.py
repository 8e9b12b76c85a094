"""``muwazi eval score | compare | report`` as people run them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from muwazi.cli.main import app
from muwazi.corpus.errors import InputError, StoreError

MT = "The river rose by two metres.\nThe bridge stays closed.\n\n"
EN = "The river rose two metres.\nThe bridge will stay closed.\nNobody was hurt.\n"


@pytest.fixture
def files(tmp_path):
    (tmp_path / "mt.txt").write_text(MT, "utf-8")
    (tmp_path / "mt2.txt").write_text(EN.replace("hurt", "injured"), "utf-8")
    (tmp_path / "en.txt").write_text(EN, "utf-8")
    (tmp_path / "ar.txt").write_text("ارتفع النهر مترين.\nيبقى الجسر مغلقا.\nلم يصب أحد.\n", "utf-8")
    (tmp_path / "ids.txt").write_text("flood\nflood\npeople\n", "utf-8")
    return tmp_path


def run(*arguments) -> str:
    result = CliRunner().invoke(app, ["eval", *map(str, arguments)], catch_exceptions=True)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize("command", ["score", "bleu"])
def test_score_prints_scores_intervals_and_signatures(files, command):
    out = run(command, files / "mt.txt", files / "en.txt", "--bootstrap", 20)
    lines = out.splitlines()
    assert lines[0].split() == ["metric", "score", "95", "%", "interval", "signature"]
    assert [line.split()[0] for line in lines[1:]] == ["BLEU", "chrF2", "TER"]
    assert "nrefs:1|bs:20|seed:12345|case:mixed|eff:no|tok:13a|smooth:exp" in lines[1]


def test_score_by_article_and_chosen_metric(files):
    options = ("--articles", files / "ids.txt", "-m", "chrf", "--bootstrap", 0)
    out = run("score", files / "mt.txt", files / "en.txt", *options)
    assert "BLEU" not in out
    assert [line.split()[:2] for line in out.splitlines()[4:]] == [["flood", "2"], ["people", "1"]]


def test_score_as_json_agrees_with_two_references(files):
    plain = json.loads(run("score", files / "mt.txt", files / "en.txt", files / "mt2.txt", "--json", "--bootstrap", 0))
    assert (plain["references"], plain["segments"], plain["empty_hypotheses"]) == (2, 3, 1)


def test_sentence_level_tsv_and_json_lines(files):
    tsv = run("score", files / "mt.txt", files / "en.txt", "--sentence-level", "--articles", files / "ids.txt")
    rows = [line.split("\t") for line in tsv.splitlines()]
    assert rows[0] == ["segment", "article", "bleu", "chrf", "ter"]
    assert [row[:2] for row in rows[1:]] == [["1", "flood"], ["2", "flood"], ["3", "people"]]
    lines = run("score", files / "mt.txt", files / "en.txt", "--sentence-level", "--json").splitlines()
    assert [json.loads(line)["segment"] for line in lines] == [1, 2, 3]
    assert float(rows[2][3]) == pytest.approx(json.loads(lines[1])["chrf"], abs=0.005)


def test_score_writes_a_report(files):
    page = files / "report.html"
    run("score", files / "mt.txt", files / "en.txt", "--html", page, "--source", files / "ar.txt", "--bootstrap", 5)
    text = page.read_text("utf-8")
    assert "يبقى الجسر مغلقا." in text
    assert not list(files.glob(".report*"))


def test_a_line_ends_at_line_feeds_only(files):
    (files / "odd.txt").write_bytes("\ufeffone\u2028still one\r\ntwo\u0085still two".encode())
    (files / "ref.txt").write_bytes(b"one\ntwo\n")
    plain = json.loads(run("score", files / "odd.txt", files / "ref.txt", "--json", "--bootstrap", 0))
    assert plain["segments"] == 2


def test_compare(files):
    out = run("compare", files / "en.txt", files / "mt.txt", files / "mt2.txt", "--trials", 20, "-m", "ter")
    assert out.splitlines()[1].split()[2] == "baseline"
    assert "Paired bootstrap, 20 trials, 3 segments" in out
    plain = json.loads(
        run(
            "compare",
            files / "en.txt",
            files / "mt.txt",
            files / "mt2.txt",
            "--test",
            "randomisation",
            "--trials",
            9,
            "--json",
        )
    )
    assert plain["test"] == "randomisation"
    assert plain["metrics"][0]["systems"][1]["p_value"] <= 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("score", "mt.txt", "nothing.txt"), "nothing.txt: no such file"),
        (("score", "mt.txt", "short.txt"), "has 3 lines but .*short.txt has 1 line:"),
        (("score", "mt.txt", "en.txt", "--articles", "short.txt"), "short.txt has 1"),
        (("score", "mt.txt", "en.txt", "--source", "ar.txt"), "add --html"),
        (("score", "mt.txt", "en.txt", "--html", "nowhere/x.html"), "no folder nowhere"),
        (("score", "mt.txt", "en.txt", "--html", "en.txt"), "is an input of this command"),
        (("score", "mt.txt", "en.txt", "-m", "comet"), "no metric is called 'comet'"),
        (("score", "mt.txt", "broken.txt"), "broken.txt, line 2: not UTF-8"),
        (("score", "empty.txt", "en.txt"), "empty.txt: the file is empty"),
        (("score", "mt.txt", "."), "cannot be read"),
        (("compare", "en.txt", "mt.txt", "mt.txt"), "given twice"),
        (("compare", "en.txt", "mt.txt", "short.txt"), "1 hypotheses but 3 references"),
        (("compare", "en.txt", "mt.txt", "mt2.txt", "--test", "guess"), "no test is called 'guess'"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(files, arguments, said, monkeypatch):
    (files / "short.txt").write_text("one\n", "utf-8")
    (files / "broken.txt").write_bytes(b"one\n\xff\xfe\nthree\n")
    (files / "empty.txt").write_bytes(b"")
    monkeypatch.chdir(files)
    before = sorted(files.iterdir())
    with pytest.raises(InputError, match=said) as caught:
        run(*arguments)
    assert "\n" not in str(caught.value)
    assert sorted(files.iterdir()) == before


def store_with_two_articles(path: Path):
    from muwazi.corpus.store import CommitMetadata, Row, Store, split_of

    def row(article, index, ar, en, mt, kind):
        return Row(
            id=f"{article}-{index}",
            article_id=article,
            index=index,
            ar=ar,
            en=en,
            mt=mt,
            post_edit=None,
            alignment_type=kind,
            alignment_score=None if en is None else 0.8,
            confidence=None,
            reference_kind=None if en is None else "independent",
            flags=(),
            split=split_of(article),
            source_uri=f"{article}.ar.txt",
            licence=None,
        )

    store = Store.create(path)
    rows = [
        row("flood", 0, "ارتفع النهر.", "The river rose. It rose fast.", "The river rose.", "1-2"),
        row("flood", 1, "الجسر مغلق.", "The bridge is closed.", "The bridge is shut.", "1-1"),
        row("flood", 2, "انتهى.", None, "It ended.", "1-0"),
        row("plain", 0, "بلا مرجع.", None, "No reference.", None),
    ]
    store.commit(
        rows,
        message="Two articles",
        metadata=CommitMetadata(
            command="muwazi build articles",
            drops={"ratio": 2},
            drop_samples={"ratio": [{"ar": "س", "en": "much longer", "score": 9.1}]},
        ),
    )
    return store


def test_report_of_a_stored_version(tmp_path):
    store_with_two_articles(tmp_path / "store")
    out = run("report", tmp_path / "store", "-o", tmp_path / "page.html", "--revision", "1.0.0")
    assert out.strip() == str(tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text("utf-8")
    for piece in (
        "1.0.0",
        "Two articles",
        "2 segments were scored",
        "2 rows have no reference",
        "ratio",
        "much longer",
        "It rose fast.",
        "1-2",
        "1-0",
    ):
        assert piece in page, piece


def test_report_of_a_version_that_is_not_there(tmp_path):
    store_with_two_articles(tmp_path / "store")
    with pytest.raises(StoreError, match=r"9\.9\.9"):
        run("report", tmp_path / "store", "-o", tmp_path / "page.html", "--revision", "9.9.9")
    assert not (tmp_path / "page.html").exists()
