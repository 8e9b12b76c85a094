"""Splitting text into sentences.

A line is never joined with the next: in news text a line break ends a heading or a paragraph, and ``sentencex`` does
not split at a single newline. Within a line every run of final marks is a candidate; the rules of the language answer
*split*, *join* or *unsure*, and ``sentencex`` decides what they leave open. It sees a short window without quotation
marks and brackets, because it never splits inside of those, and because its time grows with the square of the number
of unmatched quotation marks in what it is given.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from muwazi.corpus.splitting import arabic, english
from muwazi.corpus.splitting.candidates import Candidate, Decision, find_candidates
from muwazi.corpus.types import Article, Sentence

# Everything that str.splitlines() takes for a line end, but not the file, group and record separators \x1c-\x1e.
_LINE_BREAK = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
# A bullet in the middle of a line begins a new unit: lists that lost their line breaks.
_INLINE_BULLET = re.compile(r"[•●▪◦‣■◆](?=\s)")
_WORD = re.compile(r"\w")
# What sentencex must not see, see above.
_PAIRED = str.maketrans("", "", "\"'“”„‟«»‹›()[]{}‘’")
_WINDOW = 60


def split_article(article: Article) -> list[Sentence]:
    """Sentences of ``article`` in reading order, numbered from 0 through the whole article.

    The text of each sentence is as read, without the white space around it; joined, the sentences hold every character
    of the paragraphs except white space and lines of nothing but invisible characters.
    """
    sentences: list[Sentence] = []
    for number, paragraph in enumerate(article.paragraphs):
        for text in split_text(paragraph, article.language):
            sentences.append(Sentence(article.id, len(sentences), text, number))
    return sentences


def split_text(text: str, language: str) -> list[str]:
    """Sentences of ``text``, which may hold several lines.

    Args:
        text: Any text; its line breaks end sentences.
        language: ISO 639-1 code. ``ar`` and ``en`` have rules of their own; languages in Arabic script use those of
            ``ar``; all others those of ``en`` with the abbreviations that ``sentencex`` knows for them.
    """
    return [sentence for line in _LINE_BREAK.split(text) for sentence in split_line(line, language)]


def split_line(line: str, language: str) -> list[str]:
    """Sentences of one line; an empty list for a line without visible characters."""
    if not _visible(line):
        return []
    bullets = (match.start() for match in _INLINE_BULLET.finditer(line))
    cuts = sorted({*_boundaries(line, language), *(cut for cut in bullets if cut and line[cut - 1].isspace())})
    pieces: list[str] = []
    begin = 0
    for cut in [*cuts, len(line)]:
        piece = line[begin:cut].strip()
        begin = cut
        if piece:
            pieces.append(piece)
    return _attach_marks(line, pieces)


def _visible(line: str) -> bool:
    return any(not c.isspace() and unicodedata.category(c) != "Cf" for c in line)


def _attach_marks(line: str, pieces: list[str]) -> list[str]:
    """Give a piece without a letter or digit (a lone quotation mark, a row of dots) to its neighbour.

    The white space between the two is kept as it stands in ``line``.
    """
    if len(pieces) < 2 or all(_WORD.search(piece) for piece in pieces):
        return pieces
    spans: list[tuple[int, int]] = []
    position = 0
    pending: int | None = None
    for piece in pieces:
        begin = line.index(piece, position)
        position = begin + len(piece)
        if _WORD.search(piece):
            spans.append((begin if pending is None else pending, position))
            pending = None
        elif spans:
            spans[-1] = (spans[-1][0], position)
        elif pending is None:
            pending = begin
    if not spans:
        return [line.strip()]
    return [line[begin:end] for begin, end in spans]


def _boundaries(line: str, language: str) -> Iterator[int]:
    rules = arabic.decide if language in ARABIC_SCRIPT else english.decide
    if language in ARABIC_SCRIPT:
        yield from arabic.between_quotations(line)
    for candidate in find_candidates(line):
        decision = rules(candidate)
        if decision is Decision.UNSURE:
            decision = Decision.SPLIT if _sentencex_splits(candidate, language) else Decision.JOIN
        if decision is Decision.SPLIT:
            yield candidate.end


ARABIC_SCRIPT = frozenset({"ar", "fa", "ur", "ps", "ckb", "ug", "sd"})


def _sentencex_splits(candidate: Candidate, language: str) -> bool:
    left = candidate.line[max(0, candidate.begin - _WINDOW) : candidate.begin].translate(_PAIRED).lstrip()
    right = candidate.following[:_WINDOW].translate(_PAIRED).strip()
    if not left or not right:
        return True
    return _ask_sentencex(language, left + candidate.marks.translate(_PAIRED), right)


@lru_cache(maxsize=4096)
def _ask_sentencex(language: str, left: str, right: str) -> bool:
    from sentencex import segment

    position = 0
    for piece in segment(language, f"{left} {right}"):
        position += len(piece)
        if position >= len(left):
            return bool(position <= len(left) + 1)
    return False
