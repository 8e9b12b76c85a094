"""Exports: valid in their formats, nothing lost in silence, all or nothing."""

from __future__ import annotations

import io
import json
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from muwazi.corpus.errors import InputError
from muwazi.corpus.formats import FORMATS, TARGETS, choose_target, export
from muwazi.corpus.store import Row

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
X1 = "{urn:oasis:names:tc:xliff:document:1.2}"
X2 = "{urn:oasis:names:tc:xliff:document:2.0}"

ROWS = [
    Row("a-0", "a", 0, "عنوان", "Title", "Heading", None, "1-1", 0.9, 0.99, "independent", [], "", "a.ar.txt", "MIT"),
    Row("a-1", "a", 1, 'قال <نعم> & "لا"', None, 'He said <yes> & "no"', flags=["no-reference", "repetition"]),
    Row("a-2", "a", 2, "سطر\nثان\tهنا", "Two\r\nlines", "One", "Two lines, edited", reference_kind="post-edited"),
    Row("b 1/é", "مقال ب", 0, "حرف\x01 تحكم\ufffe", "Control\x08 characters", None),
    Row("b-2", "مقال ب", 1, "بلا ترجمة", None, None),
    Row("b-3", "مقال ب", 2, "", "Only English", None),
]


def parse(path):
    return etree.parse(str(path), etree.XMLParser(resolve_entities=False, no_network=True)).getroot()


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (
            "best",
            ["Title", 'He said <yes> & "no"', "Two lines, edited", "Control\x08 characters", None, "Only English"],
        ),
        ("reference", ["Title", None, "Two\r\nlines", "Control\x08 characters", None, "Only English"]),
        ("mt", ["Heading", 'He said <yes> & "no"', "One", None, None, None]),
        ("post-edit", [None, None, "Two lines, edited", None, None, None]),
    ],
)
def test_target_is_the_column_asked_for(target, expected):
    assert [choose_target(row, target)[0] for row in ROWS] == expected


def test_origin_of_the_best_target():
    assert [choose_target(row, "best")[1] for row in ROWS[:5]] == ["reference", "mt", "post-edit", "reference", None]


def test_jsonl_holds_every_column_of_every_row(tmp_path):
    path = tmp_path / "out.jsonl"
    report = export(ROWS, "jsonl", path)
    lines = path.read_bytes().decode("utf-8").splitlines()
    back = [Row(**json.loads(line)) for line in lines]
    assert back == ROWS
    assert report.written == 6
    assert report.notes() == []


def test_tsv_has_a_header_and_four_cells_a_line(tmp_path):
    path = tmp_path / "out.tsv"
    report = export(ROWS, "tsv", path)
    lines = path.read_text(encoding="utf-8").split("\n")
    assert lines[0] == "id\tarticle_id\tar\ten"
    assert lines[3] == "a-2\ta\tسطر ثان هنا\tTwo lines, edited"
    assert len(lines) == 6
    assert lines[-1] == ""
    assert all(line.count("\t") == 3 for line in lines[:-1])
    assert report.skipped == {"no target": 1, "no source": 1}
    assert report.changed == {"made a space": 2}
    assert report.notes() == [
        "1 rows left out: no target",
        "1 rows left out: no source",
        "2 places made a space: the format cannot hold them",
    ]


def test_moses_writes_as_many_lines_on_both_sides(tmp_path):
    report = export(ROWS, "moses", tmp_path / "out", target="reference")
    arabic = (tmp_path / "out.ar").read_text(encoding="utf-8").split("\n")
    english = (tmp_path / "out.en").read_text(encoding="utf-8").split("\n")
    assert len(arabic) == len(english) == report.written + 1 == 4
    assert english[1] == "Two lines"
    assert report.files == [str(tmp_path / "out.ar"), str(tmp_path / "out.en")]


def test_tmx_is_what_the_standard_asks_for(tmp_path):
    path = tmp_path / "out.tmx"
    report = export(ROWS, "tmx", path)
    root = parse(path)
    assert root.tag == "tmx"
    assert root.get("version") == "1.4"
    assert [child.tag for child in root] == ["header", "body"]
    # The attributes that TMX 1.4b requires of a header.
    needed = {"creationtool", "creationtoolversion", "segtype", "o-tmf", "adminlang", "srclang", "datatype"}
    assert needed <= set(root[0].attrib)
    assert root[0].get("segtype") in ("block", "paragraph", "sentence", "phrase")
    units = root[1].findall("tu")
    assert [unit.get("tuid") for unit in units] == ["a-0", "a-1", "a-2", "b 1/é"]
    for unit in units:
        # Content model of tu: notes and props first, then the variants; each with one seg.
        tags = [child.tag for child in unit]
        assert tags == sorted(tags, key=["note", "prop", "tuv"].index)
        assert [variant.get(XML_LANG) for variant in unit.findall("tuv")] == ["ar", "en"]
        assert all([child.tag for child in variant] == ["seg"] for variant in unit.findall("tuv"))
    assert units[1].findall("tuv")[0][0].text == 'قال <نعم> & "لا"'
    assert units[2].findall("tuv")[0][0].text == "سطر\nثان\tهنا"
    assert units[3].findall("tuv")[0][0].text == "حرف تحكم"
    assert {prop.get("type"): prop.text for prop in units[0].findall("prop")} == {
        "x-article": "a",
        "x-origin": "reference",
        "x-alignment-type": "1-1",
        "x-source-uri": "a.ar.txt",
        "x-licence": "MIT",
    }
    assert report.changed == {"removed": 3}
    assert report.skipped == {"no target": 1, "no source": 1}


