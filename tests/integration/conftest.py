"""Drives the command line as a user does, in this process where a new one would only cost time."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from muwazi.cli import main as cli

EXAMPLES = Path(__file__).parents[2] / "examples" / "articles"


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    # Steps of one test must not be served to another.
    monkeypatch.setenv("MUWAZI_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def muwazi(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    def run(*arguments: object) -> Ran:
        capfd.readouterr()
        monkeypatch.setattr(sys, "argv", ["muwazi", *map(str, arguments)])
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, err = capfd.readouterr()
        return Ran(code, out, err)

    return run


@pytest.fixture
def spawn() -> Callable[..., subprocess.Popen[str]]:
    """A real process, for tests that kill it or measure it."""

    def start(*arguments: object, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", "from muwazi.cli.main import main; main()", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )

    return start


ARABIC = """افتتاح مكتبة الحي

افتُتحت صباح أمس مكتبة عامة في حي البساتين. وتضم المكتبة 12 ألف كتاب.

وقالت مديرتها هناء الشامي إن «القراءة حق للجميع». وأضافت أن الدخول مجاني طوال أيام الأسبوع.
"""
ENGLISH = """Neighbourhood library opens

A public library opened in the Basatin district yesterday morning. It holds 12,000 books.

Its director, Hana Shami, said that "reading is everyone's right". She added that admission is free all week.
"""


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """A folder with one pair and one Arabic article without English."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "library.ar.txt").write_text(ARABIC, encoding="utf-8")
    (folder / "library.en.txt").write_text(ENGLISH, encoding="utf-8")
    (folder / "market.ar.txt").write_text(
        "سوق الخضار\n\nارتفعت أسعار الطماطم هذا الأسبوع. وقال التجار إن السبب هو موجة الحر.\n", encoding="utf-8"
    )
    return folder
