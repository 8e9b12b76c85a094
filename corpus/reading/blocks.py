"""What every reader of a format gives: blocks of text in reading order, before cleaning."""

from __future__ import annotations

from dataclasses import dataclass

from muwazi.corpus.types import Removed

KINDS = ("heading", "paragraph", "item", "caption", "cell")


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, paragraph, list item, caption or table cell."""

    text: str
    """May hold several lines."""
    line: int
    """Of its first line in the file (text, Markdown), else the number of the block; from 1."""
    kind: str = "paragraph"


@dataclass(frozen=True, slots=True)
class Extracted:
    """A file as blocks."""

    blocks: tuple[Block, ...]
    title: str | None = None
    """Where the format marks one; a reader takes it from the blocks, it stands among them."""
    date: str | None = None
    """ISO 8601, where the file states one."""
    notes: tuple[str, ...] = ()
    removed: tuple[Removed, ...] = ()
    """What extraction itself left out as furniture."""
