"""How a version comes into a store: beside it first, then by one rename.

A transaction owns a folder ``.tmp-...`` in the store and holds a lock (flock) on a file in it for as long as its
process lives; the kernel lets go of the lock however the process ends. So a later commit can tell the left-over of a
killed run from the work of a live one, and no lock outlives its owner. The store's own lock is held only for moments:
to make and clear such folders, and to check that no other version came before the rename.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

from muwazi.corpus.errors import StoreConflictError, StoreError
from muwazi.corpus.store.versions import Version
from muwazi.corpus.store.writing import storing, sync_folder

LOCK = ".lock"
TEMPORARY = ".tmp-"
VERSIONS = "versions"


@contextmanager
def _locked(store: Path) -> Iterator[None]:
    """Hold the store's own lock; waits for others, who hold it for moments only."""
    handle = os.open(store / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


class Transaction:
    """A version in the making. Use as a context manager: whatever is not published is removed."""

    def __init__(self, store: Path) -> None:
        """Prepare a folder in ``store``, which must be a store.

        Raises:
            StoreError: the store cannot be written.
        """
        self._store = store
        self._temporary = store / f"{TEMPORARY}{os.getpid()}-{secrets.token_hex(4)}"
        self.folder = self._temporary / "version"
        """Where the files of the version go."""
        self._lock = -1

    def __enter__(self) -> Transaction:
        with storing(f"into the store {self._store}"), _locked(self._store):
            self._clear_leftovers()
            try:
                self.folder.mkdir(parents=True)
                self._lock = os.open(self._temporary / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                self._remove()
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._remove()

    def _remove(self) -> None:
        shutil.rmtree(self._temporary, ignore_errors=True)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _clear_leftovers(self) -> None:
        # The store's lock is held: a folder without a lock on its file has no live owner.
        for folder in self._store.glob(f"{TEMPORARY}*"):
            try:
                handle = os.open(folder / "lock", os.O_RDWR | os.O_CLOEXEC)
            except FileNotFoundError:
                shutil.rmtree(folder, ignore_errors=True)
                continue
            except OSError:
                continue
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            else:
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(handle)

    def publish(
        self,
        version: Version,
        base: Version | None,
        newest: Callable[[], Version | None],
        root_files: dict[str, str],
    ) -> None:
        """Make the folder version ``version`` of the store.

        Args:
            version: its number.
            base: the newest version that the commit was made from.
            newest: asks the store for its newest version now.
            root_files: name to text of files at the top of the store that follow the newest version; they can be made
                again, so a failure to write them does not undo the commit.

        Raises:
            StoreConflictError: another version came first.
            StoreError: the store cannot be written.
        """
        with storing(f"into the store {self._store}"):
            for path in self.folder.rglob("*"):
                if path.is_file():
                    path.chmod(path.stat().st_mode & ~0o222)  # versions are immutable
                elif path.is_dir():
                    sync_folder(path)
            sync_folder(self.folder)
            with _locked(self._store):
                found = newest()
                if found != base:
                    raise conflict(self._store, base, found)
                try:
                    self.folder.rename(self._store / VERSIONS / str(version))
                except OSError as error:
                    if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
                        raise conflict(self._store, base, version) from error
                    raise
                sync_folder(self._store / VERSIONS)
                self._write_root(root_files)

    def refresh_root(self, root_files: dict[str, str]) -> None:
        """Write files at the top of the store again where a killed commit left them behind the newest version."""
        with suppress(OSError), _locked(self._store):
            self._write_root(root_files)

    def _write_root(self, root_files: dict[str, str]) -> None:
        for name, text in root_files.items():
            with suppress(OSError):
                target = self._store / name
                if target.is_file() and target.read_text(encoding="utf-8") == text:
                    continue
                draft = self._temporary / name
                draft.write_text(text, encoding="utf-8")
                draft.replace(target)


def conflict(store: Path, base: Version | None, found: Version | None) -> StoreError:
    """The error for a commit that came second."""
    return StoreConflictError(
        f"{store}: version {found} was committed by another run meanwhile (this one started from "
        f"{base or 'an empty store'}); nothing of this run is in the store, run it again to build on that version"
    )
