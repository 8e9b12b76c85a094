"""XLIFF 1.2 and 2.x as sources of pairs, one unit in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from muwazi.corpus.errors import InputError
from muwazi.corpus.reading.pairs import Notes, RawPair
from muwazi.corpus.reading.safe_xml import iterate, line_of, local_name
from muwazi.corpus.reading.tmx import text_of

if TYPE_CHECKING:
    from lxml.etree import _Element

# 1.2: bpt, ept, ph, it hold native code; x, bx, ex are empty; g and mrk mark up text. 2.x: ph, sc, ec, cp are empty.
_CODE = frozenset(("bpt", "ept", "ph", "it", "sub", "x", "bx", "ex", "sc", "ec", "cp"))
# A target in one of these states holds no translation yet (often a copy of the source).
_UNTRANSLATED = frozenset(("new", "needs-translation", "initial"))


class _File:
    """What a ``<file>`` (1.2) or ``<xliff>`` (2.x) says about all of its units."""

    def __init__(self, source_lang: str, target_lang: str) -> None:
        self.wanted = (source_lang, target_lang)
        self.exchanged = False
        self.original: str | None = None
        self.number = 0

    def languages(self, source: str | None, target: str | None, where: str) -> None:
        found = tuple((language or "").lower().replace("_", "-").partition("-")[0] for language in (source, target))
        if found[0] == self.wanted[0] and found[1] in ("", self.wanted[1]):
            self.exchanged = False
        elif found == self.wanted[::-1]:
            self.exchanged = True
        else:
            stated = [" ".join((language or "(nothing stated)").split())[:40] for language in (source, target)]
            raise InputError(
                f"{where}: translates {stated[0]} to {stated[1]}; {self.wanted[0]} to {self.wanted[1]} is expected"
            )


def read(data: bytes, where: str, source_lang: str, target_lang: str, notes: Notes) -> Iterator[RawPair]:
    """Units (1.2) or segments (2.x) of an XLIFF file.

    A target whose state says that it is not translated counts as none. A file from ``target_lang`` to ``source_lang``
    is read the other way round, with a note. Units marked ``translate="no"`` are left out and counted.

    Raises:
        InputError: malformed XML, entities, other languages, or another kind of XML file.
    """
    file = _File(source_lang, target_lang)
    version = None
    for event, element in iterate(data, where, ("trans-unit", "unit"), starts=("xliff", "file", "tmx", "html")):
        name = local_name(element)
        if event == "start":
            if name in ("tmx", "html"):
                raise InputError(f"{where}: is no XLIFF file: its root element is <{name}>")
            if name == "xliff":
                version = element.get("version", "1.2")
                if version.startswith("2"):
                    file.languages(element.get("srcLang"), element.get("trgLang"), where)
            elif version is not None:
                file.number += 1
                file.original = element.get("original") or element.get("id")
                if not version.startswith("2"):
                    file.languages(element.get("source-language"), element.get("target-language"), where)
            continue
        if version is None:
            raise InputError(f"{where}: is no XLIFF file: no <xliff> around its units")
        if element.get("translate") == "no":
            notes.count('units marked translate="no", left out')
            continue
        for pair in _unit_1(element, notes) if name == "trans-unit" else _unit_2(element, notes):
            article = None if file.number < 2 else file.original
            identity = pair.id if file.number < 2 or pair.id is None else f"{file.number}.{pair.id}"
            if file.exchanged:
                yield RawPair(pair.target or "", pair.source, pair.line, identity, article)
            else:
                yield RawPair(pair.source, pair.target, pair.line, identity, article)
    if version is None:
        raise InputError(f"{where}: is no XLIFF file")
    if file.exchanged:
        notes.lines.append(f"the file translates {target_lang} to {source_lang}: read the other way round")


def _unit_1(unit: _Element, notes: Notes) -> Iterator[RawPair]:
    source = _child(unit, "source")
    if source is None:
        return
    target = _child(unit, "target")
    state = target.get("state", "") if target is not None else ""
    yield RawPair(
        text_of(source, _CODE), _target(target, state, notes), line_of(unit), unit.get("resname") or unit.get("id")
    )


def _unit_2(unit: _Element, notes: Notes) -> Iterator[RawPair]:
    segments = [child for child in unit if local_name(child) == "segment"]
    for number, segment in enumerate(segments, start=1):
        source = _child(segment, "source")
        if source is None:
            continue
        target = _child(segment, "target")
        # "initial" is the default of the attribute; a target that is there without any state is taken at its word.
        identity = unit.get("id")
        if identity and len(segments) > 1:
            identity = f"{identity}.{segment.get('id') or number}"
        yield RawPair(
            text_of(source, _CODE), _target(target, segment.get("state", ""), notes), line_of(segment), identity
        )


def _child(element: _Element, name: str) -> _Element | None:
    return next((child for child in element if local_name(child) == name), None)


def _target(target: _Element | None, state: str, notes: Notes) -> str | None:
    if target is None:
        return None
    text = text_of(target, _CODE)
    if state in _UNTRANSLATED and text.strip():
        notes.count(f'targets in state "{state}", taken as untranslated')
        return None
    return text
