"""Rows as Arrow tables: the schema of the Parquet files, and the way there and back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from muwazi.corpus.errors import StoreError
from muwazi.corpus.store.manifest import ColumnRecord
from muwazi.corpus.store.rows import COLUMNS, NULLABLE, Row

TRANSLATION = "translation"
DEFAULT = "default"
FOLDERS = {DEFAULT: "data", TRANSLATION: "translation"}
"""Config name to the folder of its Parquet files."""

_TYPES: dict[str, Any] = {
    "index": pa.int32(),
    "alignment_score": pa.float64(),
    "confidence": pa.float64(),
    "flags": pa.list_(pa.field("item", pa.string())),
}
_HF_TYPES = {"index": "int32", "alignment_score": "float64", "confidence": "float64"}


def _feature(name: str) -> dict[str, Any]:
    """The column as ``datasets`` describes it, which reads this from the metadata of a Parquet file."""
    if name == "flags":
        return {"feature": {"dtype": "string", "_type": "Value"}, "_type": "List"}
    return {"dtype": _HF_TYPES.get(name, "string"), "_type": "Value"}


def _metadata(features: dict[str, Any]) -> dict[bytes, bytes]:
    return {b"huggingface": json.dumps({"info": {"features": features}}, separators=(",", ":")).encode()}


SCHEMA = pa.schema(
    [pa.field(name, _TYPES.get(name, pa.string()), nullable=name in NULLABLE) for name in COLUMNS],
    metadata=_metadata({name: _feature(name) for name in COLUMNS}),
)
TRANSLATION_SCHEMA = pa.schema(
    [pa.field(TRANSLATION, pa.struct([pa.field("ar", pa.string()), pa.field("en", pa.string())]), nullable=False)],
    metadata=_metadata({TRANSLATION: {"languages": ["ar", "en"], "_type": "Translation"}}),
)
SCHEMAS = {DEFAULT: SCHEMA, TRANSLATION: TRANSLATION_SCHEMA}


def columns() -> list[ColumnRecord]:
    """The schema of the default config, as the manifest keeps it."""
    return [ColumnRecord(name=field.name, type=str(field.type), nullable=field.nullable) for field in SCHEMA]


def to_batch(rows: Sequence[Row]) -> Any:
    """An Arrow record batch of the default config."""
    values = list(zip(*(row.values() for row in rows), strict=True))
    return pa.record_batch(
        [pa.array(column, type=field.type) for column, field in zip(values, SCHEMA, strict=True)], schema=SCHEMA
    )


def to_translation_batch(rows: Sequence[Row]) -> Any:
    """An Arrow record batch of the ``translation`` config; every row must be a pair."""
    pairs = [{"ar": row.ar, "en": row.en} for row in rows]
    return pa.record_batch(
        [pa.array(pairs, type=TRANSLATION_SCHEMA.field(0).type)],
        schema=TRANSLATION_SCHEMA,
    )


def read_rows(path: Path, label: str) -> Iterator[Row]:
    """The rows of one Parquet file of the default config, in order, a batch at a time.

    Columns that a version written before they existed does not have take their defaults.

    Raises:
        StoreError: the file is no Parquet file, or has columns this release does not know. ``label`` names it.
    """
    try:
        with pq.ParquetFile(path) as file:
            unknown = [name for name in file.schema_arrow.names if name not in COLUMNS]
            if unknown:
                raise StoreError(
                    f"{label} has a column {unknown[0]!r} that this release of muwazi does not know: "
                    "it was written by a newer one, install that"
                )
            for batch in file.iter_batches(batch_size=4096):
                for record in batch.to_pylist():
                    record["flags"] = tuple(record.get("flags") or ())
                    yield Row(**record)
    except FileNotFoundError:
        raise StoreError(f"{label} is missing: restore the file from a copy of the store") from None
    except (pa.ArrowInvalid, pa.ArrowTypeError, OSError, TypeError, UnicodeDecodeError) as error:
        raise StoreError(
            f"{label} cannot be read as Parquet ({first_line(error)}): restore the file from a copy of the store"
        ) from error


def first_line(error: BaseException) -> str:
    """The first line of an error's text, short enough to stand inside another message."""
    text = (str(error).strip() or type(error).__name__).splitlines()[0]
    return text if len(text) <= 160 else text[:157] + "..."
