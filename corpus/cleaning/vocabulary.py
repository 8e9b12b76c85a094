"""Words and fixed phrases of page furniture, in the folded spelling of matching keys."""

from __future__ import annotations

import re

from muwazi.corpus.wordlists import words

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
    ("cookie-notice", "this website uses cookies to improve your experience. we'll assume you're ok with this"),
    ("navigation", "privacy & cookies policy"),
)

# The same before folding, to tell quickly that a long line is none.
COOKIE_RAW = re.compile("كوكيز|رتباط|cookie", re.IGNORECASE)
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
