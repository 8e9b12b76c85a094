"""Which final marks end a sentence in English, and in other languages with capital letters."""

from __future__ import annotations

import re

from muwazi.corpus.splitting.candidates import CLOSERS, OPENERS, Candidate, Decision
from muwazi.corpus.wordlists import words

# Never end a sentence: something always follows.
TITLES = words(
    """
    mr mrs ms messrs mme dr drs prof gen col lt maj sgt capt cpl cmdr adm brig rev hon sen rep gov pres amb atty
    supt insp fr bro st mt ft vs v nos cf e.g i.e viz ca approx esp
    """
)
# Before a number only.
BEFORE_NUMBER = words(
    """
    no nos fig figs vol vols p pp ch sec art para par ed op tel ext ver jan feb mar apr jun jul aug sep sept oct nov
    dec
    """
)
# May end a sentence; what follows tells.
AMBIGUOUS = words(
    """
    inc ltd co corp llc plc bros jr sr esq u.s u.k u.n u.s.a u.a.e e.u d.c b.c a.d b.c.e c.e ph.d m.d b.a m.a ave
    blvd rd dept est etc al
    """
)
_TIMES = frozenset(("a.m", "p.m", "am", "pm"))
_AFTER_TIME = words(
    """
    Monday Tuesday Wednesday Thursday Friday Saturday Sunday GMT UTC EST EDT CET CEST PST PDT BST ET PT CT Eastern
    Pacific Central local
    """
)
# Words that begin sentences and no names: after U.S., Inc. or etc. they tell a boundary.
STARTERS = words(
    """
    The A An He She It They We You I His Her Its Their Our My This That These Those There Here In On At By For From
    With Without After Before During Since Until When While Where Why How What Who Which If Although Though Because
    But And Or So Yet As To Of However Meanwhile Moreover Nevertheless Instead Then Now Today Yesterday Tomorrow
    Some Many Most All Both Each Every No Not One Two Three Several Another Other Others According Even Only Once
    Under Over About Between Still Also Later Earlier Nobody Everyone Police Officials Critics
    """
)
# Everyday words that are somebody's abbreviation too (No., Me.): before a capital letter they end the sentence.
COMMON = words("no me us it in is on so do")
# What a lone letter names: "Group E." ends sentences, an initial does not.
LETTER_NAMED_BY = words("group class grade vitamin plan section type category option point hepatitis team room annex")
SPEECH_VERBS = words(
    """
    said says asked asks added replied answered shouted cried wrote wondered whispered exclaimed declared told
    insisted explained yelled called
    """
)

_INITIAL = re.compile(r"^(?:[A-ZÀ-Þ]\.-?)*[A-ZÀ-Þ]$")
_LIST_LABEL = re.compile(r"\(?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,4})\)?$")
_SLIP = re.compile(r"[A-Z][a-z]*")
_SMALL = re.compile(r"[a-z]{2}$")
_DOMAINS = words("Com Org Net Js Io Info Ai")
_CAMEL = re.compile(r"[a-z][A-Z]")


def never_final(word: str) -> bool:
    """Whether ``word`` (without its stop) is a title or abbreviation that cannot end a sentence."""
    return word.lower() in TITLES


def is_initial(word: str) -> bool:
    """Whether ``word`` is one capital letter, or several with stops between them and no common abbreviation."""
    return bool(_INITIAL.match(word)) and word.lower() not in AMBIGUOUS


def decide(candidate: Candidate) -> Decision:
    """The decision of the English rules; UNSURE where ``sentencex`` and its abbreviations decide."""
    following = candidate.following
    if not candidate.spaced:
        return _without_space(candidate)
    if not following or following[0] in ".,;:!?":
        return Decision.JOIN
    marks = candidate.marks
    if candidate.stays_in_bracket:
        return Decision.JOIN
    start = following.lstrip(OPENERS)
    opened = len(start) < len(following)
    if start[:1].islower() and not _CAMEL.match(start) and not (opened and marks[0] != "…" and not candidate.ellipsis):
        return Decision.JOIN
    if any(mark in "?!؟！？" for mark in marks):
        return Decision.JOIN if marks[-1] in CLOSERS and _attributes(start, opened) else Decision.SPLIT
    if candidate.ellipsis or marks != ".":
        return Decision.SPLIT
    return _full_stop(candidate, start)


def _without_space(candidate: Candidate) -> Decision:
    """No white space after the mark: a typing slip between a small and a capital letter, unless it is an address."""
    slip = _SLIP.match(candidate.line, candidate.end)
    if candidate.bracketed or candidate.ellipsis or not slip or slip.group() in _DOMAINS:
        return Decision.JOIN
    word = candidate.word
    return Decision.SPLIT if _SMALL.search(word) and not re.search(r"[./@:]", word) else Decision.JOIN


def _attributes(start: str, opened: bool) -> bool:
    """Whether a capitalised name of up to three words and a verb of speech follow: *"Why?" John Smith asked*."""
    parts = start.split(None, 4)[:4]
    if opened or not parts or (parts[0] in STARTERS and parts[0] != "I"):
        return False
    for word in parts[1:]:
        if word.rstrip(".,") in SPEECH_VERBS:
            return True
        if not word[:1].isupper():
            return False
    return False


def is_inner_label(candidate: Candidate) -> bool:
    """Whether the stop belongs to a list number in mid-line: *the report; 2. Condemns all acts*."""
    word, before = candidate.word, candidate.before_word
    return word.isdecimal() and len(word) <= 2 and before[-1:] in tuple(".;:؛!?؟")


def _full_stop(candidate: Candidate, start: str) -> Decision:
    word = candidate.word
    lower = word.lower()
    first = start.split(None, 1)[0].rstrip(CLOSERS + ".,;:!?") if start else ""
    if not word:
        return Decision.SPLIT
    if (candidate.starts_line and _LIST_LABEL.match(word)) or is_inner_label(candidate):
        return Decision.JOIN
    if never_final(word):
        return Decision.JOIN
    if lower in _TIMES and "." in lower:
        return Decision.JOIN if first in _AFTER_TIME or first[:1].isdigit() else Decision.SPLIT
    if lower in BEFORE_NUMBER and (first[:1].isdigit() or first[:1] in "#°"):
        return Decision.JOIN
    if lower in AMBIGUOUS:
        return Decision.SPLIT if first in STARTERS or not first[:1].isupper() else Decision.JOIN
    if lower in COMMON and not first[:1].isdigit():
        return Decision.SPLIT
    if word == "I":
        # "So am I. Then ..." against "Charles I. Foster": a name has a capitalised word before the numeral.
        return Decision.SPLIT if not candidate.before_word[:1].isupper() or first in STARTERS else Decision.JOIN
    if is_initial(word):
        if candidate.before_word.lower() in LETTER_NAMED_BY:
            return Decision.SPLIT
        abbreviation = "." in word or not candidate.before_word[:1].isupper()
        return Decision.SPLIT if abbreviation and first in STARTERS else Decision.JOIN
    return Decision.UNSURE
