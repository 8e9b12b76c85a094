"""``muwazi align``, run as the command is."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import muwazi.align.aligner
import muwazi.align.encoder
from muwazi.align.aligner import Alignment
from muwazi.align.beads_io import parse_beads
from muwazi.cli.main import main
from muwazi.corpus.types import Bead

ARABIC = [
    "افتتح الوزير الجسر الجديد فوق النهر يوم الاثنين.",
    "وقال إن العمل استمر ثلاث سنوات.",
    "وكلف المشروع خمسين مليون دولار.",
    "ويتوقع أن تعبره عشرة آلاف سيارة يوميا.",
]
ENGLISH = [
    "The minister opened the new bridge over the river on Monday.",
    "He said the work had taken three years.",
    "The project cost fifty million dollars.",
    "Ten thousand cars are expected to cross it every day.",
]
FISH = ["Cats sleep all day.", "Bread rises in a warm kitchen.", "My aunt collects old stamps and coins from Peru."]

Run = Callable[..., tuple[int, str, str]]
load_once = functools.cache(muwazi.align.encoder.load_encoder)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run ``muwazi align ...``; gives exit code, stdout, stderr. The encoder is loaded once for all tests."""
    for module in (muwazi.align.aligner, muwazi.align.encoder):
        monkeypatch.setattr(module, "load_encoder", load_once)

    def _run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["muwazi", "align", *map(str, arguments)])
        try:
            main()
            code = 0
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return _run


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """Two files of one sentence a line."""
    return write(tmp_path / "bridge.ar", ARABIC), write(tmp_path / "bridge.en", ENGLISH)


