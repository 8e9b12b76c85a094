"""Which filters run, and their thresholds."""

from __future__ import annotations

from muwazi.corpus.filters.contract import Filter
from pydantic import BaseModel, ConfigDict, Field


class FilterSettings(BaseModel):
    """Each filter has a switch and its thresholds; the defaults are made for aligned articles (docs/filters.md)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    length: bool = True
    min_characters: int = Field(default=1, ge=0)
    max_characters: int = Field(default=2000, ge=1)
    length_ratio: bool = True
    max_length_ratio: float = Field(default=2.5, ge=1)


def default_filters(settings: FilterSettings | None = None) -> list[Filter]:
    """The filters that ``settings`` switches on, in the order in which they should run."""
    from muwazi.corpus.filters.length import LengthFilter, LengthRatioFilter

    chosen = settings or FilterSettings()
    filters: list[Filter] = []
    if chosen.length:
        filters.append(LengthFilter(chosen.min_characters, chosen.max_characters))
    if chosen.length_ratio:
        filters.append(LengthRatioFilter(chosen.max_length_ratio))
    return filters
