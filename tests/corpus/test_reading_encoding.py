"""Bytes to text: encodings told apart, damage named, mojibake repaired."""

from __future__ import annotations

import codecs
import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muwazi.corpus.errors import InputError
from muwazi.corpus.reading import read_article
from muwazi.corpus.reading.encoding import decode
from muwazi.corpus.reading.mojibake import repair

EXAMPLES = Path(__file__).parents[2] / "examples" / "articles"
ARABIC = """افتتاح الجسر الجديد

عبر آلاف السكان، سيراً على الأقدام، الجسر الذي يربط البلدتين «أخيراً». وقال المهندس إن الكلفة بلغت 12 مليوناً؟
"""
ENGLISH = """The bridge opens

Thousands of people crossed the “new” bridge on foot — at last. It cost £12m, said the café owner’s son.
"""


@pytest.mark.parametrize(
    ("codec", "bom", "note"),
    [
        ("utf-8", b"", None),
        ("utf-8", codecs.BOM_UTF8, None),
        ("utf-16-le", codecs.BOM_UTF16_LE, "UTF-16 LE"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "UTF-16 BE"),
        ("utf-16-le", b"", "UTF-16 LE"),
        ("utf-16-be", b"", "UTF-16 BE"),
        ("utf-32-le", codecs.BOM_UTF32_LE, "UTF-32 LE"),
        ("cp1256", b"", "Windows-1256"),
    ],
)
def test_arabic_in_each_encoding_reads_the_same(codec: str, bom: bytes, note: str | None) -> None:
    decoded = decode(bom + ARABIC.encode(codec), "x")
    assert decoded.text == ARABIC
    assert [note in line for line in decoded.notes] == ([True] if note else [])


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.ar.txt")))
@pytest.mark.parametrize(("codec", "label"), [("cp1256", "Windows-1256"), ("iso8859-6", "ISO-8859-6")])
def test_one_byte_arabic_is_recognised_in_every_example(name: str, codec: str, label: str) -> None:
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    data = text.encode(codec, errors="ignore")
    for part in (data, data[:200], data[-60:]):
        decoded = decode(part, name)
        assert (decoded.encoding, decoded.text) == (label, part.decode(codec))


def test_windows_1256_line_of_four_words() -> None:
    assert decode("محكمة تلغي قراراً سابقاً".encode("cp1256"), "x").encoding == "Windows-1256"


def test_western_text_in_windows_1252() -> None:
    decoded = decode(ENGLISH.encode("cp1252"), "x")
    assert (decoded.encoding, decoded.text) == ("Windows-1252", ENGLISH)


def test_another_script_is_not_taken_for_arabic() -> None:
    russian = "Тысячи жителей перешли новый мост пешком. Он стоил двенадцать миллионов, сказал инженер. " * 5
    assert decode(russian.encode("cp1251"), "x").encoding not in ("Windows-1256", "ISO-8859-6", "DOS 720")


def test_line_ends_become_newlines() -> None:
    assert decode(b"a\r\nb\rc\n", "x").text == "a\nb\nc\n"


def test_a_character_cut_off_at_the_end_is_dropped_and_noted() -> None:
    data = ARABIC.strip().encode()
    decoded = decode(data[:-1], "x")
    assert decoded.text == ARABIC.strip()[:-1]
    assert decoded.notes == ("the file ends inside of a character: 1 byte(s) dropped",)


def test_broken_utf8_names_line_and_offset() -> None:
    data = ARABIC.encode()
    place = data.index("عبر".encode())
    with pytest.raises(InputError, match=rf"x\.txt: line 3 is broken UTF-8: byte 0xff at offset {place:,}"):
        decode(data[:place] + b"\xff" + data[place:], "x.txt")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "a PNG picture"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"PK\x03\x04" + bytes(40), "a ZIP archive"),
        (gzip.compress(b"text", mtime=0), "a gzip archive"),
        (b"\xd0\xcf\x11\xe0" + bytes(40), "Office"),
        (b"text\x00with a NUL byte", "NUL byte stands at offset 4"),
        (bytes(range(1, 32)) * 40 + bytes(range(128, 256)) * 4, "no text|known encoding"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        decode(data, "x.txt")


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(exclude_characters="\x00\r\ufeff", exclude_categories=("Cs",)), min_size=1))
def test_utf8_text_comes_back_as_it_was(text: str) -> None:
    data = text.encode()
    try:
        assert decode(data, "x").text == text
    except InputError as error:
        assert "is no text but" in str(error)  # text that begins with a magic number, "%PDF"


@settings(max_examples=200, deadline=None)
@given(st.binary(min_size=1, max_size=200))
def test_any_bytes_give_text_or_one_clear_line(data: bytes) -> None:
    try:
        decoded = decode(data, "x.txt")
    except InputError as error:
        assert str(error).startswith("x.txt: ") and "\n" not in str(error)
    else:
        assert "\0" not in decoded.text


def _garble(text: str, codec: str) -> str:
    # As browsers do: bytes without a character become C1 controls.
    return "".join(bytes((byte,)).decode(codec) if _has(byte, codec) else chr(byte) for byte in text.encode())


def _has(byte: int, codec: str) -> bool:
    try:
        bytes((byte,)).decode(codec)
    except UnicodeDecodeError:
        return False
    return True


@pytest.mark.parametrize("codec", ["cp1256", "latin-1", "cp1252"])
def test_mojibake_is_repaired_line_by_line(codec: str) -> None:
    lines = ["عبر آلاف السكان الجسر الجديد", "سليم: طظ في كل هذا", "وقال المهندس: الكلفة 12 مليوناً؟", "plain ASCII"]
    broken = [_garble(lines[0], codec), lines[1], _garble(lines[2], codec), lines[3]]
    text, repaired = repair("\n".join(broken))
    assert text.split("\n") == lines
    assert repaired == 2


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x6FF), max_size=60))
def test_arabic_text_is_never_repaired_by_mistake(text: str) -> None:
    if not any(character in text for character in "ÃØÙÛÚâطظ"):
        assert repair(text) == (text, 0)


def test_a_repaired_article_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.ar.txt"
    path.write_text(_garble(ARABIC, "cp1256"), encoding="utf-8")
    article = read_article(path, "ar")
    assert article.title == "افتتاح الجسر الجديد"
    assert article.notes == ("lines repaired from mojibake: 2",)


def test_windows_1256_article_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.ar.txt"
    path.write_bytes(ARABIC.encode("cp1256"))
    assert read_article(path, "ar").notes == ("read as Windows-1256",)
