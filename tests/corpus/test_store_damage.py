"""A version that is not what was committed: named, with what to do, by everything that reads it."""

from __future__ import annotations

import json
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from muwazi.corpus.errors import StoreError
from muwazi.corpus.store import Row, Store, load
from muwazi.corpus.store.writing import file_sha256

TRAIN = "data/train-00000-of-00001.parquet"


def rows(articles):
    return (
        Row(f"a{article}-{index}", f"a{article}", index, f"جملة {article} {index}", f"Sentence {article} {index}.")
        for article in range(articles)
        for index in range(3)
    )


@pytest.fixture
def store(tmp_path):
    store = Store.create(tmp_path / "store")
    store.commit(rows(10), message="first")
    store.commit(rows(12), message="second")
    for path in store.path.rglob("*"):
        path.chmod(path.stat().st_mode | 0o200)
    return store


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(bytes(data))


def cut(path):
    path.write_bytes(path.read_bytes()[:-10])


def empty(path):
    path.write_bytes(b"")


def remove(path):
    path.unlink()


DAMAGES = [
    (TRAIN, flip, "is damaged: its SHA-256"),
    (TRAIN, cut, "is damaged: .* bytes, committed were"),
    (TRAIN, empty, "is damaged: 0 bytes"),
    (TRAIN, remove, "is missing"),
    ("README.md", flip, "is damaged"),
    ("croissant.json", remove, "is missing"),
    ("manifest.json", flip, "is damaged"),
    ("manifest.json", remove, "is missing"),
    ("manifest.json.sha256", remove, "is missing"),
    ("manifest.json.sha256", empty, "is damaged"),
]


@pytest.mark.parametrize(("name", "damage", "message"), DAMAGES, ids=[f"{d[1].__name__}-{d[0]}" for d in DAMAGES])
def test_verify_names_the_file(store, name, damage, message):
    damage(store.path / "versions" / "1.1.0" / name)
    with pytest.raises(StoreError, match=message) as caught:
        store.verify()
    assert name.removesuffix(".sha256") in str(caught.value)
    assert "restore version 1.1.0" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert [str(each.version) for each in store.verify("1.0.0")] == ["1.0.0"]


@pytest.mark.parametrize(("damage"), [flip, cut, empty, remove])
def test_damaged_data_is_not_read(store, damage):
    damage(store.path / "versions" / "1.1.0" / TRAIN)
    with pytest.raises(StoreError, match="train-00000"):
        list(store.rows())
    with pytest.raises(StoreError, match="train-00000"):
        store.diff("1.0.0")
    with pytest.raises(StoreError, match="train-00000"):
        load(store)
    with pytest.raises(StoreError, match="train-00000"):
        Store.open(store.path).commit(rows(13), message="on damaged ground")
    assert len(list(store.rows("1.0.0"))) == 30
    assert [str(version) for version in store.versions()] == ["1.0.0", "1.1.0"]


def test_unreadable_parquet_is_told_even_unchecked(store):
    flip(store.path / "versions" / "1.1.0" / TRAIN)
    cut(store.path / "versions" / "1.1.0" / TRAIN)
    with pytest.raises(StoreError, match="cannot be read as Parquet"):
        list(store.rows(check=False))


def rewrite(store, version, change):
    """Change a manifest and make its checksum fit, as somebody would who wants to get through."""
    path = store.path / "versions" / version / "manifest.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(data), encoding="utf-8")
    path.with_name("manifest.json.sha256").write_text(f"{file_sha256(path)}  manifest.json\n")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data.update(version="9.9.9"), "the folder was renamed"),
        (lambda data: data.pop("files"), "is no manifest"),
        (lambda data: data.update(surprise=1), "is no manifest"),
        (lambda data: data.update(rows=5), "the manifest states 5"),
        (lambda data: data["files"][TRAIN].update(rows=7), "the manifest states 7"),
        (lambda data: data["columns"].pop(), "other columns"),
        (lambda data: data["files"].pop("README.md"), "README.md is not part of the version"),
        (
            lambda data: data.update(parent_manifest_sha256="0" * 64),
            "is not the manifest that version 1.1.0 was built on",
        ),
    ],
)
def test_manifest_must_fit_the_files(store, change, message):
    rewrite(store, "1.1.0", change)
    with pytest.raises(StoreError, match=message):
        store.verify()


def test_history_cannot_be_changed(store):
    rewrite(store, "1.0.0", lambda data: data.update(message="another story"))
    with pytest.raises(StoreError, match="was built on"):
        store.verify()


def test_missing_parent_is_told(store):
    Store.open(store.path).commit(rows(13), message="third")
    shutil.rmtree(store.path / "versions" / "1.1.0")
    with pytest.raises(StoreError, match=r"version 1\.1\.0, the parent of 1\.2\.0, is missing"):
        store.verify()


def test_strangers_are_told(store):
    (store.path / "versions" / "1.1.0" / "data" / "notes.txt").write_text("mine")
    with pytest.raises(StoreError, match=r"notes\.txt is not part of the version: remove it"):
        store.verify()
    (store.path / "versions" / "latest").mkdir()
    with pytest.raises(StoreError, match=r"latest is no version of the store.*and 1 more problem\)"):
        store.verify()


def replace_data(store, change):
    """Other Parquet in place of the committed, with a manifest that fits it."""
    path = store.path / "versions" / "1.1.0" / TRAIN
    table = change(pq.read_table(path))
    pq.write_table(table, path)

    def record(data):
        data["files"][TRAIN] = {"sha256": file_sha256(path), "bytes": path.stat().st_size, "rows": table.num_rows}
        data["rows"] += table.num_rows - data["splits"]["default"]["train"]
        data["columns"] = (
            data["columns"]
            if "new" not in table.column_names
            else [
                *data["columns"],
                {"name": "new", "type": "string", "nullable": True},
            ]
        )

    rewrite(store, "1.1.0", record)


def test_ids_that_come_twice_are_found(store):
    replace_data(store, lambda table: pa.concat_tables([table, table.slice(0, 1)]))
    with pytest.raises(StoreError, match="comes twice"):
        store.verify()


def test_columns_of_a_newer_release_are_named(store):
    replace_data(store, lambda table: table.append_column("new", pa.array(["x"] * table.num_rows)))
    with pytest.raises(StoreError, match="a column 'new' that this release of muwazi does not know"):
        list(store.rows())


def test_columns_that_an_older_release_did_not_write_take_their_defaults(store):
    replace_data(store, lambda table: table.drop_columns(["confidence", "flags"]))
    found = list(store.rows(split="train"))
    assert found
    assert all(row.confidence is None and row.flags == () for row in found)
