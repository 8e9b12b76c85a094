"""TMX 1.4 as a source of pairs, one translation unit in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from muwazi.corpus.errors import InputError
from muwazi.corpus.reading.pairs import Notes, RawPair
from muwazi.corpus.reading.safe_xml import iterate, line_of, local_name

if TYPE_CHECKING:
    from lxml.etree import _Element

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# Their content is code of the original format, or (sub) text of another place; hi alone marks up text.
_CODE = frozenset(("bpt", "ept", "ph", "it", "ut", "sub"))
_ARTICLE_PROPS = frozenset(
    ("article", "article-id", "article_id", "x-article", "x-article-id", "x-article_id", "x-document")
)


def read(data: bytes, where: str, source_lang: str, target_lang: str, notes: Notes) -> Iterator[RawPair]:
    """Units of a TMX file.

    Of several variants of a language (``ar-SA``, ``ar-EG``) the plain code is taken, else the first.

    Raises:
        InputError: malformed XML, entities, or another kind of XML file.
    """
    root_seen = False
    for event, element in iterate(data, where, ("tu",), starts=("tmx", "header", "xliff", "html")):
        if event == "start":
            root_seen = root_seen or local_name(element) == "tmx"
            if not root_seen:
                raise InputError(f"{where}: is no TMX file: its root element is <{local_name(element)}>")
            continue
        if not root_seen:
            raise InputError(f"{where}: is no TMX file: no <tmx> around its units")
        yield _unit(element, where, source_lang, target_lang, notes)
    if not root_seen:
        raise InputError(f"{where}: is no TMX file")


def _unit(unit: _Element, where: str, source_lang: str, target_lang: str, notes: Notes) -> RawPair:
    variants: dict[str, list[tuple[str, str]]] = {source_lang: [], target_lang: []}
    article = None
    for child in unit:
        name = local_name(child)
        if name == "prop" and child.get("type", "").lower() in _ARTICLE_PROPS:
            article = (child.text or "").strip() or None
        if name != "tuv":
            continue
        language = (child.get(_LANG) or child.get("lang") or "").lower().replace("_", "-")
        if not language:
            raise InputError(f"{where}: line {line_of(child)}: a <tuv> has no xml:lang")
        segment = next((part for part in child if local_name(part) == "seg"), None)
        if segment is None:
            raise InputError(f"{where}: line {line_of(child)}: a <tuv> has no <seg>")
        main = language.partition("-")[0]
        if main in variants:
            variants[main].append((language, text_of(segment, _CODE)))
    sides: list[str | None] = []
    for language in (source_lang, target_lang):
        found = variants[language]
        if len(found) > 1:
            notes.count(f"units with several variants in {language}, one taken")
        plain = next((text for code, text in found if code == language), None)
        sides.append(plain if plain is not None else (found[0][1] if found else None))
    return RawPair(sides[0] or "", sides[1], line_of(unit), unit.get("tuid"), article)


def text_of(element: _Element, code: frozenset[str]) -> str:
    """Text of ``element`` without the content of the elements called as in ``code``."""
    parts = [element.text or ""]
    for child in element:
        if local_name(child) not in code:
            parts.append(text_of(child, code))
        parts.append(child.tail or "")
    return "".join(parts)
