"""A toy language pair that a tiny network learns in seconds; all sentences are ours."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from muwazi.translate.training.vocabulary import Vocabulary, build, train_sentencepiece

_WHO = {"المعلم": "the teacher", "الطبيب": "the doctor", "الفلاح": "the farmer", "التاجر": "the merchant",
        "الجندي": "the soldier", "القاضي": "the judge"}  # fmt: skip
_DID = {"رأى": "saw", "اشترى": "bought", "باع": "sold", "حمل": "carried", "رسم": "drew", "ترك": "left"}
_WHAT = {"الكتاب": "the book", "الخبز": "the bread", "الحصان": "the horse", "القارب": "the boat",
         "الباب": "the door", "المفتاح": "the key"}  # fmt: skip


MORE = (
    ("وصلت السفينة إلى الميناء يوم 14 مارس 2024.", "The ship reached the harbour on 14 March 2024."),
    ("أعلن أحمد أن المدينة تحتاج إلى 350 حافلة جديدة.", "Ahmed announced that the city needs 350 new buses."),
    ("قالت الوزيرة: «لن نغلق المدارس هذا العام».", 'The minister said: "We will not close schools this year."'),
    ("ارتفع سعر القمح بنسبة 7 في المئة خلال أسبوع.", "The price of wheat rose by 7 percent within a week."),
    ("يمر الطريق الساحلي قرب 26 قرية صغيرة.", "The coastal road passes near 26 small villages."),
    ("نقل الصيادون الجرحى إلى مستشفى العاصمة.", "Fishermen took the wounded to a hospital in the capital."),
    ("آخر قطار يغادر المحطة في الساعة 11 ليلا.", "The last train leaves the station at 11 at night."),
    ("إلى متى يستمر الجفاف في شمال البلاد؟", "How long will the drought in the north of the country go on?"),
    ("هطلت أمطار غزيرة على الجبال والسهول.", "Heavy rain fell on mountains and plains."),
    ("فازت اللاعبة بالميدالية الذهبية للمرة 3.", "The athlete won the gold medal for the 3rd time."),
    ("يدرس الباحثون خرائط قديمة رسمت عام 1895.", "Researchers are studying old maps drawn in 1895."),
    ("افتتح المتحف قاعة للخط العربي والنسيج.", "The museum opened a hall of Arabic calligraphy and textiles."),
)
"""Text with more words, digits and quotation marks, for vocabularies."""


def toy_pairs() -> list[tuple[str, str]]:
    """216 sentences: verb first in Arabic, second in English, so that a translation must reorder."""
    made = itertools.product(_WHO.items(), _DID.items(), _WHAT.items())
    return [
        (f"{did} {who} {what}.", f"{who_en} {did_en} {what_en}.")
        for (who, who_en), (did, did_en), (what, what_en) in made
    ]


@pytest.fixture(scope="session")
def words(toy: Path) -> Vocabulary:
    """A vocabulary of the toy language and :data:`MORE`."""
    pairs = [*toy_pairs(), *MORE * 3]
    return build(
        train_sentencepiece((a for a, _ in pairs), 90, source=True),
        train_sentencepiece((b for _, b in pairs), 90, source=False),
        [">>bt<<"],
    )


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("toy") / "toy.tsv"
    path.write_text("".join(f"{a}\t{b}\n" for a, b in toy_pairs()), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Several threads only wait for each other over matrices this small."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
