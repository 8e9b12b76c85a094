"""Croissant metadata of a version (MLCommons Croissant 1.0): the files with checksums, and what their columns mean."""

from __future__ import annotations

import json
import re
from typing import Any

from muwazi.corpus.store.card import display_title
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
    "equivalentProperty": "cr:equivalentProperty",
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
    "samplingRate": "cr:samplingRate",
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
    """The text of ``croissant.json``: every Parquet file with its checksum, one record set for each config."""
    counted = manifest.statistics
    licences = [name for name in counted["licences"] if name != "none stated"]
    if manifest.metadata.get("licence") and manifest.metadata["licence"] not in licences:
        licences.append(manifest.metadata["licence"])
    title = display_title(manifest)
    configs = [config for config, splits in manifest.splits.items() if splits]
    files = [_file_object(manifest, name) for name in manifest.files if name.endswith(".parquet")]
    data: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        # Croissant asks for a name without spaces.
        "name": "-".join("".join(letter if letter.isalnum() else " " for letter in title).split()) or "muwazi",
        "description": manifest.metadata.get("description")
        or f"{title}: {counted['rows']} segments of {counted['articles']} articles.",
        "version": manifest.version,
        "citeAs": f"{title}, version {manifest.version}",
        "inLanguage": ["ar", "en"],
        "keywords": ["parallel corpus", "Arabic", "English", "machine translation"],
        "datePublished": manifest.created,
        "license": [_licence_url(name) for name in licences] or ["none stated"],
        "distribution": files + [_file_set(config) for config in configs],
        "recordSet": [_record_set(manifest, config) for config in configs],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _licence_url(name: str) -> str:
    """The page of an SPDX identifier; any other text as it is."""
    return f"https://spdx.org/licenses/{name}.html" if re.fullmatch(r"[A-Za-z0-9.+-]+", name) else name


def _file_object(manifest: Manifest, name: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "contentSize": f"{manifest.files[name].bytes} B",
        "encodingFormat": "application/x-parquet",
        "sha256": manifest.files[name].sha256,
    }


def _file_set(config: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": f"{config}-files",
        "name": f"{config}-files",
        "description": f"Parquet files of the config {config}.",
        "encodingFormat": "application/x-parquet",
        "includes": f"{FOLDERS[config]}/*.parquet",
    }


def _record_set(manifest: Manifest, config: str) -> dict[str, Any]:
    if config == DEFAULT:
        fields = [
            _field(config, column.name, column.type, {"extract": {"column": column.name}})
            for column in manifest.columns
        ]
    else:
        fields = [
            _field(config, side, "string", {"extract": {"column": TRANSLATION}, "transform": {"jsonPath": side}})
            for side in ("ar", "en")
        ]
    return {"@type": "cr:RecordSet", "@id": config, "name": config, "field": fields}


def _field(config: str, name: str, arrow: str, extraction: dict[str, Any]) -> dict[str, Any]:
    field: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{config}/{name}",
        "name": name,
        "description": _DESCRIPTIONS.get(name, name),
        "dataType": _data_type(arrow),
        "source": {"fileSet": {"@id": f"{config}-files"}, **extraction},
    }
    if arrow.startswith("list"):
        field["repeated"] = True
    return field


def _data_type(arrow: str) -> str:
    if arrow.startswith("int"):
        return "sc:Integer"
    return "sc:Float" if arrow in ("double", "float") else "sc:Text"
