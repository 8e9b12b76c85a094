"""Gold documents with sentences joined at random, so that one sentence renders as many as eight.

Arabic prose strings with commas what English sets apart with full stops, up to whole paragraphs. The gold sets at hand
have little of that. A variant joins the source sentences of neighbouring gold beads with Arabic commas; its beads are
the joined ones. The fit learns from variants at a low weight and leaves them out together with their originals.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Sequence

from benchmarks.align.sets import GoldDocument
from muwazi.corpus.types import Bead

MOST = 8
"""Target sentences in a joined bead at most."""
COMMA = "،"


def joined(document: GoldDocument, way: Sequence[tuple[int, int, int, int]], share: float, seed: int) -> GoldDocument:
    """A variant in which about ``share`` of the beads are drawn to hold 1 to 8 target sentences.

    :param way: the gold beads as a gapless way (i, j, a, b).
    """
    drawn = random.Random(seed + zlib.crc32(document.name.encode()))
    source: list[str] = []
    beads = []
    rest = list(way)
    while rest:
        i, j, a, b = rest.pop(0)
        wanted = drawn.randint(1, MOST) if drawn.random() < share else 1
        while a and b and b < wanted and rest and rest[0][2] and rest[0][3] and b + rest[0][3] <= MOST:
            _, _, c, d = rest.pop(0)
            a, b = a + c, b + d
        if a:
            texts = [text.rstrip(" .") for text in document.source[i : i + a - 1]]
            source.append(f"{COMMA} ".join([*texts, document.source[i + a - 1]]))
        beads.append(Bead((len(source) - 1,) if a else (), tuple(range(j, j + b))))
    return GoldDocument(
        "joined", document.name, document.languages, tuple(source), document.target, tuple(beads), document.kind
    )
