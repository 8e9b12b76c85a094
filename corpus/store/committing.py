"""Making a version: rows in, a published folder out."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from muwazi.corpus.errors import StoreError
from muwazi.corpus.progress import Progress
from muwazi.corpus.store.card import dataset_card
from muwazi.corpus.store.croissant import croissant
from muwazi.corpus.store.index import RowIndex
from muwazi.corpus.store.manifest import CommitMetadata, FileRecord, Manifest, installed_packages
from muwazi.corpus.store.rows import Row
from muwazi.corpus.store.schema import columns
from muwazi.corpus.store.statistics import RowStatistics
from muwazi.corpus.store.store import MANIFEST, MANIFEST_CHECKSUM, Store
from muwazi.corpus.store.transaction import VERSIONS, Transaction, conflict
from muwazi.corpus.store.versions import FIRST, Change, Version
from muwazi.corpus.store.writing import VersionWriter, file_sha256, storing, write_file


class Commit:
    """One commit to a store; see :meth:`.Store.commit`."""

    def __init__(self, store: Store, metadata: CommitMetadata, message: str, shard_characters: int) -> None:
        self._store = store
        self._base = store.base
        self._metadata = metadata
        self._message = message
        self._shard_characters = shard_characters

    def run(self, rows: Iterable[Row], asked: str | Version | None, progress: Progress) -> Version | None:
        """Write and publish ``rows``; None when nothing differs from the version before.

        Raises:
            StoreError: see :meth:`.Store.commit`.
        """
        store, base = self._store, self._base
        wanted = None if asked is None else Version.parse(asked)
        if wanted is not None and base is not None and wanted <= base:
            raise StoreError(f"version {wanted} is not higher than {base}, the newest of {store.path}")
        if store.newest() != base:
            # Said now as well as before the rename: it spares the loser the work.
            raise conflict(store.path, base, store.newest())
        store.establish()
        with Transaction(store.path) as transaction:
            index, statistics = RowIndex(), RowStatistics()
            writer = VersionWriter(transaction.folder, store.path, self._shard_characters)
            progress.start("store", None, "rows")
            try:
                for row in rows:
                    problem = row.problem()
                    if problem:
                        raise StoreError(f"row {row.id!r} cannot be stored: {problem}")
                    index.add(row)
                    statistics.add(row)
                    writer.add(row)
                    progress.advance()
                if not statistics.rows:
                    raise StoreError(f"no rows to commit to {store.path}: nothing was left after reading and filtering")
                files, splits = writer.close()
                change, changes = self._changes(index)
                counted = statistics.result(index.articles())
            finally:
                writer.abandon()
                index.close()
                progress.finish()
            if base is not None and change is Change.NOTHING:
                transaction.refresh_root(root_files(store.manifest(base)))
                return None
            number = self._number(change, wanted)
            manifest = Manifest(
                version=str(number),
                parent=None if base is None else str(base),
                parent_manifest_sha256=None if base is None else file_sha256(store.folder(base) / MANIFEST),
                message=self._message,
                created=_now(),
                command=self._metadata.command,
                change="first" if base is None else change.name.lower(),
                changes=changes,
                rows=statistics.rows,
                columns=columns(),
                splits=splits,
                statistics=counted,
                metadata=self._metadata.content(),
                packages=installed_packages() if self._metadata.packages is None else self._metadata.packages,
                files=files,
            )
            manifest = self._describe(transaction.folder, manifest)
            transaction.publish(number, base, store.newest, root_files(manifest))
        return number

    def _changes(self, index: RowIndex) -> tuple[Change, dict[str, int] | None]:
        """What differs from the version before, and how many rows."""
        if self._base is None:
            return Change.ROWS, None
        parent = self._store.manifest(self._base)
        counts = {"added": 0, "removed": 0, "changed": 0}
        for row in self._store.rows(self._base):
            relation = index.compare(row)
            counts["removed"] += relation == "missing"
            counts["changed"] += relation == "changed"
        counts["added"] = index.unseen()
        if parent.columns != columns():
            return Change.SCHEMA, counts
        if any(counts.values()):
            return Change.ROWS, counts
        if parent.metadata != self._metadata.content():
            return Change.METADATA, counts
        return Change.NOTHING, counts

    def _number(self, change: Change, wanted: Version | None) -> Version:
        if self._base is None:
            return wanted or FIRST
        needed = self._base.after(change)
        if wanted is not None and wanted < needed:
            what = change.name.lower()
            raise StoreError(f"version {wanted} is too low: other {what} after {self._base} ask for {needed} or higher")
        return wanted or needed

    def _describe(self, folder: Path, manifest: Manifest) -> Manifest:
        """Write card, Croissant and manifest beside the data; returns the manifest with the records of the others."""
        with storing(f"into the store {self._store.path}"):
            described = dict(manifest.files)
            for name, text in (("README.md", dataset_card(manifest)), ("croissant.json", croissant(manifest))):
                write_file(folder / name, text)
                described[name] = FileRecord(sha256=file_sha256(folder / name), bytes=(folder / name).stat().st_size)
            manifest = manifest.model_copy(update={"files": described})
            write_file(folder / MANIFEST, manifest.to_json())
            write_file(folder / MANIFEST_CHECKSUM, f"{file_sha256(folder / MANIFEST)}  {MANIFEST}\n")
        return manifest


def root_files(manifest: Manifest) -> dict[str, str]:
    """The files at the top of a store that follow its newest version: the card, so that the store itself loads too."""
    return {"README.md": dataset_card(manifest, prefix=f"{VERSIONS}/{manifest.version}/")}


def _now() -> str:
    # Reproducible builds set this variable; see reproducible-builds.org.
    stated = os.environ.get("SOURCE_DATE_EPOCH", "")
    moment = datetime.fromtimestamp(int(stated), UTC) if stated.isdigit() else datetime.now(UTC)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
