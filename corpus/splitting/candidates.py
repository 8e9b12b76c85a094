"""Where a sentence may end, and what stands around that place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

STOPS = ".!?؟۔…‼⁇⁈⁉！？｡。"
# “ closes too: right-to-left text is often typed ”…“; ' and " only where they touch the stop.
CLOSERS = "\"'”’“»›)]}«‹"
OPENERS = "\"'“„‘«‹([{”"
ARABIC_LETTER = "\u0620-\u064a\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc"
_INVISIBLE = "\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u061c"

_RUN = re.compile(f"[{re.escape(STOPS)}](?:[{re.escape(STOPS + CLOSERS)}{_INVISIBLE}])*")
_LATE_CLOSER = re.compile(r"\s+(?:[”’»)\]](?=\s|$)[.،,]?)+")
_BULLET = re.compile(r"[•●▪◦‣■◆–—\-*]\s+")
# Runs of white space or word characters are cut at this length so that no line makes the search quadratic.
_REACH = 48
_MAX_BRACKET = 300


class Decision(Enum):
    """What the rules of a language say about a candidate."""

    SPLIT = "split"
    JOIN = "join"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A run of final marks with what closes after it: ``line[begin:end]``, and the text around it."""

    line: str
    begin: int
    """Where the run begins."""
    end: int
    """After the run and the closing marks that belong to it; before the white space."""
    spaced: bool
    """White space follows."""
    bracketed: bool
    """Inside a short pair of round or square brackets that opened in the middle of a sentence."""

    @property
    def marks(self) -> str:
        """The run itself, without invisible characters."""
        return "".join(c for c in self.line[self.begin : self.end] if c in STOPS or c in CLOSERS)

    @property
    def word(self) -> str:
        """The token before the run (at most 48 characters), without the opening marks before it."""
        left = self.line[max(0, self.begin - _REACH) : self.begin]
        tail = left.rsplit(None, 1)[-1] if left.strip() and not left[-1].isspace() else ""
        return tail.lstrip(OPENERS + "\u200e\u200f\u061c\u202a\u202b\u2066\u2067")

    @property
    def before_word(self) -> str:
        """The token before :attr:`word`, empty at the start of the line."""
        left = self.line[max(0, self.begin - 2 * _REACH) : self.begin].split()
        return left[-2] if len(left) > 1 else ""

    @property
    def starts_line(self) -> bool:
        """Whether :attr:`word` is the first of the line."""
        left = self.line[max(0, self.begin - 2 * _REACH) : self.begin]
        return self.begin <= 2 * _REACH and len(left.split()) <= 1

    @property
    def following(self) -> str:
        """Up to 96 characters after the run, without the white space and bullet before them."""
        text = self.line[self.end : self.end + 2 * _REACH].lstrip()
        return _BULLET.sub("", text, count=1)

    @property
    def next_word(self) -> str:
        """The first token after the run, without opening marks."""
        parts = self.following.lstrip(OPENERS).split(None, 1)
        return parts[0] if parts else ""

    @property
    def ellipsis(self) -> bool:
        """Two or more dots, or the sign for it, with nothing stronger behind them."""
        stops = self.marks.rstrip(CLOSERS)
        return stops[-1:] == "…" or stops.endswith("..")

    @property
    def stays_in_bracket(self) -> bool:
        """Inside of a bracket in mid-sentence, and no stop after the bracket: only its end can be the sentence's.

        A question or exclamation that closes with the bracket belongs to the bracket alone: *he came (at last!) and*.
        """
        if not self.bracketed:
            return False
        inner, bracket, outer = self.marks.rpartition(")" if ")" in self.marks else "]")
        if any(mark in STOPS for mark in outer) and bracket:
            return False
        return not bracket or inner[:1] != "."

    @property
    def quoted(self) -> bool:
        """The run ends with a closing mark: the stop stands inside of a quotation or bracket."""
        return self.marks[-1:] in tuple(CLOSERS)


def find_candidates(line: str) -> Iterator[Candidate]:
    """Candidates of ``line`` from left to right, without the end of the line; in time linear in its length."""
    brackets: dict[int, int] | None = None
    for match in _RUN.finditer(line):
        begin, end = match.span()
        while end > begin + 1 and line[end - 1] in "«‹“" and end < len(line) and not line[end].isspace():
            # `.«word`: the mark opens the next quotation.
            end -= 1
        late = _LATE_CLOSER.match(line, end, end + _REACH)
        if late and line[end:].lstrip():
            end = late.end()
        if end >= len(line) or not line[end:].strip():
            return
        if brackets is None:
            brackets = _bracket_spans(line)
        yield Candidate(line, begin, end, line[end].isspace(), begin in brackets)


def _bracket_spans(line: str) -> dict[int, int]:
    """Positions of final marks inside short brackets, mapped to the end of the bracket."""
    inside: dict[int, int] = {}
    if "(" not in line and "[" not in line:
        return inside
    stack: list[tuple[str, int]] = []
    partner = {")": "(", "]": "["}
    for position, character in enumerate(line):
        if character in "([":
            stack.append((character, position))
        elif character in partner and stack and stack[-1][0] == partner[character]:
            _, opened = stack.pop()
            if stack or position - opened > _MAX_BRACKET:
                continue
            before = line[:opened].rstrip()[-1:] if opened < _REACH else line[opened - _REACH : opened].rstrip()[-1:]
            if before and before not in STOPS + CLOSERS:
                inside.update((i, position) for i in range(opened, position) if line[i] in STOPS)
    return inside
