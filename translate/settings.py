"""How to translate: every knob of :class:`muwazi.translate.Translator`, checked once."""

from __future__ import annotations

from dataclasses import dataclass

from muwazi.corpus.errors import SettingsError


@dataclass(frozen=True, slots=True)
class TranslationSettings:
    """Raises :class:`SettingsError` for impossible values."""

    beam: int | None = None
    """Beam size; None: the model's own, else 4."""
    length_penalty: float | None = None
    """Exponent of the length that scores are divided by in the search; None: the model's own, else 1."""
    n_best: int = 1
    """How many translations of each line; all but the best are alternatives."""
    alignments: bool = False
    """Whether to link the words of both sides."""
    target_token: str | None = None
    """``>>eng<<`` (or ``eng``), for models with several target languages."""
    max_source_tokens: int | None = None
    """Longer sentences are translated in parts; None: what the model was trained on, else 256, never more than it can
    read.
    """
    batch_tokens: int = 1024
    """Source pieces in a batch, padding included."""
    guards: bool = True
    """Whether to look for bad translations, retry them once for each kind of fault, and flag them."""
    window: int = 2048
    """Lines that a stream holds at once."""
    memo: int = 20_000
    """Translated segments that a stream remembers, so that a line that comes again is not translated again."""

    def __post_init__(self) -> None:
        for name, value, low, high in (
            ("beam", self.beam, 1, 64),
            ("n_best", self.n_best, 1, 64),
            ("max_source_tokens", self.max_source_tokens, 4, 100_000),
            ("batch_tokens", self.batch_tokens, 1, 10_000_000),
            ("window", self.window, 1, 10_000_000),
            ("memo", self.memo, 0, 100_000_000),
        ):
            if value is not None and not low <= value <= high:
                raise SettingsError(f"{name.replace('_', '-')} {value}: must be between {low:,} and {high:,}")
        if self.length_penalty is not None and not -10 <= self.length_penalty <= 10:
            raise SettingsError(f"length-penalty {self.length_penalty}: must be between -10 and 10")
        if self.beam is not None and self.n_best > self.beam:
            raise SettingsError(f"n-best {self.n_best} needs a beam of at least {self.n_best}; it is {self.beam}")
