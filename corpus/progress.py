"""How long work reports that it goes on, without knowing who shows it.

Library code takes a :class:`Progress`; the command line passes one that draws a bar on stderr, everybody else gets
:data:`SILENT`.
"""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receives the advance of one stage of work."""

    def start(self, stage: str, total: int | None, unit: str) -> None:
        """A stage begins; ``total`` units of work are ahead, None where that is not known."""

    def advance(self, amount: int = 1) -> None:
        """``amount`` units are done."""

    def finish(self) -> None:
        """The stage is over."""


class Silent:
    """Reports nothing."""

    def start(self, stage: str, total: int | None, unit: str) -> None:
        """Nothing."""

    def advance(self, amount: int = 1) -> None:
        """Nothing."""

    def finish(self) -> None:
        """Nothing."""


SILENT = Silent()
