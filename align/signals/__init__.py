"""What speaks for or against a bead: one small file for each signal.

A signal gives numbers (*features*) for beads with two sides and for sentences left without partner; the score of a
bead is their weighted sum, with the weights of :mod:`muwazi.align.weights`. Every feature is symmetric: swapping the
documents swaps the beads and changes no number. To add one, write a class with the four members of :class:`Signal`,
add it to
:data:`SIGNALS`, and fit the weights again (``python -m benchmarks.align.fit``).
"""

from muwazi.align.signals.anchors import Anchors
from muwazi.align.signals.contract import Signal
from muwazi.align.signals.length import Length
from muwazi.align.signals.neighbours import Neighbours
from muwazi.align.signals.partners import Partners
from muwazi.align.signals.pieces import Pieces
from muwazi.align.signals.punctuation import Punctuation
from muwazi.align.signals.shape import Shape
from muwazi.align.signals.similarity import Similarity
from muwazi.align.signals.translation import Translation

SIGNALS: tuple[Signal, ...] = (
    Shape(),
    Similarity(),
    Neighbours(),
    Partners(),
    Pieces(),
    Length(),
    Anchors(),
    Punctuation(),
    Translation(),
)
"""All signals, in the order in which their features are added up."""
CLOSE = frozenset({"pieces"})
"""Those that are computed only for what competes after a first look with the others."""

__all__ = ["CLOSE", "SIGNALS", "Signal"]
