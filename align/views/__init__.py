"""Pictures of an alignment: side by side in the terminal, and as a page with ribbons between the two texts."""

from __future__ import annotations

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "ps", "ckb", "sd", "ug", "yi", "dv"})
"""Languages (ISO 639) whose script runs from right to left."""


def direction(language: str) -> str:
    """``rtl`` or ``ltr``, as HTML's ``dir`` takes it."""
    return "rtl" if language.split("-")[0].lower() in RIGHT_TO_LEFT else "ltr"


def source_on_the_right(source_lang: str, target_lang: str) -> bool:
    """Whether the source belongs into the right column: right-to-left text stands there, whichever side it is."""
    return direction(source_lang) == "rtl" and direction(target_lang) == "ltr"
