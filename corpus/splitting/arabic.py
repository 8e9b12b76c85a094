"""Which final marks end a sentence in Arabic.

Arabic has no capital letters, so the word after a full stop says little; the word before it, the kind of mark and the
brackets around it decide. What these rules assume was read off news and feature text written for this project.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from muwazi.corpus.splitting import english
from muwazi.corpus.splitting.candidates import ARABIC_LETTER, CLOSERS, OPENERS, Candidate, Decision
from muwazi.corpus.wordlists import words

_MARKS = re.compile("[\u064b-\u065f\u0670\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u061c]")

# Titles of one letter (Dr, Prof., Eng.) with "and" or "to" before them; alone they are initials like any other.
PREFIXED_TITLES = words("ود وأ وم لد")
# Shortened words that something always follows: page, volume, issue, number, telephone, post box.
BEFORE_NUMBER = words("ص ج ع ت ط رقم مج ف ق س هـ ه ص.ب ت.ف هاتف تلفون")
# Era and unit marks that stand after a number and can end a sentence: AH, AD, BC, a.m., p.m., km, m, g.
AFTER_NUMBER = words("هـ ه م ق.م ق.هـ ب.م ص ظ كم سم مم كجم كغم كلم غ ل")
# What a lone letter names: "vitamin D.", "group B." end sentences, an initial does not.
LETTER_NAMED_BY = words(
    """
    حرف الحرف فئة الفئة مجموعة المجموعة ملحق الملحق فيتامين درجة الدرجة صنف الصنف جدول بند
    """
)
# Verbs that attribute a quotation which ends in ? or ! to its speaker, without a conjunction or with ف.
_SPEECH = words(
    """
    قال قالت قالا قالوا قلت قلنا يقول تقول سأل سألت سأله سألها سألته سألتها سألني سألتني يسأل تسأل تساءل تساءلت يتساءل
    تتساءل صاح صاحت صرخ صرخت يصرخ هتف هتفت يهتف أجاب أجابت أجابه أجابها أجابني رد ردت يرد همس همست نادى نادت أضاف أضافت
    علق علقت كتب كتبت سخر مازحا ضاحكا ضاحكة مبتسما مبتسمة متسائلا متسائلة مستغربا باستغراب بدهشة
    """
)
SPEECH_VERBS = _SPEECH | {f"ف{verb}" for verb in _SPEECH}

_QUOTATIONS = re.compile(r"(?<=[^\s\"“«(])([\"”»])\s+(?=[\"“«][^\s\"”»])")
_QUOTATION = re.compile(r"[\"“«][^\"”»]{0,120}")
_NUMBER = re.compile(r"[\d٠-٩۰-۹]+(?:[.,٫٬/:-][\d٠-٩۰-۹]+)*[)%٪]?$")
_LIST_LABEL = re.compile(r"\(?(?:[\d٠-٩۰-۹]{1,3}|[" + ARABIC_LETTER + r"]|[A-Za-z]|[ivxIVX]{1,4})\)?$")
_DOTTED = re.compile(f"^[{ARABIC_LETTER}](?:\\.[{ARABIC_LETTER}]ـ?)+$")
_LATIN_END = re.compile(r"[A-Za-z]$")
_ONE_LETTER = re.compile(f"^[{ARABIC_LETTER}]ـ?$")
_TWO_LETTERS = re.compile(f"[{ARABIC_LETTER}]{{2}}$")
_ARABIC_START = re.compile(f"[{ARABIC_LETTER}]{{2}}")
_DIGIT_START = re.compile(r"[\d٠-٩۰-۹]")


def bare(word: str) -> str:
    """``word`` without diacritics, tatweel (but for the one of هـ) and invisible characters."""
    word = _MARKS.sub("", word)
    return word.replace("ـ", "") if "ـ" in word and not word.endswith("هـ") else word


def decide(candidate: Candidate) -> Decision:
    """The decision of the Arabic rules; UNSURE where only an abbreviation list can tell."""
    if not candidate.spaced:
        return _without_space(candidate)
    following = candidate.following
    if not following or following[0] in ".،,؛;:؟!":
        return Decision.JOIN
    marks = candidate.marks
    if candidate.stays_in_bracket:
        return Decision.JOIN
    if candidate.ellipsis:
        # «..» and «…» are dashes or hesitation within the sentence far more often than its end.
        return Decision.JOIN
    if any(mark in "?!؟！？" for mark in marks):
        quoted = marks[-1] in CLOSERS
        return Decision.JOIN if quoted and _attributes(candidate) else Decision.SPLIT
    if len(marks) == 1 and marks == ".":
        return _full_stop(candidate)
    # A stop inside of a quotation: only an initial («ب. ح.») cannot be the end of its sentence.
    initial = _ONE_LETTER.match(bare(candidate.word)) and not _NUMBER.search(candidate.before_word)
    return Decision.JOIN if initial else Decision.SPLIT


def between_quotations(line: str) -> Iterator[int]:
    """Places where one quotation follows another with nothing between them, the second at least four words long.

    Arabic often leaves out the stop after a quotation; a list of quoted names has commas, or short names.
    """
    for match in _QUOTATIONS.finditer(line):
        second = _QUOTATION.match(line, match.end())
        if second is not None and len(second.group().split()) >= 4:
            yield match.end(1)


def _attributes(candidate: Candidate) -> bool:
    return bare(candidate.next_word).rstrip("،:,.") in SPEECH_VERBS and candidate.following[:1] not in OPENERS


def _full_stop(candidate: Candidate) -> Decision:
    word = bare(candidate.word)
    if not word:
        return Decision.SPLIT
    before = bare(candidate.before_word)
    if (candidate.starts_line and _LIST_LABEL.match(word)) or english.is_inner_label(candidate):
        return Decision.JOIN
    if _LATIN_END.search(word):
        # A Latin word inside of Arabic text; what follows has no case, so only lists can tell.
        if word.lower() in english.AMBIGUOUS and not candidate.next_word.startswith("و"):
            return Decision.JOIN
        return Decision.JOIN if english.never_final(word) or english.is_initial(word) else Decision.SPLIT
    if word in AFTER_NUMBER and _NUMBER.search(before):
        return Decision.SPLIT
    if word in BEFORE_NUMBER and _DIGIT_START.match(candidate.next_word):
        return Decision.JOIN
    if _ONE_LETTER.match(word):
        return Decision.SPLIT if before in LETTER_NAMED_BY else Decision.JOIN
    if word in PREFIXED_TITLES and not candidate.next_word.startswith("و"):
        return Decision.JOIN
    if _DOTTED.match(word):
        # Dotted abbreviations before a name or number join; ق.م and its like were decided above.
        return Decision.JOIN
    return Decision.UNSURE


def _without_space(candidate: Candidate) -> Decision:
    """No white space after the mark: a typing slip where Arabic words touch it on both sides, else no boundary."""
    line, begin, end = candidate.line, candidate.begin, candidate.end
    if candidate.bracketed or candidate.ellipsis:
        return Decision.JOIN
    left = bare(candidate.word).rstrip(CLOSERS)
    right = line[end : end + 2]
    closes_word = line[begin - 1 : begin].isspace() or bool(_TWO_LETTERS.search(left))
    if not closes_word or "." in left or not _ARABIC_START.match(right):
        return Decision.JOIN
    return Decision.SPLIT
