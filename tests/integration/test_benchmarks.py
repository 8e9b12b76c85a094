"""The benchmarks' front door: each section gets the folder that it reads, and one that cannot run says why."""

from __future__ import annotations

from pathlib import Path

import pytest

main = pytest.importorskip("benchmarks.__main__")


def test_each_section_finds_its_folder(tmp_path: Path) -> None:
    for name in ("benchmarks", "gold"):
        (tmp_path / name).mkdir()
    assert main._data(None, "align") == []
    assert main._data(tmp_path, "align") == ["--data", str(tmp_path / "gold")]
    assert main._data(tmp_path, "splitting") == ["--data", str(tmp_path / "benchmarks")]
    assert main._data(tmp_path / "gold", "align") == ["--data", str(tmp_path / "gold")]
    assert main._data(tmp_path, "training") == ["--data", str(tmp_path)]


def test_what_cannot_run_is_skipped_with_its_reason() -> None:
    assert main.run("splitting", []).startswith("skipped: needs news")
    assert main.run("training", []).startswith("skipped: needs pairs")


@pytest.mark.parametrize("section", list(main.SECTIONS))
def test_every_section_takes_the_front_doors_arguments(section: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(section, ["--help"]) == "ok"
    assert "--data" in capsys.readouterr().out
