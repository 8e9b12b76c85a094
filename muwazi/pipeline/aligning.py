"""Second step of a build: beads for every document that has a reference."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import muwazi
from muwazi.corpus.progress import SILENT, Progress
from muwazi.corpus.types import Bead
from muwazi.pipeline.cache import WorkCache, digest
from muwazi.pipeline.prepare import Prepared
from muwazi.pipeline.settings import AlignSettings


@dataclass(frozen=True)
class Aligned:
    """The beads of one document. ``parallel`` is False where the two texts are no translations of each other."""

    beads: tuple[Bead, ...]
    parallel: bool
    notes: tuple[str, ...]


def align_all(
    documents: Sequence[Prepared], settings: AlignSettings, cache: WorkCache, progress: Progress = SILENT
) -> dict[str, Aligned]:
    """Beads by document id, for documents with a reference."""
    todo = [document for document in documents if document.reference is not None]
    result: dict[str, Aligned] = {}
    aligner = None
    progress.start("aligning", len(todo), "articles")
    try:
        for document in todo:
            assert document.reference is not None  # noqa: S101 - for the type checker; see todo
            key = digest(muwazi.__version__, settings.encoder, settings.max_merge, document.source, document.reference)
            known = cache.get("aligned", key)
            if known is None:
                if aligner is None:
                    # Loading the encoder takes about a second: not where everything is known already.
                    from muwazi.align import Aligner

                    aligner = Aligner(encoder=settings.encoder, max_merge=settings.max_merge)
                alignment = aligner.align(document.source, document.reference)
                result[document.id] = Aligned(alignment.beads, alignment.parallel, tuple(alignment.notes))
                cache.put("aligned", [(key, _to_json(result[document.id]))])
            else:
                result[document.id] = _from_json(known)
            progress.advance()
    finally:
        progress.finish()
    return result


def _to_json(aligned: Aligned) -> str:
    beads = [[bead.source, bead.target, bead.score, bead.confidence, bead.flags] for bead in aligned.beads]
    return json.dumps({"beads": beads, "parallel": aligned.parallel, "notes": aligned.notes}, ensure_ascii=False)


def _from_json(text: str) -> Aligned:
    tree = json.loads(text)
    beads = tuple(
        Bead(tuple(source), tuple(target), score, confidence, tuple(flags))
        for source, target, score, confidence, flags in tree["beads"]
    )
    return Aligned(beads, tree["parallel"], tuple(tree["notes"]))
