"""The table of page furniture: reason, pattern, how long a line may be, where on the page it may stand.

Patterns are matched against :func:`~muwazi.corpus.normalise.matching_key` of a line with the marks around it taken off,
so spelling variants (اقرأ أيضاً / إقرأ ايضا), diacritics and Arabic digits need no entries of their own; the letters of
the patterns are folded in the same way.

Every rule has a limit in words: a sentence that only mentions a word of the table is longer, or goes on otherwise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

REASONS = {
    "byline": "who wrote, edited or translated the article",
    "date": "a line of nothing but a date or time",
    "updated": "when the page was published or updated",
    "reading-time": "how long reading takes, how often the page was read",
    "breadcrumb": "the path of the page within the site",
    "agency": "a news agency or source on a line of its own",
    "credit": "whose picture it is",
    "related-link": "a link to another article, and the heading over such links",
    "share": "share bars and calls to follow on social networks",
    "comments": "comment forms and counters",
    "cookie-notice": "a cookie notice",
    "navigation": "menu, privacy policy, terms of use, sign-in",
    "newsletter": "a call to subscribe",
    "copyright": "a copyright line",
    "advertisement": "the label of an advertisement",
    "tags": "the list of tags",
    "separator": "a line without a letter or digit",
    "outside-article": "what trafilatura found outside of the article on an HTML page, and no rule knows",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of furniture."""

    reason: str
    pattern: re.Pattern[str]
    max_words: int
    head_only: bool = False
    """Only before the first paragraph of running text."""
    edge_only: bool = False
    """Only before the first or after the last paragraph of running text."""
    stop: bool = False
    """May end with a full stop."""
    opens_links: bool = False
    """Links to other articles may follow on lines of their own."""


def _rule(reason: str, max_words: int, *alternatives: str, end: str = "", **where: bool) -> Rule:
    """A rule for lines that begin with one of ``alternatives``, each a regular expression, followed by ``end``."""
    return Rule(reason, re.compile(f"(?:{'|'.join(alternatives)}){end}".translate(_FOLD)), max_words, **where)


# The letters that matching keys fold; folding a whole pattern would break its syntax.
_FOLD = str.maketrans("أإآىةؤئ", "ااايهوي")
# What a label ends with when the labelled text stands on the same line.
_COLON = r"\s*(?:[:|>/-]|\.\.+)\s*"
_LABEL_END = rf"(?:{_COLON})?$"
_PERSON = r"[^\d.?!]{2,60}$"
_ALSO = (
    "اقرا ايضا",
    "اقراي ايضا",
    "اقراوا ايضا",
    "شاهد ايضا",
    "طالع ايضا",
    "تابع ايضا",
    "انظر ايضا",
    "read also",
    "also read",
)
_RELATED = (
    *_ALSO,
    r"اقرا (?:كذلك|المزيد|اكثر)",
    r"قد (?:يعجبكم?|يهمكم?|تعجبكم?)(?: ايضا)?",
    r"ربما (?:يعجبكم?|يهمكم?)(?: ايضا)?",
    r"(?:مواضيع|موضوعات|مقالات|اخبار|مواد|تقارير|روابط) (?:ذات صله|مرتبطه|مشابهه|متعلقه)",
    r"المزيد من (?:الاخبار|المقالات|التقارير)",
    r"read (?:more|next)",
    "see also",
    r"you (?:may|might) also (?:like|be interested in)",
    r"related (?:articles?|stories|story|posts?|links?|news|topics?|content)",
    r"more (?:stories|articles|news|on this (?:story|topic))",
    "recommended for you",
)
_AGENCIES = (
    *("وكالات", "متابعات", "خاص", "رويترز", "سانا", "واس", "بترا", "وفا", "واج", "الاناضول", "فرانس برس"),
    *(r"ا\.? ?ف\.? ?ب\.?", r"د\.? ?ب\.? ?ا\.?", r"ا\.? ?ب\.?"),
    *("reuters", "afp", "ap", "dpa", "xinhua", "tass", "agencies"),
)
_AGENCY = f"(?:{'|'.join(_AGENCIES)})"
_OUR_LETTERS = (
    *("نشرتنا", "النشره", "النشرات", "قناتنا", "قنواتنا", "القائمه البريديه", "بريدك"),
    *("newsletter", "our (?:channel|mailing list)", "your inbox"),
)

