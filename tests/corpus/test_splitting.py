"""Splitting: tables of cases (⏎ is where a sentence must end), and what must hold for any text."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muwazi.corpus.reading import discover, load
from muwazi.corpus.splitting import split_article, split_line, split_text
from muwazi.corpus.types import Article, Source

EXAMPLES = Path(__file__).parents[2] / "examples"

ARABIC = [
    # Plain stops.
    "وصل القطار متأخراً. ⏎ نزل الركاب على عجل.",
    "هل وصل القطار؟ ⏎ لا أحد يعرف.",
    "يا لها من ليلة! ⏎ لم ينم أحد.",
    "ماذا؟! ⏎ لا أصدق ذلك.",
    "أحقاً؟؟ ⏎ نعم.",
    "انتهى الاجتماع . ⏎ وخرج الجميع .",
    "جاء؟ ⏎ ذهب! ⏎ عاد.",
    "Is it so? ⏎ نعم، هو كذلك.",
    # No stop at the end, headings, commas, semicolons, colons.
    "عنوان بلا نقطة",
    "جاء المطر، ثم توقف، ثم عاد.",
    "الوقت ضيق؛ فلا تتأخر.",
    "قال الوزير: سنعمل معاً.",
    "المجلس يناقش الموازنة: أرقام وأسئلة",
    # Titles, initials and abbreviations.
    "قالت د. نوال الحلبي إن المتحف سيفتح أبوابه. ⏎ ثم غادرت.",
    "يرى أ. كمال رستم أن الأمر صعب.",
    "شرح م. سامي طريقة العمل. ⏎ ولم يعلّق أ.د. خالد منصور.",
    "حضر الحفل د. أحمد ود. سمير وأ. ليلى.",
    "أعدّت التقرير أ.م.د. سلمى قاسم.",
    "قرأت رواية ج. ك. رولينغ في يومين. ⏎ وأعجبتني.",
    "اتهمت النيابة «ب. ح.» بالاحتيال.",
    "انظر ص. 12 من التقرير.",
    "نُشر المقال في مج. 4 من المجلة.",
    "صندوق البريد ص.ب. 3140 في العاصمة.",
    "ولد عام 450 ق.م. في أثينا.".replace("ق.م. في", "ق.م في"),
    "سقطت المدينة عام 450 ق.م. ⏎ وبعدها بعام عادت.",
    "بُني المسجد عام 967 هـ. ⏎ ورُمم مرتين.",
    "كان ذلك سنة 1920 م. ⏎ ولم يبق منه شيء.",
    "خان شُيّد عام 967 هـ، قد تضرر.",
    "بلغ ارتفاعه 30 م. ⏎ وعرضه أقل.",
    "يباع الزيت بسعر 5 دنانير. ⏎ والقمح بأقل.",
    "ينقص المرضى فيتامين د. ⏎ والعلاج بسيط.",
    "نشرت شركة Apple Inc. تقريرها.",
    "التقى Mr. Smith مدير الشركة.",
    "تعاقدت مع U.S. Steel لسنتين.",
    # Numbers, times, addresses.
    "بلغت النسبة 3.5 في المئة. ⏎ وهي الأعلى.",
    "بلغ العدد 12,000 شخص. ⏎ وقد يزيد.",
    "بلغ العدد ٣٬٨٧٦٬٤٠٠ ناخب. ⏎ منهم ٤٩٫٥٪ نساء.",
    "يبدأ العرض عند 18.30 مساءً. ⏎ والدخول مجاني.",
    "في 12.05.2024 وقّع العقد. ⏎ ثم أُلغي.",
    "زوروا موقع www.example.org للمزيد. ⏎ شكراً لكم.",
    "راسلونا على news@example.org اليوم.",
    "صدر الإصدار 2.0.1 أمس.",
    "1. فتح الصناديق عند السابعة.",
    "أ. الشروط العامة للعقد.",
    "(3). يلتزم الطرفان بالعقد.",
    # Quotations and brackets.
    "قال: «لن نعود». ⏎ ثم خرج.",
    "قال: «لن نعود.» ⏎ ثم خرج.",
    'قال: "لن نعود." ⏎ ثم خرج.',
    "قال: ”لن نعود.“ ⏎ ثم خرج.",
    "توضح: «في القاعة مفتاح بيت. ⏎ لا يوجد تاج واحد. ⏎ لدينا تيجان في المخزن».",
    "سأل: «إلى أين؟». ⏎ فلم يُجب أحد.",
    "«هل أغلقت الباب؟» سألها زوجها للمرة الثالثة.",
    "«كفّ عن الشكوى!» قال الأب. ⏎ «في عمرك كنت أعمل».",
    "سألني: «هل كنتم سعداء؟» فقلت له: «نعم».",
    "«الماء وصل!» ⏎ ثم ركض الجميع إلى النبع.",
    "تردّد قليلاً (أهو الخوف؟) ثم دخل.",
    "عاد من الولايات المتحدة (U.S.A.). ⏎ ثم سافر.",
    "انتهى العرض (كانت القاعة ممتلئة). ⏎ وصفّق الجمهور.",
    "أغلق الباب. ⏎ (لم يكن هناك أحد.) ⏎ ثم عاد.",
    "وصفها بأنها «تجربة لا تُنسى» ⏎".rstrip(" ⏎") + ". ⏎ وعاد إلى بيته.",
    "وصف الحفل بأنه «تجربة لا تُنسى» ⏎ «كنا ننتظر هذا اليوم منذ أعوام طويلة».",
    'قال إنه "متعب" ⏎ "لكننا سنكمل الطريق معاً".',
    "يضم الجدول فرق «النجوم» «الشبيبة» و«الاتحاد».",
    # Ellipses.
    "مدرسة من صفيح… وأحلام من حبر",
    "عشر سنوات كي تتعافى… إن تعافت. ⏎ «ربحنا القضية»، يقول.",
    "رغم الحرب.. العمال يواصلون الحفر",
    "نظر إليه... ثم ابتسم. ⏎ وانصرف.",
    "كتب على السبورة: «غداً أجمل…». ⏎ ثم أطفأ النور.",
    # Bullets and typing slips.
    "• وقف التصريف فوراً",
    "يقرر المجلس ما يأتي: 1. إنشاء الصندوق. ⏎ 2. تعيين مدير له.",
    "المطالب: ⏎ • أجور عادلة ⏎ • عقود ثابتة ⏎ • تأمين صحي".replace(" ⏎ • أجور", " ⏎ • أجور"),
    "انتهى الدرس.⏎ثم خرج التلاميذ.",
    "أين كنت؟⏎لم أرك منذ أيام.",
    "يملك موقع الشركة عنوان shop.example وهو سهل.",
    "انتهى الأمر.» ⏎ وعاد إلى مكتبه.",
]

ENGLISH = [
    "The train was late. ⏎ Passengers hurried off.",
    "Was it late? ⏎ Nobody knows.",
    "What a night! ⏎ Nobody slept.",
    "Mr. Smith met Dr. Hana Shami. ⏎ They talked.",
    "Gen. Omar and Sen. Lee agreed. ⏎ Others did not.",
    "J. R. Nasser wrote it. ⏎ It sold well.",
    "The U.S. Army left in May. ⏎ It never came back.",
    "He lives in the U.S. ⏎ He likes it there.",
    "They moved to Washington, D.C. ⏎ It was expensive.",
    "It cost $3.50. ⏎ Nobody paid.",
    "Some 12,000 people came. ⏎ More followed.",
    "Version 2.0.1 is out. ⏎ See example.org for news.",
    "The shop opens at 10 a.m. and closes at 6 p.m. ⏎ It is shut on Friday.",
    "He left at 5 p.m. Monday and never returned.",
    "See Fig. 3 and p. 12 for details. ⏎ The rest is noise.",
    "He left in Jan. ⏎ She stayed.",
    "On Jan. 5 he left.",
    "Smith et al. found nothing, e.g. no bones, i.e. no proof.",
    "They sold pens, paper, etc. ⏎ They made money.",
    "Acme Inc. Chairman Lee resigned.",
    "She joined Acme Inc. ⏎ The firm grew.",
    '"Why?" he asked. ⏎ "Because," she said.',
    '"Why?" John Smith asked.',
    '"I am tired. ⏎ I want to go home," she said.',
    '"I am tired." ⏎ He was, too.',
    "“I know this dress… my mother made it.” ⏎ She wept.",
    "“Who will return them?” ⏎ Nobody answered.",
    "He paused... then spoke.",
    "He paused... ⏎ Then he spoke.",
    "He left (at last). ⏎ She stayed.",
    "He left. ⏎ (She stayed.) ⏎ Nobody spoke.",
    "The band (what a name!) played on.",
    "Yahoo! said it would sell.",
    "So am I. ⏎ Then we agree.",
    "They like A.I. ⏎ It works.",
    "He came from abroad (the U.S.A.). ⏎ She did not.",
    "It was the end.⏎Then more came.⏎So it goes!⏎Really?⏎Yes.",
    "Ask at Example.Com or node.Js for more.",
    "The jury met; 1. It elected a chair. ⏎ 2. It adjourned.",
    '"Who buys them?" I asked. ⏎ "Museums," she said.',
    "They top Group E. ⏎ Beirut was quiet.",
    "He looked at me. ⏎ I said no. ⏎ He left.",
    "See No. 5 and Nos. 6 to 8.",
    "1. Open the box.",
    "a. Terms of the contract.",
    "The phone maker changed course. ⏎ iPhones sold well.",
    "St. John's is in Newfoundland.",
    "Prices rose 5 per cent. ⏎ 12 shops closed.",
    "A heading without a stop",
]


def _case(case: str) -> tuple[str, list[str]]:
    expected = [part.strip() for part in case.split("⏎")]
    return case.replace(" ⏎ ", " ").replace("⏎", ""), expected


@pytest.mark.parametrize("case", ARABIC)
def test_arabic_sentences(case: str) -> None:
    text, expected = _case(case)
    assert split_text(text, "ar") == expected


@pytest.mark.parametrize("case", ENGLISH)
def test_english_sentences(case: str) -> None:
    text, expected = _case(case)
    assert split_text(text, "en") == expected


def test_lines_always_end_sentences() -> None:
    text = "عنوان أول\nجملة لا تنتهي\r\nوأخرى.\u2028وثالثة\x0bورابعة"
    assert split_text(text, "ar") == ["عنوان أول", "جملة لا تنتهي", "وأخرى.", "وثالثة", "ورابعة"]


def test_blank_and_invisible_lines_are_no_sentences() -> None:
    assert split_text("\n\u00a0\n \u200f\u200b\n", "ar") == []


def test_a_lone_mark_goes_to_its_neighbour() -> None:
    assert split_text('انتهى الأمر. " وعاد.', "ar") == ["انتهى الأمر.", '" وعاد.']
    assert split_text("نعم. ... لا.", "ar") == ["نعم. ... لا."] or split_text("نعم. ... لا.", "ar") == [
        "نعم. ...",
        "لا.",
    ]


def test_split_article_numbers_sentences_through_the_paragraphs() -> None:
    article = Article("a", "ar", "", ("عنوان", "جملة أولى. جملة ثانية.", "سطر\nسطر آخر"), Source("x", "0"))
    sentences = split_article(article)
    assert [(s.index, s.paragraph, s.text) for s in sentences] == [
        (0, 0, "عنوان"),
        (1, 1, "جملة أولى."),
        (2, 1, "جملة ثانية."),
        (3, 2, "سطر"),
        (4, 2, "سطر آخر"),
    ]


_PIECES = st.sampled_from(
    [*"ابجدهو ABab.,;:!?؟…«»\"'()[]“”\n\t\r•-–1٢\u200f\u2028\xa0", ". ", "د. ", "هـ. ", "U.S. ", ".. ", "؟» "]
)


def _visible(text: str) -> str:
    return "".join(c for c in text if not c.isspace() and unicodedata.category(c) != "Cf")


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.lists(_PIECES, max_size=60).map("".join), st.text(max_size=80)), st.sampled_from(["ar", "en", "de"])
)
def test_no_character_is_lost_or_moved(text: str, language: str) -> None:
    sentences = split_text(text, language)
    assert _visible("".join(sentences)) == _visible(text)
    assert all(sentence and sentence == sentence.strip() and "\n" not in sentence for sentence in sentences)


@settings(max_examples=150, deadline=None)
@given(st.lists(_PIECES, max_size=50).map("".join))
def test_the_same_text_splits_the_same_way(text: str) -> None:
    assert split_text(text, "ar") == split_text(text, "ar")


# 60,000 characters of what makes patterns backtrack: done in seconds when time grows with the length, in hours if it
# grew with the square (sentencex alone takes minutes for the row of opening quotation marks).
@pytest.mark.parametrize("unit", ["«", "« ", '" ', ". ", "؟»", "( ", "a. ", "ا", " ", "•  ", ".\u200f", "…", ".", ") "])
@pytest.mark.parametrize("language", ["ar", "en"])
def test_long_lines_of_marks_are_no_trap(unit: str, language: str) -> None:
    line = unit * (60_000 // len(unit))
    assert _visible("".join(split_line(line, language))) == _visible(line)


def _examples() -> list[tuple[str, str]]:
    return sorted(
        (path.stem, path.suffix[1:]) for path in (EXAMPLES / "gold").glob("*.*") if path.suffix in (".ar", ".en")
    )


@pytest.mark.parametrize(("name", "language"), _examples())
def test_example_articles_give_exactly_their_gold_sentences(name: str, language: str) -> None:
    files = next(files for files in discover(EXAMPLES / "articles") if files.id == name)
    document = load(files)
    article = document.source if language == "ar" else document.reference
    assert article is not None
    gold = (EXAMPLES / "gold" / f"{name}.{language}").read_text(encoding="utf-8").splitlines()
    assert [sentence.text for sentence in split_article(article)] == gold
