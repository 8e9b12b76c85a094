"""HTML, Markdown and Word files as articles."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muwazi.corpus.errors import InputError
from muwazi.corpus.reading import discover, docx, html, load, markdown, read_article
from muwazi.corpus.types import Article

EXAMPLES = Path(__file__).parents[2] / "examples" / "articles"

PAGE = """<!DOCTYPE html><html><head><meta charset="{charset}"><title>خبر | موقع</title>
<meta property="article:published_time" content="2024-05-12T10:00:00+03:00"></head><body>
<nav><ul><li><a href="/">الرئيسية</a></li><li><a href="/s">سياسة</a></li></ul></nav>
<article><h1>افتتاح جسر جديد بين ضفتي النهر</h1>
<figure><img src="a.jpg" alt="x"><figcaption>الجسر ليلة الافتتاح</figcaption></figure>
<p>عبر آلاف السكان سيراً على الأقدام الجسر الجديد الذي يربط البلدتين،<br>وقد استغرق بناؤه أربع سنوات.</p>
<h2>سنوات من الانتظار</h2>
<p>وقال <b>المهندس</b> إن <a href="/x">الكلفة</a> بلغت 12 مليوناً &amp; إن الجسر سيخفف الازدحام عن الطريق القديمة.</p>
<ul><li>طول الجسر 684 متراً وعرضه 22 متراً</li><li>عدد الكابلات 56 كابلاً فولاذياً</li></ul>
<p>ويتوقع تجار المدينة أن يتضاعف عدد الزبائن في الصيف المقبل بعد أن صارت الطريق أقصر بساعة.</p>
</article>
<footer><p>جميع الحقوق محفوظة © الموقع</p></footer></body></html>"""


def _article(tmp_path: Path, name: str, data: bytes, **options: Any) -> Article:
    path = tmp_path / name
    path.write_bytes(data)
    return read_article(path, "ar", **options)


def test_html_keeps_headings_captions_lists_and_line_breaks(tmp_path: Path) -> None:
    article = _article(tmp_path, "a.ar.html", PAGE.format(charset="utf-8").encode())
    assert article.title == "افتتاح جسر جديد بين ضفتي النهر"
    assert article.source.date == "2024-05-12"
    paragraphs = article.paragraphs
    assert paragraphs[:2] == ("افتتاح جسر جديد بين ضفتي النهر", "الجسر ليلة الافتتاح")
    assert "سنوات من الانتظار" in paragraphs
    assert "طول الجسر 684 متراً وعرضه 22 متراً" in paragraphs
    assert "وقال المهندس إن الكلفة بلغت 12 مليوناً & إن الجسر سيخفف الازدحام عن الطريق القديمة." in paragraphs
    assert any(text.endswith("البلدتين،\nوقد استغرق بناؤه أربع سنوات.") for text in paragraphs)
    assert len(paragraphs) == 8


def test_html_lists_what_stands_outside_of_the_article(tmp_path: Path) -> None:
    article = _article(tmp_path, "a.ar.html", PAGE.format(charset="utf-8").encode())
    assert {piece.text: piece.reason for piece in article.removed} == {
        "الرئيسية": "outside-article",
        "سياسة": "outside-article",
        "جميع الحقوق محفوظة © الموقع": "copyright",
    }
    everything = _article(tmp_path, "a.ar.html", PAGE.format(charset="utf-8").encode(), keep_all=True)
    assert everything.removed == () and {"سياسة", "جميع الحقوق محفوظة © الموقع"} < set(everything.paragraphs)
    assert set(article.paragraphs) < set(everything.paragraphs)


def test_html_in_windows_1256(tmp_path: Path) -> None:
    article = _article(tmp_path, "a.ar.html", PAGE.format(charset="windows-1256").encode("cp1256"))
    assert article.title == "افتتاح جسر جديد بين ضفتي النهر"
    assert article.notes == ("read as windows-1256, as the file declares",)


def test_a_wrong_charset_in_the_page_does_no_harm(tmp_path: Path) -> None:
    article = _article(tmp_path, "a.ar.html", PAGE.format(charset="iso-8859-1").encode())
    assert article.title == "افتتاح جسر جديد بين ضفتي النهر" and article.notes == ()


def test_captions_of_sites_that_do_not_know_figcaption(tmp_path: Path) -> None:
    page = PAGE.format(charset="utf-8").replace("<figure>", '<div class="wp-caption">').replace("</figure>", "</div>")
    page = page.replace("<figcaption>", '<p class="wp-caption-text">').replace("</figcaption>", "</p>")
    assert _article(tmp_path, "a.ar.html", page.encode()).paragraphs[1] == "الجسر ليلة الافتتاح"


def test_a_page_without_an_article_gives_all_of_its_paragraphs() -> None:
    found = html.extract("<html><body><nav>قائمة</nav><div>سطر وحيد</div></body></html>", "x")
    assert [block.text for block in found.blocks] == ["سطر وحيد"]


def test_deeply_nested_html_is_no_trap() -> None:
    found = html.extract("<html><body>" + "<div>" * 3000 + "<p>نص</p>" + "</div>" * 3000, "x")
    assert isinstance(found.blocks, tuple)


@settings(max_examples=40, deadline=None)
@given(st.text(st.sampled_from(list('<>/pdivhabl1 ="&;!-\n نص')), max_size=120))
def test_any_html_gives_blocks_or_one_clear_line(text: str) -> None:
    try:
        found = html.extract(text, "x.html")
    except InputError as error:
        assert str(error).startswith("x.html: ")
    else:
        assert all(block.text.strip() for block in found.blocks)


def test_the_html_example_lists_the_furniture_of_the_page() -> None:
    document = load(next(files for files in discover(EXAMPLES) if files.id == "city-museum"))
    for article in (document.source, document.reference):
        assert article is not None
        reasons = {piece.reason for piece in article.removed}
        assert {"related-link", "share", "comments", "newsletter", "cookie-notice", "copyright", "tags"} <= reasons


MARKDOWN = """---
title: عنوان من المقدمة
date: 2024-05-12
---
# افتتاح **الجسر** الجديد #

