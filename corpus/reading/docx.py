"""DOCX files as blocks.

``python-docx`` opens the package; the text is walked here, because its ``paragraph.text`` leaves out insertions,
content controls and anything in tables. Read are headings, paragraphs, list items and table cells of the body, with
insertions and without deletions. Headers, footers, comments, text boxes, footnotes and endnotes are not part of the
running text: they are left out, and notes are counted.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from muwazi.corpus.errors import InputError
from muwazi.corpus.reading.blocks import Block, Extracted
from muwazi.corpus.reading.limits import MAX_ARCHIVE_BYTES, MAX_ARCHIVE_ENTRIES, MAX_ARCHIVE_RATIO
from muwazi.corpus.reading.safe_xml import refuse_entities

if TYPE_CHECKING:
    from lxml.etree import _Element

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SKIPPED = frozenset((f"{_W}del", f"{_W}moveFrom", f"{_W}txbxContent", f"{_W}instrText", f"{_W}delText", _FALLBACK))
_HEADING = re.compile(r"^(?:heading|title|subtitle|عنوان|titre|überschrift)", re.IGNORECASE)
_LIST = re.compile(r"^list", re.IGNORECASE)
_CAPTION = re.compile(r"^(?:caption|تسمية)", re.IGNORECASE)


def extract(data: bytes, where: str) -> Extracted:
    """Blocks of a DOCX file.

    Raises:
        InputError: no ZIP archive, an archive beyond the limits (declared or actual size, ratio, entries), or no Word
            document in it.
    """
    _check_archive(data, where)
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    try:
        document: Any = docx.Document(io.BytesIO(data))
        body: _Element = document.element.body
        styles = {style.style_id: style.name or "" for style in document.styles}
    except (PackageNotFoundError, LookupError, ValueError, AttributeError, TypeError, SyntaxError) as error:
        # python-docx raises whatever the missing part leads to; the archive itself was sound.
        raise InputError(f"{where}: is a ZIP archive but no readable Word document ({type(error).__name__})") from None
    blocks: list[Block] = []
    for paragraph in body.iter(f"{_W}p"):
        if any(parent.tag in _SKIPPED for parent in paragraph.iterancestors()):
            continue
        text = "\n".join(line for line in (part.strip() for part in _text(paragraph).split("\n")) if line)
        if text:
            blocks.append(Block(text, len(blocks) + 1, _kind(paragraph, styles)))
    notes = []
    references = sum(1 for _ in body.iter(f"{_W}footnoteReference", f"{_W}endnoteReference"))
    if references:
        notes.append(f"footnotes and endnotes left out: {references}")
    heading = next((block.text for block in blocks[:3] if block.kind == "heading"), None)
    return Extracted(tuple(blocks), heading or (blocks[0].text if blocks else None), None, tuple(notes))


def _text(element: _Element) -> str:
    return "".join(_runs(element))


def _runs(element: _Element) -> Iterator[str]:
    for child in element:
        tag = child.tag
        if tag == f"{_W}t":
            yield child.text or ""
        elif tag in (f"{_W}br", f"{_W}cr"):
            yield "\n"
        elif tag == f"{_W}tab":
            yield " "
        elif tag == f"{_W}noBreakHyphen":
            yield "\u2011"
        elif isinstance(tag, str) and tag not in _SKIPPED and tag != f"{_W}pPr":
            yield from _runs(child)


def _kind(paragraph: _Element, styles: dict[str, str]) -> str:
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    identity = (style.get(f"{_W}val") or "") if style is not None else ""
    name = styles.get(identity) or identity
    if _HEADING.match(name) or paragraph.find(f"{_W}pPr/{_W}outlineLvl") is not None:
        return "heading"
    if _CAPTION.match(name):
        return "caption"
    if (_LIST.match(name) and name.lower() != "list paragraph") or paragraph.find(f"{_W}pPr/{_W}numPr") is not None:
        return "item"
    if next(paragraph.iterancestors(f"{_W}tc"), None) is not None:
        return "cell"
    return "paragraph"


def _check_archive(data: bytes, where: str) -> None:
    """Hold the archive against the limits: by its directory first, then by unpacking every entry piece by piece."""
    if data[:4] == b"\xd0\xcf\x11\xe0":
        raise InputError(f"{where}: is an old or password-protected Word file; save it as DOCX without a password")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError):
        raise InputError(f"{where}: is no DOCX file: no ZIP archive; save it again as DOCX") from None
    with archive:
        entries = archive.infolist()
        if len(entries) > MAX_ARCHIVE_ENTRIES:
            raise InputError(
                f"{where}: holds {len(entries):,} parts, the limit is {MAX_ARCHIVE_ENTRIES:,}; no Word document"
            )
        _check_size(sum(entry.file_size for entry in entries), len(data), where)
        unpacked = 0
        for entry in entries:
            first = b""
            name = " ".join(entry.filename.split())[:80]
            try:
                with archive.open(entry) as stream:
                    while piece := stream.read(1024 * 1024):
                        first = first or piece
                        unpacked += len(piece)
                        _check_size(unpacked, len(data), where)
            except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
                if isinstance(error, InputError):
                    raise
                raise InputError(f"{where}: its part {name} is damaged or encrypted; save it again") from None
            except Exception as error:
                # zlib.error and lzma.LZMAError share no base class but Exception.
                raise InputError(f"{where}: its part {name} is damaged ({error}); save it again") from None
            if entry.filename.endswith((".xml", ".rels")):
                refuse_entities(first, where)
                if b"<!DOCTYPE" in first.replace(b"\0", b""):
                    raise InputError(f"{where}: its part {name} has a DOCTYPE, which Word never writes; refused")


def _check_size(unpacked: int, packed: int, where: str) -> None:
    # A small document of one repeated letter has a high ratio and harms nobody: the ratio counts from 16 MiB.
    if unpacked > MAX_ARCHIVE_BYTES or (unpacked > 16 * 1024 * 1024 and unpacked > MAX_ARCHIVE_RATIO * packed):
        raise InputError(
            f"{where}: unpacks to {unpacked / 1048576:,.0f} MiB or more from {packed / 1048576:,.2f} MiB, "
            "beyond the limits for a document (a ZIP bomb?)"
        )
