"""Semantic versions of a dataset.

New, removed or changed rows raise the minor number, a changed schema the major, the same rows with other metadata the
patch.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

from muwazi.corpus.errors import StoreError

_PATTERN = re.compile(r"v?(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})", re.ASCII)


class Change(IntEnum):
    """What differs from the version before, the smallest first."""

    NOTHING = 0
    METADATA = 1
    ROWS = 2
    SCHEMA = 3


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """``major.minor.patch``; ordered by number."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str | Version) -> Version:
        """Read ``1.2.3`` or ``v1.2.3``.

        Raises:
            StoreError: it has another form.
        """
        if isinstance(text, Version):
            return text
        match = _PATTERN.fullmatch(text.strip())
        if match is None:
            raise StoreError(f"{text!r} is no version: it has the form 1.0.0 (major.minor.patch)")
        return cls(*(int(number) for number in match.groups()))

    def after(self, change: Change) -> Version:
        """The version that follows when ``change`` happened."""
        if change is Change.SCHEMA:
            return Version(self.major + 1, 0, 0)
        if change is Change.ROWS:
            return Version(self.major, self.minor + 1, 0)
        if change is Change.METADATA:
            return Version(self.major, self.minor, self.patch + 1)
        return self

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


FIRST = Version(1, 0, 0)
