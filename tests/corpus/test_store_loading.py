"""What ``datasets``, ``huggingface_hub`` and ``mlcroissant`` make of a version."""

from __future__ import annotations

import json
import os
import shutil

import pytest
import yaml

from muwazi.corpus.errors import StoreError
from muwazi.corpus.store import COLUMNS, CommitMetadata, ModelRecord, Row, ScoreRecord, Store, load


@pytest.fixture(autouse=True)
def offline(tmp_path, monkeypatch):
    import datasets

    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    datasets.disable_progress_bars()


def rows(articles, *, reference=True, word="Sentence"):
    return (
        Row(
            f"a{article}-{index}",
            f"a{article}",
            index,
            f"جملة {article} {index}",
            f"{word} {article} {index}." if reference and index else None,
            f"The {word.lower()} {article} {index}.",
            flags=["first"] if not index else [],
            licence="CC-BY-4.0" if article % 2 else None,
        )
        for article in range(articles)
        for index in range(3)
    )


@pytest.fixture
def store(tmp_path):
    store = Store.create(tmp_path / "store")
    store.commit(rows(10), message="first")
    store.commit(rows(30), message="second")
    return store


def load_plain(path, config=None, **more):
    import datasets

    return datasets.load_dataset(str(path), config, **more)


def test_a_version_loads(store):
    data = load_plain(store.folder("1.1.0"))
    assert {split: len(part) for split, part in data.items()} == store.manifest("1.1.0").splits["default"]
    assert set(data) == {"train", "validation", "test"}
    assert tuple(data["train"].column_names) == COLUMNS
    first = next(iter(store.rows("1.1.0")))
    assert data["train"][0] == first.as_dict()
    assert str(data["train"].info.version) == "1.1.0"


def test_the_translation_config_loads(store):
    data = load_plain(store.folder("1.1.0"), "translation")
    expected = [{"ar": row.ar, "en": row.en} for row in store.rows("1.1.0", split="train") if row.en]
    assert data["train"]["translation"][:] == expected
    assert sum(map(len, data.values())) == 60


def test_the_store_itself_loads_as_its_newest_version(store):
    assert sum(map(len, load_plain(store.path).values())) == 90
    assert sum(map(len, load_plain(store.path, "translation").values())) == 60
    Store.open(store.path).commit(rows(31), message="third")
    assert sum(map(len, load_plain(store.path).values())) == 93


def test_splits_without_rows_and_configs_without_pairs_do_not_break_loading(tmp_path):
    from muwazi.corpus.store import split_of

    only_train = next(f"t{number}" for number in range(100) if split_of(f"t{number}") == "train")
    store = Store.create(tmp_path / "small")
    store.commit([Row("r", only_train, 0, "نص")], message="one row without a reference")
    assert {split: len(part) for split, part in load_plain(store.folder()).items()} == {"train": 1}
    assert set(load(store)) == {"train"}
    with pytest.raises(StoreError, match="no row with both sides"):
        load(store, config="translation")
    with pytest.raises(ValueError, match="translation"):
        load_plain(store.folder(), "translation")


def test_load_takes_revision_and_config(store):
    assert sum(map(len, load(store.path).values())) == 90
    assert sum(map(len, load(str(store.path), revision="1.0.0").values())) == 30
    assert sum(map(len, load(store, "1.0.0", "translation").values())) == 20
    assert str(load(store, revision="1.0.0")["train"].info.version) == "1.0.0"
    assert load(store, config="translation")["train"][0]["translation"]["en"].startswith("Sentence")
    with pytest.raises(StoreError, match=r"has no version 3\.0\.0; it has 1\.0\.0, 1\.1\.0"):
        load(store, "3.0.0")
    with pytest.raises(StoreError, match="is no config: choose default or translation"):
        load(store, config="pairs")


def test_a_path_that_datasets_takes_for_a_pattern_is_told(tmp_path):
    store = Store.create(tmp_path / "my [store]")
    store.commit(rows(2), message="first")
    with pytest.raises(StoreError, match="rename the folder"):
        load(store)


def test_load_never_answers_from_an_older_cache(store, tmp_path):
    """Another dataset at the same path, its files as old as the first one's were."""
    before = load(store, "1.0.0")["train"]["en"][:]
    times = {path.name: path.stat().st_mtime_ns for path in store.folder("1.0.0").rglob("*.parquet")}
    shutil.rmtree(store.path)
    again = Store.create(store.path)
    again.commit(rows(10, word="Phrase"), message="first")
    for path in again.folder().rglob("*.parquet"):
        os.utime(path, ns=(times[path.name], times[path.name]))
    after = load(again, "1.0.0")["train"]["en"][:]
    assert any(text and text.startswith("Sentence") for text in before)
    assert all(text is None or text.startswith("Phrase") for text in after)


