"""Files that a command writes: whole or not at all."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from muwazi.corpus.errors import InputError


def write_text(path: Path, chunks: Iterable[str], *, inputs: Iterable[Path] = ()) -> None:
    """Write a text file by a temporary file beside it, a sync and a rename; an error leaves what was there.

    A pipe or a device (``/dev/stdout``) is written to as it is: a rename would put a file in its place.

    Raises:
        InputError: the path is one of ``inputs``, is a folder, or cannot be written (no such folder, no space, no
        right).
    """
    check_output(path, inputs)
    temporary = None
    try:
        if path.exists() and not path.is_file():
            with path.open("w", encoding="utf-8", newline="\n") as stream:
                for chunk in chunks:
                    stream.write(chunk)
            return
        path = path.resolve()  # where a link leads; the link stays
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            for chunk in chunks:
                stream.write(chunk)
            stream.flush()
            os.fsync(stream.fileno())
        # mkstemp makes files that only their owner reads; what a command writes has the usual rights.
        umask = os.umask(0)
        os.umask(umask)
        Path(temporary).chmod(0o666 & ~umask)
        os.replace(temporary, path)  # noqa: PTH105  # atomic, and the path stays what it is
        temporary = None
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from None
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def check_output(path: Path, inputs: Iterable[Path] = ()) -> None:
    """Refuse an output path that cannot be meant, before any work is done.

    Raises:
        InputError: see :func:`write_text`.
    """
    if path.is_dir():
        raise InputError(f"{path}: is a folder; name a file to write")
    if not path.parent.is_dir():
        raise InputError(f"{path}: there is no folder {path.parent} to write it into")
    for other in inputs:
        if path.exists() and other.exists() and path.samefile(other):
            raise InputError(f"{path}: is an input of this command; write to another file")


def make_folder(path: Path) -> None:
    """Make an output folder, with its parents.

    Raises:
        InputError: it cannot be made, or is a file.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{path}: cannot be made: {error.strerror or error}") from None


def say(text: str, *, quiet: bool = False) -> None:
    """Print a note on stderr."""
    if not quiet:
        print(text, file=sys.stderr)
