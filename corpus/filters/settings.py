"""Which filters run, and their thresholds."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, model_validator

from muwazi.corpus.filters.contract import Filter


class FilterSettings(BaseModel):
    """Each filter has a switch and its thresholds; the defaults are made for aligned articles (docs/filters.md)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    length: bool = True
    min_characters: int = Field(default=1, ge=0)
    """Of either side."""
    max_characters: int = Field(default=2000, ge=1)
    """Of either side."""
    script: bool = True
    min_arabic_share: float = Field(default=0.3, ge=0, le=1)
    """Of Arabic letters among the letters of the Arabic side."""
    min_latin_share: float = Field(default=0.5, ge=0, le=1)
    """Of Latin letters among the letters of the English side."""
    identical: bool = True
    similarity: bool = True
    min_similarity: float = Field(default=0.2, ge=-1, le=1)
    """As the aligner measured it."""
    length_ratio: bool = True
    max_length_ratio: float = Field(default=3.0, ge=1)
    numbers: bool = True
    min_number_agreement: float = Field(default=0.5, ge=0, le=1)
    """Share of the numbers that both sides have."""
    language: bool = True
    min_language_margin: float = -1.0
    """By how much a side's own language is likelier than another, per letter, in nats."""
    language_min_letters: int = Field(default=40, ge=1)
    """The language of shorter sides is not asked for."""
    duplicate: bool = True
    near_duplicate: bool = True
    near_duplicate_threshold: float = Field(default=0.85, gt=0, le=1)
    """Jaccard index of character 5-grams from which two pairs are taken for the same."""

    @model_validator(mode="after")
    def _limits(self) -> FilterSettings:
        if self.min_characters > self.max_characters:
            raise ValueError("min_characters is greater than max_characters")
        return self


def default_filters(settings: FilterSettings | None = None) -> list[Filter]:
    """The filters that ``settings`` switches on, in the order in which they should run.

    The cheap ones come first, those that compare pairs with each other last: they must see only pairs that stay, or a
    dropped pair would take its good twin with it.
    """
    from muwazi.corpus.filters.duplicates import DuplicateFilter, NearDuplicateFilter
    from muwazi.corpus.filters.length import LengthFilter, LengthRatioFilter
    from muwazi.corpus.filters.numbers import NumberFilter
    from muwazi.corpus.filters.script import IdenticalFilter, LanguageFilter, ScriptFilter
    from muwazi.corpus.filters.similarity import SimilarityFilter

    chosen = settings or FilterSettings()
    switched: list[tuple[bool, Filter]] = [
        (chosen.length, LengthFilter(chosen.min_characters, chosen.max_characters)),
        (chosen.identical, IdenticalFilter()),
        (chosen.script, ScriptFilter(chosen.min_arabic_share, chosen.min_latin_share)),
        (chosen.similarity, SimilarityFilter(chosen.min_similarity)),
        (chosen.length_ratio, LengthRatioFilter(chosen.max_length_ratio)),
        (chosen.numbers, NumberFilter(chosen.min_number_agreement)),
        (chosen.language, LanguageFilter(chosen.min_language_margin, chosen.language_min_letters)),
        (chosen.duplicate, DuplicateFilter()),
        (chosen.near_duplicate, NearDuplicateFilter(chosen.near_duplicate_threshold)),
    ]
    return [each for on, each in switched if on]
