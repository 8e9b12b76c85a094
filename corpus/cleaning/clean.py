"""Page furniture out, headings and captions in, and a record of what went.

Conservative by design: a rule wants a whole short line of a known shape. Two passes: each line by itself; then, where a
heading over links or a comment form was found, the link titles that follow it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from muwazi.corpus.cleaning.phrases import misspelt
from muwazi.corpus.cleaning.rules import RULES, Rule
from muwazi.corpus.cleaning.vocabulary import (
    COOKIE,
    COOKIE_MAX_WORDS,
    COOKIE_RAW,
    COOKIE_SELF,
    COOKIE_YOU,
    DATE_WORDS,
    SHARE_CORE,
    SHARE_FILL,
    SHARE_VERBS,
)
from muwazi.corpus.normalise import matching_key
from muwazi.corpus.reading.blocks import Block
from muwazi.corpus.types import Removed

# Longer lines are running text whatever they say; only cookie notices get near it.
_MAX_CHARACTERS = 500
_MAX_WORDS = max(rule.max_words for rule in RULES)
_MARKS = " \t\"'[](){}*#-=_~|>.:;,!?/\\·•●▪◦‣■◆►▶»«›‹→←↑↓✓✔★☆"
_LEADING = re.compile(r"^[^\w#©@*]+")
_WORDS = re.compile(r"[\w.'\-]+")
_STOP = re.compile(r"[.!?؟…۔][\"'”’»)\]]*$")
_ANYWHERE = tuple(rule for rule in RULES if not rule.head_only and not rule.edge_only)
_POSITIONAL = tuple(rule for rule in RULES if rule.head_only or rule.edge_only)
_EDGES = tuple(rule for rule in RULES if rule.edge_only)
_CRUMB = re.compile(r"\s(?:[|»›>/←\\]|::)\s")
_NAME = re.compile(r"^[A-Z][\w'’.-]*(?: (?:[A-Z][\w'’.-]*|al-\w+|bin|ibn|de|van|von|el|al)){1,3}$")
_HEAD_REASONS = frozenset(("byline", "date", "updated", "reading-time", "agency", "share"))


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What is left, and what went."""

    blocks: tuple[Block, ...]
    removed: tuple[Removed, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Line:
    block: int
    number: int
    text: str
    kind: str
    key: str
    words: int
    running: bool
    """Running text: long, or a whole sentence of some length."""
    reason: str | None = None
    opens_links: bool = False


def clean(blocks: Sequence[Block], language: str, *, keep_all: bool = False) -> Cleaned:
    """Take page furniture out of ``blocks``.

    Args:
        blocks: An article in reading order.
        language: Not used to choose rules: Arabic pages carry English furniture and the other way round.
        keep_all: Take nothing out.
    """
    del language
    if keep_all:
        return Cleaned(tuple(blocks))
    lines = list(_lines(blocks))
    for line in lines:
        line.reason, line.opens_links = _anywhere(line)
    # Only now is it known where running text begins and ends: a cookie notice is long too.
    running = [index for index, line in enumerate(lines) if line.running and line.reason is None]
    first, last = (running[0], running[-1]) if running else (len(lines), -1)
    for index, line in enumerate(lines):
        if line.reason is None and not first <= index <= last:
            line.reason, line.opens_links = _at_edge(line, head=0 < index < first)
    _bare_bylines(lines, first)
    _links(lines)
    removed = tuple(Removed(line.text, line.reason, line.number) for line in lines if line.reason)
    return Cleaned(tuple(_rebuilt(blocks, lines)), removed)


def _lines(blocks: Sequence[Block]) -> Iterator[_Line]:
    for index, block in enumerate(blocks):
        for offset, text in enumerate(block.text.split("\n")):
            text = text.strip()
            if not text:
                continue
            words = text.count(" ") + 1
            # Folding is what cleaning spends its time on; nothing above the limits of the rules needs it.
            short = words <= _MAX_WORDS or (words <= COOKIE_MAX_WORDS and COOKIE_RAW.search(text))
            short = short and len(text) <= _MAX_CHARACTERS
            key = _LEADING.sub("", matching_key(text)) if short else ""
            stop = bool(_STOP.search(text))
            running = words >= 18 or (words >= 6 and stop)
            number = block.line + offset
            yield _Line(index, number, text, block.kind, key, words, running)


def _anywhere(line: _Line) -> tuple[str | None, bool]:
    """Reason of a line that is furniture wherever it stands, and whether links follow it."""
    if not any(character.isalnum() and character != "ـ" for character in line.text):
        return "separator", False
    if not line.key:
        return None, False
    matched = _match(line, _ANYWHERE)
    if matched:
        return matched.reason, matched.opens_links
    if (
        line.words <= COOKIE_MAX_WORDS
        and COOKIE.search(line.key)
        and COOKIE_SELF.search(line.key)
        and COOKIE_YOU.search(line.key)
    ):
        return "cookie-notice", False
    if _is_share_bar(line.key):
        return "share", False
    reason = misspelt(line.key.rstrip(_MARKS)) if line.words <= 5 else None
    return reason, reason == "related-link"


def _at_edge(line: _Line, *, head: bool) -> tuple[str | None, bool]:
    """The same for a line before or after the running text; ``head``: before it, and not the first line of all."""
    if not line.key:
        return None, False
    matched = _match(line, _POSITIONAL if head else _EDGES)
    if matched:
        return matched.reason, matched.opens_links
    tokens = _WORDS.findall(line.key)
    if line.words <= 14 and any(token[0].isdigit() for token in tokens) and _is_date(tokens):
        return "date", False
    if head and line.kind != "heading" and line.words <= 14 and _is_breadcrumb(line.text):
        return "breadcrumb", False
    reason = misspelt(line.key.rstrip(_MARKS))
    return reason, reason in ("related-link", "comments")


def _match(line: _Line, rules: Sequence[Rule]) -> Rule | None:
    stopped = bool(_STOP.search(line.text))
    bare = line.key if line.key.endswith("*") else line.key.rstrip(_MARKS)
    for rule in rules:
        if line.words > rule.max_words:
            continue
        # A link or a heading over links may well end in a question mark; a byline does not.
        if (not stopped or rule.stop or rule.reason == "related-link") and rule.pattern.match(bare):
            return rule
    return None


def _is_share_bar(key: str) -> bool:
    tokens = _WORDS.findall(key)
    if not 0 < len(tokens) <= 14 or not any(token in SHARE_CORE for token in tokens):
        return False
    return all(t in SHARE_CORE or t in SHARE_FILL for t in tokens) and (len(tokens) > 1 or tokens[0] in SHARE_VERBS)


def _is_date(tokens: list[str]) -> bool:
    words = [token.strip(".'-") for token in tokens]
    # A lone number is a score or a year used as a heading.
    dated = any(word in DATE_WORDS for word in words) or len(words) > 2
    return dated and all(
        word in DATE_WORDS or re.fullmatch(r"[\d.\-]+(?:st|nd|rd|th|am|pm|ه|م)?", word) for word in words if word
    )


def _is_breadcrumb(text: str) -> bool:
    parts = [part.strip() for part in _CRUMB.split(text)]
    slashes = "|" not in text and not re.search("[»›>←]", text)
    return (
        len(parts) >= (3 if slashes else 2)
        and all(0 < len(part.split()) <= 4 for part in parts)
        and not _STOP.search(text)
    )


def _bare_bylines(lines: list[_Line], first: int) -> None:
    """A name on a line of its own is a byline where the line before or after it is furniture of an article's head."""
    for index in range(1, min(first, len(lines))):
        line = lines[index]
        if line.reason is None and _NAME.match(line.text):
            beside = [lines[i].reason for i in (index - 1, index + 1) if 0 <= i < len(lines)]
            if any(reason in _HEAD_REASONS for reason in beside):
                line.reason = "byline"


def _links(lines: list[_Line]) -> None:
    """Link titles under a heading over links: all of a list; at the end of the page all that is left; else one line."""
    last = next((i for i in range(len(lines) - 1, -1, -1) if lines[i].running and not lines[i].reason), -1)
    index = 0
    while index < len(lines):
        line = lines[index]
        index += 1
        if not line.opens_links:
            continue
        taken = 0
        while index < len(lines):
            follower = lines[index]
            if follower.reason:
                if follower.opens_links:
                    break
            elif follower.running or follower.kind in ("heading", "caption") or follower.words > 16:
                break
            elif index > last or follower.kind == "item" or (taken == 0 and line.reason == "related-link"):
                if index <= last and follower.kind != "item" and _STOP.search(follower.text):
                    break
                follower.reason = "related-link" if line.reason == "related-link" else line.reason
                taken += 1
            else:
                break
            index += 1


def _rebuilt(blocks: Sequence[Block], lines: Sequence[_Line]) -> Iterator[Block]:
    kept: dict[int, list[_Line]] = {}
    for line in lines:
        if line.reason is None:
            kept.setdefault(line.block, []).append(line)
    for index, block in enumerate(blocks):
        rest = kept.get(index)
        if rest:
            yield replace(block, text="\n".join(line.text for line in rest), line=rest[0].number)
