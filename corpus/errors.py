"""The error family of Muwazi.

A user's mistake is not a bug: everything below :class:`MuwaziError` is printed by the command line as one line (what,
where, what to do) with exit code 2; any other exception is a bug and shows its traceback.
"""

from __future__ import annotations


class MuwaziError(Exception):
    """Something the user can put right. ``str(error)`` is one line: what is wrong, where, and what to do."""

    exit_code: int = 2


class InputError(MuwaziError, ValueError):
    """A file, a line or an argument that cannot be used."""


class InputNotFoundError(InputError, FileNotFoundError):
    """A file or folder that is not there."""

    def __str__(self) -> str:
        # FileNotFoundError would print its errno tuple.
        return str(self.args[0]) if self.args else ""


class SettingsError(MuwaziError, ValueError):
    """A settings file or flag with an unknown key or an impossible value."""


class ModelError(MuwaziError):
    """A model that is missing, damaged, or no MarianMT model."""


class StoreError(MuwaziError):
    """A store that is no store, is damaged, or cannot be written."""


class StoreConflictError(StoreError):
    """Another commit came first; nothing of this one is in the store."""


class NotParallelError(MuwaziError):
    """Two documents that are no translations of each other."""

    exit_code = 3
