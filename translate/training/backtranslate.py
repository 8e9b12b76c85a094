"""Make training pairs out of text in the target language: ``python -m muwazi.translate.training.backtranslate``.

A model of the other direction translates it; the pairs carry a tag in the recipe that uses them (Caswell et al. 2019),
since what a machine wrote differs from what people write.
"""

from __future__ import annotations

import argparse
import itertools
import lzma
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from muwazi.corpus.errors import InputError, InputNotFoundError, MuwaziError
from muwazi.corpus.progress import SILENT, Progress

CHUNK = 4096
"""Sentences sorted and translated together."""


def lines(path: Path) -> Iterator[str]:
    """The lines of a text file (also .xz) that are not blank and hold no tab.

    Raises:
        InputNotFoundError: it is not there.
        InputError: it is not UTF-8, or a damaged archive.
    """
    try:
        with lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8") as stream:
            for line in stream:
                text = line.strip()
                if text and "\t" not in text:
                    yield text
    except FileNotFoundError:
        raise InputNotFoundError(f"{path}: no such file") from None
    except (UnicodeDecodeError, lzma.LZMAError, EOFError) as error:
        raise InputError(f"{path}: not readable ({error})") from None


def usable(source: str, target: str) -> bool:
    """Whether a translation looks like one: not empty, no loop, of a fitting length."""
    made, given = source.split(), target.split()
    if not made or not 0.4 <= len(made) / len(given) <= 2.0:
        return False
    return max((sum(1 for _ in run) for _, run in itertools.groupby(made)), default=0) <= 3


def backtranslate(
    model: Path,
    text: Path,
    output: Path,
    *,
    limit: int = 1_000_000_000,
    batch: int = 256,
    device: str = "auto",
    max_minutes: float = 0.0,
    keep_all: bool = False,
    progress: Progress = SILENT,
) -> tuple[int, int]:
    """Translate the lines of ``text`` with ``model`` and write ``translation<TAB>line`` to ``output``, by one rename.

    Args:
        model: Marian folder of the other direction.
        text: sentences in the language that the pairs should have on their target side.
        output: TSV to write.
        limit: translate so many lines at most.
        batch: sentences to a batch.
        device: ``auto``, ``cpu`` or ``cuda``.
        max_minutes: stop after so long with what there is; 0: never.
        keep_all: keep what is not :func:`usable` too (for dry runs with a model that has learnt nothing).
        progress: told of every chunk.

    Returns:
        Pairs written, and translations thrown away.
    """
    import torch

    from muwazi.translate.training import marian, scoring
    from muwazi.translate.training.devices import choose_device

    place = choose_device(device)
    network, words = marian.load(model, dropout=0.0)
    network = network.eval().to(place)
    if place.type == "cuda":
        network = network.half()
    kept = thrown = 0
    began = time.monotonic()
    temporary = output.with_name(f".{output.name}.{os.getpid()}")
    source = itertools.islice(lines(text), limit)
    progress.start("back-translation", None, "sentence")
    try:
        with temporary.open("w", encoding="utf-8") as stream, torch.no_grad():
            while chunk := list(itertools.islice(source, CHUNK)):
                for given, made in zip(chunk, scoring.translate(network, words, chunk, batch=batch), strict=True):
                    if usable(made, given) or (keep_all and made):
                        stream.write(f"{made}\t{given}\n")
                        kept += 1
                    else:
                        thrown += 1
                progress.advance(len(chunk))
                if max_minutes and time.monotonic() - began > max_minutes * 60:
                    break
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(output)
    except OSError as error:
        if isinstance(error, MuwaziError):
            raise
        raise InputError(f"{output}: cannot be written ({error.strerror})") from None
    finally:
        temporary.unlink(missing_ok=True)
        progress.finish()
    return kept, thrown


def main(arguments: list[str] | None = None) -> int:
    """Parse, translate, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m muwazi.translate.training.backtranslate", description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="Marian folder of the other direction")
    parser.add_argument("--input", type=Path, required=True, help="sentences, one a line (also .xz)")
    parser.add_argument("--output", type=Path, required=True, help="TSV to write")
    parser.add_argument("--limit", type=int, default=1_000_000_000)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--max-minutes", type=float, default=0.0)
    parser.add_argument("--keep-all", action="store_true", help="keep translations that look like none, for dry runs")
    given = parser.parse_args(arguments)
    try:
        kept, thrown = backtranslate(
            given.model,
            given.input,
            given.output,
            limit=given.limit,
            batch=given.batch,
            device=given.device,
            max_minutes=given.max_minutes,
            keep_all=given.keep_all,
        )
    except MuwaziError as error:
        print(f"muwazi: {' '.join(str(error).split())}", file=sys.stderr)
        return error.exit_code
    print(f"{kept} pairs written, {thrown} translations thrown away: {given.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