RULES: tuple[Rule, ...] = (
    # Links to other articles: the heading over them, or the link on the same line.
    _rule("related-link", 8, *_RELATED, end=_LABEL_END, opens_links=True),
    _rule("related-link", 28, *_RELATED, end=rf"{_COLON}\S", stop=True),
    _rule("related-link", 16, *_ALSO, end=r" \S"),
    _rule(
        *("related-link", 22, "للمزيد", "ذات صله", "مواضيع متعلقه", "شاهد(?: الفيديو)?", "طالع", "اقرا"),
        *("related", "watch", "read", "listen"),
        end=r"\s*[:|]\s*\S",
    ),
    _rule(
        *("related-link", 4, "الاكثر (?:قراءه|مشاهده|تداولا)", "احدث الاخبار", "اخر الاخبار"),
        *("most (?:read|viewed|popular)", "latest (?:news|stories)", "trending(?: now)?"),
        end="$",
        opens_links=True,
    ),
    # Who and when.
    _rule("byline", 10, "بقلم", "اعداد", "تحرير", "ترجمه", "حاورت?ه", "حاورها", "اعدت?ه", end=rf"\s*[:/-]\s*{_PERSON}"),
    _rule("byline", 8, "كتبت?ه?", "كتابه", end=rf"\s*[:/]\s*{_PERSON}"),
    _rule("byline", 7, "بقلم", end=f" {_PERSON}"),
    _rule(
        *("byline", 9, "written", "compiled", "edited", "translated", "reported", "posted", "published", "prepared"),
        end=r" by:? [^\d?!]{2,60}$",
    ),
    _rule("byline", 7, "by", "author", "words", "editor", "translation", "text", end=r"\s*[:|]\s*[^\d?!]{2,50}$"),
    _rule("byline", 7, r"by [\w.'\- ]{2,50}(?:, [\w'\- ]{2,40}){0,2}$", head_only=True),
    _rule(
        *("byline", 26, r"reporting by [^\d?!]{2,120}; ?(?:editing|writing|additional reporting) by [^\d?!]{2,80}$"),
        stop=True,
    ),
    _rule(
        *(
            "updated",
            14,
            "اخر تحديث",
            "تم التحديث",
            "تاريخ (?:النشر|التحديث)",
            "تم النشر",
            "نشر بتاريخ",
            "نشرت? (?:في|يوم)",
        ),
        end=r"\b.{0,60}\d",
        edge_only=True,
    ),
    _rule(
        *("updated", 12, "last (?:updated|modified)", "updated", "published", "posted"),
        end=r"(?: on| at)?\b\s*:?.{0,40}\d.{0,30}$",
        edge_only=True,
    ),
    _rule(
        *(
            "updated",
            5,
            "منذ (?:[\\d]+ )?(?:دقيقة|دقيقتين|دقائق|ساعة|ساعتين|ساعات|يوم|يومين|أيام|أسبوع|أسابيع|شهر|أشهر)",
        ),
        r"\d+ (?:minute|min|hour|hr|day|week|month)s? ago",
        end="$",
        edge_only=True,
    ),
    _rule("reading-time", 8, r"(?:مده|وقت|زمن) القراءه\s*:?.{0,30}$"),
    _rule(
        *(
            "reading-time",
            6,
            r"\d+ (?:دقيقه|دقائق) (?:ل?ل?قراءه)",
            r"\d+ (?:mins?|minutes?)\.? read",
            r"reading time\b.{0,20}",
        ),
        end="$",
    ),
    _rule("reading-time", 5, "(?:عدد )?(?:المشاهدات|القراءات|الزيارات|views|reads|hits)", end=r"\s*:?\s*[\d.,]+k?$"),
    # Where it comes from.
    _rule("agency", 8, r"وكال(?:ه|ات)(?: [\w-]+){0,5} (?:للانباء|الانباء|للاخبار|انباء)$", edge_only=True),
    _rule("agency", 9, "المصدر", "مصدر", "sources?", end=r"\s*[:/]\s*\S.{0,60}$", edge_only=True),
    _rule("agency", 6, _AGENCY, end=rf"(?:\s*[-/+,و]\s*{_AGENCY})*$", edge_only=True),
    _rule("agency", 6, r"(?:[\w'-]+ ){1,4}(?:news|press) (?:agency|service)$", edge_only=True),
    _rule(
        *(
            "copyright",
            18,
            r".{0,60}(?:©|\(c\) (?:19|20)\d\d)",
            ".{0,40}(?:جميع|كافه|كل) الحقوق محفوظه",
            ".{0,60}all rights reserved",
        ),
        stop=True,
    ),
    _rule(
        *(
            "credit",
            9,
            "(?:مصدر|صدر) الصور(?:ة|ه)",
            "(?:تصوير|عدسة)\\s*[:/]",
            "(?:image|photo|picture)s? (?:source|credit|courtesy)s?",
        ),
        *("(?:photo|image)s?(?: by|\\s*:)", r"(?:[\w'-]+ ?[/,-] ?){0,3}getty images$"),
        end=r".{0,60}$",
    ),
    # What the page wants of its reader.
    _rule(
        *("newsletter", 18, r".{0,30}\b(?:اشتركوا?|للاشتراك|انضموا?|سجلوا?|subscribe|sign up)"),
        end=rf"\b.{{0,40}}(?:{'|'.join(_OUR_LETTERS)})",
        stop=True,
    ),
    _rule(
        *(
            "newsletter",
            3,
            "اشترك(?: الان)?",
            "النشره (?:البريديه|الاخباريه)",
            "subscribe(?: now)?",
            "newsletter",
            "sign up",
        ),
        end="$",
        edge_only=True,
    ),
    _rule(
        *("newsletter", 18, r"(?:اهم|ابرز) (?:الاخبار|العناوين) (?:في|الي) بريدك\b"),
        r"the (?:main|top|day's) (?:stories|news|headlines)\b.{0,40}\binbox\b",
        stop=True,
    ),
    _rule(
        "share",
        14,
        "تابعنا",
        "تابعونا",
        "للمتابعه",
        r"(?:follow|join|like|find) us",
        end=r" (?:علي|عبر|في|on)\b",
        stop=True,
    ),
    _rule(
        *("advertisement", 3, "اعلان(?:ات)?", "(?:مساحه|ماده) اعلانيه", "محتوي (?:اعلاني|ممول)", "اعلان ممول"),
        *("advertisements?", "sponsored(?: content)?", "promoted", "ad"),
        end="$",
    ),
    _rule(
        *(
            "tags",
            24,
            "الوسوم",
            "وسوم",
            "(?:ال)?كلمات (?:ال)?(?:دلاليه|مفتاحيه)",
            "هاشتاغ",
            "tags?",
            "keywords",
            "filed under",
        ),
        end=r"\s*[:|]",
    ),
    _rule("tags", 3, "الوسوم", "وسوم", "(?:ال)?كلمات (?:ال)?دلاليه", "tags", end="$", opens_links=True),
    _rule("tags", 20, r"#\w+(?:\s*[,|·]?\s*#\w+)+$"),
    # Comments.
    _rule(
        *("comments", 7, r"(?:دع|اترك|اضف|اكتب|ضع) (?:تعليق(?:ا|ك)?|ردا?|ردك|رايك)(?: علي .{0,40})?", "شارك ب?رايك"),
        *(
            r"(?:ال)?تعليقات?(?:\s*[(:]?\s*\d+\)?)?",
            r"\d+ تعليقات?",
            "لا (?:توجد|يوجد) تعليقات?",
            "الغاء الرد",
            "ارسال التعليق",
        ),
        *(
            "leave a (?:comment|reply)",
            "post (?:a )?comment",
            "add a comment",
            "cancel reply",
            "join the (?:conversation|discussion)",
        ),
        *(r"(?:no|\d+) comments?(?: yet)?", r"comments?(?:\s*[(:]\s*\d+\)?)?"),
        end="$",
        edge_only=True,
        opens_links=True,
    ),
    _rule(
        *(
            "comments",
            12,
            "لا (?:توجد|يوجد) تعليقات بعد",
            "كن اول من يعلق",
            "no comments yet",
            "be the first to comment",
        ),
        stop=True,
    ),
    _rule(
        *("comments", 26, "(?:لن يتم نشر|لن ينشر) عنوان بريدك", "الحقول الالزاميه مشار", "احفظ اسمي"),
        *("your email address will not be published", "required fields are marked", "save my name, email"),
        *(r"باستخدامك? (?:ل|لهذا |هذا )?ال?نموذج", "by using this form you agree"),
        stop=True,
    ),
    _rule(
        *(
            "comments",
            4,
            "الاسم",
            "البريد الالكتروني",
            "الموقع الالكتروني",
            "التعليق",
            "name",
            "email",
            "website",
            "comment",
        ),
        end=r"\s*\*$",
    ),
    # Menus and footers.
    _rule(
        *(
            "navigation",
            5,
            "(?:انتقل|تخطي?) الي المحتوي",
            "سياسه الخصوصيه",
            "شروط (?:الاستخدام|الخدمه)",
            "الشروط والاحكام",
        ),
        *("الاحكام والشروط", "من نحن", "(?:اتصل|تواصل) بنا", "تواصل معنا", "اعلن معنا", "خريطه الموقع", "تسجيل الدخول"),
        *("انشاء حساب", "الصفحه الرئيسيه", "قراءه المزيد", "العوده الي الاعلي", "موافق"),
        *("skip to (?:main )?content", "privacy notice", "(?:privacy|cookies?)(?: (?:&|and) cookies?)? policy"),
        *(
            "terms (?:of (?:use|service)|(?:&|and) conditions)",
            "about us",
            "contact us",
            "advertise with us",
            "site ?map",
        ),
        *(
            "(?:sign|log) in",
            "register",
            "back to top",
            "accept(?: all)?(?: cookies)?",
            "cookie settings",
            "home ?page",
        ),
        end="$",
    ),
    _rule(
        *(
            "navigation",
            5,
            "حجم الخط",
            "(?:تكبير|تصغير) الخط",
            "استمع(?: (?:إلى|ل)? ?(?:هذا )?ال?(?:مقال|خبر))?",
            "تم نسخ الرابط",
        ),
        *(
            "(?:المقال|الخبر|الموضوع)?(?:ة)? ?(?:السابق|التالي)ة?",
            "(?:previous|next)(?: (?:article|post|story))?",
            "listen to this article",
        ),
        *(r"(?:https?://|www\.)\S+", r"@\w{2,30}", r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
        end="$",
        edge_only=True,
    ),
    _rule(
        *(
            "share",
            16,
            "(?:تابعوا?|لمتابعة) .{0,40}(?:تطبيق|google news|أخبار (?:غوغل|جوجل)|اضغط هنا)",
            "حملوا? تطبيق(?:نا| الموقع)",
        ),
        *("(?:download|get) (?:our|the) app",),
        stop=True,
    ),
    _rule("breadcrumb", 16, "الرئيسية", "home", end=r"(?:\s*[/|>»›←-]\s*[^/|>]{1,40}){1,4}$"),
)
