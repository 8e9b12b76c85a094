"""Discovering documents, loading them, and what a user is told about files that cannot be used."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from pathlib import Path

import pytest

from muwazi.corpus.errors import InputError, InputNotFoundError
from muwazi.corpus.reading import discover, limits, load, read_article
from muwazi.corpus.reading.files import name_and_language

EXAMPLES = Path(__file__).parents[2] / "examples" / "articles"
ARABIC = "افتتاح الجسر الجديد\n\nعبر آلاف السكان الجسر الذي يربط البلدتين. وقال المهندس إن الكلفة معقولة.\n"
ENGLISH = "The bridge opens\n\nThousands of people crossed the bridge. The engineer said that the cost was fair.\n"


def _folder(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).write_text(ENGLISH if ".en." in name else ARABIC, encoding="utf-8")
    return root


def test_a_folder_gives_its_documents_by_id(tmp_path: Path) -> None:
    _folder(tmp_path, "b.ar.txt", "b.en.md", "a.ar.html", "c.txt", "d.jsonl", "README.md", "b.gold", "settings.toml")
    found = discover(tmp_path)
    assert [(d.id, [path.name for path in d.paths()]) for d in found] == [
        ("a", ["a.ar.html"]),
        ("b", ["b.ar.txt", "b.en.md"]),
        ("c", ["c.txt"]),
        ("d", ["d.jsonl"]),
    ]
    assert found[1].reference == tmp_path / "b.en.md" and found[3].pairs == tmp_path / "d.jsonl"
    assert found.skipped == () and len(found) == 4


def test_an_article_may_be_called_like_a_companion(tmp_path: Path) -> None:
    found = discover(_folder(tmp_path, "notice.ar.txt", "NOTICE", "LICENSE.txt", "readme.html"))
    assert [document.id for document in found] == ["notice"]


def test_files_left_aside_are_listed_with_the_reason(tmp_path: Path) -> None:
    _folder(tmp_path, "a.ar.txt", "a.fr.txt", "picture.png", "notes")
    (tmp_path / "sub").mkdir()
    (tmp_path / ".hidden.txt").touch()
    found = discover(tmp_path)
    assert [document.id for document in found] == ["a"]
    assert {skipped.path.name: skipped.reason for skipped in found.skipped} == {
        "a.fr.txt": "its language fr is neither ar nor en",
        "notes": "files of the kind (no suffix) are not read",
        "picture.png": "files of the kind .png are not read",
        "sub": "a sub-folder; give it as an argument of its own",
    }
    assert all("\n" not in note for note in found.notes)


def test_other_languages_than_arabic_and_english(tmp_path: Path) -> None:
    _folder(tmp_path, "a.de.txt", "a.fr.txt")
    found = discover(tmp_path, source_lang="de", target_lang="fr")
    assert (found[0].source, found[0].reference) == (tmp_path / "a.de.txt", tmp_path / "a.fr.txt")


def test_one_file_brings_its_reference(tmp_path: Path) -> None:
    _folder(tmp_path, "a.ar.txt", "a.en.html", "b.ar.txt")
    (document,) = discover(tmp_path / "a.ar.txt")
    assert document.reference == tmp_path / "a.en.html"
    (document,) = discover(tmp_path / "b.ar.txt")
    assert document.reference is None


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ((), "the folder is empty"),
        (("picture.png",), "no article among its 1 files"),
        (("a.ar.txt", "a.ar.md"), "is the ar side of a already"),
        (("a.ar.txt", "a.txt"), "is the ar side of a already"),
        (("a.ar.txt", "a.en.txt", "a.en.md"), "is the en side of a already"),
        (("a.en.txt",), r"has no ar side; put a\.ar\.txt beside it"),
        (("a.tsv", "a.csv"), "has the same name"),
        (("a.tsv", "a.ar.txt"), "an article has the same name"),
    ],
)
def test_folders_that_cannot_be_used(tmp_path: Path, names: tuple[str, ...], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        discover(_folder(tmp_path, *names))
    assert "\n" not in str(caught.value)


def test_a_path_that_is_not_there_or_of_no_known_kind(tmp_path: Path) -> None:
    with pytest.raises(InputNotFoundError, match="no such file or folder"):
        discover(tmp_path / "nothing")
    with pytest.raises(InputError, match=r"files of the kind \.pdf are not read; known: \.txt"):
        discover(_folder(tmp_path, "a.pdf") / "a.pdf")
    with pytest.raises(InputError, match=r"is the en side by its name; give the file NAME\.ar\.txt"):
        discover(_folder(tmp_path, "a.en.txt") / "a.en.txt")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.ar.txt", ("a", "ar")),
        ("a.AR.TXT", ("a", "ar")),
        ("report.v2.txt", ("report.v2", None)),
        ("000_x.txt", ("000_x", None)),
        ("a.b.en.html", ("a.b", "en")),
        ("ar.txt", ("ar", None)),
        (".ar.txt", (".ar", None)),
    ],
)
def test_name_and_language(name: str, expected: tuple[str, str | None]) -> None:
    assert name_and_language(Path(name)) == expected


def test_the_hash_follows_bytes_and_roles_not_places(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for root in (one, two):
        root.mkdir()
        _folder(root, "a.ar.txt", "a.en.txt")
    first = discover(one)[0].sha256()
    assert first == discover(two)[0].sha256()
    (two / "a.en.txt").write_text(ENGLISH + "One more.", encoding="utf-8")
    assert first != discover(two)[0].sha256()
    (two / "a.en.txt").unlink()
    assert first != discover(two)[0].sha256()


def test_load_reads_both_sides(tmp_path: Path) -> None:
    document = load(discover(_folder(tmp_path, "a.ar.txt", "a.en.txt"))[0])
    assert document.source is not None and document.reference is not None
    assert document.source.title == "افتتاح الجسر الجديد"
    assert document.reference.paragraphs[0] == "The bridge opens"
    assert document.source.source.sha256 == hashlib.sha256(ARABIC.encode()).hexdigest()
    assert document.source.source.uri == str(tmp_path / "a.ar.txt")


def test_plain_text_paragraphs(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("عنوان الخبر\n\n\xa0\n  السطر الأول.\nالسطر الثاني.\n\nفقرة أخيرة.\n", encoding="utf-8")
    assert read_article(path, "ar").paragraphs == ("عنوان الخبر", "السطر الأول.\nالسطر الثاني.", "فقرة أخيرة.")
    path.write_text("عنوان الخبر\nفقرة أولى.\nفقرة ثانية.", encoding="utf-8")
    assert read_article(path, "ar").paragraphs == ("عنوان الخبر", "فقرة أولى.", "فقرة ثانية.")


def test_text_broken_at_a_fixed_width_is_joined(tmp_path: Path) -> None:
    words = ("The old bridge over the river was closed for repairs last spring and the two towns " * 8).split()
    lines, line = [], ""
    for word in words:
        if len(line) + len(word) > 71:
            lines.append(line.strip())
            line = ""
        line += f" {word}"
    path = tmp_path / "a.en.txt"
    path.write_text("A bridge closes\n\n" + "\n".join([*lines, "were apart."]), encoding="utf-8")
    article = read_article(path, "en")
    assert len(article.paragraphs) == 2 and "\n" not in article.paragraphs[1]
    assert article.notes == ("lines broken at a fixed width were joined to paragraphs",)


def test_verse_is_not_joined() -> None:
    article = read_article(EXAMPLES / "court-ruling.ar.txt", "ar")
    assert any(paragraph.count("\n") == 2 for paragraph in article.paragraphs)
    assert article.notes == ()


def _docx(*parts: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts:
            archive.writestr(name, data)
    return buffer.getvalue()


BROKEN = ARABIC.encode().replace("عبر".encode(), b"\xc3(")
FRENCH = ("Le nouveau pont a été ouvert hier par le ministre des transports. " * 8).encode()
URDU = "یہ ایک اردو متن ہے جس میں نئے پل کے بارے میں بتایا گیا ہے۔ لوگ بہت خوش ہیں۔".encode()
BOMB = _docx(("word/document.xml", b"<a>" + b"0" * (40 * 1024 * 1024)))
DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
BAD = [
    ("a.ar.txt", b"", "is empty"),
    ("a.ar.txt", b" \n\xc2\xa0\n", "holds no text"),
    ("a.ar.txt", "— … —\n* * *".encode(), "holds no text"),
    ("a.ar.txt", bytes(range(256)) * 20, "is no text|NUL"),
    ("a.ar.txt", BROKEN, r"line 3 is broken UTF-8: byte 0xc3 at offset"),
    ("a.ar.txt", b"x" * 50_000_000, r"is larger than 32 MiB"),
    ("a.ar.txt", "كلمة ".encode() * 100_000, r"line 1 has 500,000 characters, limit 100,000"),
    ("a.ar.txt", ENGLISH.encode(), r"Arabic is expected, but 100% of its letters are Latin"),
    ("a.ar.txt", "این یک متن فارسی است که می‌گوید چگونه پل تازه را ساخته‌اند و گشوده‌اند.".encode(), "letters of Persian"),
    ("a.ar.txt", URDU, "letters of Persian"),
    ("a.en.txt", ARABIC.encode(), r"English is expected, but 100% of its letters are Arabic"),
    ("a.en.txt", FRENCH, r"reads like French \(fr\)"),
    ("a.ar.txt", "شارك هذا المقال\n\nسياسة الخصوصية\n\nجميع الحقوق محفوظة ©".encode(), "nothing but page furniture"),
    ("a.ar.docx", b"this is no archive", "no DOCX file: no ZIP archive"),
    ("a.ar.docx", b"\xd0\xcf\x11\xe0" + bytes(600), "old or password-protected Word file"),
    ("a.ar.docx", BOMB, "beyond the limits for a document"),
    ("a.ar.docx", _docx(("hello.txt", b"hello")), "a ZIP archive but no readable Word document"),
    ("a.ar.docx", _docx(("word/document.xml", DOCTYPE)), "declares entities, which are refused"),
    ("a.ar.docx", _docx(("word/document.xml", b"x" * 999))[:-30], "no ZIP archive"),
    ("a.ar.html", ARABIC.encode(), "holds no HTML"),
    ("a.ar.html", b"<html><body><p></p></body></html>", "holds no text"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data", "message"), BAD, ids=[f"{n}-{m[:20]}" for n, _, m in BAD])
def test_unusable_articles_get_one_clear_line(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputError, match=message) as caught:
        read_article(path, name.split(".")[1])
    assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)


def test_an_archive_that_lies_about_its_sizes_is_refused(tmp_path: Path) -> None:
    # The directory says 10 bytes, the stream holds more: the check that unpacks finds it.
    data = bytearray(_docx(("word/document.xml", b"0" * 5000)))
    place = data.rindex(b"PK\x01\x02") + 24
    data[place : place + 4] = (10).to_bytes(4, "little")
    path = tmp_path / "a.ar.docx"
    path.write_bytes(bytes(data))
    with pytest.raises(InputError, match="damaged"):
        read_article(path, "ar")


def test_an_archive_with_too_many_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("muwazi.corpus.reading.docx.MAX_ARCHIVE_ENTRIES", 3)
    path = tmp_path / "a.ar.docx"
    path.write_bytes(_docx(*((f"{number}.xml", b"<a/>") for number in range(4))))
    with pytest.raises(InputError, match="holds 4 parts"):
        read_article(path, "ar")


def test_a_pair_with_one_unreadable_side_says_which(tmp_path: Path) -> None:
    _folder(tmp_path, "a.ar.txt", "a.en.txt")
    (tmp_path / "a.en.txt").write_bytes(b"\x00\x01\x02")
    with pytest.raises(InputError, match=r"a\.en\.txt: is no text: .* \(the ar side of a is readable\)"):
        load(discover(tmp_path)[0])
    (tmp_path / "a.ar.txt").write_bytes(b"")
    with pytest.raises(InputError, match=r"a\.ar\.txt: is empty"):
        load(discover(tmp_path)[0])


def test_the_language_check_can_be_turned_off(tmp_path: Path) -> None:
    path = tmp_path / "a.ar.txt"
    path.write_text(ENGLISH, encoding="utf-8")
    assert read_article(path, "ar", check_language=False).language == "ar"


def test_arabic_typed_on_a_persian_keyboard_passes(tmp_path: Path) -> None:
    path = tmp_path / "a.ar.txt"
    path.write_text(ARABIC.replace("ي", "ی").replace("ك", "ک"), encoding="utf-8")
    assert len(read_article(path, "ar").paragraphs) == 2


def test_arabic_with_quoted_english_passes(tmp_path: Path) -> None:
    path = tmp_path / "a.ar.txt"
    path.write_text(f"{ARABIC}\nJames Smith: We like it here.\n", encoding="utf-8")
    assert len(read_article(path, "ar").paragraphs) == 3


def test_a_folder_in_place_of_a_file_and_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder"):
        read_article(tmp_path, "ar")
    with pytest.raises(InputNotFoundError, match="no such file"):
        read_article(tmp_path / "a.txt", "ar")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "a.ar.txt"
    path.write_text(ARABIC, encoding="utf-8")
    path.chmod(0)
    with pytest.raises(InputError, match="cannot be read: Permission denied"):
        read_article(path, "ar")


def test_limits_are_what_the_documentation_says() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reading.md").read_text(encoding="utf-8")
    for words in (
        f"{limits.MAX_ARTICLE_BYTES // 2**20} MiB",
        f"{limits.MAX_PAIRS_BYTES // 2**30} GiB",
        f"{limits.MAX_LINE_CHARACTERS:,} characters",
        f"{limits.MAX_ARCHIVE_BYTES // 2**20} MiB",
        f"{limits.MAX_ARCHIVE_RATIO} times",
        f"{limits.MAX_ARCHIVE_ENTRIES:,} parts",
    ):
        assert words in page
