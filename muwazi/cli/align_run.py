"""Aligning one pair of files for ``muwazi align``: read, align, filter, write, show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from muwazi.cli.align_files import ReadOptions, Sentences, read_sentences
from muwazi.corpus.errors import NotParallelError
from muwazi.corpus.progress import SILENT, Progress
from muwazi.corpus.types import Bead

if TYPE_CHECKING:
    from muwazi.align import Aligner, Alignment


@dataclass(frozen=True, slots=True)
class AlignOptions:
    """What the user asked for, for every pair alike."""

    source_lang: str = "ar"
    target_lang: str = "en"
    encoder: str = "builtin"
    max_merge: int = 10
    min_confidence: float | None = None
    with_mt: str | None = None
    force: bool = False
    format: str = "tsv"
    read: ReadOptions = field(default_factory=ReadOptions)


@dataclass(frozen=True, slots=True)
class Aligned:
    """One pair, aligned."""

    source: Sentences
    target: Sentences
    alignment: Alignment
    beads: tuple[Bead, ...]
    """Those of the alignment at or above the least confidence."""

    @property
    def left_out(self) -> int:
        """Beads below the least confidence."""
        return len(self.alignment.beads) - len(self.beads)

    def summary(self) -> dict[str, Any]:
        """Counts and the mean confidence, for a table or JSON."""
        kinds = Counter(bead.kind for bead in self.beads)
        known = [bead.confidence for bead in self.beads if bead.confidence is not None and bead.source and bead.target]
        return {
            "source": str(self.source.path),
            "target": str(self.target.path),
            "source_sentences": len(self.source.texts),
            "target_sentences": len(self.target.texts),
            "beads": len(self.beads),
            "kinds": dict(kinds.most_common()),
            "left_out": self.left_out,
            "flagged": sum(bool(bead.flags) for bead in self.beads),
            "mean_confidence": round(sum(known) / len(known), 4) if known else None,
            "parallel": self.alignment.parallel,
            "notes": [*self.source.notes, *self.target.notes, *self.alignment.notes],
        }


class PairAligner:
    """Aligns pairs of files one after the other; the models are loaded with the first."""

    def __init__(self, options: AlignOptions) -> None:
        self.options = options
        self._aligner: Aligner | None = None
        self._translator: Any = None

    @property
    def aligner(self) -> Aligner:
        """The aligner, loaded when first asked for."""
        if self._aligner is None:
            from muwazi.align import Aligner

            options = self.options
            self._aligner = Aligner(
                options.encoder,
                source_lang=options.source_lang,
                target_lang=options.target_lang,
                max_merge=options.max_merge,
            )
        return self._aligner

    def align(self, source: Path, target: Path, progress: Progress = SILENT) -> Aligned:
        """Read and align two files.

        Raises:
            InputError: a file cannot be used.
            NotParallelError: the files do not look like translations of each other, and ``force`` is off.
        """
        options = self.options
        return self.align_sentences(
            read_sentences(source, options.source_lang, options.read),
            read_sentences(target, options.target_lang, options.read),
            progress,
        )

    def align_sentences(self, source: Sentences, target: Sentences, progress: Progress = SILENT) -> Aligned:
        """Align two files that were read already; see :meth:`align`."""
        from muwazi.align.presplit import align_lines

        mt = self._translate(source.texts, progress)
        alignment = align_lines(self.aligner, source.texts, target.texts, mt=mt, progress=progress)
        if not alignment.parallel and not self.options.force:
            reason = "; ".join(alignment.notes) or "the two documents do not look like translations of each other"
            raise NotParallelError(
                f"{source.path}, {target.path}: {reason}; nothing was written, --force aligns them all the same"
            )
        return Aligned(source, target, alignment, self._confident(alignment.beads))

    def _translate(self, sentences: list[str], progress: Progress) -> list[str] | None:
        if self.options.with_mt is None:
            return None
        if self._translator is None:
            from muwazi.translate import Translator

            self._translator = Translator.load(self.options.with_mt)
        return [translation.text for translation in self._translator.translate(sentences, progress=progress)]

    def _confident(self, beads: tuple[Bead, ...]) -> tuple[Bead, ...]:
        least = self.options.min_confidence
        if least is None:
            return beads
        # Beads with an empty side are no pairs that one could be unsure to use: they stay.
        return tuple(
            bead
            for bead in beads
            if not bead.source or not bead.target or (bead.confidence is not None and bead.confidence >= least)
        )

    def format(self, aligned: Aligned) -> Iterator[str]:
        """The text of the bead file."""
        from muwazi.align.beads_io import format_beads

        options = self.options
        return format_beads(
            aligned.beads,
            aligned.source.texts,
            aligned.target.texts,
            format=options.format,
            source_lang=options.source_lang,
            target_lang=options.target_lang,
        )

    def picture(self, aligned: Aligned) -> str:
        """The HTML page."""
        from muwazi.align.views.html import render_picture

        return render_picture(
            aligned.beads,
            aligned.source.texts,
            aligned.target.texts,
            title=f"{aligned.source.path.name} – {aligned.target.path.name}",
            source_lang=self.options.source_lang,
            target_lang=self.options.target_lang,
            notes=aligned.alignment.notes,
        )

    def show(self, aligned: Aligned) -> None:
        """Print the beads side by side on stdout."""
        from muwazi.align.views.terminal import print_beads

        print_beads(
            aligned.beads,
            aligned.source.texts,
            aligned.target.texts,
            source_lang=self.options.source_lang,
            target_lang=self.options.target_lang,
        )


def describe(aligned: Aligned, options: AlignOptions) -> list[str]:
    """Notes on one pair, for people."""
    summary = aligned.summary()
    kinds = ", ".join(f"{kind} {count}" for kind, count in summary["kinds"].items())
    line = (
        f"{summary['source_sentences']} and {summary['target_sentences']} sentences, {summary['beads']} beads: {kinds}"
    )
    if summary["mean_confidence"] is not None:
        line += f"; mean confidence {summary['mean_confidence']:.2f}"
    lines = [line]
    if aligned.left_out:
        lines.append(f"{aligned.left_out} beads below confidence {options.min_confidence} left out")
    if options.format == "tmx":
        nulls = sum(not bead.source or not bead.target for bead in aligned.beads)
        if nulls:
            lines.append(f"{nulls} beads with an empty side are not in the TMX")
    for sentences in (aligned.source, aligned.target):
        lines += [f"{sentences.path}: {note}" for note in sentences.notes]
    lines += aligned.alignment.notes
    if not aligned.alignment.parallel:
        lines.append("not parallel by the look of it; aligned because of --force")
    return [f"note: {text}" for text in lines]
