"""How much reading takes from one file.

An article is a few kilobytes; whatever is beyond these limits is no article, and would cost memory or hours further on.
Sources of pairs (TSV, JSONL, TMX, XLIFF) hold whole corpora and have a larger limit.
"""

from __future__ import annotations

from pathlib import Path

from muwazi.corpus.errors import InputError, InputNotFoundError

MAX_ARTICLE_BYTES = 32 * 1024 * 1024
MAX_PAIRS_BYTES = 1024 * 1024 * 1024
MAX_LINE_CHARACTERS = 100_000
"""Of one line of a text file, one paragraph, one cell or one segment. The longest paragraph seen in news has 6,000."""
MAX_ARCHIVE_BYTES = 256 * 1024 * 1024
"""Of everything that a DOCX unpacks to."""
MAX_ARCHIVE_RATIO = 200
"""Unpacked to packed size. XML in a real DOCX packs to about a tenth; deflate itself ends at 1032."""
MAX_ARCHIVE_ENTRIES = 5_000


def read_bytes(path: Path, limit: int = MAX_ARTICLE_BYTES) -> bytes:
    """The bytes of ``path``.

    Raises:
        InputNotFoundError: there is no such file.
        InputError: it is a folder, unreadable, empty, or larger than ``limit`` bytes.
    """
    try:
        if path.is_dir():
            raise InputError(f"{path}: is a folder where a file is expected")
        with path.open("rb") as stream:
            # One byte more than the limit: a size taken from stat() could be outdated, and a pipe has none.
            data = stream.read(limit + 1)
    except FileNotFoundError:
        raise InputNotFoundError(f"{path}: no such file") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
    if not data:
        raise InputError(f"{path}: is empty; remove it or put the text in")
    if len(data) > limit:
        raise InputError(f"{path}: is larger than {limit // (1024 * 1024)} MiB, the limit; split it into smaller files")
    return data


def check_lines(text: str, where: str) -> None:
    """Refuse a line that is too long to be text.

    Raises:
        InputError: a line has more than :data:`MAX_LINE_CHARACTERS` characters; the message names it.
    """
    if len(text) <= MAX_LINE_CHARACTERS:
        return
    for number, line in enumerate(text.split("\n"), start=1):
        check_length(line, where, f"line {number}")


def check_length(text: str, where: str, what: str) -> None:
    """Refuse one piece of text (``what``) that is longer than :data:`MAX_LINE_CHARACTERS`."""
    if len(text) > MAX_LINE_CHARACTERS:
        raise InputError(
            f"{where}: {what} has {len(text):,} characters, limit {MAX_LINE_CHARACTERS:,}; break it into paragraphs"
        )
