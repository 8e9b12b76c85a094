"""``muwazi dataset``."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from muwazi.corpus.store import CommitMetadata, ModelRecord, Row, ScoreRecord, Store


def rows(articles, word="Sentence"):
    return [
        Row(
            f"a{article}-{index}",
            f"a{article}",
            index,
            f"جملة {article} {index}",
            f"{word} {article} {index}." if index else None,
            f"The {word.lower()} {article} {index}.",
            flags=["first"] if not index else [],
        )
        for article in range(articles)
        for index in range(2)
    ]


@pytest.fixture
def store(tmp_path):
    store = Store.create(tmp_path / "store")
    store.commit(rows(10), message="first")
    store.commit(
        rows(11)[1:],
        message="second",
        metadata=CommitMetadata(
            model=ModelRecord(id="builtin", sha256="ab" * 32),
            scores=[ScoreRecord(name="BLEU", value=12.5, signature="nrefs:1", low=11, high=13)],
            drops={"length": 2, "numbers": 0},
        ),
    )
    return store


@pytest.fixture
def dataset(capsys, monkeypatch):
    """Runs the command in this process; returns exit code, stdout, stderr."""
    from muwazi.cli import main

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["muwazi", "dataset", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            main.main()
            raise SystemExit(0)
        captured = capsys.readouterr()
        return caught.value.code or 0, captured.out, captured.err

    return run


def test_log(dataset, store):
    code, out, _ = dataset("log", store.path)
    assert code == 0
    lines = out.splitlines()
    assert lines[0].startswith("1.1.0  ")
    assert lines[0].endswith("21 rows  2 added, 1 removed")
    assert lines[1] == "    second"
    assert lines[2].endswith("20 rows  first version")
    data = json.loads(dataset("log", store.path, "--json")[1])
    assert [entry["version"] for entry in data] == ["1.1.0", "1.0.0"]
    assert data[0]["changes"] == {"added": 2, "removed": 1, "changed": 0}
    assert data[0]["scores"][0]["signature"] == "nrefs:1"


def test_show(dataset, store):
    code, out, _ = dataset("show", store.path, "-n", "1", "--split", "train")
    assert code == 0
    assert "version     1.1.0 (after 1.0.0)" in out
    assert "score       BLEU 12.50 [11.00, 13.00] on corpus  nrefs:1" in out
    assert "dropped     length 2" in out
    assert "model       builtin, weights abababababababab" in out
    assert out.count("  ar        ") == 1
    data = json.loads(dataset("show", store.path, "--revision", "1.0.0", "--json")[1])
    assert data["manifest"]["version"] == "1.0.0"
    assert [row["id"] for row in data["rows"]] == [row.id for row in list(store.rows("1.0.0"))[:3]]


def test_diff(dataset, store):
    code, out, _ = dataset("diff", store.path, "1.0.0")
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == "1.0.0 -> 1.1.0: 2 added, 1 removed, 0 changed"
    assert "metadata    drops, model, scores" in lines
    assert "score       BLEU on corpus: (none) -> 12.50  nrefs:1" in lines
    assert "+ a10-0" in lines
    assert "- a0-0" in lines
    Store.open(store.path).commit(rows(11, "Phrase"), message="third")
    out = dataset("diff", store.path, "1.1.0", "1.2.0", "--limit", "1")[1]
    assert "~ a" in out
    assert "-   en: Sentence" in out
    assert "+   en: Phrase" in out
    assert "... and 20 more (--limit 0 shows all)" in out
    data = json.loads(dataset("diff", store.path, "1.1.0", "1.2.0", "--json")[1])
    assert data["counts"] == {"added": 1, "removed": 0, "changed": 21}


def test_verify(dataset, store):
    code, out, _ = dataset("verify", store.path)
    assert code == 0
    assert [line.split()[:2] for line in out.splitlines()] == [["1.0.0", "ok"], ["1.1.0", "ok"]]
    path = next((store.folder("1.0.0") / "data").glob("train*"))
    path.chmod(0o644)
    path.write_bytes(b"PAR1")
    code, out, err = dataset("verify", store.path)
    assert code == 2
    assert out == ""
    assert err.startswith("muwazi: ")
    assert err.count("\n") == 1
    assert path.name in err
    assert dataset("verify", store.path, "--revision", "1.1.0", "--json")[0] == 0


@pytest.mark.parametrize("format", ["tsv", "jsonl", "tmx", "xliff", "xliff2"])
def test_export(dataset, store, tmp_path, format):
    output = tmp_path / "out"
    code, out, err = dataset("export", store.path, "--format", format, "-o", output, "--revision", "1.0.0")
    assert code == 0
    assert out == ""
    assert err.startswith(f"version 1.0.0: 20 segments written to {output}")
    text = output.read_text(encoding="utf-8")
    assert "جملة 3 1" in text
    assert dataset("export", store.path, "--format", format, "--revision", "1.0.0")[1] == text


def test_export_of_a_split_and_a_target(dataset, store, tmp_path):
    _, out, err = dataset("export", store.path, "-f", "tsv", "--split", "train", "--target", "reference")
    expected = [row for row in store.rows(split="train") if row.en]
    assert len(out.splitlines()) == len(expected) + 1
    assert "rows left out: no target" in err
    code, _, _ = dataset("export", store.path, "-f", "moses", "-o", tmp_path / "corpus")
    assert code == 0
    assert (tmp_path / "corpus.ar").read_text(encoding="utf-8").count("\n") == 21


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("log", "{other}"), "is no store"),
        (("show", "{missing}"), "does not exist"),
        (("show", "{store}", "--revision", "7.0.0"), "it has 1.0.0, 1.1.0"),
        (("show", "{store}", "--revision", "newest"), "is no version"),
        (("show", "{store}", "--split", "dev"), "is no split"),
        (("diff", "{store}", "1.0.0", "9.0.0"), "has no version 9.0.0"),
        (("export", "{store}", "--format", "po"), "is no format"),
        (("export", "{store}", "--format", "tsv", "--target", "all"), "is no target"),
        (("export", "{store}", "--format", "moses"), "moses writes two files"),
        (("export", "{store}", "--format", "tsv", "-o", "{missing}/x.tsv"), "there is no folder"),
    ],
)
def test_bad_input_is_one_line(dataset, store, tmp_path, arguments, message):
    (tmp_path / "other").mkdir()
    places = {"store": store.path, "other": tmp_path / "other", "missing": tmp_path / "missing"}
    code, out, err = dataset(*(argument.format(**places) for argument in arguments))
    assert code == 2
    assert message in err
    assert err.count("\n") == 1
    assert out == ""


def test_export_into_a_closed_pipe_is_silent(store):
    arguments = ["muwazi", "dataset", "export", str(store.path), "-f", "jsonl"]
    script = f"import sys; from muwazi.cli.main import main; sys.argv = {arguments!r}; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    process.stdout.close()
    complaints = process.stderr.read()
    process.wait(timeout=60)
    assert "Traceback" not in complaints
    assert "Error" not in complaints