def test_load_refuses_what_was_changed(store):
    path = next((store.folder("1.0.0") / "data").glob("train-*"))
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    with pytest.raises(StoreError, match="is damaged"):
        load(store, "1.0.0")
    assert len(load(store, "1.0.0", "translation")) == len(store.manifest("1.0.0").splits["translation"])


# The card.

METADATA = CommitMetadata(
    title="Test corpus | ümläut: yes",
    description="A corpus for tests.",
    model=ModelRecord(id="builtin", sha256="ab" * 32),
    drops={"length": 3, "numbers": 0},
    scores=[ScoreRecord(name="BLEU", value=31.25, signature="nrefs:1|case:mixed", low=30.0, high=32.5, segments=60)],
)


def test_card_is_one_that_the_hub_reads(tmp_path):
    from huggingface_hub import DatasetCard

    store = Store.create(tmp_path / "store")
    store.commit(rows(30), message="with scores\nand more", metadata=METADATA)
    for place in (store.folder(), store.path):
        card = DatasetCard.load(place / "README.md")
        data = card.data
        assert data.language == ["ar", "en"]
        assert data.license == ["cc-by-4.0", "unknown"]
        assert data.task_categories == ["translation"]
        assert data.multilinguality == ["translation"]
        assert data.size_categories == ["n<1K"]
        assert data.annotations_creators == ["found", "machine-generated"]
        assert data.pretty_name == METADATA.title
        assert [config["config_name"] for config in data.configs] == ["default", "translation"]
        assert "| BLEU | corpus | 31.25 | 30.00 to 32.50 | 60 | `nrefs:1\\|case:mixed` |" in card.text
        assert "| length | 3 |" in card.text
        assert "| CC-BY-4.0 | 45 |" in card.text
        assert 'revision="1.0.0"' in card.text
        assert "> with scores and more" in card.text


@pytest.mark.parametrize(
    ("count", "size"),
    [(999, "n<1K"), (1000, "1K<n<10K"), (10_000, "10K<n<100K"), (10_000_000, "n>10M"), (999_999, "100K<n<1M")],
)
def test_size_categories(store, count, size):
    from muwazi.corpus.store.card import dataset_card

    manifest = store.manifest().model_copy(update={"rows": count})
    assert yaml.safe_load(dataset_card(manifest).split("---")[1])["size_categories"] == [size]


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        ("CC-BY-4.0", "cc-by-4.0"),
        ("GPL-3.0-or-later", "gpl-3.0"),
        ("Apache-2.0", "apache-2.0"),
        ("LicenseRef-mine", "other"),
        (None, "unknown"),
    ],
)
def test_licences_in_the_spelling_of_the_hub(tmp_path, licence, expected):
    store = Store.create(tmp_path / "store")
    store.commit([Row("a", "a", 0, "نص", licence=licence)], message="x")
    assert yaml.safe_load((store.folder() / "README.md").read_text().split("---")[1])["license"] == expected


# Croissant.


def test_croissant_is_valid_and_reads_the_rows(tmp_path):
    mlc = pytest.importorskip("mlcroissant")
    store = Store.create(tmp_path / "store")
    store.commit(rows(30), message="first", metadata=METADATA, shard_characters=600)
    data = mlc.Dataset(jsonld=store.folder() / "croissant.json")
    assert not data.metadata.issues.errors
    assert not data.metadata.issues.warnings
    found = {record["default/id"].decode(): record for record in data.records("default")}
    expected = {row.id: row for row in store.rows()}
    assert set(found) == set(expected)
    some = expected["a0-1"]
    assert found["a0-1"]["default/en"].decode() == some.en
    assert found["a0-1"]["default/index"] == 1
    assert [flag.decode() for flag in found["a0-0"]["default/flags"]] == ["first"]
    pairs = {
        (record["translation/ar"].decode(), record["translation/en"].decode()) for record in data.records("translation")
    }
    assert pairs == {(row.ar, row.en) for row in expected.values() if row.en}


def test_croissant_states_the_checksum_of_every_parquet_file(store):
    data = json.loads((store.folder() / "croissant.json").read_text(encoding="utf-8"))
    stated = {item["@id"]: item["sha256"] for item in data["distribution"] if item["@type"] == "cr:FileObject"}
    assert stated == {
        name: record.sha256 for name, record in store.manifest().files.items() if name.endswith(".parquet")
    }
