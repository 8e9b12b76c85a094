"""``python -m muwazi.translate.training``: the training command for machines that have PyTorch and little else.

It takes what ``muwazi train`` takes, less the progress bar and the corpus filters; settings go as ``--set key=value``.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path
from typing import Any

from muwazi.corpus.errors import MuwaziError, SettingsError
from muwazi.translate.training.recipe import TrainSettings


def parse_settings(items: list[str]) -> dict[str, Any]:
    """``["max_minutes=5"]`` as ``{"max_minutes": 5.0}``.

    Raises:
        SettingsError: an unknown key or a value of another type.
    """
    known: dict[str, type] = {f.name: type(getattr(TrainSettings, f.name)) for f in dataclasses.fields(TrainSettings)}
    found: dict[str, Any] = {}
    for item in items:
        key, equals, value = item.partition("=")
        if not equals or key not in known:
            raise SettingsError(f"--set {item}: expected KEY=VALUE with a key of {', '.join(known)}")
        kind = known[key]
        try:
            found[key] = value.lower() in {"1", "true", "yes"} if kind is bool else kind(value)
        except ValueError:
            raise SettingsError(f"--set {item}: {value!r} is no {kind.__name__}") from None
    return found


def main(arguments: list[str] | None = None) -> int:
    """Parse, train, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m muwazi.translate.training", description=__doc__)
    parser.add_argument("files", nargs="*", help="TSV (.tsv, .xz, .gz), Parquet, or a store")
    parser.add_argument("--recipe", type=Path, help="recipe file (TOML)")
    parser.add_argument("--data", type=Path, help="folder in which the recipe's paths begin")
    parser.add_argument("--output", type=Path, required=True, help="folder of the model")
    parser.add_argument("--from", dest="base", help="model to train further")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument("--exclude-licence", action="append", default=[], help="leave out sources under this licence")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="any setting of the recipe")
    given = parser.parse_args(arguments)
    from muwazi.translate.training import run, simple

    try:
        recipe = simple.compose(
            given.files,
            recipe=given.recipe,
            data=given.data,
            changes=parse_settings(given.set),
            base=given.base is not None,
            filters=False,
            exclude_licences=given.exclude_licence,
        )
        outcome = run.train(
            recipe, given.output, base=given.base, resume=given.resume, note=lambda text: print(text, file=sys.stderr)
        )
    except MuwaziError as error:
        print(f"muwazi: {' '.join(str(error).split())}", file=sys.stderr)
        return error.exit_code
    print(run.summary(outcome, given.output))
    return 0


if __name__ == "__main__":
    sys.exit(main())
