"""Muwazi (موازي, "parallel"): Arabic-English parallel corpora and machine translation."""

from __future__ import annotations

__version__ = "0.1.0"
