"""XLIFF 1.2 and 2.1 (OASIS): one ``file`` an article, one unit a segment, with or without a target."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

from muwazi.corpus.formats.segments import ExportReport, Segment, xml_attribute, xml_text

# The state of a target says how far a person can trust it.
_STATE_1 = {"post-edit": "final", "reference": "translated", "mt": "needs-review-translation"}
_STATE_2 = {"post-edit": "final", "reference": "reviewed", "mt": "translated"}
_NMTOKEN = re.compile(r"[A-Za-z0-9_:.\-]+")


def xliff_1(items: Iterable[Segment], report: ExportReport, *, tool_version: str) -> Iterator[str]:
    """XLIFF 1.2. A machine translation beside another target stands there as ``alt-trans``."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">\n'
    for article, group in groupby(items, key=lambda item: item.row.article_id):
        yield (
            f"  <file original={xml_attribute(article, report)} source-language="
            '"ar" target-language="en" datatype="plaintext">\n    <header>\n'
            f'      <tool tool-id="muwazi" tool-name="muwazi" tool-version={xml_attribute(tool_version, report)}/>\n'
            "    </header>\n    <body>\n"
        )
        for item in group:
            row = item.row
            approved = ' approved="yes"' if item.origin == "post-edit" else ""
            yield f'      <trans-unit id={xml_attribute(row.id, report)}{approved} xml:space="preserve">\n'
            yield f'        <source xml:lang="ar">{xml_text(item.source, report)}</source>\n'
            if item.target is not None and item.origin is not None:
                qualifier = ' state-qualifier="mt-suggestion"' if item.origin == "mt" else ""
                yield (
                    f'        <target xml:lang="en" state="{_STATE_1[item.origin]}"{qualifier}>'
                    f"{xml_text(item.target, report)}</target>\n"
                )
            if row.mt and item.origin not in ("mt", None):
                yield (
                    '        <alt-trans origin="mt"><target xml:lang="en" state-qualifier="mt-suggestion">'
                    f"{xml_text(row.mt, report)}</target></alt-trans>\n"
                )
            for flag in row.flags:
                yield f'        <note from="muwazi" annotates="target">{xml_text(flag, report)}</note>\n'
            yield "      </trans-unit>\n"
        yield "    </body>\n  </file>\n"
    yield "</xliff>\n"


def xliff_2(items: Iterable[Segment], report: ExportReport) -> Iterator[str]:
    """XLIFF 2.1, core only. Ids must be NMTOKENs there; where a row's is none, the unit's ``name`` holds it."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<xliff version="2.1" xmlns="urn:oasis:names:tc:xliff:document:2.0" srcLang="ar" trgLang="en">\n'
    file_id = _ids("f")
    for article, group in groupby(items, key=lambda item: item.row.article_id):
        yield f'  <file id="{file_id(article)}" original={xml_attribute(article, report)}>\n'
        unit_id = _ids("u")
        for item in group:
            row = item.row
            yield f'    <unit id="{unit_id(row.id)}" name={xml_attribute(row.id, report)}>\n'
            notes = [("origin", item.origin)] if item.origin else []
            notes += [("flag", flag) for flag in row.flags]
            if row.mt and item.origin not in ("mt", None):
                notes.append(("mt", row.mt))
            if notes:
                yield "      <notes>\n"
                for category, text in notes:
                    yield f'        <note category="{category}">{xml_text(text, report)}</note>\n'
                yield "      </notes>\n"
            state = "initial" if item.origin is None else _STATE_2[item.origin]
            yield f'      <segment state="{state}">\n'
            yield f'        <source xml:space="preserve">{xml_text(item.source, report)}</source>\n'
            if item.target is not None:
                yield f'        <target xml:space="preserve">{xml_text(item.target, report)}</target>\n'
            yield "      </segment>\n    </unit>\n"
        yield "  </file>\n"
    yield "</xliff>\n"


def _ids(prefix: str) -> Callable[[str], str]:
    """Unique NMTOKENs: the id itself where it is one and was not given before, else a number."""
    given: set[str] = set()

    def make(name: str) -> str:
        token = name if _NMTOKEN.fullmatch(name) and name not in given else f"{prefix}{len(given) + 1}"
        while token in given:
            token += "-"
        given.add(token)
        return token

    return make
