"""What a translation is, and what made it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another translation that the beam held."""

    text: str
    score: float
    """Mean natural-log probability of a target token, as :attr:`Translation.score`."""


@dataclass(frozen=True, slots=True)
class Translation:
    """The translation of one line."""

    text: str
    """One line: never holds a line break of any kind."""
    score: float | None = None
    """Mean natural-log probability of a target token, end mark included (0 is certain); None where no model was asked.
    """
    flags: tuple[str, ...] = ()
    """What was noticed, in a fixed order; the names are those of :data:`muwazi.translate.guards.FLAGS`."""
    alternatives: tuple[Alternative, ...] = ()
    """The rest of the n-best list, best first; empty unless asked for."""
    alignment: tuple[tuple[int, int], ...] | None = None
    """Pairs (source word, target word), from 0, of ``source.split()`` and ``text.split()``; None unless asked for."""
    source: str = ""
    """The text that the model was given: the line after light normalisation."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """Which model translated, and how: what a manifest records."""

    id: str
    """As the user named it: ``builtin``, a Hub id, or a folder."""
    revision: str | None
    """Commit of the Hub repository, or the revision of the built-in model."""
    sha256: str
    """Hex SHA-256 of the weights file of the model (before any conversion)."""
    engine: str
    """``ctranslate2`` or ``transformers``."""
    device: str
    """``cpu`` or ``cuda``."""
    compute_type: str
    """``int8``, ``float16``, ``float32``, ..."""
    source_lang: str
    target_lang: str
    decoding: dict[str, int | float | str | None] = field(default_factory=dict)
    """Beam size, length penalty, target token, longest source."""
    versions: dict[str, str] = field(default_factory=dict)
    """Versions of the packages that did the work."""
