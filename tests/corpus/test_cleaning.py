"""Cleaning: what goes, with which reason, and what stays."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muwazi.corpus.cleaning import REASONS, clean
from muwazi.corpus.reading import discover, load, read_article
from muwazi.corpus.reading.blocks import Block

SHARED = Path(os.environ.get("MUWAZI_SHARED", Path(__file__).parents[2].parent / "shared"))

TITLE = "افتتاح جسر جديد بين ضفتي النهر"
BODY = "عبر آلاف السكان سيراً على الأقدام الجسر الجديد الذي يربط البلدتين بعد سنوات من الانتظار الطويل والوعود."
END = "ويتوقع تجار المدينة أن يتضاعف عدد الزبائن في الصيف المقبل بعد أن صارت الطريق أقصر بساعة كاملة."

HEAD = [
    ("by admin", "byline"),
    ("By Samer al-Dabbagh", "byline"),
    ("بقلم: سامر الدباغ", "byline"),
    ("بقلم سامر الدباغ", "byline"),
    ("كتبت: لمى الأسعد", "byline"),
    ("كَتَبَ : سامر", "byline"),
    ("إعداد: قسم المتابعة", "byline"),
    ("ترجمة: هدى سالم", "byline"),
    ("Compiled by the monitoring desk", "byline"),
    ("الأخبار | تقارير ومتابعات", "breadcrumb"),
    ("الرئيسية > أخبار > محليات", "breadcrumb"),
    ("أخبار » ثقافة", "breadcrumb"),
    ("سياسة / محليات / بلديات", "breadcrumb"),
    ("Home / Culture / Museums and heritage", "breadcrumb"),
    ("آخر تحديث: 14:35", "updated"),
    ("Last updated: 14:35", "updated"),
    ("تاريخ النشر: ١٢ آذار ٢٠٢٤", "updated"),
    ("الأحد 9 آذار/مارس 2025 - 18:42", "date"),
    ("Monday 10 March 2025, 09:15", "date"),
    ("12/05/2024", "date"),
    ("مدة القراءة: 4 دقائق", "reading-time"),
    ("4 min read", "reading-time"),
    ("عدد المشاهدات: 1,204", "reading-time"),
    ("وكالة الأفق للأنباء", "agency"),
    ("رويترز - أ ف ب", "agency"),
    ("(وكالات)", "agency"),
    ("Horizon News Agency", "agency"),
    ("منذ 3 ساعات", "updated"),
    ("2 hours ago", "updated"),
    ("استمع", "navigation"),
    ("حجم الخط", "navigation"),
    ("@samer_news", "navigation"),
    ("samer@example.org", "navigation"),
]
ANYWHERE = [
    ("اقرأ أيضاً: مواعيد مباريات الجولة الأولى", "related-link"),
    ("إقرأ أيضا", "related-link"),
    ("اقرأ ايضًا..", "related-link"),
    ("🔴 اقرأ أيضاً: كم يبلغ سعر الرغيف؟", "related-link"),
    ("[اقرأ أيضاً: كم يبلغ سعر الرغيف؟]", "related-link"),
    ("قد يعجبك أيضاً", "related-link"),
    ("قد يعحبك أيضاً", "related-link"),
    ("مواضيع ذات صلة", "related-link"),
    ("للمزيد: صور من الافتتاح", "related-link"),
    ("Read also: What does a loaf cost?", "related-link"),
    ("Related: Five tips before you start", "related-link"),
    ("شارك هذا المقال", "share"),
    ("شارك هذا المقال عبر: فيسبوك | واتساب | البريد الإلكتروني", "share"),
    ("Share this article: Facebook | WhatsApp | Email", "share"),
    ("فيسبوك تويتر واتساب", "share"),
    ("تابعونا على تلغرام", "share"),
    ("Follow us on Telegram", "share"),
    ("للاشتراك في نشرتنا الرياضية اضغط هنا", "newsletter"),
    ("Click here to subscribe to our sports newsletter", "newsletter"),
    ("جميع الحقوق محفوظة © الأفق 2025", "copyright"),
    ("© Horizon. All rights reserved", "copyright"),
    ("إعلان", "advertisement"),
    ("مصدر الصورة: الأفق", "credit"),
    ("صدر الصورة، Getty Images", "credit"),
    ("Photo: Samer al-Dabbagh", "credit"),
    ("Image source, Getty Images", "credit"),
    ("لمتابعة آخر الأخبار اضغط هنا", "share"),
    ("Advertisement", "advertisement"),
    ("الوسوم: جسور، نقل، مدن", "tags"),
    ("#جسر #نهر #مدن", "tags"),
    ("نستخدم ملفات تعريف الارتباط لتحسين تجربتك على موقعنا.", "cookie-notice"),
    ("هذا الموقع يستخدم الكوكيز لخدمتكم، موافق قراءة المزيد", "cookie-notice"),
    ("We use cookies to improve your experience of our site.", "cookie-notice"),
    ("سياسة الخصوصية", "navigation"),
    ("Privacy & Cookies Policy", "navigation"),
    ("انتقل إلى المحتوى", "navigation"),
    ("لن يُنشر عنوان بريدك الإلكتروني. الحقول الإلزامية مشار إليها بـ *", "comments"),
    ("Your email address will not be published. Required fields are marked *", "comments"),
    ("الاسم *", "comments"),
    ("لا توجد تعليقات بعد. كن أول من يعلّق.", "comments"),
    ("* * *", "separator"),
    ("ـــــــ", "separator"),
]
TAIL = [
    ("دع تعليقاً", "comments"),
    ("اترك تعليقا", "comments"),
    ("التعليقات (3)", "comments"),
    ("Leave a comment", "comments"),
    ("باستخدامك لهذا النموذج أنت توافق على حفظ بياناتك في هذا الموقع", "comments"),
    ("ياستخدامك لهاذا النموذج أنت توافق على حفظ بيناتك في هذا الموقع", "comments"),
    ("المصدر: وكالة الأفق", "agency"),
    ("Reporting by Sami Nasser; editing by Lee Brown", "byline"),
]
STAYS = [
    "من شكوى إلى قضية",
    "ماذا يقول الحكم؟",
    "«سيارة مفخخة»",
    "A second half from another world",
    "تقرير: الجسر يغيّر وجه المدينة",
    "خاص بالأطفال: دليل الجسر",
    "كتب: خمسة عناوين عن الأنهار والجسور صدرت هذا العام في بيروت ودمشق وعمّان والقاهرة",
    "قال المهندس إن الشركة تستخدم ملفات تعريف الارتباط في تطبيقها وإن القانون يلزمها بإعلان ذلك للناس كافة.",
    "واقترحت الوزارة أن يُقرأ أيضاً تقرير السلامة قبل فتح الجسر أمام الشاحنات الثقيلة.",
    "شارك في الافتتاح وزير النقل ورؤساء البلديات من الضفتين.",
    "شارك المئات في المسيرة",
    "وشارك هذا المقال في الجدل الدائر حول كلفة الجسر وموقعه.",
    "اقرأ أيضاً ما كتبه الشاعر عن النهر في ديوانه الأخير الذي صدر قبل عام واحد من رحيله وأثار جدلاً واسعاً.",
    "By Monday evening the bridge had been crossed by ten thousand people.",
    "The newsletter of the engineers praised the bridge in its last number.",
    "Facebook",
    "الأحد الأسود",
    "2019",
    "صورة من الجو للجسر الجديد – الأفق.",
    "• وقف التصريف فوراً إلى حين تركيب محطة معالجة",
    "ردود الفعل",
    "صورة قاتمة للمستقبل",
    "استمع القاضي إلى الشهود",
    "منذ أيام وأهل البلدة ينتظرون",
    "الخبر السار والخبر السيئ",
    "Photography comes home",
    "Photos by night: how the bridge is lit and who pays for the electricity of its lamps",
    "إعلان دمشق",
    "خريطة الموقع الأثري",
]  # fmt: skip


def _around(line: str, place: int) -> list[Block]:
    texts = [TITLE, BODY, "وقال المهندس إن الجسر سيفتح أمام الشاحنات في الربيع.", END]
    texts.insert(place, line)
    return [Block(text, number) for number, text in enumerate(texts, start=1)]


def _removed(line: str, place: int) -> tuple[str, ...]:
    cleaned = clean(_around(line, place), "ar")
    texts = [block.text for block in cleaned.blocks]
    assert TITLE in texts and BODY in texts and END in texts
    assert all(piece.text == line and piece.line == place + 1 for piece in cleaned.removed)
    assert (line in texts) != bool(cleaned.removed)
    return tuple(piece.reason for piece in cleaned.removed)


@pytest.mark.parametrize(("line", "reason"), HEAD + ANYWHERE)
def test_furniture_under_the_title_goes(line: str, reason: str) -> None:
    assert _removed(line, 1) == (reason,)


@pytest.mark.parametrize(("line", "reason"), ANYWHERE)
def test_furniture_in_the_middle_goes(line: str, reason: str) -> None:
    assert _removed(line, 2) == (reason,)


@pytest.mark.parametrize(("line", "reason"), ANYWHERE + TAIL)
def test_furniture_at_the_end_goes(line: str, reason: str) -> None:
    assert _removed(line, 4) == (reason,)


@pytest.mark.parametrize("line", STAYS)
@pytest.mark.parametrize("place", [1, 2, 4])
def test_text_that_only_looks_like_it_stays(line: str, place: int) -> None:
    assert _removed(line, place) == ()


@pytest.mark.parametrize("line", [line for line, _ in HEAD if " > " not in line and "/ Culture" not in line])
def test_a_title_of_that_shape_is_a_title(line: str) -> None:
    # A page whose first line is a byline has no title; only patterns that are furniture anywhere touch it.
    cleaned = clean([Block(line, 1), Block(BODY, 2), Block(END, 3)], "ar")
    assert [block.text for block in cleaned.blocks][-2:] == [BODY, END]


def test_a_bare_name_beside_other_furniture_is_a_byline() -> None:
    lines = [
        "Start-up delivers by bicycle",
        "Lama al-Asaad",
        "4 min read",
        "The firm has ninety riders in six towns today.",
    ]
    cleaned = clean([Block(text, number) for number, text in enumerate(lines, 1)], "en")
    assert [piece.reason for piece in cleaned.removed] == ["byline", "reading-time"]
    lines[2] = "A heading follows"
    assert clean([Block(text, number) for number, text in enumerate(lines, 1)], "en").removed == ()


def test_links_under_their_heading_go_too() -> None:
    links = [Block("معرض للخط العربي", 4, "item"), Block("كيف تُحفظ المنسوجات؟", 5, "item")]
    blocks = [Block(TITLE, 1), Block(BODY, 2), Block("اقرأ أيضاً", 3), *links, Block(END, 6)]
    cleaned = clean(blocks, "ar")
    assert [piece.line for piece in cleaned.removed] == [3, 4, 5]
    assert {piece.reason for piece in cleaned.removed} == {"related-link"}


def test_link_titles_at_the_end_of_the_page_go_too() -> None:
    tail = ["قد يعجبك أيضاً", "عشرة متاحف صغيرة تستحق الزيارة", "جولة افتراضية في بيت الشاعر", "دع تعليقاً"]
    blocks = [Block(text, number) for number, text in enumerate([TITLE, BODY, END, *tail], start=1)]
    assert [block.text for block in clean(blocks, "ar").blocks] == [TITLE, BODY, END]


def test_a_subheading_after_one_link_stays() -> None:
    texts = [TITLE, BODY, "اقرأ أيضاً", "معرض للخط العربي", "أسئلة بلا أجوبة", END]
    cleaned = clean([Block(text, number) for number, text in enumerate(texts, start=1)], "ar")
    assert [block.text for block in cleaned.blocks] == [TITLE, BODY, "أسئلة بلا أجوبة", END]


def test_one_line_of_a_block_can_go() -> None:
    cleaned = clean([Block(TITLE, 1), Block(f"{BODY}\nشارك هذا المقال\n{END}", 3)], "ar")
    assert [block.text for block in cleaned.blocks] == [TITLE, f"{BODY}\n{END}"]
    assert [(piece.line, piece.reason) for piece in cleaned.removed] == [(4, "share")]


def test_keep_all_keeps_all() -> None:
    blocks = _around("شارك هذا المقال", 1)
    cleaned = clean(blocks, "ar", keep_all=True)
    assert cleaned.blocks == tuple(blocks) and cleaned.removed == ()


_LINES = st.sampled_from([line for line, _ in HEAD + ANYWHERE + TAIL] + STAYS + [BODY, END, "", "عنوان"])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(_LINES, min_size=1, max_size=4).map("\n".join), max_size=12))
def test_every_line_is_kept_or_listed(texts: list[str]) -> None:
    blocks = [Block(text, 10 * number) for number, text in enumerate(texts, start=1)]
    cleaned = clean(blocks, "ar")
    before = sorted(line for text in texts for line in text.split("\n") if line.strip())
    kept = [line for block in cleaned.blocks for line in block.text.split("\n")]
    assert sorted(kept + [piece.text for piece in cleaned.removed]) == before
    assert all(piece.reason in REASONS for piece in cleaned.removed)
    # What is left has nothing that goes anywhere on the page; a second time only the place of a line can matter.
    assert not {piece.reason for piece in clean(cleaned.blocks, "ar").removed} & {"share", "cookie-notice", "copyright"}


# File, lines that a person calls furniture (checked by eye), SHA-256 of the paragraphs that stay, joined by newlines.
SEEDS = [
    (
        "000_90c078d03a260544",
        {
            3: "byline",
            5: "breadcrumb",
            76: "related-link",
            78: "comments",
            80: "comments",
            82: "cookie-notice",
            84: "navigation",
        },
        29,
        "2cd7ac8b6624442d",
    ),
    ("002_049adfc7b580f6d8", {}, 18, "2ac3e202206895ce"),
]


@pytest.mark.skipif(
    not (SHARED / "seeds").is_dir(), reason="the seed articles are not beside this checkout (MUWAZI_SHARED)"
)
@pytest.mark.parametrize(("name", "furniture", "paragraphs", "digest"), SEEDS)
def test_seed_articles_lose_their_furniture_and_nothing_else(
    name: str, furniture: dict[int, str], paragraphs: int, digest: str
) -> None:
    article = read_article(SHARED / "seeds" / f"{name}.txt", "ar")
    assert {piece.line: piece.reason for piece in article.removed} == furniture
    assert len(article.paragraphs) == paragraphs
    assert hashlib.sha256("\n".join(article.paragraphs).encode()).hexdigest()[:16] == digest
    everything = read_article(SHARED / "seeds" / f"{name}.txt", "ar", keep_all=True)
    assert everything.removed == ()
    assert sum(map(len, everything.paragraphs)) > sum(map(len, article.paragraphs)) or not furniture


FURNITURE_OF_EXAMPLES = {
    "cup-final": ["byline", "agency", "share", "related-link", "newsletter"],
    "press-review": ["byline", "updated", "related-link", "copyright"],
    "delivery-startup": ["byline", "reading-time", "share", "related-link"],
}


def test_example_articles_lose_what_their_readme_says() -> None:
    for files in discover(Path(__file__).parents[2] / "examples" / "articles"):
        if files.id == "city-museum":
            continue
        document = load(files)
        for article in filter(None, (document.source, document.reference)):
            assert [piece.reason for piece in article.removed] == FURNITURE_OF_EXAMPLES.get(files.id, []), files.id
