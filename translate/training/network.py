"""The network: presets, a MarianMT configuration, and starts that let cross-attention form early."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from muwazi.translate.training.alignment import Table
from muwazi.translate.training.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Preset:
    """Size of a network and of its vocabularies."""

    d_model: int
    ffn: int
    heads: int
    encoder_layers: int
    decoder_layers: int
    source_pieces: int
    target_pieces: int


PRESETS = {
    # Small enough that five minutes on two cores show a falling loss and a first BLEU.
    "tiny": Preset(128, 512, 4, 2, 1, 4000, 4000),
    # What a CPU can train in two hours: the softmax over the target pieces and the encoder cost about the same.
    "cpu": Preset(256, 768, 8, 3, 2, 8000, 8000),
    # About 27 million parameters; deep encoder, shallow decoder (Kasai et al. 2021).
    "small": Preset(384, 1536, 6, 6, 3, 16000, 16000),
    "base": Preset(512, 2048, 8, 6, 6, 24000, 24000),
}


def configuration(vocabulary: Vocabulary, preset: Preset, *, dropout: float) -> Any:
    """A MarianConfig of the size of ``preset``."""
    from transformers import MarianConfig

    return MarianConfig(
        vocab_size=vocabulary.size,
        decoder_vocab_size=vocabulary.size,
        d_model=preset.d_model,
        encoder_layers=preset.encoder_layers,
        decoder_layers=preset.decoder_layers,
        encoder_ffn_dim=preset.ffn,
        decoder_ffn_dim=preset.ffn,
        encoder_attention_heads=preset.heads,
        decoder_attention_heads=preset.heads,
        dropout=dropout,
        attention_dropout=0.0,
        activation_dropout=0.0,
        activation_function="relu",
        scale_embedding=True,
        static_position_embeddings=True,
        max_position_embeddings=512,
        share_encoder_decoder_embeddings=True,
        tie_word_embeddings=True,
        pad_token_id=vocabulary.pad,
        eos_token_id=vocabulary.eos,
        forced_eos_token_id=vocabulary.eos,
        decoder_start_token_id=vocabulary.pad,
        bos_token_id=None,
    )


def build(vocabulary: Vocabulary, preset: Preset, *, dropout: float, seed: int) -> Any:
    """A new MarianMTModel whose sublayers start small, so that each layer is near the identity.

    MarianMT normalises after the residual sum; deep-net starts (Wang et al. 2022) damp the value, output and
    feed-forward weights, which is done here, and scale the residual, which MarianMT has no place for.
    """
    from transformers import MarianMTModel

    torch.manual_seed(seed)
    model = MarianMTModel(configuration(vocabulary, preset, dropout=dropout))
    damping = (8 * (preset.encoder_layers + preset.decoder_layers)) ** -0.25
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.dim() < 2 or "embed" in name or name == "lm_head.weight":
                continue
            torch.nn.init.xavier_normal_(weight)
            if any(part in name for part in ("v_proj", "out_proj", "fc1", "fc2")):
                weight.mul_(damping)
        weight = model.model.shared.weight
        torch.nn.init.normal_(weight, std=preset.d_model**-0.5)
        weight[vocabulary.pad].zero_()
    model.tie_weights()
    return model


def start_from_table(model: Any, vocabulary: Vocabulary, table: Table, meanings: Any | None = None) -> None:
    """Start source embeddings as mixtures of their translations' embeddings, and let attention copy them.

    With the values of the last cross-attention at the identity, the decoder then predicts a translation of whatever
    source piece it looks at, before the first step; what is left to learn is where to look and how to order.

    Args:
        model: a new network from :func:`build`.
        vocabulary: its vocabulary.
        table: model 1 of the training corpus.
        meanings: (ids, d_model) vectors to blend into the target embeddings, zero rows for none.
    """
    size = model.config.d_model
    with torch.no_grad():
        weight = model.model.shared.weight
        if meanings is not None:
            given = torch.as_tensor(meanings, dtype=weight.dtype)
            known = given.norm(dim=1) > 0
            weight[known] = 0.6 * weight[known] + 0.8 * given[known] / given[known].norm(dim=1, keepdim=True)
        weight.div_(weight.norm(dim=1, keepdim=True).clamp_min(1e-6))
        weight[vocabulary.pad].zero_()
        strength = table.forward * np.sqrt(table.backward)
        strength[:, table.target_ids < 2] = 0
        strength /= np.maximum(strength.sum(1, keepdims=True), 1e-9)
        mixed = torch.from_numpy(strength) @ weight[torch.from_numpy(table.target_ids)]
        mixed /= mixed.norm(dim=1, keepdim=True).clamp_min(1e-6)
        only_source = torch.from_numpy(table.source_ids >= vocabulary.targets)
        ids = torch.from_numpy(table.source_ids)[only_source]
        noise = torch.randn(len(ids), size) * size**-0.5
        fresh = mixed[only_source] + 0.3 * noise
        weight[ids] = fresh / fresh.norm(dim=1, keepdim=True).clamp_min(1e-6)
        attention = model.model.decoder.layers[-1].encoder_attn
        attention.v_proj.weight.copy_(torch.eye(size) + 0.02 * torch.randn(size, size))
        attention.out_proj.weight.copy_(2.0 * torch.eye(size) + 0.02 * torch.randn(size, size))
    model.tie_weights()
