"""Converts a MarianMT folder to CTranslate2, once, into the user's cache.

CTranslate2's own converter drops the last row of the vocabulary and starts the decoder from a zero vector: right for
the published Marian models, whose ``<pad>`` row is zero, and wrong for any model trained or tuned with transformers,
where the output layer shares that row and moves it (the translations then begin with noise). Here the row stays, the
decoder starts from ``<pad>`` as transformers does, and ``<pad>`` is kept from being generated.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from muwazi.corpus.cache import cache_dir
from muwazi.corpus.errors import ModelError
from muwazi.translate.models.network import load_network
from muwazi.translate.models.resolution import TEXT_FILES, Note, ResolvedModel, no_note

FORMAT = "1"
"""Raised when what a conversion writes changes: older ones are then made again."""
RECORD = "conversion.json"


def converted(model: ResolvedModel, quantization: str, *, note: Note = no_note) -> Path:
    """The CTranslate2 folder of ``model`` in ``quantization`` (``int8``, ``float16``, ``float32``), made once.

    A model that is in CTranslate2 format already is returned as it is. Several processes may ask at once: one converts,
    the others wait. Raises :class:`ModelError` where the weights cannot be read or the cache cannot be written.
    """
    if model.format == "ctranslate2":
        return model.path
    key = f"{model.fingerprint[:24]}-{quantization}-{FORMAT}-ct{version('ctranslate2')}"
    try:
        root = cache_dir("ctranslate2")
        target = root / key
        if target.is_dir():
            return target
        with _lock(root / f"{key}.lock"):
            if target.is_dir():
                return target
            for stale in root.glob(f"{key}.tmp-*"):  # of a conversion that was killed: we hold the lock
                shutil.rmtree(stale, ignore_errors=True)
            note(f"converting {model.id} to CTranslate2 ({quantization}), once; kept in {root}")
            return _convert(model, quantization, target)
    except OSError as error:
        raise ModelError(
            f"cannot write the converted model to the cache ({error.strerror or error}: {error.filename}); "
            "set MUWAZI_CACHE to a folder with room"
        ) from error


def _convert(model: ResolvedModel, quantization: str, target: Path) -> Path:
    network = load_network(model)
    partial = Path(tempfile.mkdtemp(prefix=f"{target.name}.tmp-", dir=target.parent))
    try:
        spec = _specification(network, model)
        spec.validate()
        spec.optimize(quantization=quantization)
        spec.save(str(partial))
        # CTranslate2 writes a config.json of its own; the model's is kept beside it for its search settings.
        for name in TEXT_FILES:
            if name != "config.json" and (model.path / name).is_file():
                shutil.copyfile(model.path / name, partial / name)
        record = {
            "model": model.id,
            "revision": model.revision,
            "sha256": model.sha256,
            "quantization": quantization,
            "ctranslate2": version("ctranslate2"),
            "config": model.config,
        }
        (partial / RECORD).write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        for path in partial.iterdir():
            path.chmod(0o644)
            with path.open("rb") as file:
                os.fsync(file.fileno())
        partial.chmod(0o755)
        partial.rename(target)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return target


def _specification(network: Any, model: ResolvedModel) -> Any:
    import numpy as np
    from ctranslate2.converters.transformers import BartLoader

    class Loader(BartLoader):  # type: ignore[misc]
        """Marian's network is Bart's without layer normalisation of the embeddings."""

        def set_config(self, config: Any, model: Any, tokenizer: Any) -> None:
            """Nothing: set below, from the vocabulary."""

    network.config.normalize_before = False
    network.config.normalize_embedding = False
    spec = Loader().get_model_spec(network)
    # All heads of the last layer, as the reference engine averages them; the converter's default is the first head
    # alone.
    spec.decoder.alignment_heads = np.int16(network.config.decoder_attention_heads)
    vocabulary = model.vocabulary
    spec.register_source_vocabulary(list(vocabulary.source_pieces))
    spec.register_target_vocabulary(list(vocabulary.target_pieces))
    spec.config.bos_token = "</s>"  # noqa: S105 - a token of text; Marian has no begin mark and none is added
    spec.config.eos_token = vocabulary.source_pieces[_single(network.config.eos_token_id)]
    spec.config.unk_token = "<unk>"  # noqa: S105
    spec.config.decoder_start_token = vocabulary.target_pieces[network.config.decoder_start_token_id]
    return spec


def _single(value: int | list[int]) -> int:
    return value[0] if isinstance(value, list) else value


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    # The file stays: removing it would let two processes hold locks on two files of one name.
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
