"""``muwazi split`` as a user calls it."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from muwazi.cli.main import main

EXAMPLES = Path(__file__).parents[2] / "examples"
ARABIC = """افتتاح الجسر الجديد

بقلم: سامر الدباغ

عبر آلاف السكان الجسر الذي يربط البلدتين. وقال المهندس: «انتهى العمل».
"""

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    def call(*arguments: object, stdin: bytes = b"") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["muwazi", "split", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, err = capfdbinary.readouterr()
        return code, out.decode(), err.decode()

    return call


def test_a_file_gives_its_sentences_one_a_line(run: Run) -> None:
    code, out, err = run(EXAMPLES / "articles" / "cup-final.ar.txt")
    assert (code, err) == (0, "")
    assert out == (EXAMPLES / "gold" / "cup-final.ar").read_text(encoding="utf-8")


def test_the_language_comes_from_the_name(run: Run) -> None:
    _, out, _ = run(EXAMPLES / "articles" / "cup-final.en.txt")
    assert out == (EXAMPLES / "gold" / "cup-final.en").read_text(encoding="utf-8")


def test_standard_input(run: Run) -> None:
    code, out, _ = run("-", stdin=ARABIC.encode("cp1256"))
    assert code == 0
    assert out.splitlines() == [
        "افتتاح الجسر الجديد",
        "عبر آلاف السكان الجسر الذي يربط البلدتين.",
        "وقال المهندس: «انتهى العمل».",
    ]
    assert run("-")[::2] == (2, "muwazi: standard input: is empty\n")


def test_jsonl_says_where_each_sentence_stands(run: Run) -> None:
    _, out, _ = run("--jsonl", EXAMPLES / "articles" / "camp-school.ar.txt")
    rows = [json.loads(line) for line in out.splitlines()]
    assert [row["index"] for row in rows] == list(range(len(rows)))
    assert {row["article"] for row in rows} == {"camp-school"} and rows[0]["paragraph"] == 0
    assert [row["text"] for row in rows] == (EXAMPLES / "gold" / "camp-school.ar").read_text("utf-8").splitlines()


def test_removed_lists_line_reason_and_text(run: Run) -> None:
    _, out, _ = run("--removed", "-", stdin=ARABIC.encode())
    assert out == "stdin\tar\t3\tbyline\tبقلم: سامر الدباغ\n"
    _, out, _ = run("--removed", "--jsonl", "-", stdin=ARABIC.encode())
    assert json.loads(out)["reason"] == "byline"


def test_keep_all(run: Run) -> None:
    _, out, _ = run("--keep-all", "-", stdin=ARABIC.encode())
    assert "بقلم: سامر الدباغ" in out.splitlines()


def test_a_folder_into_files(run: Run, tmp_path: Path) -> None:
    code, out, _ = run(EXAMPLES / "articles", "--side", "both", "-o", tmp_path / "sentences")
    assert (code, out) == (0, "")
    written = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "sentences").iterdir()}
    gold = {
        path.name: path.read_text(encoding="utf-8")
        for path in (EXAMPLES / "gold").iterdir()
        if path.suffix in (".ar", ".en")
    }
    assert written == gold


def test_notes_go_to_stderr_and_quiet_ends_them(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.ar.txt"
    path.write_bytes(ARABIC.encode("utf-16"))
    _, out, err = run(path)
    assert err == f"muwazi: note: {path}: read as UTF-16 LE\n"
    assert run("--quiet", path)[1:] == (out, "")


def test_pairs_print_the_side_asked_for(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("فُتح الجسر.\tThe bridge opened.\nعبره السكان.\t\n", encoding="utf-8")
    assert run("-q", path)[1] == "فُتح الجسر.\nعبره السكان.\n"
    assert run("-q", "--side", "reference", path)[1] == "The bridge opened.\n\n"


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.ar.txt", b"", "is empty"),
        ("a.ar.txt", b"\x00\x01", "is no text"),
        ("a.ar.txt", b"English where Arabic should be, and more of it.", "Arabic is expected"),
        ("a.ar.docx", b"no archive", "no DOCX file"),
        ("a.pdf", b"%PDF", "files of the kind .pdf are not read"),
    ],
)
def test_a_bad_file_gets_one_line_and_prints_nothing(
    run: Run, tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    good, bad = tmp_path / "good.ar.txt", tmp_path / name
    good.write_text(ARABIC, encoding="utf-8")
    bad.write_bytes(data)
    code, out, err = run(good, bad, "-o", tmp_path / "out")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1 and message in err and err.startswith(f"muwazi: {bad}: ")
    assert not (tmp_path / "out").exists()


def test_missing_and_empty_folders(run: Run, tmp_path: Path) -> None:
    assert "no such file" in run(tmp_path / "nothing")[2]
    assert "the folder is empty" in run(tmp_path)[2]
    assert run(tmp_path)[0] == 2


def test_two_inputs_of_one_name_are_not_written_over_each_other(run: Run, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.ar.txt").write_text(ARABIC, encoding="utf-8")
    code, _, err = run(tmp_path / "one" / "a.ar.txt", tmp_path / "two" / "a.ar.txt", "-o", tmp_path / "out")
    assert code == 2 and "two inputs would both be written to" in err
    assert not (tmp_path / "out").exists()
