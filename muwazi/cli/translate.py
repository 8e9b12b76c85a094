"""``muwazi translate``: lines in, lines out."""

from __future__ import annotations

import json
import os
import stat
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import typer

from muwazi.cli.output import say
from muwazi.cli.progress import progress_bar
from muwazi.corpus.errors import InputError, InputNotFoundError, SettingsError
from muwazi.corpus.output import check_output, write_text

if TYPE_CHECKING:
    from muwazi.translate import Translation, Translator

DEFAULT_MODEL = "Helsinki-NLP/opus-mt-ar-en"
LONGEST_LINE = 1 << 20
"""Bytes. A line is a sentence or a paragraph; a longer one is a file without line breaks."""


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command("translate")(translate)


def translate(
    model: str = typer.Option(DEFAULT_MODEL, "--model", "-m", help="Hub id, folder of a MarianMT model, or builtin."),
    revision: str = typer.Option("", "--revision", help="Branch, tag or commit of a Hub model."),
    source: Path | None = typer.Option(None, "--input", "-i", help="File to read; standard input by default."),
    output: Path | None = typer.Option(None, "--output", "-o", help="File to write, whole or not at all."),
    jsonl: bool = typer.Option(False, "--jsonl", help="One JSON object a line: source, translation, score, flags, ..."),
    beam: int | None = typer.Option(None, "--beam", help="Beam size; the model's own by default."),
    length_penalty: float | None = typer.Option(
        None, "--length-penalty", help="Exponent of the length that scores are divided by; above 1 favours longer."
    ),
    n_best: int = typer.Option(1, "--n-best", help="Translations of each line (with --jsonl)."),
    alignments: bool = typer.Option(False, "--alignments", help="Link the words of both sides (with --jsonl)."),
    target_token: str | None = typer.Option(
        None, "--target-token", help="Target language of a multilingual model, such as >>eng<< or eng."
    ),
    max_source_tokens: int | None = typer.Option(
        None, "--max-source-tokens", help="Translate longer sentences in parts; the model's own limit by default."
    ),
    guards: bool = typer.Option(True, "--guards/--no-guards", help="Retry and flag bad translations."),
    engine: str = typer.Option("auto", "--engine", help="auto, ctranslate2 or transformers."),
    device: str = typer.Option("auto", "--device", help="auto, cpu or cuda."),
    compute_type: str = typer.Option("auto", "--compute-type", help="auto, int8, float16, float32, ..."),
    threads: int | None = typer.Option(None, "--threads", help="CPU threads; all by default."),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="No progress bar, notes or summary."),
) -> None:
    """Translate one line after another: exactly one line out for each line in, blank for blank."""
    if not jsonl and (n_best > 1 or alignments):
        raise SettingsError("--n-best and --alignments need --jsonl: plain output has one translation a line")
    if output is not None:
        check_output(output)
    stream, name = _open(source)
    from muwazi.translate import Translator

    translator = Translator.load(
        model,
        revision=revision or None,
        engine=engine,
        device=device,
        compute_type=compute_type,
        threads=threads,
        note=lambda text: say(text, quiet=quiet),
        beam=beam,
        length_penalty=length_penalty,
        n_best=n_best,
        alignments=alignments,
        target_token=target_token,
        max_source_tokens=max_source_tokens,
        guards=guards,
    )
    tally = _Tally()
    with stream:
        chunks = _results(translator, stream, name, tally, jsonl=jsonl, quiet=quiet)
        if output is None:
            _print(chunks)
        else:
            write_text(output, chunks)
    say(tally.summary(), quiet=quiet)


def _open(source: Path | None) -> tuple[BinaryIO, str]:
    if source is None:
        return sys.stdin.buffer, "standard input"
    try:
        return source.open("rb"), str(source)
    except FileNotFoundError:
        raise InputNotFoundError(f"{source}: there is no such file") from None
    except OSError as error:
        raise InputError(f"{source}: cannot be read: {error.strerror or error}") from None


