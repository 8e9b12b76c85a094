"""Loads a MarianMT network, whole or not at all.

``from_pretrained`` fills parameters that a damaged or foreign checkpoint lacks with random numbers and only warns; a
model that then translates into noise is worse than an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from muwazi.corpus.errors import ModelError
from muwazi.translate.models.resolution import ResolvedModel

# Computed (sinusoids) or zero by definition where a checkpoint leaves them out.
_MAY_BE_MISSING = ("embed_positions.weight", "final_logits_bias")


def load_network(model: ResolvedModel, *, dtype: str = "float32", attention: str = "sdpa") -> Any:
    """The ``MarianMTModel`` of ``model`` on the CPU, in evaluation mode.

    Pickled weights are read with ``weights_only``: a file that holds code is refused. Raises :class:`ModelError` for
    weights that are damaged, incomplete, or of other shapes than config.json says.
    """
    # torch and transformers cost seconds to import.
    import torch
    from transformers import MarianConfig, MarianMTModel

    try:
        with quiet_transformers():
            config = MarianConfig.from_pretrained(model.path, local_files_only=True)
            network, report = MarianMTModel.from_pretrained(
                model.path,
                config=config,
                dtype=getattr(torch, dtype),
                attn_implementation=attention,
                output_loading_info=True,
                local_files_only=True,
                weights_only=True,
                use_safetensors=model.weights.suffix == ".safetensors",
            )
    except Exception as error:  # torch, pickle, zipfile, safetensors and transformers each raise their own
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise ModelError(
            f"{model.weights}: damaged weights, or weights that do not fit config.json ({reason})"
        ) from error
    missing = [name for name in sorted(report["missing_keys"]) if not name.endswith(_MAY_BE_MISSING)]
    if missing or report["mismatched_keys"]:
        what = missing[0] if missing else sorted(report["mismatched_keys"])[0]
        count = len(missing) + len(report["mismatched_keys"])
        raise ModelError(
            f"{model.weights}: incomplete weights: {count} parameters missing or misshapen, the first {what}"
        )
    return network.eval()


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """Keep transformers' bars and advice off stderr; errors still come."""
    from transformers.utils import logging

    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()
