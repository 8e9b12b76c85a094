"""Taking page furniture out of an article, each piece with its reason."""

from muwazi.corpus.cleaning.clean import Cleaned, clean
from muwazi.corpus.cleaning.rules import REASONS

__all__ = ["REASONS", "Cleaned", "clean"]
