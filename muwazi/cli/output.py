"""What a command says beside its result."""

from __future__ import annotations

import sys


def say(text: str, *, quiet: bool = False) -> None:
    """Print a note on stderr."""
    if not quiet:
        print(text, file=sys.stderr)
