"""Reading a MarianMT folder to train it further, whole or through LoRA."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from muwazi.corpus.errors import InputError, ModelError
from muwazi.translate.training import export, vocabulary

_ADAPTED = ["q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2"]


def locate(name: str) -> Path:
    """The folder of a model: a folder, ``builtin``, or a Hub id (fetched by the part of Muwazi that knows the Hub)."""
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    from muwazi.translate.models import resolve

    return resolve(name).path


def load(folder: Path, *, dropout: float) -> tuple[Any, vocabulary.Vocabulary]:
    """The network (float32) and its vocabulary.

    Raises:
        ModelError: the folder holds no MarianMT model in transformers format.
    """
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(f"{folder}: no config.json; not the folder of a MarianMT model") from None
    except (OSError, ValueError) as error:
        raise ModelError(f"{folder}/config.json: not readable ({error})") from None
    kind = config.get("model_type") if isinstance(config, dict) else None
    if kind != "marian":
        raise ModelError(f"{folder}: a model of type {kind!r}, not MarianMT; train from a Marian folder")
    if not any((folder / name).is_file() for name in ("model.safetensors", "pytorch_model.bin")):
        raise ModelError(f"{folder}: no weights that can be trained (model.safetensors or pytorch_model.bin)")
    import torch
    from transformers import MarianMTModel

    try:
        model = MarianMTModel.from_pretrained(folder, dtype=torch.float32, dropout=dropout)
    except (OSError, RuntimeError, ValueError) as error:
        raise ModelError(f"{folder}: the weights cannot be read ({' '.join(str(error).split())[:160]})") from None
    if not model.config.share_encoder_decoder_embeddings:
        raise ModelError(f"{folder}: separate source and target embeddings, which muwazi train does not know")
    return model, vocabulary.load(folder, export.generable(model))


def add_lora(model: Any, rank: int) -> None:
    """Freeze the network and put LoRA matrices (Hu et al. 2022) beside every projection, in place.

    Raises:
        InputError: peft is not installed.
    """
    try:
        from peft import LoraConfig, inject_adapter_in_model
    except ImportError:
        raise InputError("--lora needs the package peft; install muwazi[lora]") from None
    inject_adapter_in_model(
        LoraConfig(r=rank, lora_alpha=2 * rank, lora_dropout=0.05, target_modules=_ADAPTED, bias="none"), model
    )
    for name, parameter in model.named_parameters():
        parameter.requires_grad_("lora_" in name)


def merge_lora(model: Any) -> None:
    """Add the LoRA matrices to the weights and take the wrappers away, in place."""
    from peft.tuners.lora import LoraLayer

    for name, module in list(model.named_modules()):
        if isinstance(module, LoraLayer):
            module.merge()
            parent, _, child = name.rpartition(".")
            setattr(model.get_submodule(parent), child, module.get_base_layer())
