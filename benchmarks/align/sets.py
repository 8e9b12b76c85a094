"""The gold alignments that the aligner is fitted on and measured with.

``--data`` names a folder with ``authored/``, ``ntrex-a/`` and ``textberg-dev/`` (any of them may be missing); the
project's own examples are always there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from muwazi.align.beads_io import parse_beads
from muwazi.corpus.types import Bead

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "gold"
_LANGUAGES = {"textberg-dev": ("de", "fr")}


@dataclass(frozen=True)
class GoldDocument:
    """A document pair with its gold beads."""

    set: str
    name: str
    languages: tuple[str, str]
    source: tuple[str, ...]
    target: tuple[str, ...]
    beads: tuple[Bead, ...]
    variant_of: str = ""
    """Kind of the document that this one was made from (:mod:`benchmarks.align.variants`)."""

    @property
    def kind(self) -> str:
        """What a fold of the cross-validation leaves out: the set, or in ``authored`` the kind of text."""
        if self.variant_of:
            return self.variant_of
        if self.set != "authored":
            return self.set
        kind = self.name.split("_")[0]
        return "authored/press" if kind in ("press", "abridged") else f"authored/{kind}"


def load_sets(data: Path | None, only: Sequence[str] = ()) -> list[GoldDocument]:
    """All documents of all sets found, sorted by set and name."""
    folders = {"examples": EXAMPLES}
    if data is not None:
        folders |= {name: data / name for name in ("authored", "ntrex-a", "textberg-dev")}
    found = []
    for name, folder in sorted(folders.items()):
        languages = _LANGUAGES.get(name, ("ar", "en"))
        for gold in sorted(folder.glob("*.gold")) if not only or name in only else ():
            stem = gold.name.removesuffix(".gold")
            sides = [_lines(folder / f"{stem}.{language}") for language in languages]
            found.append(GoldDocument(name, stem, languages, sides[0], sides[1], tuple(parse_beads(gold).beads)))
    return found


def _lines(path: Path) -> tuple[str, ...]:
    return tuple(path.read_text(encoding="utf-8").removesuffix("\n").split("\n"))
