"""``python -m benchmarks``: every benchmark, one after another; what cannot run here is skipped with its reason.

    python -m benchmarks [--data DIR] [--only NAME ...]

``--data`` is a folder with ``benchmarks/`` (FLORES, NTREX), ``gold/`` (alignments) and ``train/`` (pairs) in it, or one
of these. Without it the texts of ``examples/`` are used where that makes sense.
"""

from __future__ import annotations

import argparse
import importlib
import io
import sys
import time
import traceback
from pathlib import Path

from muwazi.corpus.errors import MuwaziError

SECTIONS = {"splitting": "benchmarks", "align": "gold", "translate": "benchmarks", "training": "train"}
"""Each section, and the folder of the data that it reads."""


def run(section: str, argv: list[str]) -> str:
    """Run one section; ``ok``, or why not."""
    # A section is a module, or a package with a __main__.
    entry = None
    try:
        for name in (f"benchmarks.{section}", f"benchmarks.{section}.__main__"):
            entry = entry or getattr(importlib.import_module(name), "main", None)
    except ModuleNotFoundError as error:
        if entry is None:
            return f"skipped: {error.name} is not there"
    if entry is None:
        return f"skipped: benchmarks.{section} has no main"
    try:
        entry(argv)
    except MuwaziError as error:
        return f"skipped: {error}"
    except SystemExit as error:
        if isinstance(error.code, str):  # sys.exit with a message: something it needs is not there
            return f"skipped: {error.code}"
        if error.code:
            return f"failed: exit code {error.code}"
    except Exception:  # one section must not take the others with it
        traceback.print_exc()
        return "failed: see the traceback above"
    return "ok"


def _data(folder: Path | None, section: str) -> list[str]:
    if folder is None:
        return []
    inside = folder / SECTIONS[section]
    return ["--data", str(inside if inside.is_dir() else folder)]


def main(argv: list[str] | None = None) -> int:
    """Run the sections; 1 where one failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, help="folder with benchmarks/, gold/ and train/, or one of these")
    parser.add_argument("--only", nargs="+", choices=list(SECTIONS), default=list(SECTIONS), help="these sections only")
    arguments = parser.parse_args(argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # a long section shows what it has, also through a pipe
    outcomes = {}
    for section in arguments.only:
        print(f"== {section}", flush=True)
        began = time.monotonic()
        outcomes[section] = run(section, _data(arguments.data, section))
        print(f"== {section}: {outcomes[section]} ({time.monotonic() - began:.0f} s)\n", flush=True)
    return int(any(outcome.startswith("failed") for outcome in outcomes.values()))


if __name__ == "__main__":
    sys.exit(main())
