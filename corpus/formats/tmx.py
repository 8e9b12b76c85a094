"""TMX 1.4b (LISA OSCAR, 2005): a translation memory.

No DOCTYPE is written: the readers that refuse one for safety are many, and those that need one few.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from muwazi.corpus.formats.segments import ExportReport, Segment, xml_attribute, xml_text


def tmx(items: Iterable[Segment], report: ExportReport, *, tool_version: str) -> Iterator[str]:
    """One ``tu`` a segment, with its id, its article and where the target came from."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<tmx version="1.4">\n'
    yield (
        f'  <header creationtool="muwazi" creationtoolversion={xml_attribute(tool_version, report)} segtype="block" '
        'o-tmf="muwazi-dataset" adminlang="en" srclang="ar" datatype="plaintext"/>\n  <body>\n'
    )
    for item in items:
        row = item.row
        yield f"    <tu tuid={xml_attribute(row.id, report)}>\n"
        properties = {
            "x-article": row.article_id,
            "x-origin": item.origin,
            "x-alignment-type": row.alignment_type,
            "x-source-uri": row.source_uri,
            "x-licence": row.licence,
        }
        for name, value in properties.items():
            if value:
                yield f'      <prop type="{name}">{xml_text(value, report)}</prop>\n'
        yield f'      <tuv xml:lang="ar"><seg>{xml_text(item.source, report)}</seg></tuv>\n'
        yield f'      <tuv xml:lang="en"><seg>{xml_text(item.target or "", report)}</seg></tuv>\n    </tu>\n'
    yield "  </body>\n</tmx>\n"