def test_xliff_1_is_what_the_standard_asks_for(tmp_path):
    path = tmp_path / "out.xlf"
    report = export(ROWS, "xliff", path)
    root = parse(path)
    assert root.tag == f"{X1}xliff"
    assert root.get("version") == "1.2"
    files = root.findall(f"{X1}file")
    assert [file.get("original") for file in files] == ["a", "مقال ب"]
    order = [f"{X1}{name}" for name in ("source", "target", "alt-trans", "note")]
    for file in files:
        assert {"original", "source-language", "target-language", "datatype"} <= set(file.attrib)
        assert [child.tag for child in file] == [f"{X1}header", f"{X1}body"]
        units = file.findall(f"{X1}body/{X1}trans-unit")
        assert len({unit.get("id") for unit in units}) == len(units)
        for unit in units:
            tags = [child.tag for child in unit]
            assert tags == sorted(tags, key=order.index)
    units = root.findall(f".//{X1}trans-unit")
    assert [unit.get("id") for unit in units] == ["a-0", "a-1", "a-2", "b 1/é", "b-2"]
    states = [target.get("state") if (target := unit.find(f"{X1}target")) is not None else None for unit in units]
    assert states == ["translated", "needs-review-translation", "final", "translated", None]
    assert units[2].get("approved") == "yes"
    assert units[2].find(f"{X1}alt-trans/{X1}target").text == "One"
    assert [note.text for note in units[1].findall(f"{X1}note")] == ["no-reference", "repetition"]
    assert units[0].find(f"{X1}source").get(XML_LANG) == "ar"
    assert report.written == 5
    assert report.skipped == {"no source": 1}


def test_xliff_2_is_what_the_standard_asks_for(tmp_path):
    path = tmp_path / "out.xlf"
    export([*ROWS, Row("u2", "c", 0, "نص"), Row("c 2", "c", 1, "نص")], "xliff2", path)
    root = parse(path)
    assert root.tag == f"{X2}xliff"
    assert (root.get("version"), root.get("srcLang"), root.get("trgLang")) == ("2.1", "ar", "en")
    files = root.findall(f"{X2}file")
    assert [file.get("id") for file in files] == ["a", "f2", "c"]
    for file in files:
        units = file.findall(f"{X2}unit")
        ids = [unit.get("id") for unit in units]
        assert len(set(ids)) == len(ids)
        assert all(etree_nmtoken(identity) for identity in ids)
        for unit in units:
            # Content model of unit: notes before segments.
            tags = [child.tag.removeprefix(X2) for child in unit]
            assert tags in (["notes", "segment"], ["segment"])
            segment = unit.find(f"{X2}segment")
            assert segment.get("state") in ("initial", "translated", "reviewed", "final")
            assert [child.tag.removeprefix(X2) for child in segment] in (["source", "target"], ["source"])
    assert [unit.get("name") for unit in files[1]] == ["b 1/é", "b-2"]
    assert [unit.get("id") for unit in files[2]] == ["u2", "u2-"]
    states = [segment.get("state") for segment in root.iter(f"{X2}segment")]
    assert states[:5] == ["reviewed", "translated", "final", "reviewed", "initial"]


def etree_nmtoken(text):
    import re

    return re.fullmatch(r"[A-Za-z0-9_:.\-]+", text) is not None


TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30).filter(lambda text: bool(text.strip()))
LEGAL = st.text(
    st.characters(codec="utf-8", exclude_characters=[*map(chr, range(32)), "\ufffe", "\uffff"])
    | st.sampled_from("\t\n\r<>&\"'"),
    min_size=1,
    max_size=30,
).filter(lambda text: bool(text.strip()))


