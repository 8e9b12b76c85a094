"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TextIO

from muwazi.corpus.errors import InputError


def write_text(path: Path, chunks: Iterable[str], *, inputs: Iterable[Path] = ()) -> None:
    """Write a text file by a temporary file beside it, a sync and a rename; an error leaves what was there.

    A pipe or a device (``/dev/stdout``) is written to as it is: a rename would put a file in its place.

    Raises:
        InputError: the path is one of ``inputs``, is a folder, or cannot be written (no such folder, no space, no
        right).
    """
    check_output(path, inputs)
    if path.exists() and not path.is_file():
        with writing(path), path.open("w", encoding="utf-8", newline="\n") as stream:
            for chunk in chunks:
                stream.write(chunk)
        return
    with replacing([path]) as (file,):
        for chunk in chunks:
            with writing(path):
                file.write(chunk)


@contextmanager
def writing(path: Path | str) -> Iterator[None]:
    """Turn an operating system's refusal to write a file into one line."""
    try:
        yield
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror or error}") from error


@contextmanager
def replacing(paths: Sequence[Path]) -> Iterator[list[TextIO]]:
    """UTF-8 files that take the place of ``paths`` when the block ends well, and vanish when it does not.

    Write to them under :func:`writing`, so that a full disk is told from an error of what makes the text.

    Raises:
        InputError: one of the paths is a folder or cannot be written.
    """
    finals = []
    drafts: list[Path] = []
    try:
        with ExitStack() as stack:
            files: list[TextIO] = []
            for path in paths:
                check_output(path)
                with writing(path):
                    final = path.resolve()  # where a link leads; the link stays
                    handle, draft = tempfile.mkstemp(prefix=f".{final.name}.", suffix=".tmp", dir=final.parent)
                    finals.append(final)
                    drafts.append(Path(draft))
                    # newline="\n": the text goes out as it is, on every system.
                    files.append(stack.enter_context(os.fdopen(handle, "w", encoding="utf-8", newline="\n")))
            yield files
            for path, file in zip(paths, files, strict=True):
                with writing(path):
                    file.flush()
                    os.fsync(file.fileno())
        # mkstemp makes files that only their owner reads; these have the usual rights.
        umask = os.umask(0)
        os.umask(umask)
        for path, final, draft_path in zip(paths, finals, drafts, strict=True):
            with writing(path):
                draft_path.chmod(0o666 & ~umask)
                draft_path.replace(final)
    finally:
        for draft_path in drafts:
            with suppress(OSError):
                draft_path.unlink(missing_ok=True)


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
