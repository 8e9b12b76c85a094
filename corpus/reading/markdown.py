"""Markdown as blocks: a light reading of CommonMark, enough for articles.

Headings, lists, block quotes, tables and paragraphs become blocks; emphasis, links and images lose their marks. Code
blocks and raw HTML blocks are no prose: they are left out and counted.
"""

from __future__ import annotations

import re

from muwazi.corpus.reading.blocks import Block, Extracted

_HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.*?)(?:\s+#+)?\s*$")
_UNDERLINE = re.compile(r"^ {0,3}(?:=+|-{2,})\s*$")
_RULE = re.compile(r"^ {0,3}(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})$")
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)")
_ITEM = re.compile(r"^\s*(?:[-*+]|[\d٠-٩]{1,9}[.)])\s+(.*)$")
_QUOTE = re.compile(r"^ {0,3}> ?")
_TABLE_RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")
_HTML_BLOCK = re.compile(
    r"^ {0,3}<(?:/?(?:div|section|script|style|table|iframe|aside|nav|form|figure)\b|!--)", re.IGNORECASE
)
_DEFINITION = re.compile(r"^ {0,3}\[[^\]]{1,100}\]:\s*\S+")
_IMAGE = re.compile(r"!\[([^\]]{0,300})\]\([^)\s]{0,600}(?:\s[^)]{0,200})?\)")
_LINK = re.compile(r"\[([^\]]{1,300})\](?:\([^)\s]{0,600}(?:\s[^)]{0,200})?\)|\[[^\]]{0,100}\])")
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^>\s]{1,500})>")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")
_STRONG = re.compile(r"(\*\*|__)(?=\S)([^\n]{1,1000}?)(?<=\S)\1")
_EMPHASIS = re.compile(
    r"(?<![\w*])(\*)(?=[^\s*])([^*\n]{1,1000})(?<=\S)\*(?![\w*])|(?<![\w_])(_)(?=[^\s_])([^_\n]{1,1000})(?<=\S)_(?![\w_])"
)
_CODE = re.compile(r"(`+)([^`\n]{1,500})\1")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_FRONT_MATTER = re.compile(r"\A---\n(.{0,20000}?)\n(?:---|\.\.\.)(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^(title|date)\s*:\s*[\"']?(.+?)[\"']?\s*$", re.MULTILINE)


def inline(text: str) -> str:
    """Text of one block without inline marks."""
    text = _IMAGE.sub(r"\1", text)
    text = _LINK.sub(r"\1", text)
    text = _AUTOLINK.sub(r"\1", text)
    text = _CODE.sub(r"\2", text)
    for _ in range(2):
        text = _STRONG.sub(r"\2", text)
        text = _EMPHASIS.sub(lambda match: match.group(2) or match.group(4), text)
    text = _TAG.sub("", text)
    return _ESCAPE.sub(r"\1", text).strip()


class _Reader:
    """Collects blocks line by line."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.lines: list[str] = []
        self.start = 0
        self.kind = "paragraph"
        self.left_out = 0

    def flush(self) -> None:
        if self.lines:
            # Two spaces or a backslash at the end of a line break it; any other line end is a space.
            text = ""
            for number, line in enumerate(self.lines):
                hard = line.endswith(("  ", "\\"))
                text += line.strip().rstrip("\\")
                if number < len(self.lines) - 1:
                    text += "\n" if hard else " "
            for offset, part in enumerate(text.split("\n")):
                plain = inline(part)
                if plain:
                    self.blocks.append(Block(plain, self.start + offset, self.kind))
        self.lines, self.kind = [], "paragraph"

    def add(self, line: str, number: int) -> None:
        if not self.lines:
            self.start = number
        self.lines.append(line)

    def block(self, text: str, number: int, kind: str) -> None:
        self.flush()
        plain = inline(text)
        if plain:
            self.blocks.append(Block(plain, number, kind))


def extract(text: str) -> Extracted:
    """Blocks of a Markdown text; YAML front matter gives title and date and is no text."""
    title = date = None
    skip = 0
    front = _FRONT_MATTER.match(text)
    if front:
        fields = dict(_FIELD.findall(front.group(1)))
        title, date = fields.get("title"), fields.get("date")
        skip = front.group(0).rstrip("\n").count("\n") + 1
    reader = _Reader()
    fence = None
    lines = text.split("\n")
    for number, raw in enumerate(lines, start=1):
        if number <= skip:
            continue
        fenced = _FENCE.match(raw)
        if fence:
            if fenced and fenced.group(1).startswith(fence) and not raw.strip().strip(fence[0]):
                fence = None
            continue
        if fenced:
            reader.flush()
            fence = fenced.group(1)
            reader.left_out += 1
            continue
        _line(reader, raw, number)
    reader.flush()
    blocks = tuple(reader.blocks)
    heading = next((block.text for block in blocks[:3] if block.kind == "heading"), None)
    notes = (f"code or HTML blocks left out: {reader.left_out}",) if reader.left_out else ()
    return Extracted(blocks, heading or title, date, notes)


def _line(reader: _Reader, raw: str, number: int) -> None:
    line = raw
    while _QUOTE.match(line):
        line = _QUOTE.sub("", line, count=1)
    if not line.strip():
        reader.flush()
        return
    heading = _HEADING.match(line)
    item = _ITEM.match(line)
    if heading:
        reader.block(heading.group(2), number, "heading")
    elif reader.lines and reader.kind == "paragraph" and len(reader.lines) == 1 and _UNDERLINE.match(line):
        reader.kind = "heading"
        reader.flush()
    elif _RULE.match(line) or _DEFINITION.match(line):
        reader.flush()
    elif _TABLE_RULE.match(line) and "|" in line:
        return
    elif _HTML_BLOCK.match(line):
        reader.flush()
        reader.left_out += 1
    elif item:
        reader.flush()
        reader.kind = "item"
        reader.add(item.group(1), number)
    elif line.lstrip().startswith("|") and line.rstrip().endswith("|") and line.count("|") > 1:
        reader.flush()
        for cell in line.strip().strip("|").split("|"):
            reader.block(cell, number, "cell")
    else:
        reader.add(line, number)
