"""Reading sentence pairs for training: TSV (also .xz, .gz), Parquet, and stores.

The step itself needs only the standard library; pyarrow is imported where a Parquet file or a store is read.
"""

from __future__ import annotations

import gzip
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from muwazi.corpus.errors import InputError, InputNotFoundError


@dataclass(frozen=True, slots=True)
class Pair:
    """One training example: a source sentence and its translation."""

    source: str
    target: str


def _open(path: Path) -> IO[str]:
    if path.suffix == ".xz":
        return lzma.open(path, "rt", encoding="utf-8")
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")


def _tsv(path: Path) -> Iterator[Pair]:
    try:
        with _open(path) as stream:
            for number, line in enumerate(stream, 1):
                columns = line.rstrip("\r\n").split("\t")
                if len(columns) != 2:
                    raise InputError(
                        f"{path}, line {number}: expected source<TAB>target, found {len(columns)} columns; "
                        "write exactly one tab in each line"
                    )
                yield Pair(columns[0].strip(), columns[1].strip())
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 ({error.reason} at byte {error.start}); convert it to UTF-8") from None
    except (lzma.LZMAError, gzip.BadGzipFile, EOFError) as error:
        raise InputError(f"{path}: the compressed file is damaged ({error}); fetch it again") from None


def _parquet(path: Path, source_lang: str, target_lang: str) -> Iterator[Pair]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(f"{path}: no readable Parquet file ({error})") from None
    names = set(file.schema_arrow.names)
    if {source_lang, target_lang} <= names:
        for batch in file.iter_batches(columns=[source_lang, target_lang]):
            for row in batch.to_pylist():
                if row[source_lang] is not None and row[target_lang] is not None:
                    yield Pair(row[source_lang].strip(), row[target_lang].strip())
    elif "translation" in names:
        for batch in file.iter_batches(columns=["translation"]):
            for row in batch.to_pylist():
                cell = row["translation"]
                if not isinstance(cell, dict) or not {source_lang, target_lang} <= set(cell):
                    raise InputError(f"{path}: column translation has no fields {source_lang} and {target_lang}")
                if cell[source_lang] is not None and cell[target_lang] is not None:
                    yield Pair(cell[source_lang].strip(), cell[target_lang].strip())
    else:
        raise InputError(
            f"{path}: no columns {source_lang} and {target_lang} (nor translation); it has {', '.join(sorted(names))}"
        )


def _store(path: Path, source_lang: str, target_lang: str) -> Iterator[Pair]:
    from muwazi.corpus.store import Store

    store = Store.open(path)
    for row in store.rows(None):
        if row.split != "train":
            continue
        # What a person made of the translation is the English of this project's own voice: it goes before a reference.
        sides = {"ar": row.ar, "en": row.post_edit or row.en}
        source, target = sides.get(source_lang), sides.get(target_lang)
        if source and target:
            yield Pair(source.strip(), target.strip())


def expand(path: Path | str, base: Path | None = None) -> list[Path]:
    """The files that ``path`` (a file, a folder that is a store, or a pattern with ``*``) names, sorted.

    Raises:
        InputNotFoundError: nothing is there.
    """
    full = Path(path) if base is None or Path(path).is_absolute() else base / path
    if any(mark in full.name for mark in "*?["):
        found = sorted(full.parent.glob(full.name))
    else:
        found = [full] if full.exists() else []
    if not found:
        raise InputNotFoundError(f"{full}: no such training data; name a TSV, a Parquet file, a store or a recipe")
    return found


def read_pairs(path: Path, *, source_lang: str = "ar", target_lang: str = "en") -> Iterator[Pair]:
    """Yield the pairs of one file or store. A TSV has Arabic first; ``source_lang="en"`` turns the sides round.

    A store gives the rows of its newest version's train split (as English the post-edited translation where there is
    one, else the reference; rows with neither are passed over).

    Raises:
        InputNotFoundError: the file is not there.
        InputError: it cannot be read as pairs; the message names file and line.
    """
    if not path.exists():
        raise InputNotFoundError(f"{path}: no such training data")
    if path.is_dir():
        yield from _store(path, source_lang, target_lang)
    elif path.suffix == ".parquet":
        yield from _parquet(path, source_lang, target_lang)
    elif source_lang == "en":
        for pair in _tsv(path):
            yield Pair(pair.target, pair.source)
    else:
        yield from _tsv(path)
