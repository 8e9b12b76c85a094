"""``muwazi eval align``, run as the command is."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from muwazi.cli.main import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run ``muwazi eval align ...``; gives exit code, stdout, stderr."""

    def _run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["muwazi", "eval", "align", *map(str, arguments)])
        try:
            main()
            code = 0
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return _run


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


GOLD = "[0]:[0]\n[1]:[1, 2]\n[2]:[]\n"
HYPOTHESIS = "[0]:[0]:0.1\n[1]:[1]:0.2\n[]:[2]:0\n[2]:[]:0\n"


def test_two_files(run: Run, tmp_path: Path) -> None:
    gold, hypothesis = write(tmp_path / "x.gold", GOLD), write(tmp_path / "y.vecalign", HYPOTHESIS)
    code, out, err = run(gold, hypothesis)
    assert (code, err) == (0, "")
    # Strict: 2 of 4 predicted, 1 of 2 gold with two sides; lax: 3 of 4, 2 of 2.
    assert out.splitlines()[1].split() == ["x", "2", "4", "0.500", "0.500", "0.500", "0.750", "1.000", "0.857"]
    assert [line.split()[0] for line in out.splitlines()[4:8]] == ["1-1", "1-0", "1-2", "0-1"]
    assert out.splitlines()[-1].startswith("beads|docs:1|")


def test_folders_are_summed_and_all_figures_are_in_the_json(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "gold" / "a.gold", GOLD)
    write(tmp_path / "gold" / "b.gold", "[0]:[0]\n[2]:[2]\n[1]:[1]\n")
    write(tmp_path / "hyp" / "a.vecalign", HYPOTHESIS)
    write(tmp_path / "hyp" / "b.jsonl", '{"source": [0], "target": [0]}\n')
    write(tmp_path / "hyp" / "c.tsv", "0\t0\n")
    code, out, err = run(tmp_path / "gold", tmp_path / "hyp")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()[:4]] == ["document", "a", "b", "total"]
    assert "note: b: gold: line 3: source [1] comes after source 2, out of order" in err
    assert "note: c.tsv has no gold and is not scored" in err
    code, out, _ = run(tmp_path / "gold", tmp_path / "hyp", "--json")
    result = json.loads(out)
    assert code == 0
    assert result["total"]["strict"] == {
        "precision": 3 / 5,
        "recall": 2 / 5,
        "f1": pytest.approx(0.48),
        "correct_predicted": 3,
        "predicted": 5,
        "correct_gold": 2,
        "gold": 5,
    }
    assert [document["name"] for document in result["documents"]] == ["a", "b"]
    assert result["documents"][1]["odd_gold"]
    assert result["without_gold"] == ["c.tsv"]
    assert run(tmp_path / "gold", tmp_path / "hyp", "-q")[2] == ""


def test_indices_beyond_the_gold_can_be_allowed(run: Run, tmp_path: Path) -> None:
    gold, hypothesis = write(tmp_path / "x.gold", GOLD), write(tmp_path / "y.tsv", "0\t0\n9\t1\n")
    code, out, err = run(gold, hypothesis, "--allow-beyond-gold")
    assert code == 0
    assert "source index 9 is out of range" in err
    assert "0.500" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("none.gold", "x.tsv"), "none.gold: no such file or folder"),
        (("x.gold", "none.tsv"), "none.tsv: no such file or folder"),
        (("x.gold", "golds"), "give two files or two folders"),
        (("golds", "hyps"), "hyps: no hypothesis for 1 of 2 gold documents (b); expected NAME.tsv"),
        (("hyps", "golds"), "hyps: no NAME.gold files"),
        (("one", "two"), "two: several hypotheses for a (a.jsonl, a.tsv)"),
        (("x.gold", "bad.tsv"), "bad.tsv:2: expected source and target indices"),
        (("bad.gold", "x.tsv"), "bad.gold:1: expected a bead"),
        (("x.gold", "empty.tsv"), "empty.tsv: no beads in this file"),
        (("x.gold", "far.tsv"), "far.tsv:2: target index 7 is out of range, the greatest in x.gold is 2"),
        (("x.gold", "x.tmx"), "x.tmx: beads are read from tsv, jsonl, vecalign"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("x.gold", "golds/a.gold", "golds/b.gold", "one/a.gold"):
        write(tmp_path / name, GOLD)
    for name in ("x.tsv", "hyps/a.tsv", "two/a.tsv", "two/a.jsonl", "x.tmx"):
        write(tmp_path / name, "0\t0\n")
    write(tmp_path / "bad.tsv", "0\t0\nzero\n")
    write(tmp_path / "far.tsv", "0\t0\n1\t7\n")
    write(tmp_path / "bad.gold", "0-0 1-1\n")
    write(tmp_path / "empty.tsv", "")
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("muwazi: ")
    assert err.count("\n") == 1
    assert message in err
