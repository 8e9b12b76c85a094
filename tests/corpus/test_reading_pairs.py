"""TSV, CSV, JSON Lines, TMX and XLIFF as sources of pairs."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muwazi.corpus.errors import InputError
from muwazi.corpus.reading import discover, load, load_pairs
from muwazi.corpus.types import Document

AR, EN = "فُتح الجسر الجديد أمس.", "The new bridge opened yesterday."
AR2, EN2 = "عبره آلاف السكان.", "Thousands crossed it."


def _load(tmp_path: Path, name: str, text: str | bytes) -> Document:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_pairs(path)


def _pairs(document: Document) -> list[tuple[str, str | None]]:
    return [(segment.ar, segment.en) for segment in document.segments]


TMX = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4"><header creationtool="x" creationtoolversion="1" segtype="sentence" o-tmf="x" adminlang="en"
 srclang="ar" datatype="plaintext"/><body>
<tu tuid="u1"><prop type="x-article-id">bridge</prop>
 <tuv xml:lang="ar-SA"><seg>فُتح <bpt i="1">&lt;b&gt;</bpt>الجسر<ept i="1">&lt;/b&gt;</ept>
  <hi>الجديد</hi> أمس.</seg></tuv>
 <tuv xml:lang="ar"><seg>فُتح الجسر <ph>{0}</ph>الجديد أمس.</seg></tuv>
 <tuv xml:lang="en-US"><seg>The new bridge opened <it pos="begin">&lt;i&gt;</it>yesterday.</seg></tuv></tu>
<!-- a comment -->
<tu><tuv lang="EN"><seg>Thousands
  crossed it.</seg></tuv><tuv lang="AR"><seg>عبره آلاف السكان.</seg></tuv></tu>
<tu><tuv xml:lang="ar"><seg>بلا ترجمة.</seg></tuv><tuv xml:lang="fr"><seg>Sans.</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>No source.</seg></tuv></tu>
</body></tmx>"""

XLIFF12 = """<?xml version="1.0"?><xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">
<file original="a.docx" source-language="ar-SY" target-language="en-GB" datatype="plaintext"><body><group>
<trans-unit id="1"><source>فُتح <g id="1">الجسر</g> الجديد <x id="2"/>أمس.</source>
 <target state="translated">The new bridge <mrk mtype="seg">opened</mrk> yesterday.</target></trans-unit>
<trans-unit id="2"><source>عبره آلاف السكان.</source><target state="new">عبره آلاف السكان.</target></trans-unit>
<trans-unit id="3" translate="no"><source>CODE</source></trans-unit>
<trans-unit id="4"><source>بلا ترجمة.</source><target/></trans-unit></group></body></file></xliff>"""

