"""Bead files: what is written comes back, and what is wrong is named by file and line."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muwazi.align.beads_io import FORMATS, check_indices, format_beads, format_ladder, parse_beads
from muwazi.corpus.errors import InputError, InputNotFoundError
from muwazi.corpus.types import Bead

BEADS = (
    Bead((0,), (0,), 0.91, 0.99),
    Bead((1, 2), (1,), 0.75, 0.625, ("moved", "length")),
    Bead((), (2,)),
    Bead((3,), ()),
)
SOURCE = ["وصل القطار.", "نزل الركاب", "ثم غادروا.", "انتهى."]
TARGET = ["The train came.", "The passengers got off\tand left.", "C:\\temp & <b>"]


def write(path: Path, text: str) -> Path:
    path.write_bytes(text.encode("utf-8"))
    return path


@pytest.mark.parametrize("format", ["tsv", "jsonl"])
def test_everything_comes_back(tmp_path: Path, format: str) -> None:
    path = write(tmp_path / f"beads.{format}", "".join(format_beads(BEADS, SOURCE, TARGET, format=format)))
    read = parse_beads(path)
    assert read.beads == BEADS
    assert read.format == format
    assert read.texts is not None
    assert read.texts[1] == ("نزل الركاب ثم غادروا.", "The passengers got off\tand left.")
    assert read.texts[2] == ("", "C:\\temp & <b>")


def test_tsv_has_one_line_of_seven_fields_for_each_bead() -> None:
    lines = list(format_beads(BEADS, SOURCE, TARGET, format="tsv"))
    assert lines[0] == "source\ttarget\tscore\tconfidence\tflags\tsource_text\ttarget_text\n"
    assert len(lines) == 1 + len(BEADS)
    assert lines[2].split("\t")[:5] == ["1,2", "1", "0.7500", "0.6250", "moved,length"]
    assert all(line.count("\t") == 6 and line.count("\n") == 1 for line in lines)


def test_ladder_looks_like_vecaligns() -> None:
    assert "".join(format_ladder(BEADS)) == (
        "[0]:[0]:0.090000\n[1, 2]:[1]:0.250000\n[]:[2]:0.000000\n[3]:[]:0.000000\n"
    )
    assert "".join(format_ladder(BEADS, costs=False)) == "[0]:[0]\n[1, 2]:[1]\n[]:[2]\n[3]:[]\n"


def test_ladder_equals_what_sentweave_prints() -> None:
    """sentweave 0.3 carries Vecalign's own printing function."""
    dp_utils = pytest.importorskip("sentweave.dp_utils")
    expected = io.StringIO()
    pairs = [(list(bead.source), list(bead.target)) for bead in BEADS]
    dp_utils.print_alignments(pairs, scores=[0.09, 0.25, 0.0, 0.0], ofile=expected)
    assert "".join(format_ladder(BEADS)) == expected.getvalue()


def test_ladder_comes_back(tmp_path: Path) -> None:
    read = parse_beads(write(tmp_path / "x.vecalign", "".join(format_ladder(BEADS))))
    assert [(b.source, b.target, round(b.score, 6)) for b in read.beads] == [
        (b.source, b.target, b.score) for b in BEADS
    ]
    assert read.texts is None


def test_ladder_with_the_texts_that_vecalign_can_print_below_each_bead(tmp_path: Path) -> None:
    text = "[0]:[0]:0.5\n" + " " * 40 + " SRC:  one\n" + " " * 40 + " TGT:  eins\n[1]:[1]:0.25\n"
    read = parse_beads(write(tmp_path / "x.txt", text))
    assert [bead.source for bead in read.beads] == [(0,), (1,)]
    assert read.lines == (1, 4)


