"""Writing a trained network as a MarianMT folder that transformers and CTranslate2 read."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from muwazi.corpus.errors import InputError
from muwazi.translate.training.checkpoint import replace_folder
from muwazi.translate.training.vocabulary import Vocabulary

NEVER = -10_000.0
"""Bias of ids that only the source side has; representable in float16."""


def average(states: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """The mean of several states of one network."""
    return {
        name: sum((state[name].double() for state in states), torch.zeros(()))
        .div(len(states))
        .to(states[0][name].dtype)
        if states[0][name].is_floating_point()
        else states[0][name]
        for name in states[0]
    }


def forbid_source_pieces(model: Any, vocabulary: Vocabulary) -> None:
    """Set the output bias so that ids which only the source side has, and ``<pad>``, are never generated."""
    bias = torch.zeros_like(model.final_logits_bias)
    bias[:, vocabulary.targets :] = NEVER
    model.final_logits_bias.copy_(bias)


def generable(model: Any) -> int:
    """How many of the first ids can be generated: the inverse of :func:`forbid_source_pieces`."""
    allowed = (model.final_logits_bias[0] > NEVER / 2).nonzero()
    return int(allowed.max()) + 1 if len(allowed) else int(model.config.vocab_size)


def save_model(
    model: Any,
    vocabulary: Vocabulary,
    folder: Path,
    *,
    source_lang: str = "ar",
    target_lang: str = "en",
    half: bool = True,
    extra: Mapping[str, Any] | None = None,
    also: Mapping[str, Path] | None = None,
    plot: str | None = None,
) -> None:
    """Write ``folder`` whole or not at all: configuration, weights (float16 by default), vocabulary, ``muwazi.json``.

    ``also`` names files to copy into it, ``plot`` becomes ``training.svg``.

    Raises:
        InputError: the disk is full or cannot be written.
    """
    from safetensors import SafetensorError
    from transformers import GenerationConfig

    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        dtype = model.dtype
        if half:
            model.half()
        try:
            model.generation_config = GenerationConfig(
                bad_words_ids=[[vocabulary.pad]],
                decoder_start_token_id=vocabulary.pad,
                eos_token_id=vocabulary.eos,
                forced_eos_token_id=vocabulary.eos,
                pad_token_id=vocabulary.pad,
                max_length=512,
                num_beams=4,
            )
            model.save_pretrained(temporary, safe_serialization=True)
        finally:
            model.to(dtype)
        vocabulary.save(temporary)
        tokenizer = {
            "tokenizer_class": "MarianTokenizer",
            "source_lang": source_lang,
            "target_lang": target_lang,
            "separate_vocabs": False,
            "model_max_length": 512,
            "unk_token": "<unk>",
            "eos_token": "</s>",
            "pad_token": "<pad>",
        }
        (temporary / "tokenizer_config.json").write_text(json.dumps(tokenizer, indent=2) + "\n", encoding="utf-8")
        if extra is not None:
            text = json.dumps(dict(extra), ensure_ascii=False, indent=2) + "\n"
            (temporary / "muwazi.json").write_text(text, encoding="utf-8")
        for name, path in (also or {}).items():
            shutil.copyfile(path, temporary / name)
        if plot is not None:
            (temporary / "training.svg").write_text(plot, encoding="utf-8")
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o777 & ~umask)
        for file in temporary.iterdir():  # safetensors makes files that only their owner reads
            file.chmod(0o666 & ~umask)
        replace_folder(temporary, folder)
    except BaseException as error:
        shutil.rmtree(temporary, ignore_errors=True)
        if isinstance(error, OSError | SafetensorError):
            reason = " ".join(str(error).split())
            raise InputError(f"{folder}: the model could not be written ({reason}); free space and resume") from None
        raise
