"""Dev BLEU and chrF during training: greedy search with transformers, sentences of like length together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from muwazi.translate.training.pairs import Pair
from muwazi.translate.training.vocabulary import Vocabulary


def translate(
    model: Any, vocabulary: Vocabulary, lines: Sequence[str], *, batch: int = 64, beams: int = 1
) -> list[str]:
    """Translate lines with the network as it is; for looking during training, not for use."""
    encoded = vocabulary.encode_source(lines)
    order = sorted(range(len(lines)), key=lambda i: len(encoded[i]))
    results = [""] * len(lines)
    device = next(model.parameters()).device
    for begin in range(0, len(order), batch):
        part = order[begin : begin + batch]
        width = max(len(encoded[i]) for i in part)
        ids = torch.full((len(part), width), vocabulary.pad)
        for row, i in enumerate(part):
            ids[row, : len(encoded[i])] = torch.tensor(encoded[i])
        made = model.generate(
            input_ids=ids.to(device),
            attention_mask=(ids != vocabulary.pad).long().to(device),
            num_beams=beams,
            do_sample=False,
            max_length=int(width * 1.6) + 9,
        )
        for row, i in enumerate(part):
            results[i] = vocabulary.decode_target(made[row].tolist())
    return results


def score(model: Any, vocabulary: Vocabulary, dev: Sequence[Pair]) -> dict[str, float]:
    """BLEU and chrF2 of greedy translations of ``dev``; empty where there is no dev set."""
    if not dev:
        return {}
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF

    made = translate(model, vocabulary, [pair.source for pair in dev])
    references = [[pair.target for pair in dev]]
    return {
        "bleu": round(BLEU().corpus_score(made, references).score, 3),
        "chrf": round(CHRF().corpus_score(made, references).score, 3),
    }
