"""Checkpoints: everything a run needs to go on as if it had never stopped, written by one rename."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from pathlib import Path
from typing import Any

import torch

from muwazi.corpus.errors import InputError, ModelError


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def save_atomically(value: Any, path: Path) -> None:
    """``torch.save`` to a temporary file beside ``path``, sync, rename; on failure nothing is left and ``path`` stays.

    Raises:
        InputError: the disk is full or cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as stream:
            torch.save(value, stream)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
        _sync(path.parent)
    except (OSError, RuntimeError) as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        # torch wraps a failed write in a RuntimeError of its zip writer.
        full = isinstance(error, OSError) and error.errno == errno.ENOSPC
        reason = "the disk is full" if full or "file write failed" in str(error) else " ".join(str(error).split())
        raise InputError(
            f"{path}: the checkpoint could not be written ({reason}); free space and run again with --resume"
        ) from None


def load(path: Path) -> Any:
    """Read a checkpoint of :func:`save_atomically`.

    Raises:
        ModelError: it is missing or damaged.
    """
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise ModelError(f"{path}: no checkpoint to resume from; start without --resume") from None
    except Exception as error:
        raise ModelError(f"{path}: the checkpoint is damaged ({' '.join(str(error).split())[:120]})") from None


def replace_folder(temporary: Path, final: Path) -> None:
    """Put a finished folder in the place of another by renames; the old one goes last."""
    for file in temporary.iterdir():
        _sync(file)
    old = final.with_name(f".{final.name}.old.{os.getpid()}")
    if final.exists():
        final.rename(old)
    temporary.rename(final)
    _sync(final.parent)
    shutil.rmtree(old, ignore_errors=True)
