"""Bertalign, from a checkout of its repository (it is on no package index, and under the GPL: nothing of it is here).

``python -m benchmarks.align --bertalign FOLDER`` with FOLDER a checkout of github.com/bfsujason/bertalign; it needs
``pip install faiss-cpu`` (numba comes with sentweave). Its algorithm is run as it stands, with its default settings;
only the encoder is the one that all methods have here: its own code loads LaBSE at the first import.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from benchmarks.align.sets import GoldDocument
from muwazi.align.encoder import Vectors
from muwazi.corpus.errors import InputError
from muwazi.corpus.types import Bead

Embed = Callable[[list[str]], Vectors]
TOP_K, WINDOW, SKIP = 3, 5, -0.1
"""Bertalign's defaults."""


def load(folder: Path) -> ModuleType:
    """The module of a checkout that holds the algorithm.

    Raises:
        InputError: it is not there, or lacks a package.
    """
    path = folder / "bertalign" / "corelib.py"
    spec = importlib.util.spec_from_file_location("bertalign_corelib", path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise InputError(f"{path}: not found; name a checkout of Bertalign")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # numba finds what it compiled before by this name
    try:
        spec.loader.exec_module(module)
    except ImportError as error:
        raise InputError(f"Bertalign needs a package ({error}); pip install faiss-cpu numba") from None
    return module


def bertalign(core: ModuleType, embed: Embed, most: int) -> Callable[[GoldDocument], Sequence[Bead]]:
    """Both passes of Bertalign, for beads of at most so many sentences."""
    first_types, types = core.get_alignment_types(2), core.get_alignment_types(most)

    def run(document: GoldDocument) -> Sequence[Bead]:
        n, m = len(document.source), len(document.target)
        source, source_bytes = _runs(document.source, most - 1, embed)
        target, target_bytes = _runs(document.target, most - 1, embed)
        near, which = core.find_top_k_sents(source[0], target[0], k=TOP_K)
        width, path = core.find_first_search_path(n, m)
        way = core.first_pass_align(n, m, width, path, first_types, near, which)
        width, second = core.find_second_search_path(core.first_back_track(n, m, way, path, first_types), WINDOW, n, m)
        ratio = source_bytes[0].sum() / target_bytes[0].sum()
        way = core.second_pass_align(
            source, target, source_bytes, target_bytes, width, second, types, ratio, SKIP, margin=True, len_penalty=True
        )
        return [Bead(tuple(s), tuple(t)) for s, t in core.second_back_track(n, m, way, second, types)]

    return run


def _runs(sentences: Sequence[str], longest: int, embed: Embed) -> tuple[Vectors, NDArray[np.int64]]:
    """Vectors [length - 1, last sentence] and bytes of the runs; what would begin before the text is a filler."""
    texts = [
        " ".join(sentences[last + 1 - length : last + 1]) if last + 1 >= length else "PAD"
        for length in range(1, longest + 1)
        for last in range(len(sentences))
    ]
    shape = longest, len(sentences)
    return embed(texts).reshape(*shape, -1), np.array([len(text.encode()) for text in texts]).reshape(shape)