def write(path: Path, lines: list[str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def test_beads_on_stdout_notes_on_stderr(run: Run, pair: tuple[Path, Path]) -> None:
    code, out, err = run(*pair, "--presplit")
    assert code == 0
    rows = [line.split("\t") for line in out.splitlines()]
    assert [row[:2] for row in rows[1:]] == [["0", "0"], ["1", "1"], ["2", "2"], ["3", "3"]]
    assert rows[1][5:] == [ARABIC[0], ENGLISH[0]]
    assert "4 beads: 1-1 4" in err
    assert run(*pair, "--presplit", "-q") == (0, out, "")


def test_articles_are_read_and_split(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "bridge.ar.txt"
    source.write_text("\n\n".join([" ".join(ARABIC[:2]), " ".join(ARABIC[2:])]), encoding="utf-8")
    target = tmp_path / "bridge.en.txt"
    target.write_text(" ".join(ENGLISH), encoding="utf-8")
    code, out, _ = run(source, target, "--format", "jsonl")
    assert code == 0
    records = [json.loads(line) for line in out.splitlines()]
    assert [record["source_text"] for record in records] == [[sentence] for sentence in ARABIC]
    assert [record["target_text"] for record in records] == [[sentence] for sentence in ENGLISH]


def test_blank_lines_keep_their_number(run: Run, tmp_path: Path) -> None:
    source = write(tmp_path / "x.ar", ["", ARABIC[0], "", *ARABIC[1:]])
    target = write(tmp_path / "x.en", [*ENGLISH, ""])
    code, out, _ = run(source, target, "--presplit", "--format", "vecalign")
    assert code == 0
    lines = [line.rpartition(":")[0] for line in out.splitlines()]
    assert lines == ["[0]:[]", "[1]:[0]", "[2]:[]", "[3]:[1]", "[4]:[2]", "[5]:[3]", "[]:[4]"]


@pytest.mark.parametrize("suffix", ["tsv", "jsonl", "tmx", "vecalign"])
def test_the_suffix_of_the_output_says_the_format(
    run: Run, pair: tuple[Path, Path], tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"out.{suffix}"
    code, out, _ = run(*pair, "--presplit", "-o", path)
    assert (code, out) == (0, "")
    text = path.read_text(encoding="utf-8")
    if suffix == "tmx":
        assert text.count("<tu ") == 4
        assert 'xml:lang="ar"' in text
    else:
        assert [bead.kind for bead in parse_beads(path).beads] == ["1-1"] * 4
    assert not [entry for entry in tmp_path.iterdir() if entry.name.startswith(".")]


def test_show_and_html(run: Run, pair: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    code, out, _ = run(*pair, "--presplit", "--show", "--html", tmp_path / "x.html", "-o", tmp_path / "x.tsv")
    assert code == 0
    assert all(sentence in out for sentence in [*ARABIC, *ENGLISH])
    assert "source_text" not in out
    assert 'dir="rtl"' in (tmp_path / "x.html").read_text(encoding="utf-8")
    assert (tmp_path / "x.tsv").exists()


def test_a_folder_of_pairs(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    for name in ("a", "b"):
        write(folder / f"{name}.ar", ARABIC)
        write(folder / f"{name}.en.txt", ENGLISH)
    write(folder / "lonely.ar", ARABIC)
    write(folder / "notes.txt", ["x"])
    code, out, err = run(folder, "--presplit", "-o", tmp_path / "out", "--html", tmp_path / "pictures")
    assert code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.tsv", "b.tsv"]
    assert sorted(path.name for path in (tmp_path / "pictures").iterdir()) == ["a.html", "b.html"]
    assert "2 of 2 pairs aligned" in out
    assert "lonely.ar left aside: has no en side" in err
    assert "notes.txt left aside" in err


def test_a_bad_pair_does_not_stop_the_others(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    write(folder / "a.ar", [""])
    write(folder / "a.en", ENGLISH)
    write(folder / "b.ar", ARABIC)
    write(folder / "b.en", ENGLISH)
    code, out, err = run(folder, "--presplit", "-o", tmp_path / "out", "--json")
    assert code == 2
    assert err.count("muwazi:") == 1
    assert "a.ar: holds no text" in err
    summary = json.loads(out)
    assert [(document["name"], document["status"]) for document in summary["documents"]] == [
        ("a", "error"),
        ("b", "aligned"),
    ]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["b.tsv"]


class Fixed:
    """Stands for the aligner: says what a test wants to hear."""

    alignment: Alignment

    def __init__(self, *arguments: object, **options: object) -> None:
        pass

    def align(self, *arguments: object, **options: object) -> Alignment:
        return self.alignment


@pytest.fixture
def fixed(monkeypatch: pytest.MonkeyPatch) -> type[Fixed]:
    monkeypatch.setattr(muwazi.align.aligner, "Aligner", Fixed)
    beads = (Bead((0,), (0,), 0.9, 0.95), Bead((1, 2), (1,), 0.4, 0.3, ("moved",)), Bead((3,), ()), Bead((), (2, 3)))
    Fixed.alignment = Alignment(beads, True, ("two columns",))
    return Fixed


def test_least_confidence_leaves_pairs_out_and_says_so(run: Run, pair: tuple[Path, Path], fixed: type[Fixed]) -> None:
    code, out, err = run(*pair, "--presplit", "--min-confidence", "0.5", "--format", "vecalign")
    assert code == 0
    assert out == "[0]:[0]:0.100000\n[3]:[]:0.000000\n[]:[2, 3]:0.000000\n"
    assert "1 beads below confidence 0.5 left out" in err
    assert "mean confidence 0.95" in err
    assert "note: two columns" in err


def test_tmx_tells_what_it_cannot_hold(run: Run, pair: tuple[Path, Path], fixed: type[Fixed]) -> None:
    _, out, err = run(*pair, "--presplit", "--format", "tmx")
    assert out.count("<tu ") == 2
    assert "2 beads with an empty side are not in the TMX" in err


def test_no_translations_of_each_other(run: Run, pair: tuple[Path, Path], fixed: type[Fixed], tmp_path: Path) -> None:
    fixed.alignment = Alignment(fixed.alignment.beads, False, ("only 2 % of the sentences answer each other",))
    output = tmp_path / "out.tsv"
    code, out, err = run(*pair, "--presplit", "-o", output)
    assert code == 3
    assert out == ""
    assert not output.exists()
    assert err.count("\n") == 1
    assert "bridge.en: only 2 % of the sentences answer each other; nothing was written, --force" in err
    code, _, err = run(*pair, "--presplit", "-o", output, "--force")
    assert code == 0
    assert len(parse_beads(output).beads) == 4
    assert "aligned because of --force" in err
    code, out, err = run(tmp_path, "--presplit", "-o", tmp_path / "folder")
    assert code == 3
    assert "bridge    not parallel" in out
    assert "0 of 1 pairs aligned" in out


def test_with_a_translation(
    run: Run, pair: tuple[Path, Path], fixed: type[Fixed], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = {}

    class Translation:
        def __init__(self, text: str) -> None:
            self.text = text

    class Translator:
        @classmethod
        def load(cls, model: str) -> Translator:
            seen["model"] = model
            return cls()

        def translate(self, lines: list[str], **_: object) -> list[Translation]:
            return [Translation(f"mt {number}") for number, _ in enumerate(lines)]

    def align(self: Fixed, source: list[str], target: list[str], *, mt: list[str], **_: object) -> Alignment:
        seen["mt"] = mt
        return self.alignment

    monkeypatch.setattr("muwazi.translate.Translator", Translator, raising=False)
    monkeypatch.setattr(fixed, "align", align)
    code, _, _ = run(*pair, "--presplit", "--with-mt", "some-model")
    assert code == 0
    assert seen == {"model": "some-model", "mt": ["mt 0", "mt 1", "mt 2", "mt 3"]}


def test_match_then_align(run: Run, tmp_path: Path) -> None:
    left, right = tmp_path / "left", tmp_path / "right"
    write(left / "1.txt", ARABIC)
    write(left / "2.txt", ["تنام القطط طوال النهار.", "يختمر الخبز في مطبخ دافئ."])
    write(left / "3.txt", ["أعلنت اللجنة نتائج الانتخابات.", "وبلغت نسبة المشاركة ستين في المئة."])
    write(right / "x.txt", FISH)
    write(right / "y.txt", ENGLISH)
    code, out, err = run("--match", left, right, "--presplit", "--align", tmp_path / "beads")
    assert code == 0
    rows = [line.split("\t") for line in out.splitlines()]
    assert rows[0] == ["status", "source", "target", "score", "margin", "similarity"]
    assert [(row[0], Path(row[1]).name, Path(row[2]).name) for row in rows[1:]] == [
        ("matched", "1.txt", "y.txt"),
        ("matched", "2.txt", "x.txt"),
        ("unmatched", "3.txt", ""),
    ]
    assert "2 matched, 1 of 3 source and 0 of 2 target documents left unmatched" in err
    assert sorted(path.name for path in (tmp_path / "beads").iterdir()) == ["1.tsv", "2.tsv"]

    code, out, _ = run("--match", left, right, "--presplit", "--min-match", "1", "--json")
    assert code == 0
    result = json.loads(out)
    assert result["matches"] == []
    assert len(result["unmatched_source"]) == 3
    assert result["unmatched_target"][0]["nearest"] == str(left / "2.txt")


def test_match_in_one_folder_with_a_file_that_cannot_be_read(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "a.ar", ARABIC)
    write(tmp_path / "b.en", ENGLISH)
    write(tmp_path / "c.en", ["", ""])
    code, out, err = run("--match", tmp_path, "--presplit", "-o", tmp_path / "matches.json")
    assert code == 2
    assert out == ""
    assert "c.en: holds no text" in err
    matches = json.loads((tmp_path / "matches.json").read_text())["matches"]
    assert [(Path(match["source"]).name, Path(match["target"]).name) for match in matches] == [("a.ar", "b.en")]


def bad(name: str, *arguments: str, message: str) -> object:
    return pytest.param(arguments, message, id=name)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        bad("missing", "none.ar", "good.en", message="none.ar: no such file"),
        bad("missing folder", "nowhere", "-o", "out", message="nowhere: no such file or folder"),
        bad("empty", "empty.ar", "good.en", message="empty.ar: is empty"),
        bad("blank", "blank.ar", "good.en", "--presplit", message="blank.ar: holds no text"),
        bad("binary", "binary.ar", "good.en", "--presplit", message="binary.ar"),
        bad("wrong language", "good.en", "good.en", message="good.en: Arabic is expected"),
        bad("wrong language, presplit", "good.en", "good.en", "--presplit", message="good.en: Arabic is expected"),
        bad("folder and file", ".", "good.en", message=".: is a folder"),
        bad("three files", "good.ar", "good.en", "good.en", message="expected two files, or one folder"),
        bad("folder without -o", ".", message="needs -o DIR"),
        bad("folder with --show", ".", "--show", "-o", "out", message="--show draws one pair"),
        bad("folder without pairs", "sub", "-o", "out", message="sub: no pair of files NAME.ar and NAME.en"),
        bad("format", "good.ar", "good.en", "--format", "xml", message="--format 'xml': expected one of tsv, jsonl"),
        bad("language", "good.ar", "good.en", "--target-lang", "sw", message="language 'sw' is none of the built-in"),
        bad("language code", "good.ar", "good.en", "--encoder", "x", "--source-lang", "b/d", message="ISO 639"),
        bad("merge", "good.ar", "good.en", "--max-merge", "1", message="--max-merge 1"),
        bad("confidence", "good.ar", "good.en", "--min-confidence", "7", message="--min-confidence 7.0: expected"),
        bad("json", "good.ar", "good.en", "--json", message="--json goes with a folder"),
        bad("min-match alone", "good.ar", "good.en", "--min-match", "0.1", message="--min-match goes with --match"),
        bad("align alone", "good.ar", "good.en", "--align", "x", message="--align goes with --match"),
        bad("match file", "--match", "good.ar", "good.en", message="good.ar: is a file where a folder is expected"),
        bad("match nothing", "--match", "sub", message="sub: no files NAME.ar"),
        bad("match three", "--match", ".", ".", ".", message="one folder or two"),
        bad("match and show", "--match", ".", "--show", message="not the matches"),
        bad("output is input", "good.ar", "good.en", "-o", "good.en", message="good.en: is an input of this command"),
        bad("output is folder", "good.ar", "good.en", "-o", "sub", message="sub: is a folder"),
        bad("output nowhere", "good.ar", "good.en", "-o", "no/x.tsv", message="there is no folder no"),
        bad("two outputs", "good.ar", "good.en", "-o", "x", "--html", "x", message="name the same file"),
        bad("encoder", "good.ar", "good.en", "--encoder", "no-such/model", message="no-such/model"),
    ],
)
def test_bad_input_is_one_line_exit_code_2_and_nothing_written(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    write(tmp_path / "good.ar", ARABIC)
    write(tmp_path / "good.en", ENGLISH)
    write(tmp_path / "blank.ar", ["", " "])
    (tmp_path / "empty.ar").touch()
    (tmp_path / "binary.ar").write_bytes(b"\x7fELF\x00\x01\x02" * 50)
    (tmp_path / "sub").mkdir()
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    code, out, err = run(*arguments)
    assert code == 2
    assert out == ""
    assert err.startswith("muwazi: ")
    assert err.count("\n") == 1
    assert message in err
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