INDICES = st.lists(st.integers(0, 30), max_size=4, unique=True).map(tuple)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(INDICES, INDICES, st.floats(0, 1), st.none() | st.floats(0, 1)), min_size=1, max_size=6),
    st.lists(TEXTS, min_size=31, max_size=31),
    st.sampled_from(["tsv", "jsonl", "vecalign"]),
)
def test_any_beads_and_texts_come_back(
    tmp_path_factory: pytest.TempPathFactory,
    drawn: list[tuple[tuple[int, ...], tuple[int, ...], float, float | None]],
    texts: list[str],
    format: str,
) -> None:
    beads = [Bead(s, t, round(score, 4), None if c is None else round(c, 4)) for s, t, score, c in drawn]
    path = write(
        tmp_path_factory.mktemp("beads") / f"x.{format}", "".join(format_beads(beads, texts, texts, format=format))
    )
    read = parse_beads(path)
    assert [(b.source, b.target) for b in read.beads] == [(b.source, b.target) for b in beads]
    if format != "vecalign":
        assert read.beads == tuple(beads)
        assert read.texts is not None
        for bead, (source, target) in zip(beads, read.texts, strict=True):
            assert source == " ".join(texts[i] for i in bead.source)
            assert target == " ".join(texts[i] for i in bead.target)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("x.gold", "[0]:[0]\n[1:[1]\n", r"x\.gold:2: expected a bead such as \[0, 1\]:\[0\]"),
        ("x.gold", "[0]:[-1]\n", r"x\.gold:1: expected target indices as whole numbers from 0"),
        ("x.gold", "[0 1]:[0]\n", r"x\.gold:1: expected source indices"),
        ("x.gold", "[0, 0]:[1]\n", r"x\.gold:1: expected each source index once"),
        ("x.gold", "[99999999999]:[1]\n", r"x\.gold:1: expected source indices between 0 and"),
        ("x.gold", "[0]:[0]:1.2.3\n", r"x\.gold:1: expected a number as cost"),
        ("x.gold", "hello\n", r"x\.gold:1: expected a bead"),
        ("x.gold", "", r"x\.gold: no beads in this file"),
        ("x.gold", "\n\n", r"x\.gold: no beads in this file"),
        ("x.tsv", "0\t0\n1\n", r"x\.tsv:2: expected source and target indices with a tab"),
        ("x.tsv", "0\t0\thigh\n", r"x\.tsv:1: expected a number as score"),
        ("x.tsv", "0\tb\n", r"x\.tsv:1: expected target indices as whole numbers"),
        ("x.tsv", "0\t0\t1\t1\t\ta\tb\tc\n", r"x\.tsv:1: expected at most 7 fields"),
        (
            "x.jsonl",
            '{"source": [0], "target": [0]}\n{"source": [0]\n',
            r"x\.jsonl:2: expected a JSON object on one line",
        ),
        ("x.jsonl", "[0]\n", r"x\.jsonl:1: expected a JSON object"),
        ("x.jsonl", '{"source": [0]}\n', r'x\.jsonl:1: expected "target" to be a list of whole numbers'),
        ("x.jsonl", '{"source": [true], "target": []}\n', r'x\.jsonl:1: expected "source" to be a list'),
        ("x.jsonl", '{"source": [0], "target": [], "score": "1"}\n', r'expected "score" to be a number'),
        ("x.jsonl", '{"source": [0], "target": [], "confidence": "1"}\n', r'expected "confidence" to be a number'),
        ("x.jsonl", '{"source": [0], "target": [], "flags": "a"}\n', r'expected "flags" to be a list'),
        ("x.tmx", "<tmx/>", r"x\.tmx: beads are read from tsv, jsonl, vecalign, not from tmx"),
    ],
)
def test_what_is_no_bead_is_named_by_file_and_line(tmp_path: Path, name: str, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        parse_beads(write(tmp_path / name, text))
    assert "\n" not in str(caught.value)


def test_missing_and_binary_files(tmp_path: Path) -> None:
    with pytest.raises(InputNotFoundError, match="no such file"):
        parse_beads(tmp_path / "none.gold")
    with pytest.raises(InputError, match="cannot be read"):
        parse_beads(tmp_path)
    (tmp_path / "x.gold").write_bytes(b"[0]:[0]\n\xff\xfe")
    with pytest.raises(InputError, match=r"x\.gold:2: not UTF-8"):
        parse_beads(tmp_path / "x.gold")


def test_byte_order_mark_carriage_returns_and_blank_lines_are_taken(tmp_path: Path) -> None:
    read = parse_beads(write(tmp_path / "x", "\ufeff[0]:[0]\r\n\r\n[1]:[1]\r\n"))
    assert read.lines == (1, 3)
    assert [bead.kind for bead in read.beads] == ["1-1", "1-1"]


@pytest.mark.parametrize(
    ("text", "format"), [("0\t0\n", "tsv"), ('{"source": [0], "target": [0]}\n', "jsonl"), ("[0]:[0]\n", "vecalign")]
)
def test_without_a_telling_suffix_the_first_line_decides(tmp_path: Path, text: str, format: str) -> None:
    assert parse_beads(write(tmp_path / "beads", text)).format == format


@pytest.mark.parametrize("format", FORMATS)
def test_indices_out_of_range_are_refused_before_anything_is_written(format: str) -> None:
    with pytest.raises(InputError, match="target index 3 is out of range, the target has 3 sentences"):
        format_beads([Bead((0,), (3,))], SOURCE, TARGET, format=format)
    with pytest.raises(InputError, match="source index -1"):
        check_indices([Bead((-1,), (0,))], 4, 3)


def test_unknown_format() -> None:
    with pytest.raises(InputError, match="unknown bead format 'xml'; known: tsv"):
        format_beads(BEADS, SOURCE, TARGET, format="xml")


def test_tmx_is_well_formed_and_our_reader_takes_it(tmp_path: Path) -> None:
    from lxml import etree

    from muwazi.corpus.reading import load_pairs

    target = [*TARGET[:1], "bell \x07 and <seg>", *TARGET[2:]]
    path = write(tmp_path / "x.tmx", "".join(format_beads(BEADS, SOURCE, target, format="tmx")))
    root = etree.parse(str(path)).getroot()
    header = root.find("header")
    # The attributes that TMX 1.4b demands of a header.
    required = ("creationtool", "creationtoolversion", "segtype", "o-tmf", "adminlang", "srclang", "datatype")
    assert all(header.get(name) for name in required)
    units = root.findall("body/tu")
    assert [unit.get("tuid") for unit in units] == ["1", "2"]
    assert [unit.get("segtype") for unit in units] == ["sentence", "block"]
    document = load_pairs(path, check_language=False)
    assert [(pair.ar, pair.en) for pair in document.segments] == [
        ("وصل القطار.", "The train came."),
        ("نزل الركاب ثم غادروا.", "bell \ufffd and <seg>"),
    ]


def test_jsonl_keeps_the_sentences_apart() -> None:
    record = json.loads(list(format_beads(BEADS, SOURCE, TARGET, format="jsonl"))[1])
    assert record["source_text"] == ["نزل الركاب", "ثم غادروا."]
    assert record["flags"] == ["moved", "length"]
