"""Croissant metadata of a version (MLCommons Croissant 1.0): the files with checksums, and what their columns mean."""

from __future__ import annotations

import json
from typing import Any

from muwazi.corpus.store.card import _title
from muwazi.corpus.store.manifest import Manifest
from muwazi.corpus.store.schema import DEFAULT, FOLDERS, TRANSLATION

_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}

_DESCRIPTIONS = {
    "id": "Identifier of the segment, unique in a version.",
    "article_id": "Identifier of the article.",
    "index": "Position of the segment in its article, from 0.",
    "ar": "Arabic text, as read.",
    "en": "English reference; null where there is none.",
    "mt": "Machine translation into English; null where nothing was translated.",
    "post_edit": "Machine translation as a person corrected it; null until then.",
    "alignment_type": "Number of Arabic and English sentences that were paired, as in 1-1 or 2-1.",
    "alignment_score": "Similarity of the two sides as the aligner measures it, about 0 to 1.",
    "confidence": "Probability that the alignment is right, 0 to 1.",
    "reference_kind": "independent or post-edited.",
    "flags": "What a guard or filter noticed.",
    "split": "train, validation or test; drawn by article.",
    "source_uri": "Where the Arabic came from.",
    "licence": "SPDX identifier, where one is stated.",
}


def croissant(manifest: Manifest) -> str:
    """The text of ``croissant.json``; one FileObject for each Parquet file, one RecordSet for each config."""
    counted = manifest.statistics
    licences = [name for name in counted["licences"] if name != "none stated"]
    if manifest.metadata.get("licence") and manifest.metadata["licence"] not in licences:
        licences.append(manifest.metadata["licence"])
    title = _title(manifest)
    distribution: list[dict[str, Any]] = []
    record_sets: list[dict[str, Any]] = []
    for config, splits in manifest.splits.items():
        if not splits:
            continue
        files = [name for name in manifest.files if name.startswith(f"{FOLDERS[config]}/")]
        for name in files:
            distribution.append(
                {
                    "@type": "cr:FileObject",
                    "@id": name,
                    "name": name,
                    "contentUrl": name,
                    "contentSize": f"{manifest.files[name].bytes} B",
                    "encodingFormat": "application/x-parquet",
                    "sha256": manifest.files[name].sha256,
                }
            )
        record_sets += [_record_set(manifest, config, name) for name in files]
    data: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": "".join(letter if letter.isalnum() else "-" for letter in title).strip("-") or "muwazi",
        "description": manifest.metadata.get("description")
        or f"{title}: {counted['rows']} segments of {counted['articles']} articles.",
        "version": manifest.version,
        "inLanguage": ["ar", "en"],
        "keywords": ["parallel corpus", "Arabic", "English", "machine translation"],
        "datePublished": manifest.created,
        "license": [f"https://spdx.org/licenses/{name}.html" for name in licences] or ["https://schema.org/Text"],
        "distribution": distribution,
        "recordSet": record_sets,
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _record_set(manifest: Manifest, config: str, file: str) -> dict[str, Any]:
    """The columns of one Parquet file."""
    stem = file.removesuffix(".parquet")
    fields = []
    if config == DEFAULT:
        for column in manifest.columns:
            field: dict[str, Any] = {
                "@type": "cr:Field",
                "@id": f"{stem}/{column.name}",
                "name": column.name,
                "description": _DESCRIPTIONS.get(column.name, column.name),
                "dataType": _data_type(column.type),
                "source": {"fileObject": {"@id": file}, "extract": {"column": column.name}},
            }
            if column.type.startswith("list"):
                field["repeated"] = True
            fields.append(field)
    else:
        fields.append(
            {
                "@type": "cr:Field",
                "@id": f"{stem}/{TRANSLATION}",
                "name": TRANSLATION,
                "description": "The Arabic (ar) and its English reference (en).",
                "dataType": "sc:Text",
                "source": {"fileObject": {"@id": file}, "extract": {"column": TRANSLATION}},
            }
        )
    return {"@type": "cr:RecordSet", "@id": stem, "name": stem, "field": fields}


def _data_type(arrow: str) -> str:
    if arrow.startswith("int"):
        return "sc:Integer"
    return "sc:Float" if arrow in ("double", "float") else "sc:Text"
