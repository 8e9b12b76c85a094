"""A version as a ``datasets.DatasetDict``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from muwazi.corpus.errors import StoreError
from muwazi.corpus.store.schema import DEFAULT, FOLDERS
from muwazi.corpus.store.store import MANIFEST, Store
from muwazi.corpus.store.writing import file_sha256

if TYPE_CHECKING:
    from muwazi.corpus.store.versions import Version


def load(
    store: str | Path | Store,
    revision: str | Version | None = None,
    config: str | None = None,
    *,
    cache_dir: str | Path | None = None,
) -> Any:
    """Load one version of a store.

    The files are compared with the manifest's SHA-256 first, and the loader's cache is kept apart by the manifest's
    own: ``datasets.load_dataset`` may answer from an older cache without a word when it cannot reach the Hub (datasets
    issue 7928), and nothing of the kind can happen here.

    Args:
        store: path of the store, or the store.
        revision: version, as in ``"1.0.0"``; None for the newest.
        config: ``default`` (all columns; also None) or ``translation`` (``{"translation": {"ar", "en"}}``, pairs only).
        cache_dir: where ``datasets`` keeps its Arrow files; None for a folder of this version in its usual cache.

    Returns:
        A ``datasets.DatasetDict`` of the splits that have rows; ``info.version`` of each is the version.

    Raises:
        StoreError: no store, no such version or config, a damaged file.
    """
    opened = store if isinstance(store, Store) else Store.open(store)
    version = opened.resolve(revision)
    manifest = opened.manifest(version)
    name = config or DEFAULT
    if name not in FOLDERS:
        raise StoreError(f"{name!r} is no config: choose {' or '.join(FOLDERS)}")
    if not manifest.splits.get(name):
        raise StoreError(
            f"version {version} of {opened.path} has no row with both sides, so its config {name!r} is empty"
        )
    for path, record in manifest.files.items():
        # The card too: the loader reads in it which files make which split.
        if path.startswith(f"{FOLDERS[name]}/") or path == "README.md":
            opened.check_file(version, path, record)

    folder = opened.folder(version).absolute()
    if any(sign in str(folder) for sign in "[]*?"):
        raise StoreError(f"{folder}: datasets takes [, ], * and ? in a path for patterns; rename the folder to load it")

    import datasets

    if cache_dir is None:
        key = file_sha256(folder / MANIFEST)[:20]
        cache_dir = Path(datasets.config.HF_DATASETS_CACHE) / f"muwazi-{key}"
    return datasets.load_dataset(str(folder), name, cache_dir=str(cache_dir))