@given(st.lists(st.tuples(LEGAL, LEGAL), min_size=1, max_size=5))
@settings(max_examples=40, deadline=None)
def test_xml_formats_keep_text_exactly(tmp_path_factory, pairs):
    folder = tmp_path_factory.mktemp("xml")
    rows = [Row(f"r{number}", "a", number, ar, en) for number, (ar, en) in enumerate(pairs)]
    for format, tags in (
        ("tmx", ["seg"]),
        ("xliff", [f"{X1}source", f"{X1}target"]),
        ("xliff2", [f"{X2}source", f"{X2}target"]),
    ):
        report = export(rows, format, folder / format)
        found = [element.text for element in parse(folder / format).iter(*tags)]
        assert found == [side for pair in pairs for side in pair], format
        assert not report.changed


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=5))
@settings(max_examples=40, deadline=None)
def test_line_formats_hold_one_segment_a_line_whatever_the_text(tmp_path_factory, pairs):
    folder = tmp_path_factory.mktemp("lines")
    rows = [Row(f"r{number}", "a", number, ar, en) for number, (ar, en) in enumerate(pairs)]
    export(rows, "tsv", folder / "out.tsv")
    export(rows, "jsonl", folder / "out.jsonl")
    export(rows, "moses", folder / "out")
    # str.splitlines knows more line breaks than any reader: it must find no more lines either.
    assert len((folder / "out.tsv").read_bytes().decode().splitlines()) == len(pairs) + 1
    assert [json.loads(line)["ar"] for line in (folder / "out.jsonl").read_bytes().decode().splitlines()] == [
        ar for ar, _ in pairs
    ]
    for side in ("ar", "en"):
        assert len((folder / f"out.{side}").read_bytes().decode().splitlines()) == len(pairs)


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=4))
@settings(max_examples=30, deadline=None)
def test_xml_is_well_formed_whatever_the_text(tmp_path_factory, pairs):
    folder = tmp_path_factory.mktemp("any")
    rows = [Row(f"r{number}{en}", ar, number, ar, en, en, flags=["x"]) for number, (ar, en) in enumerate(pairs)]
    for format in ("tmx", "xliff", "xliff2"):
        export(rows, format, folder / format)
        parse(folder / format)


def test_export_to_standard_output(capsys):
    export(ROWS[:1], "tsv")
    assert capsys.readouterr().out == "id\tarticle_id\tar\ten\na-0\ta\tعنوان\tTitle\n"
    with pytest.raises(InputError, match="moses writes two files"):
        export(ROWS, "moses")


@pytest.mark.parametrize(
    ("format", "target", "message"), [("po", "best", "is no format"), ("tsv", "en", "is no target")]
)
def test_unknown_format_and_target(format, target, message):
    with pytest.raises(InputError, match=message):
        export(ROWS, format, io.StringIO(), target=target)


@pytest.mark.parametrize("format", FORMATS)
def test_nothing_half_written_is_left(tmp_path, format):
    def broken():
        yield ROWS[0]
        raise RuntimeError("upstream")

    path = tmp_path / "out"
    with pytest.raises(RuntimeError, match="upstream"):
        export(broken(), format, path)
    assert list(tmp_path.iterdir()) == []
    path.write_text("what was there")
    with pytest.raises(RuntimeError, match="upstream"):
        export(broken(), format, path)
    assert path.read_text() == "what was there"


def test_outputs_that_cannot_be_written(tmp_path):
    with pytest.raises(InputError, match="is a folder"):
        export(ROWS, "tsv", tmp_path)
    with pytest.raises(InputError, match="there is no folder"):
        export(ROWS, "tsv", tmp_path / "missing" / "out.tsv")
    assert list(tmp_path.iterdir()) == []


def test_full_disk_leaves_nothing(tmp_path, monkeypatch):
    from muwazi.corpus.formats import export as module

    def full(fd):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="cannot be written: No space left on device"):
        module(ROWS, "tmx", tmp_path / "out.tmx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("format", ["tsv", "jsonl", "tmx", "xliff", "xliff2"])
@pytest.mark.parametrize("target", TARGETS)
def test_exports_are_the_same_each_time(tmp_path, format, target):
    export(ROWS, format, tmp_path / "one", target=target)
    export(iter(ROWS), format, tmp_path / "two", target=target)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.parametrize(
    ("format", "name"),
    [("tsv", "x.tsv"), ("tmx", "x.tmx"), ("xliff", "x.xlf"), ("xliff2", "x.xlf"), ("jsonl", "x.jsonl")],
)
def test_what_we_write_we_read(tmp_path, format, name):
    from muwazi.corpus.reading import load_pairs

    rows = [
        Row(
            f"{article}-{index}",
            article,
            index,
            f"هذه هي الجملة {index} من مقال {article}",
            f"Sentence {index} <of> & {article}",
        )
        for article in ("one", "two")
        for index in range(3)
    ]
    export(rows, format, tmp_path / name)
    document = load_pairs(tmp_path / name)
    assert [(pair.ar, pair.en) for pair in document.segments] == [(row.ar, row.en) for row in rows]
    assert all(pair.id.endswith(row.id) for pair, row in zip(document.segments, rows, strict=True))
