"""What every filter is: a score, and apart from it the decision.

Score and decision are two methods, so that what was scored once can be thresholded again.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

Score = float | tuple[float, ...]


@dataclass(frozen=True, slots=True)
class FilterPair:
    """What a filter looks at."""

    ar: str
    en: str
    similarity: float | None = None
    """Of the two sides, as the aligner measured it; None where nobody did."""


class Filter(ABC):
    """One reason to leave a pair out."""

    name: ClassVar[str]
    """Short machine-readable name, for counts and settings."""
    description: ClassVar[str]
    """One line for reports: what is dropped."""

    @abstractmethod
    def score(self, pair: FilterPair) -> Score:
        """What is measured; its range and direction stand in the filter's own docstring."""

    @abstractmethod
    def accept(self, score: Score) -> bool:
        """Whether a pair with this score stays. Depends on the score and the filter's settings alone."""

    def reset(self) -> None:  # noqa: B027 - most filters have nothing to forget
        """Forget what was seen. Only filters that compare pairs with each other remember anything."""


def single(score: Score) -> float:
    """A score of one number.

    Raises:
        TypeError: it has several.
    """
    if isinstance(score, tuple):
        raise TypeError("a score of one number was expected")
    return score


def several(score: Score) -> tuple[float, ...]:
    """A score as its numbers."""
    return score if isinstance(score, tuple) else (score,)
