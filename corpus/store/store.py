"""The versioned store: a folder of immutable versions, each a Hugging Face dataset."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from muwazi.corpus.errors import StoreError
from muwazi.corpus.progress import SILENT, Progress
from muwazi.corpus.store.manifest import CommitMetadata, FileRecord, Manifest
from muwazi.corpus.store.rows import SPLITS, Row
from muwazi.corpus.store.transaction import VERSIONS
from muwazi.corpus.store.versions import Version
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
            if (folder / MANIFEST).is_file() and folder.absolute().parent.name == VERSIONS:
                above = folder.absolute().parents[1]
                raise StoreError(f"{folder} is one version of a store: name the store, {above}") from None
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
        store.establish()
        return store

    @classmethod
    def open_or_create(cls, path: str | Path) -> Store:
        """Open the store at ``path``; where nothing is there, the first commit makes it.

        Raises:
            StoreError: something else is there.
        """
        folder = Path(path)
        try:
            if (folder / MARKER).exists():
                return cls.open(folder)
            nearest = next((place for place in (folder, *folder.absolute().parents) if place.exists()), folder)
            if nearest.exists() and not nearest.is_dir():
                raise StoreError(f"{nearest} is a file and no store: choose another folder")
            # A folder with nothing but the lock or a draft of the marker is one that another run is just making.
            occupied = folder.is_dir() and any(not entry.name.startswith(".") for entry in folder.iterdir())
        except OSError as error:
            raise StoreError(f"{folder} cannot be read: {error.strerror}") from error
        if occupied and not (folder / MARKER).exists():
            raise StoreError(f"{folder} is there already and is no store (no {MARKER}): choose another folder")
        return cls(folder, None)

    def establish(self) -> None:
        """Make the folder a store, if it is none yet.

        Raises:
            StoreError: it cannot be written.
        """
        with storing(f"the store {self.path}"):
            self.path.mkdir(parents=True, exist_ok=True)
            # The marker first: a folder that a killed run left without it must not look like somebody else's.
            if not (self.path / MARKER).exists():
                text = {"format": "muwazi-store", "format_version": STORE_FORMAT_VERSION}
                write_file(self.path / MARKER, json.dumps(text) + "\n")
            (self.path / VERSIONS).mkdir(exist_ok=True)

    @property
    def base(self) -> Version | None:
        """The newest version when the store was opened, or the one that this instance committed since."""
        return self._base

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
                    f"{path} is damaged: its SHA-256 is not the one in {MANIFEST_CHECKSUM}; {restore_hint(version)}"
                )
            manifest = Manifest.model_validate_json(data)
        except FileNotFoundError as error:
            raise StoreError(f"{error.filename} is missing: {restore_hint(version)}") from None
        except OSError as error:
            raise StoreError(f"{path} cannot be read: {error.strerror}") from error
        except (ValidationError, UnicodeDecodeError) as error:
            raise StoreError(f"{path} is damaged: it is no manifest; {restore_hint(version)}") from error
        if manifest.version != str(version):
            raise StoreError(
                f"{path} says it is version {manifest.version}: the folder was renamed; {restore_hint(version)}"
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
        # Apart from rows(), so that a bad argument is an error at once and not at the first row.
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
        hint = restore_hint(version)
        try:
            size = path.stat().st_size
            if size != record.bytes:
                raise StoreError(f"{path} is damaged: {size} bytes, committed were {record.bytes}; {hint}")
            if file_sha256(path) != record.sha256:
                raise StoreError(
                    f"{path} is damaged: its SHA-256 is not the one in {MANIFEST}; {restore_hint(version)}"
                )
        except FileNotFoundError:
            raise StoreError(f"{path} is missing: {hint}") from None
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
        from muwazi.corpus.store.committing import Commit

        number = Commit(self, metadata or CommitMetadata(), message, shard_characters).run(rows, version, progress)
        if number is not None:
            self._base = number
        return number


def restore_hint(version: Version) -> str:
    """What to do about a damaged version, for the end of a message."""
    return f"restore version {version} from a copy of the store"
