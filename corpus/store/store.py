"""The versioned store: a folder of immutable versions, each a Hugging Face dataset."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from muwazi.corpus.errors import StoreError
from muwazi.corpus.progress import SILENT, Progress
from muwazi.corpus.store.manifest import CommitMetadata, FileRecord, Manifest, installed_packages
from muwazi.corpus.store.rows import SPLITS, Row
from muwazi.corpus.store.transaction import VERSIONS, Transaction, conflict
from muwazi.corpus.store.versions import FIRST, Change, Version
from muwazi.corpus.store.writing import SHARD_CHARACTERS, file_sha256, storing, write_file

if TYPE_CHECKING:
    from muwazi.corpus.store.diffing import Diff
    from muwazi.corpus.store.verifying import Verification

MARKER = "muwazi-store.json"
MANIFEST = "manifest.json"
MANIFEST_CHECKSUM = "manifest.json.sha256"
STORE_FORMAT_VERSION = 1


class Store:
    """A folder of versions.

    An instance remembers the newest version that it saw when it was opened; :meth:`commit` refuses when another came
    since. So two builds that run at the same time cannot undo each other's work: the second is told.
    """

    def __init__(self, path: Path, base: Version | None) -> None:
        """Use :meth:`open`, :meth:`create` or :meth:`open_or_create`."""
        self.path = path
        self._base = base

    def __repr__(self) -> str:
        return f"Store({str(self.path)!r})"

    # Coming by one.

    @classmethod
    def open(cls, path: str | Path) -> Store:
        """Open a store.

        Raises:
            StoreError: there is none at ``path``, or it is of a newer format.
        """
        folder = Path(path)
        marker = folder / MARKER
        try:
            data = json.loads(marker.read_text(encoding="utf-8"))
            number = data["format_version"] if data["format"] == "muwazi-store" else None
        except (FileNotFoundError, NotADirectoryError):
            what = "is no store" if folder.exists() else "does not exist"
            raise StoreError(
                f"{folder} {what} (no {MARKER} in it); name a folder that `muwazi build --store` made"
            ) from None
        except OSError as error:
            raise StoreError(f"{marker} cannot be read: {error.strerror}") from error
        except (ValueError, KeyError, TypeError):
            number = None
        if not isinstance(number, int):
            raise StoreError(f"{marker} is damaged: restore it from a copy of the store")
        if number > STORE_FORMAT_VERSION:
            raise StoreError(
                f"{folder} has store format {number}, this release reads {STORE_FORMAT_VERSION}: update muwazi"
            )
        return cls(folder, cls(folder, None).newest())

    @classmethod
    def create(cls, path: str | Path) -> Store:
        """Make an empty store at ``path``, which must not exist or be an empty folder.

        Raises:
            StoreError: something is there, or the folder cannot be made.
        """
        store = cls.open_or_create(path)
        if (store.path / MARKER).exists():
            raise StoreError(f"{store.path} is a store already: open it, or choose another folder")
        store._establish()
        return store

    @classmethod
    def open_or_create(cls, path: str | Path) -> Store:
        """Open the store at ``path``; where nothing is there, the first commit makes it.

        Raises:
            StoreError: something else is there.
        """
        folder = Path(path)
        if (folder / MARKER).exists():
            return cls.open(folder)
        try:
            occupied = not folder.is_dir() if folder.exists() else False
            # A folder with nothing but the lock or a draft of the marker is one that another run is just making.
            occupied = occupied or (
                folder.is_dir() and any(not entry.name.startswith(".") for entry in folder.iterdir())
            )
        except OSError as error:
            raise StoreError(f"{folder} cannot be read: {error.strerror}") from error
        if occupied and not (folder / MARKER).exists():
            raise StoreError(f"{folder} is there already and is no store (no {MARKER}): choose another folder")
        return cls(folder, None)

    def _establish(self) -> None:
        """Make the folder a store, if it is none yet."""
        with storing(f"the store {self.path}"):
            (self.path / VERSIONS).mkdir(parents=True, exist_ok=True)
            if not (self.path / MARKER).exists():
                text = {"format": "muwazi-store", "format_version": STORE_FORMAT_VERSION}
                write_file(self.path / MARKER, json.dumps(text) + "\n")

    # Looking at it.

    def versions(self) -> list[Version]:
        """All versions, the oldest first."""
        found = []
        try:
            entries = list(os.scandir(self.path / VERSIONS))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StoreError(f"{self.path / VERSIONS} cannot be read: {error.strerror}") from error
        for entry in entries:
            try:
                version = Version.parse(entry.name)
            except StoreError:
                continue  # verify reports it
            if str(version) == entry.name and entry.is_dir():
                found.append(version)
        return sorted(found)

    def newest(self) -> Version | None:
        """The newest version, None in an empty store."""
        versions = self.versions()
        return versions[-1] if versions else None

    def resolve(self, revision: str | Version | None = None) -> Version:
        """The version that ``revision`` names; None names the newest.

        Raises:
            StoreError: there is no such version; the message lists those there are.
        """
        versions = self.versions()
        if not versions:
            raise StoreError(f"{self.path} has no version yet: commit one with `muwazi build`")
        if revision is None:
            return versions[-1]
        version = Version.parse(revision)
        if version not in versions:
            names = ", ".join(str(each) for each in versions[-20:])
            raise StoreError(f"{self.path} has no version {version}; it has {names}")
        return version

    def folder(self, revision: str | Version | None = None) -> Path:
        """The folder of a version: a dataset in the layout of the Hugging Face Hub."""
        return self.path / VERSIONS / str(self.resolve(revision))

    def manifest(self, revision: str | Version | None = None) -> Manifest:
        """The manifest of a version, checked against its checksum.

        Raises:
            StoreError: no such version, or its manifest is damaged.
        """
        version = self.resolve(revision)
        path = self.path / VERSIONS / str(version) / MANIFEST
        try:
            data = path.read_bytes()
            stated = path.with_name(MANIFEST_CHECKSUM).read_text(encoding="ascii").split()
            if stated[:1] != [file_sha256(path)]:
                raise StoreError(
                    f"{path} is damaged: its SHA-256 is not the one in {MANIFEST_CHECKSUM}; {_restore(version)}"
                )
            manifest = Manifest.model_validate_json(data)
        except FileNotFoundError as error:
            raise StoreError(f"{error.filename} is missing: {_restore(version)}") from None
        except OSError as error:
            raise StoreError(f"{path} cannot be read: {error.strerror}") from error
        except (ValidationError, UnicodeDecodeError) as error:
            raise StoreError(f"{path} is damaged: it is no manifest; {_restore(version)}") from error
        if manifest.version != str(version):
            raise StoreError(
                f"{path} says it is version {manifest.version}: the folder was renamed; {_restore(version)}"
            )
        return manifest

    def log(self) -> list[Manifest]:
        """The manifests of all versions, the newest first."""
        return [self.manifest(version) for version in reversed(self.versions())]

    def rows(
        self, revision: str | Version | None = None, *, split: str | None = None, check: bool = True
    ) -> Iterator[Row]:
        """The rows of a version, split after split, in the order in which they were committed.

        Each file's SHA-256 is checked before its rows are read, unless ``check`` is False.

        Raises:
            StoreError: no such version or split, or a damaged file.
        """
        if split is not None and split not in SPLITS:
            raise StoreError(f"{split!r} is no split: choose {', '.join(SPLITS)}")
        version = self.resolve(revision)
        manifest = self.manifest(version)
        return self._rows(version, manifest, split, check)

    def _rows(self, version: Version, manifest: Manifest, split: str | None, check: bool) -> Iterator[Row]:
        from muwazi.corpus.store.schema import DEFAULT, FOLDERS, read_rows

        folder = self.path / VERSIONS / str(version)
        for wanted in SPLITS if split is None else (split,):
            prefix = f"{FOLDERS[DEFAULT]}/{wanted}-"
            for name in sorted(name for name in manifest.files if name.startswith(prefix)):
                if check:
                    self.check_file(version, name, manifest.files[name])
                yield from read_rows(folder / name, f"{folder / name}")

    def check_file(self, version: Version, name: str, record: FileRecord) -> None:
        """Compare one file of a version with its record.

        Raises:
            StoreError: it is missing, cannot be read, or is not what was committed.
        """
        path = self.path / VERSIONS / str(version) / name
        try:
            size = path.stat().st_size
            if size != record.bytes:
                raise StoreError(f"{path} is damaged: {size} bytes, committed were {record.bytes}; {_restore(version)}")
            if file_sha256(path) != record.sha256:
                raise StoreError(f"{path} is damaged: its SHA-256 is not the one in {MANIFEST}; {_restore(version)}")
        except FileNotFoundError:
            raise StoreError(f"{path} is missing: {_restore(version)}") from None
        except OSError as error:
            raise StoreError(f"{path} cannot be read: {error.strerror}") from error

    def verify(self, revision: str | Version | None = None, *, progress: Progress = SILENT) -> list[Verification]:
        """Recompute everything that a version (None: all versions) states about its files; see :mod:`.verifying`.

        Raises:
            StoreError: something is not as it was committed; names the first such file and counts the others.
        """
        from muwazi.corpus.store.verifying import verify

        return verify(self, revision, progress=progress)

    def diff(self, old: str | Version, new: str | Version | None = None) -> Diff:
        """What changed from ``old`` to ``new`` (None: the newest).

        Raises:
            StoreError: no such version, or a damaged one.
        """
        from muwazi.corpus.store.diffing import diff

        return diff(self, old, new)

    # Adding to it.

    def commit(
        self,
        rows: Iterable[Row],
        *,
        message: str,
        metadata: CommitMetadata | None = None,
        version: str | Version | None = None,
        shard_characters: int = SHARD_CHARACTERS,
        progress: Progress = SILENT,
    ) -> Version | None:
        """Make ``rows`` the next version. Memory does not grow with their number.

        Args:
            rows: all rows of the version, each id once. Their order is kept; it alone makes no new version.
            message: what changed, for the log.
            metadata: where the rows come from, scores, settings; see :class:`CommitMetadata`.
            version: number to give instead of the one that semantic versioning asks for; must be higher than the
                newest, and no smaller a step than the change asks for.
            shard_characters: a Parquet file ends after about this many characters of text.
            progress: told about every row.

        Returns:
            The version, or None when neither rows nor metadata differ from the newest version.

        Raises:
            StoreError: bad rows, a bad version number, a full disk, a damaged newest version. The store is as it was.
            StoreConflictError: another commit came since this store was opened.
        """
        from muwazi.corpus.store.index import RowIndex
        from muwazi.corpus.store.statistics import RowStatistics
        from muwazi.corpus.store.writing import VersionWriter

        metadata = metadata or CommitMetadata()
        asked = None if version is None else Version.parse(version)
        if self.newest() != self._base:
            raise conflict(self.path, self._base, self.newest())
        self._establish()
        with Transaction(self.path) as transaction:
            index, statistics = RowIndex(), RowStatistics()
            writer = VersionWriter(transaction.folder, self.path, shard_characters)
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
                    raise StoreError(f"no rows to commit to {self.path}: nothing was left after reading and filtering")
                files, splits = writer.close()
                change, changes = self._changes(index, metadata)
                counted = statistics.result(index.articles())
            finally:
                writer.abandon()
                index.close()
                progress.finish()
            if change is Change.NOTHING and self._base is not None:
                transaction.refresh_root(self._root_files(self.manifest(self._base)))
                return None
            number = self._number(change, asked)
            manifest = self._describe(
                transaction.folder, number, change, changes, message, metadata, files, splits, counted
            )
            transaction.publish(number, self._base, self.newest, self._root_files(manifest))
        self._base = number
        return number

    def _changes(self, index: object, metadata: CommitMetadata) -> tuple[Change, dict[str, int] | None]:
        from muwazi.corpus.store.index import RowIndex
        from muwazi.corpus.store.schema import columns

        assert isinstance(index, RowIndex)  # noqa: S101 - for the type checker; the import is late
        if self._base is None:
            return Change.ROWS, None
        parent = self.manifest(self._base)
        counts = {"added": 0, "removed": 0, "changed": 0}
        for row in self._rows(self._base, parent, None, True):
            relation = index.compare(row)
            counts["removed"] += relation == "missing"
            counts["changed"] += relation == "changed"
        counts["added"] = index.unseen()
        if parent.columns != columns():
            return Change.SCHEMA, counts
        if any(counts.values()):
            return Change.ROWS, counts
        if parent.metadata != metadata.content():
            return Change.METADATA, counts
        return Change.NOTHING, counts

    def _number(self, change: Change, asked: Version | None) -> Version:
        if self._base is None:
            return asked or FIRST
        needed = self._base.after(change)
        if asked is None:
            return needed
        if asked < needed:
            what = change.name.lower()
            raise StoreError(f"version {asked} is too low: other {what} after {self._base} ask for {needed} or higher")
        return asked

    def _describe(
        self,
        folder: Path,
        number: Version,
        change: Change,
        changes: dict[str, int] | None,
        message: str,
        metadata: CommitMetadata,
        files: dict[str, FileRecord],
        splits: dict[str, dict[str, int]],
        counted: dict[str, object],
    ) -> Manifest:
        """Write card, Croissant and manifest beside the data."""
        from muwazi.corpus.store.card import dataset_card
        from muwazi.corpus.store.croissant import croissant
        from muwazi.corpus.store.schema import columns

        base = self._base
        parent_manifest = None if base is None else self.path / VERSIONS / str(base) / MANIFEST
        manifest = Manifest(
            version=str(number),
            parent=None if base is None else str(base),
            parent_manifest_sha256=None if parent_manifest is None else file_sha256(parent_manifest),
            message=message,
            created=_now(),
            command=metadata.command,
            change="first" if base is None else change.name.lower(),
            changes=changes,
            rows=int(str(counted["rows"])),
            columns=columns(),
            splits=splits,
            statistics=counted,
            metadata=metadata.content(),
            packages=installed_packages() if metadata.packages is None else metadata.packages,
            files=files,
        )
        with storing(f"into the store {self.path}"):
            described = dict(files)
            for name, text in (("README.md", dataset_card(manifest)), ("croissant.json", croissant(manifest))):
                write_file(folder / name, text)
                described[name] = FileRecord(sha256=file_sha256(folder / name), bytes=(folder / name).stat().st_size)
            manifest = manifest.model_copy(update={"files": described})
            write_file(folder / MANIFEST, manifest.to_json())
            write_file(folder / MANIFEST_CHECKSUM, f"{file_sha256(folder / MANIFEST)}  {MANIFEST}\n")
        return manifest

    def _root_files(self, manifest: Manifest) -> dict[str, str]:
        from muwazi.corpus.store.card import dataset_card

        return {"README.md": dataset_card(manifest, prefix=f"{VERSIONS}/{manifest.version}/")}


def _restore(version: Version) -> str:
    return f"restore version {version} from a copy of the store"


def _now() -> str:
    # Reproducible builds set this variable; see reproducible-builds.org.
    stated = os.environ.get("SOURCE_DATE_EPOCH")
    moment = datetime.fromtimestamp(int(stated), UTC) if stated and stated.isdigit() else datetime.now(UTC)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
