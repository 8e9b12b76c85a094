"""Files of one segment a line, as evaluators keep them."""

from __future__ import annotations

import sys
from pathlib import Path

from muwazi.corpus.errors import InputError, InputNotFoundError


def read_segments(path: Path) -> list[str]:
    """The lines of a UTF-8 file, or of standard input where ``path`` is ``-``.

    A line ends at a line feed (a carriage return before it goes), and nowhere else: ``str.splitlines`` would also split
    at U+2028 or U+0085, and hypotheses and references would no longer correspond. Blank lines are segments.

    Raises:
        InputError: no such file, a folder, not UTF-8, or empty.
    """
    if str(path) == "-":
        name, data = "standard input", sys.stdin.buffer.read()
    else:
        name = str(path)
        try:
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise InputNotFoundError(f"{path}: no such file") from error
        except OSError as error:
            raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    if not data:
        raise InputError(f"{name}: the file is empty: one segment a line is expected")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"{name}, line {line}: not UTF-8: convert the file first") from error
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return [line.removesuffix("\r") for line in lines]
