"""Numbers that stand on one side and not on the other."""

from __future__ import annotations

import re
from collections import Counter

from muwazi.corpus.filters.contract import Filter, FilterPair, Score, single

_TO_ASCII = {
    **{0x0660 + digit: str(digit) for digit in range(10)},
    **{0x06F0 + digit: str(digit) for digit in range(10)},
    0x066B: ".",  # decimal mark
    0x066C: ",",  # thousands mark
}
_NUMBER = re.compile(r"(?<![0-9])[0-9]{1,2}:[0-9]{2}(?![0-9:])|[0-9]+(?:[.,][0-9]+)*")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{3})+")
_ORDINAL = re.compile(r"[0-9]+(?=(?:st|nd|rd|th)\b)", re.IGNORECASE)
_SCALE = re.compile(
    r"\b(?:thousand|million|billion|trillion|[mb]n)s?\b"
    r"|(?:ألف|الف|آلاف|الاف|مليون|ملايين|مليار|بليون|بلايين|تريليون)",
    re.IGNORECASE,
)
WRITTEN_OUT = 12
"""Numbers up to this one are as often written as words; they count only where both sides have them in digits."""


def numbers_in(text: str) -> list[str]:
    """The numbers of a text in one notation: ASCII digits, no thousands marks, ``.`` before decimals, no leading zeros.

    ``1,500``, ``1.500`` and ``١٬٥٠٠`` are 1500; ``2.50`` and ``٢٫٥`` are 2.5. A mark before exactly three digits is
    taken as a thousands mark, whichever it is: the two languages write it both ways, and both sides are read alike. A
    time of day goes without its colon, as 18:55 is also written 1855.
    """
    return [_canonical(match) for match in _NUMBER.findall(text.translate(_TO_ASCII))]


def _canonical(number: str) -> str:
    if ":" in number:
        return number.replace(":", "").lstrip("0") or "0"
    if _THOUSANDS.fullmatch(number):
        return re.sub("[.,]", "", number).lstrip("0") or "0"
    parts = re.split("[.,]", number)
    if len(parts) == 2:
        decimals = parts[1].rstrip("0")
        whole = parts[0].lstrip("0") or "0"
        return f"{whole}.{decimals}" if decimals else whole
    # A version or a date (1.2.3): no number, but the same on both sides.
    return ".".join(part.lstrip("0") or "0" for part in parts)


def _groups(text: str) -> list[str]:
    return [group.lstrip("0") or "0" for group in re.findall("[0-9]+", text.translate(_TO_ASCII))]


class NumberFilter(Filter):
    """Score: numbers that both sides have, over all numbers of both (Jaccard index over multisets), 0 to 1.

    1 where there is nothing to compare: no number on one of the sides, which may have written it out. What one side may
    have in words is left out of account when it has no counterpart: numbers up to 12, English ordinals (16th), and one
    number for each word of scale (65 thousand, ألف ,مليون). A year may be shortened to two digits.
    """

    name = "numbers"
    description = "the numbers of the two sides disagree"

    def __init__(self, minimum: float = 0.5) -> None:
        """Keep pairs with at least this share of agreeing numbers."""
        self.minimum = minimum

    def score(self, pair: FilterPair) -> Score:
        """The share."""
        arabic, english = numbers_in(pair.ar), numbers_in(pair.en)
        if not arabic or not english:
            return 1.0
        if sorted(arabic) == sorted(english):
            return 1.0
        return max(
            _agreement(arabic, english, pair),
            # Arabic texts of the UN write 1,641,294 as "294 641 1": compare digit group by digit group as well.
            _agreement(_groups(pair.ar), _groups(pair.en), pair),
        )

    def accept(self, score: Score) -> bool:
        """Enough agree."""
        return single(score) >= self.minimum


def _agreement(arabic: list[str], english: list[str], pair: FilterPair) -> float:
    scales = len(_SCALE.findall(pair.ar)) + len(_SCALE.findall(pair.en))
    if scales:  # 65,000 is also written 65 ألف: compare the digits that are not zeros at the end
        arabic, english = _significant(arabic), _significant(english)
    left, right = Counter(arabic), Counter(english)
    common = (left & right).total()
    left, right = left - right, right - left
    shortened = _shortened(left, right) + _shortened(right, left)
    for ordinal in _ORDINAL.findall(pair.en):
        right[ordinal] -= 1
    alone = sum(max(0, _unexplained(side) - scales) for side in (left, right))
    common += shortened
    return common / (common + alone) if common + alone else 1.0


def _significant(numbers: list[str]) -> list[str]:
    return [number.replace(".", "").strip("0") or "0" for number in numbers]


def _shortened(short: Counter[str], full: Counter[str]) -> int:
    """Take out years that one side shortens to two digits (1998-99); returns how many."""
    found = 0
    for number in [number for number in short if len(number) == 2]:
        year = next((year for year in full if len(year) == 4 and year.endswith(number) and full[year] > 0), None)
        if year is not None and short[number] > 0:
            short[number] -= 1
            full[year] -= 1
            found += 1
    return found


def _unexplained(numbers: Counter[str]) -> int:
    return sum(
        count
        for number, count in numbers.items()
        if count > 0 and not (number.isdigit() and len(number) <= 2 and int(number) <= WRITTEN_OUT)
    )