عبر *آلاف* السكان
الجسر [الجديد](https://example.org "رابط") الذي
يربط __البلدتين__.  
سطر جديد في الفقرة.

![صورة الجسر](a.jpg)

عنوان ثانٍ
----------

- بند أول
  تتمة البند
- بند `ثانٍ`
1. بند مرقم

> اقتباس من المهندس.

```
code
```

| المدينة | السكان |
| ------- | ------ |
| المنارة | 1200 |

***

تبقى النجمة 5\\* والشرطة_في_الكلمة.
<aside>
"""  # noqa: W291


def test_markdown_blocks() -> None:
    found = markdown.extract(MARKDOWN)
    assert [(block.kind, block.text) for block in found.blocks] == [
        ("heading", "افتتاح الجسر الجديد"),
        ("paragraph", "عبر آلاف السكان الجسر الجديد الذي يربط البلدتين."),
        ("paragraph", "سطر جديد في الفقرة."),
        ("paragraph", "صورة الجسر"),
        ("heading", "عنوان ثانٍ"),
        ("item", "بند أول تتمة البند"),
        ("item", "بند ثانٍ"),
        ("item", "بند مرقم"),
        ("paragraph", "اقتباس من المهندس."),
        ("cell", "المدينة"),
        ("cell", "السكان"),
        ("cell", "المنارة"),
        ("cell", "1200"),
        ("paragraph", "تبقى النجمة 5* والشرطة_في_الكلمة."),
    ]
    assert found.title == "افتتاح الجسر الجديد" and found.date == "2024-05-12"
    assert found.blocks[0].line == 5
    assert found.notes == ("code or HTML blocks left out: 2",)


@pytest.mark.parametrize("unit", ["*", "**", "_", "[", "[a](", "`", "![", "<", "- ", "| ", "> ", "#", "\\", "a*b_"])
def test_markdown_marks_are_no_trap(unit: str) -> None:
    markdown.extract(unit * (60_000 // len(unit)))


def _word(build: Any) -> bytes:
    import docx as python_docx

    document = python_docx.Document()
    build(document)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def test_docx_headings_lists_tables_and_line_breaks() -> None:
    def build(document: Any) -> None:
        document.add_heading("افتتاح الجسر", level=1)
        document.add_paragraph("فقرة أولى.\nسطر ثانٍ.")
        document.add_paragraph("بند", style="List Bullet")
        table = document.add_table(rows=1, cols=2)
        table.cell(0, 0).text, table.cell(0, 1).text = "خلية", "أخرى"
        document.add_paragraph("شرح الصورة", style="Caption")
        document.add_paragraph("   ")
        document.sections[0].header.paragraphs[0].text = "رأس الصفحة"

    found = docx.extract(_word(build), "x")
    assert [(block.kind, block.text) for block in found.blocks] == [
        ("heading", "افتتاح الجسر"),
        ("paragraph", "فقرة أولى.\nسطر ثانٍ."),
        ("item", "بند"),
        ("cell", "خلية"),
        ("cell", "أخرى"),
        ("caption", "شرح الصورة"),
    ]
    assert found.title == "افتتاح الجسر"


def test_docx_reads_insertions_and_links_but_not_deletions_and_notes() -> None:
    from docx.oxml import parse_xml

    names = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'

    def build(document: Any) -> None:
        paragraph = document.add_paragraph("بقي ")
        for xml in (
            f"<w:ins {names}><w:r><w:t>وأضيف </w:t></w:r></w:ins>",
            f"<w:del {names}><w:r><w:delText>وحُذف </w:delText></w:r></w:del>",
            f"<w:hyperlink {names}><w:r><w:t>ورابط</w:t></w:r></w:hyperlink>",
            f'<w:r {names}><w:footnoteReference w:id="2"/></w:r>',
            f"<w:sdt {names}><w:sdtContent><w:r><w:t> وحقل.</w:t></w:r></w:sdtContent></w:sdt>",
        ):
            paragraph._p.append(parse_xml(xml))

    found = docx.extract(_word(build), "x")
    assert [block.text for block in found.blocks] == ["بقي وأضيف ورابط وحقل."]
    assert found.notes == ("footnotes and endnotes left out: 1",)
