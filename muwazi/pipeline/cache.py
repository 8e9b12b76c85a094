"""Finished steps of a build, so that a run that was killed goes on where it stopped.

Results are addressed by what they were made from (text, settings, model, version of Muwazi), so a changed input or
setting can never be served an old result, and an article that did not change is not worked on twice. One SQLite file in
the user's cache, not in the store: a build that fails leaves the store untouched, and a store can be copied without it.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType

from muwazi.corpus.cache import cache_dir
from muwazi.corpus.errors import StoreError


def digest(*parts: object) -> str:
    """SHA-256 over the canonical JSON of ``parts``, hex."""
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


class WorkCache:
    """Key-value results by kind of step. Every :meth:`put` is one transaction: after ``kill -9`` it is there or not."""

    def __init__(self, store: Path, *, keep: bool = True) -> None:
        """Open the cache that belongs to ``store`` (by its absolute path); without ``keep`` one that leaves nothing.

        Raises:
            StoreError: the cache file cannot be opened (no space, no permission).
        """
        name = hashlib.sha256(str(store.resolve()).encode()).hexdigest()[:20]
        self._seen: set[tuple[str, str]] = set()
        try:
            self.path = cache_dir("build") / f"{name}.sqlite" if keep else Path(":memory:")
            self._db = sqlite3.connect(self.path, timeout=60)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS result (kind TEXT, key TEXT, value TEXT, PRIMARY KEY (kind, key))"
            )
        except (OSError, sqlite3.DatabaseError) as error:
            where = getattr(self, "path", "the user's cache folder")
            raise StoreError(
                f"cannot use the build cache {where}: {error}; free space, delete it, or set MUWAZI_CACHE"
            ) from error

    def get(self, kind: str, key: str) -> str | None:
        """The result stored under ``key``, or None."""
        self._seen.add((kind, key))
        row = self._db.execute("SELECT value FROM result WHERE kind = ? AND key = ?", (kind, key)).fetchone()
        return None if row is None else str(row[0])

    def get_many(self, kind: str, keys: Sequence[str]) -> dict[str, str]:
        """The results there are for ``keys``."""
        found: dict[str, str] = {}
        self._seen.update((kind, key) for key in keys)
        for start in range(0, len(keys), 500):  # below SQLite's limit of variables in one statement
            part = keys[start : start + 500]
            marks = ",".join("?" * len(part))
            query = f"SELECT key, value FROM result WHERE kind = ? AND key IN ({marks})"  # noqa: S608 - marks are only "?"
            found.update(self._db.execute(query, (kind, *part)).fetchall())
        return found

    def put(self, kind: str, results: Iterable[tuple[str, str]]) -> None:
        """Store ``(key, value)`` results in one transaction."""
        rows = [(kind, key, value) for key, value in results]
        self._seen.update((kind, key) for _, key, _ in rows)
        try:
            with self._db:
                self._db.executemany("INSERT OR REPLACE INTO result VALUES (?, ?, ?)", rows)
        except sqlite3.OperationalError as error:
            raise StoreError(
                f"cannot write the build cache {self.path}: {error}; free space or set MUWAZI_CACHE"
            ) from error

    def prune(self) -> None:
        """Forget everything that this run did not ask for or make."""
        with self._db:
            self._db.execute("CREATE TEMP TABLE seen (kind TEXT, key TEXT, PRIMARY KEY (kind, key))")
            self._db.executemany("INSERT OR IGNORE INTO seen VALUES (?, ?)", self._seen)
            self._db.execute(
                "DELETE FROM result WHERE NOT EXISTS"
                " (SELECT 1 FROM seen WHERE seen.kind = result.kind AND seen.key = result.key)"
            )
            self._db.execute("DROP TABLE seen")

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __enter__(self) -> WorkCache:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
