"""Plain text as blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from muwazi.corpus.reading.blocks import Block, Extracted

_LINE_ENDS = re.compile("[\x0b\x0c\x85\u2028\u2029]")
_ITEM = re.compile(r"\s*(?:[•●▪◦‣■◆*–—-]|\(?[\d٠-٩]{1,3}[.)\-])\s+\S")
_STOP = re.compile(r"[.!?؟…:][\"'”’»)\]]*$")
_TITLE_LENGTH = 160


def extract(text: str) -> Extracted:
    """Blocks of plain text: what blank lines separate, or each line where there are none.

    Text whose lines were broken at a fixed width is joined again (see :func:`_wrapped`), and the notes say so.
    """
    lines = _LINE_ENDS.sub("\n", text).split("\n")
    groups = list(_groups(lines))
    notes: list[str] = []
    if _wrapped(groups):
        notes.append("lines broken at a fixed width were joined to paragraphs")
        groups = [(start, [" ".join(group)]) for start, group in groups]
    elif len(groups) == 1:
        start = groups[0][0]
        groups = [(start + offset, [line]) for offset, line in enumerate(groups[0][1])]
    blocks = tuple(Block("\n".join(group), start) for start, group in groups)
    return Extracted(blocks, _title(blocks), notes=tuple(notes))


def _groups(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    start, group = 0, list[str]()
    for number, line in enumerate(lines, start=1):
        if line.strip():
            if not group:
                start = number
            group.append(line.strip())
        elif group:
            yield start, group
            group = []
    if group:
        yield start, group


def _wrapped(groups: list[tuple[int, list[str]]]) -> bool:
    """Whether the lines inside of blocks were broken at a fixed width.

    They were when most lines that another of the same block follows have 50 to 100 characters of nearly the same
    length, and most of them end in the middle of a sentence.
    """
    inner = [line for _, group in groups for line in group[:-1]]
    if len(inner) < 6 or any(_ITEM.match(line) for line in inner):
        return False
    lengths = sorted(len(line) for line in inner)
    longest = lengths[-1]
    if not 50 <= longest <= 100 or max(len(line) for _, group in groups for line in group) > longest + 12:
        return False
    near = sum(length >= longest - 18 for length in lengths)
    open_ended = sum(not _STOP.search(line) for line in inner)
    return near >= 0.9 * len(inner) and open_ended >= 0.7 * len(inner)


def _title(blocks: tuple[Block, ...]) -> str | None:
    """The first line, where it is short and other text follows."""
    if not blocks:
        return None
    first = blocks[0].text.split("\n")[0]
    if len(first) > _TITLE_LENGTH or (len(blocks) == 1 and "\n" not in blocks[0].text):
        return None
    return first
