"""Whether a version is still what was committed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from muwazi.corpus.errors import StoreError
from muwazi.corpus.progress import SILENT, Progress
from muwazi.corpus.store.manifest import Manifest
from muwazi.corpus.store.rows import COLUMNS
from muwazi.corpus.store.versions import Version
from muwazi.corpus.store.writing import file_sha256

if TYPE_CHECKING:
    from muwazi.corpus.store.store import Store


@dataclass(frozen=True, slots=True)
class Verification:
    """A version that is as it was committed."""

    version: Version
    files: int
    bytes: int
    rows: int


def verify(store: Store, revision: str | Version | None = None, *, progress: Progress = SILENT) -> list[Verification]:
    """Check one version, or all of them.

    Checked are: the manifest against its checksum and its schema, that its parent is the version before with the very
    manifest it was built on, every file's presence, size and SHA-256, that no other file is there, the Parquet files'
    schema and rows, ids that come twice, and an article in two splits.

    Raises:
        StoreError: names the first thing that is wrong, and how many more there are.
    """
    from muwazi.corpus.store.transaction import VERSIONS

    chosen = store.versions() if revision is None else [store.resolve(revision)]
    problems: list[str] = []
    results: list[Verification] = []
    if revision is None:
        known = {str(version) for version in chosen}
        root = store.path / VERSIONS
        if root.is_dir():
            problems += [
                f"{root / name} is no version of the store: remove it"
                for name in sorted(entry.name for entry in root.iterdir())
                if name not in known
            ]
    for version in chosen:
        try:
            manifest = store.manifest(version)
        except StoreError as error:
            problems.append(str(error))
            continue
        found = _problems(store, version, manifest, progress)
        problems += found
        if not found:
            records = manifest.files.values()
            results.append(Verification(version, len(records), sum(record.bytes for record in records), manifest.rows))
    if problems:
        more = f" (and {len(problems) - 1} more problem{'s' if len(problems) > 2 else ''})" if len(problems) > 1 else ""
        raise StoreError(problems[0] + more)
    return results


def _problems(store: Store, version: Version, manifest: Manifest, progress: Progress) -> list[str]:
    folder = store.folder(version)
    problems = [*_lineage(store, version, manifest), *_strangers(folder, manifest)]
    damaged = False
    progress.start(f"verify {version}", len(manifest.files), "files")
    for name, record in manifest.files.items():
        try:
            store.check_file(version, name, record)
        except StoreError as error:
            problems.append(str(error))
            damaged = True
        progress.advance()
    progress.finish()
    if not damaged:
        try:
            problems += _contents(store, version, manifest)
        except StoreError as error:
            problems.append(str(error))
    return problems


def _lineage(store: Store, version: Version, manifest: Manifest) -> list[str]:
    versions = store.versions()
    position = versions.index(version)
    expected = str(versions[position - 1]) if position else None
    if manifest.parent is None or expected is None:
        # The first version, or one whose forebears were removed on purpose: nothing to compare with.
        return []
    if manifest.parent != expected:
        return [f"{store.path}: version {manifest.parent}, the parent of {version}, is missing; restore it from a copy"]
    parent = store.path / "versions" / expected / "manifest.json"
    if not parent.is_file() or file_sha256(parent) != manifest.parent_manifest_sha256:
        return [
            f"{parent} is not the manifest that version {version} was built on; restore it from a copy of the store"
        ]
    return []


def _strangers(folder: Path, manifest: Manifest) -> list[str]:
    from muwazi.corpus.store.store import MANIFEST, MANIFEST_CHECKSUM

    expected = {*manifest.files, MANIFEST, MANIFEST_CHECKSUM}
    found = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if not path.is_dir())
    return [f"{folder / name} is not part of the version: remove it" for name in found if name not in expected]


def _contents(store: Store, version: Version, manifest: Manifest) -> list[str]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from muwazi.corpus.store.index import RowIndex
    from muwazi.corpus.store.schema import DEFAULT, FOLDERS, first_line

    folder = store.folder(version)
    problems = []
    columns = [column.name for column in manifest.columns]
    for name, record in manifest.files.items():
        if not name.endswith(".parquet"):
            continue
        try:
            with pq.ParquetFile(folder / name) as file:
                rows, names = file.metadata.num_rows, file.schema_arrow.names
        except (pa.ArrowInvalid, OSError) as error:
            problems.append(f"{folder / name} cannot be read as Parquet ({first_line(error)})")
            continue
        if rows != record.rows:
            problems.append(f"{folder / name} has {rows} rows, the manifest states {record.rows}")
        if name.startswith(f"{FOLDERS[DEFAULT]}/") and names != columns:
            problems.append(f"{folder / name} has other columns than the manifest states")
    if problems or any(name not in COLUMNS for name in columns):
        return problems
    index, counted = RowIndex(), 0
    try:
        for row in store.rows(version, check=False):
            index.add(row)
            counted += 1
    except StoreError as error:
        problems.append(f"{folder}: {error}")
    finally:
        index.close()
    if not problems and counted != manifest.rows:
        problems.append(f"{folder} has {counted} rows, the manifest states {manifest.rows}")
    return problems