def read_lines(stream: BinaryIO, name: str) -> Iterator[str]:
    r"""The lines of ``stream``, split at ``\n`` alone (U+2028 and its like are text), without their line end.

    Raises :class:`InputError` naming the line for broken UTF-8, for NUL bytes and for lines over :data:`LONGEST_LINE`.
    """
    number = 0
    while raw := stream.readline(LONGEST_LINE + 2):
        number += 1
        if number == 1:
            if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
                raise InputError(f"{name}: UTF-16; convert it to UTF-8 first")
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        content = raw.removesuffix(b"\n").removesuffix(b"\r")
        if len(content) > LONGEST_LINE:
            raise InputError(f"{name}, line {number}: longer than {LONGEST_LINE:,} bytes; is it text with line breaks?")
        if b"\0" in content:
            raise InputError(f"{name}, line {number}: holds NUL bytes; not a text file")
        try:
            yield content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise InputError(
                f"{name}, line {number}: broken UTF-8 at byte {error.start + 1} ({error.reason}); convert it first"
            ) from None


def _count_lines(stream: BinaryIO) -> int | None:
    # Only where reading ahead costs nothing and can be taken back: a file.
    try:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            return None
        begin = stream.tell()
        count, last = 0, b"\n"
        while block := stream.read(1 << 20):
            count += block.count(b"\n")
            last = block[-1:]
        stream.seek(begin)
    except OSError:
        return None
    return count + (last != b"\n")


def _results(
    translator: Translator, stream: BinaryIO, name: str, tally: _Tally, *, jsonl: bool, quiet: bool
) -> Iterator[str]:
    progress = progress_bar(quiet)
    total = None if quiet or not sys.stderr.isatty() else _count_lines(stream)
    given = _Remembered(read_lines(stream, name)) if jsonl else None
    lines: Iterable[str] = read_lines(stream, name) if given is None else given
    for number, translation in enumerate(translator.translate_stream(lines, progress=progress, total=total), start=1):
        tally.add(translation)
        if given is None:
            yield translation.text + "\n"
        else:
            record = _record(number, given.take(), translation)
            yield json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n"


class _Remembered:
    """Hands lines on and keeps each until its translation comes: a window of them at most."""

    def __init__(self, lines: Iterable[str]) -> None:
        from collections import deque

        self._lines = lines
        self._kept: deque[str] = deque()

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self._kept.append(line)
            yield line

    def take(self) -> str:
        """The oldest line kept."""
        return self._kept.popleft()


def _record(number: int, line: str, translation: Translation) -> dict[str, Any]:
    record: dict[str, Any] = {
        "line": number,
        "source": line,
        "translation": translation.text,
        "score": None if translation.score is None else round(translation.score, 6),
        "flags": list(translation.flags),
        "alternatives": [
            {"translation": other.text, "score": round(other.score, 6)} for other in translation.alternatives
        ],
    }
    if translation.alignment is not None:
        # Word numbers count in the text that the model was given, which may differ from the line in spaces.
        record["normalised"] = translation.source
        record["alignment"] = [list(pair) for pair in translation.alignment]
    return record


def _print(chunks: Iterator[str]) -> None:
    out = sys.stdout.buffer
    try:
        for number, chunk in enumerate(chunks, start=1):
            out.write(chunk.encode("utf-8"))
            if number % 256 == 0:
                out.flush()  # so that a reader at the other end of a pipe gets on with it
        out.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise InputError(f"standard output: cannot be written: {error.strerror or error}") from None


class _Tally:
    """Counts what came out, for the summary."""

    def __init__(self) -> None:
        self.lines = 0
        self.flags: Counter[str] = Counter()
        self._began = time.monotonic()

    def add(self, translation: Translation) -> None:
        """Count one line."""
        self.lines += 1
        self.flags.update(translation.flags)

    def summary(self) -> str:
        """One line for a person."""
        seconds = max(time.monotonic() - self._began, 1e-9)
        text = f"{self.lines:,} lines in {seconds:,.1f} s ({self.lines / seconds:,.1f} sentences/s)"
        if self.flags:
            text += "; flags: " + ", ".join(f"{name} {count:,}" for name, count in self.flags.most_common())
        return text
