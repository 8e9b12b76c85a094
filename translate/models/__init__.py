"""Models: from a name to checked files, fetched and converted once."""

from muwazi.translate.models.card import ModelCard
from muwazi.translate.models.resolution import ResolvedModel, builtin_folder, resolve

__all__ = ["ModelCard", "ResolvedModel", "builtin_folder", "resolve"]
