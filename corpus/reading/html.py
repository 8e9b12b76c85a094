"""HTML pages as blocks, by ``trafilatura``.

It finds the article on the page and drops captions on the way; they are handed to it as paragraphs with a mark, so that
it still decides whether they stand inside the article. Where it finds nothing, the paragraphs of the page are taken as
they are, and a note says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from muwazi.corpus.errors import InputError
from muwazi.corpus.reading.blocks import Block, Extracted
from muwazi.corpus.types import Removed
from muwazi.corpus.wordlists import words

if TYPE_CHECKING:
    from lxml.etree import _Element

# Private-use characters: no page uses them for text, and trafilatura leaves them alone.
_CAPTION = "\ue0c1"
_CHARSET = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)
_TAG = re.compile(r"<(?:!doctype|html|head|body|p|div|h[1-6]|article|span|table|ul)\b", re.IGNORECASE)
_BLOCK_KINDS = {"head": "heading", "p": "paragraph", "quote": "paragraph", "item": "item", "cell": "cell"}
_SKIPPED = frozenset(("nav", "header", "footer", "aside", "form", "button"))
_NO_TEXT = frozenset(
    ("script", "style", "noscript", "template", "svg", "iframe", "select", "textarea", "title", "head")
)
_INLINE = words(
    """
    a abbr b bdi bdo cite code data del dfn em font i ins kbd label mark q s samp small span strong sub sup time tt u
    var wbr
    """
)
_KINDS = {"li": "item", "td": "cell", "th": "cell", **{f"h{level}": "heading" for level in range(1, 7)}}
OUTSIDE = "outside-article"
"""Reason of what trafilatura left out: menus, related links, comments, footers."""
# What sites use that do not know figcaption (WordPress before 2013, ...).
_CAPTION_CLASS = re.compile(
    r"\b(?:wp-caption-text|(?:image|img|photo|figure|media|picture)[-_]?caption|caption-text)\b"
)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def declared_encoding(data: bytes) -> str | None:
    """The character set that a ``meta`` element of the page states."""
    match = _CHARSET.search(data[:4096])
    return match.group(1).decode("ascii").lower() if match else None


def extract(text: str, where: str, *, keep_all: bool = False) -> Extracted:
    """Blocks of the article on a page; what stands outside of it is listed as removed.

    Args:
        text: The page.
        where: Name of the file for messages.
        keep_all: All text of the page instead, menus and all.

    Raises:
        InputError: the file holds no HTML.
    """
    if not _TAG.search(text):
        raise InputError(f"{where}: holds no HTML; call it .txt if it is plain text")
    import trafilatura
    from trafilatura.utils import load_html

    tree = load_html(text)
    if tree is None:
        raise InputError(f"{where}: holds no HTML that can be read")
    heading = _only_h1(tree)
    date = _date(tree)
    _mark_captions(tree)
    page = _page(tree)
    for menu in list(tree.iter("nav", "button")):
        # On pages with little text trafilatura takes menus for it.
        _remove(menu)
    if keep_all:
        return Extracted(tuple(block for block, _ in page), heading, date)
    notes: tuple[str, ...] = ()
    try:
        found: Any = trafilatura.bare_extraction(
            tree, fast=True, include_comments=False, include_tables=True, include_images=False, with_metadata=False
        )
    except (RecursionError, ValueError):
        found = None
    blocks = _blocks(found.body) if found is not None and found.body is not None else []
    # Some sites wrap the whole page in a form: then everything seems to stand in a menu.
    outside_menus = [block for block, in_menu in page if not in_menu] or [block for block, _ in page]
    if _length(blocks) < 0.1 * _length(outside_menus):
        blocks = outside_menus
        notes = ("no article found on the page by trafilatura: all of its paragraphs were taken",)
    if heading and not any(block.text == heading for block in blocks):
        blocks.insert(0, Block(heading, 0, "heading"))
    blocks, removed = _compared(blocks, [block for block, _ in page])
    title = heading or next((block.text for block in blocks[:3] if block.kind == "heading"), None)
    return Extracted(tuple(blocks), title, date, notes, removed)


def _length(blocks: Sequence[Block]) -> int:
    return sum(len(block.text) for block in blocks)


def _compared(blocks: Sequence[Block], page: Sequence[Block]) -> tuple[list[Block], tuple[Removed, ...]]:
    """Give ``blocks`` their numbers on the page, and list the blocks of the page that are not among them."""
    squeezed = ["".join(block.text.split()) for block in page]
    kept = ["".join(block.text.split()) for block in blocks]
    places: dict[str, list[int]] = {}
    for number, text in enumerate(squeezed, start=1):
        places.setdefault(text, []).append(number)
    numbered: list[Block] = []
    last = 1
    for block, text in zip(blocks, kept, strict=True):
        last = next((number for number in places.get(text, ()) if number >= last), last)
        numbered.append(Block(block.text, last, block.kind))
    # trafilatura may cut a paragraph in two or join two: a part of a kept one, or one with a kept part, is not gone.
    whole = "\n".join(kept)
    known = set(kept)
    removed = tuple(
        Removed(block.text, OUTSIDE, block.line)
        for block, text in zip(page, squeezed, strict=True)
        if text not in known and text not in whole and not any(len(part) > 40 and part in text for part in kept)
    )
    return numbered, removed


def _clean(text: str) -> str:
    lines = (_SPACE.sub(" ", line).strip() for line in text.split("\v"))
    return "\n".join(line for line in lines if line)


def _content(element: _Element) -> str:
    """Text of an element; a vertical tab stands for a line break."""
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str):
            if child.tag in ("lb", "br"):
                parts.append("\v")
            elif child.tag not in _SKIPPED and child.tag not in _NO_TEXT:
                parts.append(_content(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _only_h1(tree: _Element) -> str | None:
    headings = [text for text in (_clean(_content(h1)) for h1 in tree.iter("h1")) if text]
    return headings[0].replace("\n", " ") if len(headings) == 1 else None


def _date(tree: _Element) -> str | None:
    candidates = [
        *(meta.get("content", "") for meta in tree.iter("meta") if meta.get("property") == "article:published_time"),
        *(time.get("datetime", "") for time in tree.iter("time")),
    ]
    for candidate in candidates[:5]:
        match = _ISO_DATE.match(candidate.strip())
        if match:
            return match.group(0)
    return None


def _mark_captions(tree: _Element) -> None:
    from lxml import etree

    named = (element for element in tree.iter("p", "div") if _CAPTION_CLASS.search(element.get("class", "")))
    for caption in [*tree.iter("figcaption"), *named]:
        text = _clean(_content(caption))
        # Out of the figure, or of the box whose class says caption: trafilatura drops those as a whole.
        boxes = (parent for parent in caption.iterancestors("figure", "div") if _is_box(parent))
        place = next(boxes, caption)
        parent = place.getparent()
        if not text or parent is None:
            continue
        paragraph = etree.Element("p")
        paragraph.text = _CAPTION + text.replace("\n", " ")
        paragraph.tail, place.tail = place.tail, None
        parent.insert(parent.index(place) + 1, paragraph)
        _remove(caption)


def _is_box(element: _Element) -> bool:
    return element.tag == "figure" or "caption" in element.get("class", "")


def _remove(element: _Element) -> None:
    """Take an element out, not the text behind it."""
    parent = element.getparent()
    if parent is None:
        return
    before = element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + (element.tail or "")
    else:
        parent.text = (parent.text or "") + (element.tail or "")
    element.tail = None
    parent.remove(element)


def _block(text: str, kind: str) -> Block | None:
    text = _clean(text)
    if text.startswith(_CAPTION):
        text, kind = text.replace(_CAPTION, "").strip(), "caption"
    return Block(text, 0, kind) if text else None


def _blocks(body: _Element) -> list[Block]:
    """Blocks of what trafilatura gives (TEI-like elements); nested lists and tables are flattened."""
    blocks: list[Block] = []

    def visit(element: _Element) -> None:
        kind = _BLOCK_KINDS.get(element.tag) if isinstance(element.tag, str) else None
        if kind is not None and not any(child.tag in ("list", "table", "p", "head") for child in element):
            block = _block(_content(element), kind)
            if block:
                blocks.append(block)
            return
        if kind is not None or element.tag in ("main", "body", "list", "table", "row", "div"):
            loose = _block(element.text or "", kind or "paragraph")
            if loose:
                blocks.append(loose)
            for child in element:
                visit(child)
                tail = _block(child.tail or "", kind or "paragraph")
                if tail:
                    blocks.append(tail)

    visit(body)
    return blocks


def _page(tree: _Element) -> list[tuple[Block, bool]]:
    """All text of the page by block elements, and whether each stands in a menu, header, footer or form."""
    blocks: list[tuple[Block, bool]] = []
    inline: list[str] = []

    def flush(kind: str, in_menu: bool) -> None:
        block = _block("".join(inline), kind)
        inline.clear()
        if block:
            blocks.append((Block(block.text, len(blocks) + 1, block.kind), in_menu))

    def visit(element: _Element, kind: str, in_menu: bool) -> None:
        inline.append(element.text or "")
        for child in element:
            if isinstance(child.tag, str) and child.tag not in _NO_TEXT:
                if child.tag in _INLINE:
                    visit(child, kind, in_menu)
                elif child.tag == "br":
                    inline.append("\v")
                else:
                    menu = in_menu or child.tag in _SKIPPED
                    flush(kind, in_menu)
                    inner = _KINDS.get(child.tag, kind if child.tag == "p" and kind == "item" else "paragraph")
                    visit(child, inner, menu)
                    flush(inner, menu)
            inline.append(child.tail or "")

    body = next(iter(tree.iter("body")), tree)
    visit(body, "paragraph", False)
    flush("paragraph", False)
    return blocks
