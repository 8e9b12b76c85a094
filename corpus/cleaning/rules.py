"""The table of page furniture: reason, pattern, how long a line may be, where on the page it may stand.

Patterns are matched against :func:`~muwazi.corpus.normalise.matching_key` of a line with the marks around it taken off,
so spelling variants (اقرأ أيضاً / إقرأ ايضا), diacritics and Arabic digits need no entries of their own. Write patterns
in that folded spelling: ا for all alefs, ي for ى, ه for ة.

Every rule has a limit in words: a sentence that only mentions a word of the table is longer, or goes on otherwise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from muwazi.corpus.wordlists import words

REASONS = {
    "byline": "who wrote, edited or translated the article",
    "date": "a line of nothing but a date or time",
    "updated": "when the page was published or updated",
    "reading-time": "how long reading takes, how often the page was read",
    "breadcrumb": "the path of the page within the site",
    "agency": "a news agency or source on a line of its own",
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


def _rule(reason: str, pattern: str, max_words: int, **where: bool) -> Rule:
    return Rule(reason, re.compile(pattern), max_words, **where)


_MORE = (
    "اقرا (?:ايضا|كذلك|المزيد|اكثر)|اقراي ايضا|اقراوا ايضا|شاهد ايضا|طالع ايضا|تابع ايضا|انظر ايضا|قد (?:يعجبك|يهمك|تعجبك)(?:م)?(?: ايضا)?|"
    "ربما (?:يعجبك|يهمك)(?: ايضا)?|(?:مواضيع|موضوعات|مقالات|اخبار|مواد|تقارير|روابط) (?:ذات صله|مرتبطه|مشابهه|متعلقه)|"
    "المزيد من (?:الاخبار|المقالات|التقارير)|"
    "read also|also read|read (?:more|next)|see also|you (?:may|might) also (?:like|be interested in)|"
    "related (?:articles?|stories|story|posts?|links?|news|topics?|content)|more (?:stories|articles|news|on this (?:story|topic))|recommended for you"
)
_LABEL_END = r"\s*(?:[:|>/-]|\.\.+)\s*"
_PERSON_AR = r"[^\d.?!]{2,60}"

RULES: tuple[Rule, ...] = (
    # Headings over links, or with the link on the same line.
    _rule("related-link", rf"(?:{_MORE})(?:{_LABEL_END})?$", 8, opens_links=True),
    _rule("related-link", rf"(?:{_MORE}){_LABEL_END}\S", 28, stop=True),
    _rule("related-link", r"(?:اقرا ايضا|اقراي ايضا|شاهد ايضا|طالع ايضا|read also|also read) \S", 16),
    _rule("related-link", r"(?:للمزيد|ذات صله|مواضيع متعلقه|شاهد|شاهد الفيديو|طالع|اقرا|related|watch|more|read|listen)\s*[:|]\s*\S", 22, edge_only=False),
    _rule("related-link", r"(?:الاكثر (?:قراءه|مشاهده|تداولا)|احدث الاخبار|اخر الاخبار|most (?:read|viewed|popular)|latest (?:news|stories)|trending(?: now)?)$", 4, opens_links=True),
    # Who and when.
    _rule("byline", rf"(?:بقلم|اعداد|تحرير|ترجمه|حاوره|حاورته|حاورها|اعده|اعدته)\s*[:/-]\s*{_PERSON_AR}$", 10),
    _rule("byline", rf"(?:كتب|كتبت|كتبه|كتبته|كتابه)\s*[:/]\s*{_PERSON_AR}$", 8),
    _rule("byline", rf"بقلم {_PERSON_AR}$", 7),
    _rule("byline", r"(?:written|compiled|edited|translated|reported|posted|published|prepared) by:? [^\d?!]{2,60}$", 9),
    _rule("byline", r"(?:by|author|words|editor|translation|text)\s*[:|]\s*[^\d?!]{2,50}$", 7),
    _rule("byline", r"by [\w.'\- ]{2,50}(?:, [\w'\- ]{2,40}){0,2}$", 7, head_only=True),
    _rule("byline", r"reporting by [^\d?!]{2,120}; ?(?:editing|writing|additional reporting) by [^\d?!]{2,80}$", 26, stop=True),
    _rule("updated", r"(?:اخر تحديث|تم التحديث|حدث في|تاريخ النشر|تاريخ التحديث|نشر (?:في|بتاريخ|يوم)|تم النشر|نشرت? في)\b.{0,60}\d", 14),
    _rule("updated", r"(?:last (?:updated|modified)|updated|published|posted)(?: on| at)?\b\s*:?.{0,40}\d.{0,30}$", 12),
    _rule("reading-time", r"(?:مده|وقت|زمن) القراءه\s*:?.{0,30}$", 8),
    _rule("reading-time", r"(?:\d+ (?:دقيقه|دقائق) (?:قراءه|للقراءه)|\d+ (?:min|mins|minute|minutes)\.? read|reading time\b.{0,20})$", 6),
    _rule("reading-time", r"(?:عدد )?(?:المشاهدات|القراءات|الزيارات|views|reads|hits)\s*:?\s*[\d.,]+k?$", 5),
    # Where it comes from.
    _rule("agency", r"(?:وكاله|وكالات)(?: [\w-]+){0,5} (?:للانباء|الانباء|للاخبار|انباء)$", 8, edge_only=True),
    _rule("agency", r"(?:المصدر|مصدر|source|sources)\s*[:/]\s*\S.{0,60}$", 9, edge_only=True),
    _rule("agency", r"(?:وكالات|متابعات|خاص|رويترز|سانا|واس|بترا|وفا|واج|ا\.? ?ف\.? ?ب\.?|د\.? ?ب\.? ?ا\.?|ا ?ب|الاناضول|فرانس برس|reuters|afp|ap|dpa|agencies|xinhua|tass)(?:\s*[-/+,و]\s*(?:وكالات|رويترز|سانا|ا ف ب|د ب ا|فرانس برس|reuters|afp|ap|agencies))*$", 6, edge_only=True),
    _rule("agency", r"(?:[\w'-]+ ){1,4}(?:news|press) (?:agency|service)$", 6, edge_only=True),
    _rule("copyright", r"(?:.{0,60}(?:©|\(c\) (?:19|20)\d\d)|.{0,40}(?:جميع|كافه|كل) الحقوق محفوظه|.{0,60}all rights reserved)", 18, stop=True),
    # What the page wants of its reader.
    _rule("newsletter", r".{0,30}\b(?:اشتركوا?|للاشتراك|انضموا?|سجلوا?|subscribe|sign up)\b.{0,40}(?:نشرتنا|النشره|النشرات|قناتنا|قنواتنا|القائمه البريديه|بريدك|newsletter|our (?:channel|mailing list)|your inbox)", 18, stop=True),
    _rule("newsletter", r"(?:اشترك|اشترك الان|النشره البريديه|النشره الاخباريه|subscribe(?: now)?|newsletter|sign up)$", 3, edge_only=True),
    _rule("newsletter", r"(?:اهم|ابرز) (?:الاخبار|العناوين) (?:في|الي) بريدك\b|(?:the day's|top|our best) (?:stories|news|headlines)\b.{0,40}\binbox\b", 18, stop=True),
    _rule("share", r"(?:تابعنا|تابعونا|للمتابعه|follow us|join us|like us|find us) (?:علي|عبر|في|on)\b", 14, stop=True),
    _rule("advertisement", r"(?:اعلان|اعلانات|مساحه اعلانيه|ماده اعلانيه|محتوي (?:اعلاني|ممول)|اعلان ممول|advertisements?|sponsored(?: content)?|promoted|ad)$", 3),
    _rule("tags", r"(?:الوسوم|وسوم|كلمات (?:دلاليه|مفتاحيه)|الكلمات (?:الدلاليه|المفتاحيه)|هاشتاغ|tags?|keywords|filed under|topics)\s*[:|]", 24),
    _rule("tags", r"(?:الوسوم|وسوم|كلمات دلاليه|الكلمات الدلاليه|tags)$", 3, opens_links=True),
    _rule("tags", r"#\w+(?:\s*[,|·]?\s*#\w+)+$", 20),
    # Comments.
    _rule("comments", r"(?:(?:دع|اترك|اضف|اكتب|ضع|شارك ب)\s?(?:تعليقا?|ردا?|تعليقك|رايك|ردك)(?: علي .{0,40})?|شارك (?:برايك|رايك)|(?:ال)?تعليقات?(?:\s*[(:]?\s*\d+\)?)?|لا (?:توجد|يوجد) تعليقات?|الغاء الرد|ارسال التعليق|الرد|leave a (?:comment|reply)|post (?:a )?comment|cancel reply|(?:no|\d+) comments?(?: yet)?|comments?(?:\s*[(:]\s*\d+\)?)?|add a comment|join the (?:conversation|discussion))$", 7, edge_only=True, opens_links=True),
    _rule("comments", r"لا (?:توجد|يوجد) تعليقات بعد|كن اول من يعلق|no comments yet|be the first to comment", 12, stop=True),
    _rule("comments", r"(?:لن يتم نشر|لن ينشر) عنوان بريدك|الحقول الالزاميه|your email address will not be published|required fields are marked|باستخدامك (?:ل|ل ?هذا )?(?:هذا )?(?:ال|ل)?نموذج انت توافق|by using this form you agree|احفظ اسمي|save my name, email", 26, stop=True),
    _rule("comments", r"(?:الاسم|البريد الالكتروني|الموقع الالكتروني|التعليق|name|email|website|comment)\s*\*$", 4),
    # Menus and footers.
    _rule("navigation", r"(?:انتقل الي المحتوي|تخطي الي المحتوي|skip to (?:main )?content|سياسه الخصوصيه|شروط (?:الاستخدام|الخدمه)|الشروط والاحكام|الاحكام والشروط|من نحن|اتصل بنا|تواصل معنا|اعلن معنا|خريطه الموقع|تسجيل الدخول|انشاء حساب|الصفحه الرئيسيه|قراءه المزيد|موافق|العوده الي الاعلي|privacy (?:policy|notice)|(?:privacy|cookie)s?(?: (?:&|and) cookies?)? policy|terms (?:of (?:use|service)|(?:&|and) conditions)|about us|contact us|advertise with us|site ?map|(?:sign|log) in|register|back to top|accept(?: all)?(?: cookies)?|cookie settings|home ?page)$", 5),
    _rule("navigation", r"(?:الرئيسيه|home)(?:\s*[/|>»›←-]\s*[^/|>]{1,40}){1,4}$", 16),
)  # fmt: skip

# Sentences that site software puts under articles, compared as a whole with some tolerance for misspelling.
PHRASES: tuple[tuple[str, str], ...] = (
    ("related-link", "قد يعجبك ايضا"),
    ("related-link", "ربما يعجبك ايضا"),
    ("related-link", "اقرا ايضا"),
    ("related-link", "مواضيع ذات صله"),
    ("related-link", "مقالات ذات صله"),
    ("related-link", "you may also like"),
    ("related-link", "related articles"),
    ("comments", "دع تعليقا"),
    ("comments", "اترك تعليقا"),
    ("comments", "leave a comment"),
    ("comments", "باستخدامك لهذا النموذج انت توافق علي حفظ بياناتك في هذا الموقع"),
    ("comments", "باستخدام هذا النموذج فانك توافق علي تخزين ومعالجه بياناتك من قبل هذا الموقع"),
    ("comments", "by using this form you agree with the storage and handling of your data by this website"),
    ("comments", "لن يتم نشر عنوان بريدك الالكتروني. الحقول الالزاميه مشار اليها بـ"),
    ("comments", "احفظ اسمي وبريدي الالكتروني والموقع الالكتروني في هذا المتصفح لاستخدامها المره المقبله في تعليقي"),
    ("comments", "your email address will not be published. required fields are marked"),
    ("comments", "save my name, email, and website in this browser for the next time i comment"),
    ("cookie-notice", "هذا الموقع يستخدم ملفات تعريف الارتباط لتحسين تجربتك. سنفترض انك موافق علي ذلك"),
    ("cookie-notice", "this website uses cookies to improve your experience. we'll assume you're ok with this, but you can opt-out if you wish"),
    ("navigation", "privacy & cookies policy"),
)  # fmt: skip

COOKIE = re.compile(r"كوكيز|ملفات تعريف الارتباط|ملفات الارتباط|cookies?\b")
COOKIE_SELF = re.compile(r"موقعنا|هذا الموقع|نستخدم|نحن نستخدم|خدماتنا|\bwe\b|\bour\b|this (?:web)?site|\bus\b")
COOKIE_YOU = re.compile(
    r"توافق|موافق|قبول|تجربتك|زيارتك|تصفحك|باستمرارك|لكم|اعدادات|\byou\b|\byour\b|accept|agree|consent|settings"
)
COOKIE_MAX_WORDS = 60

SHARE_CORE = words(
    """
    شارك شاركها شاركه شاركنا مشاركه انشر انشره غرد share tweet فيسبوك فيس تويتر واتساب واتس تلغرام تيليجرام تليجرام
    تيليغرام لينكد لينكدان لينكدين بينتريست انستغرام انستجرام اكس ماسنجر facebook twitter whatsapp telegram linkedin
    pinterest messenger reddit instagram x
    """
)
SHARE_VERBS = words(
    """
    شارك شاركها شاركه شاركنا مشاركه انشر انشره غرد share tweet
    """
)
SHARE_FILL = words(
    """
    هذا هذه المقال المقاله الخبر الصفحه الموضوع التقرير علي عبر مع اصدقائك بوك اب ان ايميل بريد البريد الالكتروني
    نسخ الرابط رابط طباعه اطبع ارسال حفظ this article page story post on via with friends email e-mail mail copy
    link print send save it to the app
    """
)

DATE_WORDS = words(
    """
    السبت الاحد الاثنين الاثنين الثلاثاء الاربعاء الخميس الجمعه يوم يناير فبراير مارس ابريل مايو يونيو يوليو اغسطس
    سبتمبر اكتوبر نوفمبر ديسمبر كانون شباط اذار نيسان ايار حزيران تموز اب ايلول تشرين الثاني الاول محرم صفر ربيع
    جمادي الاخره رجب شعبان رمضان شوال ذو القعده الحجه ذي م ه هـ الساعه ص مساء صباحا ظهرا بتوقيت غرينتش جرينتش مكه
    gmt utc est ist monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun january
    february march april may june july august september october november december jan feb mar apr jun jul aug sep
    sept oct nov dec am pm a.m p.m st nd rd th at on of
    """
)
