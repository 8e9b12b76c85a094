"""Word lists as text: tables of words read better in lines than as quoted lists."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The words of ``text``, which white space separates."""
    return frozenset(text.split())
