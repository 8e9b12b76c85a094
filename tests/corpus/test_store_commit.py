"""Commits: version numbers, conflicts, what is refused, and what a file holds."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import multiprocessing
import stat
import threading

import pyarrow.parquet as pq
import pytest

from muwazi.corpus.errors import StoreConflictError, StoreError
from muwazi.corpus.store import CommitMetadata, ModelRecord, Row, ScoreRecord, Store, split_of


def make_rows(articles=12, sentences=4, **changes):
    for article in range(articles):
        for index in range(sentences):
            row = Row(
                id=f"a{article}-{index}",
                article_id=f"a{article}",
                index=index,
                ar=f"جملة رقم {index} من المقال {article}.",
                en=f"Sentence {index} of article {article}." if index else None,
                mt=f"Sentence number {index} of article {article}.",
                alignment_type="1-1" if index else "1-0",
                alignment_score=0.5 + index / 100 if index else None,
                reference_kind="independent" if index else None,
                flags=["no-reference"] if not index else [],
                source_uri=f"articles/a{article}.ar.txt",
                licence="CC-BY-4.0",
            )
            yield dataclasses.replace(row, **changes) if changes else row


@pytest.fixture
def store(tmp_path):
    return Store.create(tmp_path / "store")


def left_over(store):
    return [entry.name for entry in store.path.iterdir() if entry.name.startswith(".tmp-")]


def test_versions_follow_what_changed(store):
    first = store.commit(make_rows(), message="first")
    assert str(first) == "1.0.0"
    assert store.commit(make_rows(), message="nothing new") is None
    assert str(store.commit(make_rows(13), message="one article more")) == "1.1.0"
    assert str(store.commit(make_rows(13, mt="Other words."), message="changed")) == "1.2.0"
    assert (
        str(store.commit(make_rows(13, mt="Other words."), message="x", metadata=CommitMetadata(title="T"))) == "1.2.1"
    )
    assert str(store.commit(make_rows(11), message="removed", metadata=CommitMetadata(title="T"))) == "1.3.0"
    assert [str(version) for version in store.versions()] == ["1.0.0", "1.1.0", "1.2.0", "1.2.1", "1.3.0"]
    assert [manifest.change for manifest in store.log()] == ["rows", "metadata", "rows", "rows", "first"]
    assert store.manifest("1.1.0").changes == {"added": 4, "removed": 0, "changed": 0}
    assert store.manifest("1.3.0").changes == {"added": 0, "removed": 8, "changed": 44}
    assert store.manifest("1.3.0").parent == "1.2.1"
    assert not left_over(store)


def test_changed_schema_raises_the_major(store, monkeypatch):
    from muwazi.corpus.store import committing, schema
    from muwazi.corpus.store.manifest import ColumnRecord

    store.commit(make_rows(), message="first")
    wider = [*schema.columns(), ColumnRecord(name="extra", type="string", nullable=True)]
    monkeypatch.setattr(committing, "columns", lambda: wider)
    assert str(store.commit(make_rows(), message="wider")) == "2.0.0"
    assert store.manifest().change == "schema"


def test_command_packages_message_and_order_alone_make_no_version(store):
    store.commit(make_rows(), message="first", metadata=CommitMetadata(command="a", packages={"x": "1"}))
    other = CommitMetadata(command="b", packages={"x": "2"})
    assert store.commit(reversed(list(make_rows())), message="second", metadata=other) is None
    assert len(store.versions()) == 1


def test_metadata_goes_into_the_manifest(store):
    metadata = CommitMetadata(
        command="muwazi build articles --store store",
        settings={"beam": 4, "nested": {"a": (1, 2)}},
        model=ModelRecord(id="builtin", sha256="0" * 64, engine="ctranslate2"),
        drops={"length": 3},
        drop_samples={"length": [{"ar": "x", "en": "y"}]},
        scores=[ScoreRecord(name="BLEU", value=30.5, signature="nrefs:1", low=29.0, high=31.0, segments=36)],
    )
    store.commit(make_rows(), message="first", metadata=metadata)
    manifest = store.manifest()
    assert manifest.command == metadata.command
    assert manifest.metadata["settings"] == {"beam": 4, "nested": {"a": [1, 2]}}
    assert manifest.commit_metadata().content() == metadata.content()
    assert manifest.packages["pyarrow"] == __import__("pyarrow").__version__
    assert store.commit(make_rows(), message="again", metadata=metadata) is None
    assert store.commit(make_rows(), message="again", metadata=manifest.commit_metadata()) is None


def test_statistics_count_what_the_rows_hold(store):
    store.commit(make_rows(5, 4), message="first")
    counted = store.manifest().statistics
    assert counted["rows"] == 20
    assert counted["articles"] == 5
    assert counted["pairs"] == 15
    assert counted["alignment_types"] == {"1-1": 15, "1-0": 5}
    assert counted["flags"] == {"no-reference": 5}
    assert counted["licences"] == {"CC-BY-4.0": 20}
    assert counted["mean_alignment_score"] == pytest.approx(0.52)
    assert counted["columns"]["en"] == {"rows": 15, "characters": 15 * len("Sentence 0 of article 0."), "words": 75}
    assert sum(split["articles"] for split in counted["splits"].values()) == 5


def test_rows_come_back_as_they_went_in(store):
    rows = list(make_rows(3, 3))
    rows += [Row("odd", "a0", 9, "سطر\nثان\t\u200f<&>\u0001", "", None, "", "2-1", -0.25, 1, "post-edited", ["x", "y"])]
    store.commit(rows, message="first")
    back = {row.id: row for row in store.rows()}
    assert back == {row.id: row for row in rows}
    assert {row.id for row in store.rows(split="train")} == {row.id for row in rows if row.split == "train"}


def test_same_rows_give_the_same_bytes(tmp_path):
    digests = []
    for name in ("one", "two"):
        store = Store.create(tmp_path / name)
        store.commit(make_rows(40, 6), message=name)
        digests.append(
            {
                path.relative_to(store.folder()).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
                for path in sorted(store.folder().rglob("*.parquet"))
            }
        )
    assert digests[0] == digests[1]
    assert any(name.startswith("translation/") for name in digests[0])


def test_shards_by_size_hold_all_rows_in_order(store):
    rows = list(make_rows(30, 5))
    store.commit(rows, message="first", shard_characters=1000)
    train = sorted((store.folder() / "data").glob("train-*.parquet"))
    assert len(train) > 2
    assert train[0].name == f"train-00000-of-{len(train):05d}.parquet"
    assert [row.id for row in store.rows(split="train")] == [row.id for row in rows if row.split == "train"]
    store.verify()


def test_rows_are_written_as_they_come(store, tmp_path, monkeypatch):
    """Memory does not grow with the rows: no more than a row group a split waits to be written."""
    import tracemalloc

    from muwazi.corpus.store import writing

    monkeypatch.setattr(writing, "ROW_GROUP_ROWS", 200)
    store.commit(make_rows(2), message="first")  # loads what a first commit loads
    peaks = []

    def rows(articles):
        for number, row in enumerate(make_rows(articles)):
            if number and number % 1000 == 0:
                written = sum(path.stat().st_size for path in tmp_path.glob("*/.tmp-*/version/data/*"))
                assert written > number
            yield row

    for articles in (400, 2000):
        fresh = Store.create(tmp_path / str(articles))
        tracemalloc.start()
        fresh.commit(rows(articles), message="more")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]
    assert fresh.manifest().rows == 8000


def test_splits_are_by_article_and_translation_holds_pairs_only(store):
    store.commit(make_rows(60, 3), message="first")
    seen = {}
    for split in ("train", "validation", "test"):
        for row in store.rows(split=split):
            assert seen.setdefault(row.article_id, split) == split == split_of(row.article_id)
    pairs = sum(pq.read_metadata(path).num_rows for path in (store.folder() / "translation").iterdir())
    assert pairs == 60 * 2 == sum(store.manifest().splits["translation"].values())


def test_parquet_holds_no_time_and_no_pandas(store):
    store.commit(make_rows(), message="first")
    for path in store.folder().rglob("*.parquet"):
        metadata = pq.read_metadata(path)
        assert set(metadata.metadata) <= {b"ARROW:schema", b"huggingface"}


def test_version_files_are_read_only(store):
    store.commit(make_rows(), message="first")
    for path in store.folder().rglob("*"):
        if path.is_file():
            assert not path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH), path


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "no rows to commit"),
        ([Row("a", "a", 0, "x"), Row("a", "a", 1, "y")], "row id 'a' comes twice"),
        ([Row("a", "a", 0, "x", split="train"), Row("b", "a", 1, "y", split="test")], "stays in one split"),
        ([Row("a", "a", 0, "x", alignment_score=float("nan"))], "row 'a' cannot be stored"),
    ],
)
def test_bad_rows_are_refused_and_nothing_stays(store, rows, message):
    store.commit(make_rows(), message="first")
    before = store.manifest().to_json()
    with pytest.raises(StoreError, match=message):
        store.commit(rows, message="bad")
    assert store.manifest().to_json() == before
    assert len(store.versions()) == 1
    assert not left_over(store)
    store.verify()


def test_an_error_of_the_caller_comes_through_and_nothing_stays(store):
    def broken():
        yield from make_rows(3)
        raise RuntimeError("upstream")

    with pytest.raises(RuntimeError, match="upstream"):
        store.commit(broken(), message="bad")
    assert store.versions() == []
    assert not left_over(store)


@pytest.mark.parametrize(
    ("version", "message"),
    [("1.0.0", "not higher"), ("0.9.0", "not higher"), ("1.0.1", "too low"), ("2", "no version")],
)
def test_wrong_version_numbers_are_refused(store, version, message):
    store.commit(make_rows(), message="first")
    with pytest.raises(StoreError, match=message):
        store.commit(make_rows(13), message="second", version=version)


def test_a_higher_version_can_be_asked_for(store):
    assert str(store.commit(make_rows(), message="first", version="0.1.0")) == "0.1.0"
    assert str(store.commit(make_rows(13), message="second", version="3.0.0")) == "3.0.0"
    assert str(store.commit(make_rows(14), message="third")) == "3.1.0"


def test_second_of_two_commits_from_one_version_is_told(store):
    store.commit(make_rows(), message="first")
    ours, theirs = Store.open(store.path), Store.open(store.path)
    theirs.commit(make_rows(13), message="theirs")
    with pytest.raises(StoreConflictError, match=r"version 1\.1\.0 was committed by another run"):
        ours.commit(make_rows(14), message="ours")
    again = Store.open(store.path)
    assert str(again.commit(make_rows(14), message="ours, again")) == "1.2.0"
    again.verify()


def test_a_version_that_comes_while_we_write_wins(store):
    """The other commit ends between our first look and our rename."""
    other = Store.open(store.path)

    def rows():
        yield from make_rows(5)
        other.commit(make_rows(3), message="theirs")
        yield from (dataclasses.replace(row, id=f"x{row.id}") for row in make_rows(5))

    with pytest.raises(StoreConflictError):
        store.commit(rows(), message="ours")
    assert len(list(Store.open(store.path).rows())) == 12
    assert not left_over(store)
    store.verify()


def _commit_in_process(path, number, barrier, results):
    store = Store.open(path)
    barrier.wait()
    try:
        results.put((number, str(store.commit(make_rows(10 + number), message=f"process {number}"))))
    except StoreConflictError:
        results.put((number, "conflict"))


def test_of_many_processes_one_wins(store):
    context = multiprocessing.get_context("fork")
    barrier, results = context.Barrier(4), context.Queue()
    workers = [
        context.Process(target=_commit_in_process, args=(store.path, number, barrier, results)) for number in range(4)
    ]
    for worker in workers:
        worker.start()
    outcomes = dict(results.get(timeout=60) for _ in workers)
    for worker in workers:
        worker.join()
    assert sorted(outcomes.values()) == ["1.0.0", "conflict", "conflict", "conflict"]
    winner = next(number for number, outcome in outcomes.items() if outcome == "1.0.0")
    assert store.manifest().message == f"process {winner}"
    assert len(list(store.rows())) == 4 * (10 + winner)
    assert not left_over(store)


def test_of_many_threads_one_wins(store):
    barrier, outcomes = threading.Barrier(4), []

    def work(number):
        mine = Store.open(store.path)
        barrier.wait()
        try:
            outcomes.append(str(mine.commit(make_rows(10 + number), message="thread")))
        except StoreConflictError:
            outcomes.append("conflict")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["1.0.0", "conflict", "conflict", "conflict"]


def test_folder_of_a_dead_run_goes_and_of_a_live_one_stays(store):
    dead = store.path / ".tmp-1-dead"
    (dead / "version" / "data").mkdir(parents=True)
    (dead / "lock").touch()
    half_made = store.path / ".tmp-2-halfmade"
    half_made.mkdir()
    seen = []

    def rows():
        seen.extend(left_over(store))
        Store.open(store.path).commit(make_rows(2), message="theirs")
        seen.extend(left_over(store))
        yield from make_rows(3)

    with pytest.raises(StoreConflictError):
        store.commit(rows(), message="ours")
    assert len(seen) == 2  # ours, before and after the other commit
    assert seen[0] == seen[1]
    assert not dead.exists()
    assert not half_made.exists()
    assert not left_over(store)


def test_card_at_the_top_follows_and_is_mended(store):
    store.commit(make_rows(), message="first")
    store.commit(make_rows(13), message="second")
    top = store.path / "README.md"
    assert "versions/1.1.0/data" in top.read_text(encoding="utf-8")
    top.write_text("left behind by a killed run")
    assert store.commit(make_rows(13), message="nothing") is None
    assert "versions/1.1.0/data" in top.read_text(encoding="utf-8")


def test_manifest_is_plain_json(store):
    store.commit(make_rows(2), message="رسالة")
    data = json.loads((store.folder() / "manifest.json").read_text(encoding="utf-8"))
    assert data["message"] == "رسالة"
    assert data["created"].endswith("Z")
    assert set(data["files"]) == {
        path.relative_to(store.folder()).as_posix()
        for path in store.folder().rglob("*")
        if path.is_file() and not path.name.startswith("manifest.json")
    }
