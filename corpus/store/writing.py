"""Rows into Parquet shards: at constant memory, and byte for byte the same each time.

Every option that has a say in the bytes is named here, so that another default of a later pyarrow changes nothing
unnoticed. No file holds a time or a path. Row groups end after a fixed number of rows or characters, shards after
a fixed number of characters, so the same rows fall into the same files.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow.parquet as pq

from muwazi.corpus.errors import StoreError
from muwazi.corpus.store.manifest import FileRecord
from muwazi.corpus.store.rows import SPLITS, Row
from muwazi.corpus.store.schema import DEFAULT, FOLDERS, SCHEMAS, TRANSLATION, to_batch, to_translation_batch

ROW_GROUP_ROWS = 8192
ROW_GROUP_CHARACTERS = 16_000_000
SHARD_CHARACTERS = 400_000_000
"""About 200-400 MB of compressed Parquet, the size of shard that the Hub's viewer and loaders are made for."""

_PARQUET: dict[str, Any] = {
    "version": "2.6",
    "data_page_version": "1.0",
    "compression": "zstd",
    "compression_level": 6,
    "use_dictionary": True,
    "write_statistics": True,
    "store_schema": True,
    "write_page_index": False,
    "write_page_checksum": True,
    "data_page_size": 1024 * 1024,
    "dictionary_pagesize_limit": 1024 * 1024,
    "store_decimal_as_integer": False,
}


@contextmanager
def storing(what: str) -> Iterator[None]:
    """Turn an operating system's refusal to write ``what`` into one line that says what to do."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"cannot write {what}: {_remedy(error)}") from error


def _remedy(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full; free some space and run again, the store is as it was"
    if error.errno in (errno.EACCES, errno.EPERM):
        return "permission denied; make the folder writable or choose another one with --store"
    if error.errno == errno.EROFS:
        return "the file system is read-only; choose another folder with --store"
    return f"{error.strerror or error}; the store is as it was"


def sync_folder(folder: Path) -> None:
    """Make the entries of ``folder`` durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_file(path: Path, text: str) -> None:
    """Write a small text file and make it durable; atomic where the file was there before.

    Raises:
        OSError: it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def file_sha256(path: Path) -> str:
    """Hex SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _ShardWriter:
    """The shards of one split of one config."""

    def __init__(self, folder: Path, config: str, split: str, shard_characters: int) -> None:
        self._folder, self._config, self._split = folder, config, split
        self._limit = shard_characters
        self._rows: list[Row] = []
        self._characters = 0
        self._shard_characters = 0
        self._file: BinaryIO | None = None
        self._writer: Any = None
        self._counts: list[int] = []

    def _partial(self, number: int) -> Path:
        return self._folder / f"{self._split}-{number:05d}.parquet"

    def add(self, row: Row) -> None:
        self._rows.append(row)
        self._characters += len(row.ar) + len(row.en or "") + len(row.mt or "") + len(row.post_edit or "")
        if (
            len(self._rows) >= ROW_GROUP_ROWS
            or self._characters >= ROW_GROUP_CHARACTERS
            or self._shard_characters + self._characters >= self._limit
        ):
            self._flush()

    def _flush(self) -> None:
        if not self._rows:
            return
        if self._writer is None:
            self._folder.mkdir(exist_ok=True)
            # A Python file: it must be synced, and its errors carry an errno, which Arrow's own files lose.
            self._file = self._partial(len(self._counts)).open("wb")
            self._writer = pq.ParquetWriter(self._file, SCHEMAS[self._config], **_PARQUET)
            self._counts.append(0)
        batch = to_batch(self._rows) if self._config == DEFAULT else to_translation_batch(self._rows)
        self._writer.write_batch(batch, row_group_size=ROW_GROUP_ROWS)
        self._counts[-1] += len(self._rows)
        self._shard_characters += self._characters
        self._rows, self._characters = [], 0
        if self._shard_characters >= self._limit:
            self._close_shard()

    def _close_shard(self) -> None:
        if self._writer is None or self._file is None:
            return
        self._writer.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._writer = self._file = None
        self._shard_characters = 0

    def close(self) -> dict[Path, int]:
        """Finish; returns the rows of each file, now under its final name."""
        self._flush()
        self._close_shard()
        result = {}
        total = len(self._counts)
        for number, rows in enumerate(self._counts):
            path = self._folder / f"{self._split}-{number:05d}-of-{total:05d}.parquet"
            self._partial(number).rename(path)
            result[path] = rows
        return result

    def abandon(self) -> None:
        """Let go of open files after an error."""
        if self._writer is not None:
            # Its destructor would write the footer, and complain on stderr when the disk is full.
            self._writer.is_open = False
            self._writer = None
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            self._file = None


class VersionWriter:
    """Writes the Parquet files of a version into ``folder``; memory does not grow with the number of rows."""

    def __init__(self, folder: Path, store: Path, shard_characters: int = SHARD_CHARACTERS) -> None:
        """Write into ``folder``; ``store`` is what an error message names."""
        self._folder = folder
        self._what = f"into the store {store}"
        self._shards = {
            (config, split): _ShardWriter(folder / FOLDERS[config], config, split, shard_characters)
            for config in FOLDERS
            for split in SPLITS
        }

    def add(self, row: Row) -> None:
        """Write one row, which must have passed :meth:`Row.problem`.

        Raises:
            StoreError: the disk does not take it.
        """
        with storing(self._what):
            self._shards[DEFAULT, row.split].add(row)
            if row.is_pair:
                self._shards[TRANSLATION, row.split].add(row)

    def close(self) -> tuple[dict[str, FileRecord], dict[str, dict[str, int]]]:
        """Finish all files.

        Returns:
            The record of each file by its path in the version, and config -> split -> rows.

        Raises:
            StoreError: the disk does not take them.
        """
        files: dict[str, FileRecord] = {}
        splits: dict[str, dict[str, int]] = {config: {} for config in FOLDERS}
        with storing(self._what):
            for (config, split), shard in self._shards.items():
                for path, rows in shard.close().items():
                    name = path.relative_to(self._folder).as_posix()
                    files[name] = FileRecord(sha256=file_sha256(path), bytes=path.stat().st_size, rows=rows)
                    splits[config][split] = splits[config].get(split, 0) + rows
            for config in FOLDERS.values():
                if (self._folder / config).is_dir():
                    sync_folder(self._folder / config)
        return files, splits

    def abandon(self) -> None:
        """Let go of open files after an error; what was written is for the caller to remove."""
        for shard in self._shards.values():
            shard.abandon()
