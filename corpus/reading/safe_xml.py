"""XML from strangers: no entities, no DTD, no network, and memory for one element at a time."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from muwazi.corpus.errors import InputError

if TYPE_CHECKING:
    from lxml.etree import _Element

# Entities are declared in the prolog; libxml2 itself reads no further before the root element.
_PROLOG = 1024 * 1024


def local_name(element: _Element) -> str:
    """The tag without its namespace; empty for comments and the like."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def line_of(element: _Element) -> int | None:
    """Line of the start tag in the file, from 1, where libxml2 knows it (it counts up to 65,535)."""
    line: object = element.sourceline
    return line if isinstance(line, int) and line < 65_535 else None


def iterate(
    data: bytes, where: str, tags: tuple[str, ...], *, starts: tuple[str, ...] = ()
) -> Iterator[tuple[str, _Element]]:
    """Elements of the given local names, complete, in document order; each is emptied after it was used.

    Yields:
        ``("end", element)`` for ``tags``, and ``("start", element)`` (attributes only) for ``starts``.

    Raises:
        InputError: no well-formed XML (with the line), a declared or used entity, or a depth or size beyond libxml2's
            limits.
    """
    from lxml import etree

    refuse_entities(data[:_PROLOG], where)
    events = etree.iterparse(
        io.BytesIO(data),
        events=("start", "end"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    checked = False
    depth_kept = 0
    try:
        for event, element in events:
            name = local_name(element)
            if event == "start":
                if not checked:
                    checked = True
                    _check_internal_dtd(element, where)
                if name in tags:
                    depth_kept += 1
                if name in starts:
                    yield "start", element
                continue
            if name in tags:
                depth_kept -= 1
                if any(True for _ in element.iter(etree.Entity)):
                    raise InputError(f"{where}: line {line_of(element)} uses an entity; only plain XML is read")
                yield "end", element
            if not depth_kept:
                _release(element)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 1
        raise InputError(f"{where}: line {line} is no well-formed XML: {' '.join(str(error.msg).split())}") from None


def refuse_entities(prolog: bytes, where: str) -> None:
    """Refuse XML whose prolog declares entities, in any encoding that keeps ASCII readable (UTF-8, UTF-16, UTF-32).

    Raises:
        InputError: there is an ``<!ENTITY`` declaration.
    """
    if b"<!ENTITY" in prolog.replace(b"\0", b""):
        raise InputError(f"{where}: its DOCTYPE declares entities, which are refused; remove the DOCTYPE")


def _check_internal_dtd(root: _Element, where: str) -> None:
    # For encodings in which the search above sees nothing.
    dtd: Any = root.getroottree().docinfo.internalDTD
    if dtd is not None and dtd.entities():
        raise InputError(f"{where}: its DOCTYPE declares entities, which are refused; remove the DOCTYPE")


def _release(element: _Element) -> None:
    tail = element.tail
    element.clear()
    element.tail = tail
    while element.getprevious() is not None:
        parent = element.getparent()
        if parent is None:
            return
        del parent[0]
