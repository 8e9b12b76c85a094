"""Where Muwazi keeps what can be made again: converted models, finished steps of a build."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def cache_dir(*parts: str) -> Path:
    """The user's cache folder for Muwazi, or a folder below it; created.

    ``MUWAZI_CACHE`` overrides it; otherwise the platform's convention: ``$XDG_CACHE_HOME/muwazi`` or
    ``~/.cache/muwazi``, ``~/Library/Caches/muwazi`` on macOS.
    """
    override = os.environ.get("MUWAZI_CACHE")
    if override:
        root = Path(override)
    elif sys.platform == "darwin":
        root = Path.home() / "Library" / "Caches" / "muwazi"
    else:
        root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "muwazi"
    folder = root.joinpath(*parts)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
