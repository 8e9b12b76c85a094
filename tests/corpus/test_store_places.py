"""Places where a store is none, or cannot be written."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from muwazi.corpus.errors import StoreError
from muwazi.corpus.store import Row, Store


def make_rows(articles=12):
    return (
        Row(f"a{article}-{index}", f"a{article}", index, f"جملة {index}", f"Sentence {index}.")
        for article in range(articles)
        for index in range(4)
    )


@pytest.fixture
def store(tmp_path):
    return Store.create(tmp_path / "store")


def left_over(store):
    return [entry.name for entry in store.path.iterdir() if entry.name.startswith(".tmp-")]


# Stores that are none.


def test_create_and_open_or_create(tmp_path):
    created = Store.create(tmp_path / "new" / "store")
    assert created.versions() == []
    with pytest.raises(StoreError, match="is a store already"):
        Store.create(created.path)
    lazy = Store.open_or_create(tmp_path / "lazy")
    assert not lazy.path.exists()
    lazy.commit(make_rows(2), message="first")
    assert Store.open_or_create(lazy.path).newest() == lazy.newest()
    assert created.verify() == []


def test_folder_that_is_no_store_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    for opener in (Store.open, Store.create, Store.open_or_create):
        with pytest.raises(StoreError, match="is no store"):
            opener(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["notes.txt"]
    with pytest.raises(StoreError, match="does not exist"):
        Store.open(tmp_path / "missing")
    with pytest.raises(StoreError, match="is no store"):
        Store.open(tmp_path / "notes.txt")
    for place in (tmp_path / "notes.txt", tmp_path / "notes.txt" / "below"):
        with pytest.raises(StoreError, match="is a file and no store"):
            Store.open_or_create(place)


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("", "damaged"),
        ("[]", "damaged"),
        ('{"format": "other", "format_version": 1}', "damaged"),
        ('{"format": "muwazi-store", "format_version": 99}', "update muwazi"),
    ],
)
def test_bad_markers_are_told(store, marker, message):
    (store.path / "muwazi-store.json").write_text(marker)
    with pytest.raises(StoreError, match=message):
        Store.open(store.path)


def test_unknown_revision_names_those_there_are(store):
    with pytest.raises(StoreError, match="has no version yet"):
        store.rows()
    store.commit(make_rows(2), message="first")
    with pytest.raises(StoreError, match=r"has no version 2\.0\.0; it has 1\.0\.0"):
        store.manifest("2.0.0")
    with pytest.raises(StoreError, match="no split"):
        store.rows(split="dev")


def test_version_in_place_of_the_store_is_told(store):
    store.commit(make_rows(2), message="first")
    with pytest.raises(StoreError, match=f"is one version of a store: name the store, {store.path}"):
        Store.open(store.folder())


# Disks that do not take it.


def test_full_disk_is_one_line_and_the_store_stays(store, monkeypatch):
    import errno

    from muwazi.corpus.store import writing

    store.commit(make_rows(), message="first")

    def full(fd):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(writing.os, "fsync", full)
    with pytest.raises(StoreError, match="the disk is full") as caught:
        store.commit(make_rows(20), message="too much")
    assert "\n" not in str(caught.value)
    monkeypatch.undo()
    assert [str(version) for version in store.versions()] == ["1.0.0"]
    assert not left_over(store)
    store.verify()


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 1 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if os.geteuid() != 0 or mount is None:
        pytest.skip("mounting a small tmpfs needs root")
    done = subprocess.run([mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"mounting a small tmpfs is not permitted here: {done.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_really_full_disk(small_disk):
    store = Store.create(small_disk / "store")
    store.commit(make_rows(3), message="first")

    def noise():
        for index in range(40_000):
            text = hashlib.sha256(str(index).encode()).hexdigest()
            yield Row(f"n{index}", f"n{index // 50}", index % 50, text * 2, text)

    with pytest.raises(StoreError, match="the disk is full"):
        store.commit(noise(), message="too much")
    assert not left_over(store)
    assert [each.rows for each in store.verify()] == [12]
    assert str(Store.open(store.path).commit(make_rows(4), message="fits")) == "1.1.0"


def test_folder_without_permission(tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="permission denied"):
        Store.create(tmp_path / "store")
    tmp_path.chmod(0o700)


def test_reading_needs_no_writing(store):
    store.commit(make_rows(2), message="first")
    before = {path: path.stat().st_mtime_ns for path in Path(store.path).rglob("*")}
    opened = Store.open(store.path)
    list(opened.rows())
    opened.verify()
    opened.log()
    assert {path: path.stat().st_mtime_ns for path in Path(store.path).rglob("*")} == before