XLIFF20 = """<?xml version="1.0"?>
<xliff version="2.1" xmlns="urn:oasis:names:tc:xliff:document:2.0" srcLang="ar" trgLang="en">
<file id="f1"><unit id="u1"><segment id="s1" state="final"><source>فُتح <pc id="1">الجسر</pc> الجديد أمس.</source>
<target>The new bridge opened yesterday.</target></segment><ignorable><source> </source></ignorable>
<segment state="initial"><source>عبره آلاف السكان.</source><target>عبره</target></segment></unit>
<unit id="u2"><segment><source>ثالثة.</source><target>Third.</target></segment></unit></file></xliff>"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.tsv", f"{AR}\t{EN}\n{AR2}\t{EN2}\n"),
        ("a.tsv", f"{EN}\t{AR}\n{EN2}\t{AR2}\n"),
        ("a.tsv", f"en\tid\tar\n{EN}\t1\t{AR}\n{EN2}\t2\t{AR2}\n"),
        ("a.tsv", f"\ufeffsource\ttarget\r\n{AR}\t{EN}\r\n\r\n{AR2}\t{EN2}\r\n"),
        ("a.csv", f'Arabic,English\n"{AR}","{EN}"\n"{AR2}",{EN2}\n'),
        ("a.csv", f"ar;en\n{AR};{EN}\n{AR2};{EN2}\n"),
        ("a.jsonl", f'{{"ar": "{AR}", "en": "{EN}"}}\n{{"source": "{AR2}", "target": "{EN2}"}}\n'),
        ("a.jsonl", f'{{"translation": {{"ar": "{AR}", "en": "{EN}"}}}}\n\n{{"ar": "{AR2}", "translation": "{EN2}"}}'),
        ("a.tsv", f"{AR}\t{EN}\n{AR2}\t{EN2}\n".encode("utf-16")),
        ("a.tsv", f"{AR}\t{EN}\n{AR2}\t{EN2}\n".encode("cp1256", errors="ignore").replace("ُ".encode("cp1256"), b"")),
    ],
)
def test_tables_and_json_lines(tmp_path: Path, name: str, text: str | bytes) -> None:
    pairs = _pairs(_load(tmp_path, name, text))
    assert [(ar.replace("ُ", ""), en) for ar, en in pairs] == [(AR.replace("ُ", ""), EN), (AR2, EN2)]


def test_quotes_in_tsv_are_text_and_in_csv_are_quotes(tmp_path: Path) -> None:
    assert _pairs(_load(tmp_path, "a.tsv", f'"{AR}\tHe said "no".\n'))[0] == (f'"{AR}', 'He said "no".')
    assert _pairs(_load(tmp_path, "a.csv", f'ar,en\n"{AR}\nوانتهى","He said ""no""."\n'))[0] == (
        f"{AR} وانتهى",
        'He said "no".',
    )


def test_lines_ids_and_articles(tmp_path: Path) -> None:
    text = f"article_id\tid\tar\ten\nx\ts1\t{AR}\t{EN}\n\ny\ts1\t{AR2}\t\ny\t\t \t{EN2}\n"
    document = _load(tmp_path, "corpus.tsv", text)
    assert [(s.id, s.article_id, s.line, s.en) for s in document.segments] == [
        ("corpus/s1", "x", 2, EN),
        ("corpus/#2", "y", 4, None),
    ]
    assert set(document.notes) == {
        "pairs without source text, left out: 1",
        "repeated segment ids, numbered instead: 1",
        "segments without a translation: 1",
    }
    assert document.origin is not None and len(document.origin.sha256) == 64


def test_exchanged_columns_are_noted(tmp_path: Path) -> None:
    document = _load(tmp_path, "a.tsv", f"{EN}\t{AR}\n{EN2}\t{AR2}\n")
    assert document.notes == ("the columns are en, ar: exchanged",)


def test_one_column_is_source_only(tmp_path: Path) -> None:
    assert _pairs(_load(tmp_path, "a.tsv", f"{AR}\n{AR2}\n")) == [(AR, None), (AR2, None)]


def test_tmx(tmp_path: Path) -> None:
    document = _load(tmp_path, "m.tmx", TMX)
    assert _pairs(document) == [(AR, EN), (AR2, EN2), ("بلا ترجمة.", None)]
    assert [(s.id, s.article_id, s.line) for s in document.segments] == [
        ("m/u1", "bridge", 5),
        ("m/2", "m", 11),
        ("m/3", "m", 13),
    ]
    assert set(document.notes) == {
        "pairs without source text, left out: 1",
        "segments without a translation: 1",
        "units with several variants in ar, one taken: 1",
    }


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "windows-1256"])
def test_tmx_in_other_encodings(tmp_path: Path, encoding: str) -> None:
    data = TMX.replace("UTF-8", encoding.removesuffix("-sig")).encode(encoding)
    assert _pairs(_load(tmp_path, "m.tmx", data))[1] == (AR2, EN2)


def test_a_large_tmx_is_read_unit_by_unit(tmp_path: Path) -> None:
    unit = f'<tu><tuv xml:lang="ar"><seg>{AR}</seg></tuv><tuv xml:lang="en"><seg>{EN}</seg></tuv></tu>\n'
    document = _load(tmp_path, "m.tmx", f'<tmx version="1.4"><header/><body>{unit * 20_000}</body></tmx>')
    assert len(document.segments) == 20_000 and document.segments[-1].line == 20_000


def test_xliff_1_2(tmp_path: Path) -> None:
    document = _load(tmp_path, "x.xlf", XLIFF12)
    assert _pairs(document) == [(AR, EN), (AR2, None), ("بلا ترجمة.", None)]
    assert [segment.id for segment in document.segments] == ["x/1", "x/2", "x/4"]
    assert set(document.notes) == {
        "segments without a translation: 2",
        'targets in state "new", taken as untranslated: 1',
        'units marked translate="no", left out: 1',
    }


def test_xliff_2(tmp_path: Path) -> None:
    document = _load(tmp_path, "x.xliff", XLIFF20)
    assert _pairs(document) == [(AR, EN), (AR2, None), ("ثالثة.", "Third.")]
    assert [segment.id for segment in document.segments] == ["x/u1.s1", "x/u1.2", "x/u2"]


def test_xliff_the_other_way_round(tmp_path: Path) -> None:
    text = XLIFF20.replace('srcLang="ar" trgLang="en"', 'srcLang="en" trgLang="ar"')
    text = text.replace(
        "<source>ثالثة.</source><target>Third.</target>", "<source>Third.</source><target>ثالثة.</target>"
    )
    path = tmp_path / "x.xliff"
    path.write_text(text, encoding="utf-8")
    document = load_pairs(path, check_language=False)
    assert ("ثالثة.", "Third.") in _pairs(document)
    assert "the file translates en to ar: read the other way round" in document.notes


def test_several_files_in_one_xliff_are_several_articles(tmp_path: Path) -> None:
    second = XLIFF12[XLIFF12.index("<file") : XLIFF12.index("</xliff>")].replace("a.docx", "b.docx")
    document = _load(tmp_path, "x.xlf", XLIFF12.replace("</xliff>", f"{second}</xliff>"))
    assert [segment.article_id for segment in document.segments] == ["x", "x", "x", "b.docx", "b.docx", "b.docx"]


ENTITY = '<!DOCTYPE {root} [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
LAUGHS = '<!DOCTYPE tmx [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
BODY = TMX[TMX.index("<tmx") :]
GERMAN = XLIFF12.replace('source-language="ar-SY"', 'source-language="de"')
BAD = [
    ("a.tsv", f"{AR}\t{EN}\n{AR2}\n", "line 2 has 1 columns where the first has 2"),
    ("a.tsv", f"{AR}\t{EN}\tmore\n", "line 1 has 3 columns and no header"),
    ("a.csv", f'ar,en\n{AR},"open\n', "line 2: unexpected end of data"),
    ("a.tsv", f"ar\ten\n \t{EN}\n", "holds no segment with Arabic text"),
    ("a.tsv", f"ar\ten\n{EN}\t{AR}\n{EN2}\t{AR2}\n", r"\(source side\): Arabic is expected"),
    ("a.tsv", "", "is empty"),
    ("a.tsv", f"{AR}\t{'x ' * 60_000}\n", "line 1 has .* characters"),
    ("a.jsonl", f'{{"ar": "{AR}"\n', "line 1 is no JSON"),
    ("a.jsonl", f'{{"ar": "{AR}"}}\n[1]\n', "line 2 is no JSON object"),
    ("a.jsonl", '{"en": "x"}\n', 'line 1 has no "ar" .*; its keys: en'),
    ("a.jsonl", '{"ar": 5}\n', 'line 1: "ar" is no text'),
    ("a.jsonl", "[" * 100_000, "line 1 is no JSON"),
    ("a.tmx", ENTITY.format(root="tmx") + BODY.replace("بلا", "&a;"), "its DOCTYPE declares entities"),
    ("a.tmx", (ENTITY.format(root="tmx") + BODY).encode("utf-16"), "its DOCTYPE declares entities"),
    ("a.tmx", LAUGHS + BODY.replace("بلا", "&b;"), "its DOCTYPE declares entities"),
    ("a.tmx", BODY.replace("بلا", "&unknown;"), "no well-formed XML|uses an entity"),
    ("a.tmx", BODY[:-30], "line .* is no well-formed XML"),
    ("a.tmx", "<html><body/></html>", "is no TMX file"),
    ("a.tmx", XLIFF12, "is no TMX file: its root element is <xliff>"),
    ("a.tmx", BODY.replace(' xml:lang="ar"', ""), "a <tuv> has no xml:lang"),
    ("a.tmx", "not XML at all", "no well-formed XML"),
    ("a.xlf", ENTITY.format(root="xliff") + XLIFF12.partition("?>")[2], "its DOCTYPE declares entities"),
    ("a.xlf", GERMAN, "translates de to en-GB; ar to en is expected"),
    ("a.xlf", BODY, "is no XLIFF file: its root element is <tmx>"),
    ("a.xlf", "<a/>", "is no XLIFF file"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "message"), BAD, ids=[f"{name}-{message[:24]}" for name, _, message in BAD])
def test_unusable_files_of_pairs_get_one_clear_line(tmp_path: Path, name: str, text: str | bytes, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        _load(tmp_path, name, text)
    assert str(caught.value).startswith(str(tmp_path / name)) and "\n" not in str(caught.value)


def test_an_external_entity_is_never_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET", encoding="utf-8")
    text = f'<!DOCTYPE tmx SYSTEM "{secret.as_uri()}">{BODY}'
    assert all("SECRET" not in segment.ar for segment in _load(tmp_path, "a.tmx", text).segments)


@settings(max_examples=100, deadline=None)
@given(
    st.text(st.sampled_from(list('اب,;"\t\n{}[]:<>&')), max_size=60),
    st.sampled_from(["tsv", "csv", "jsonl", "tmx", "xlf"]),
)
def test_any_text_gives_pairs_or_one_clear_line(
    tmp_path_factory: pytest.TempPathFactory, text: str, suffix: str
) -> None:
    path = tmp_path_factory.mktemp("any") / f"a.{suffix}"
    path.write_text(text, encoding="utf-8")
    try:
        document = load_pairs(path)
    except InputError as error:
        assert "\n" not in str(error)
    else:
        assert document.segments


def test_load_takes_pairs_like_articles(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text(f"{AR}\t{EN}\n", encoding="utf-8")
    document = load(discover(tmp_path)[0])
    assert document.id == "a" and document.source is None and _pairs(document) == [(AR, EN)]
