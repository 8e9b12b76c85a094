"""The fast engine: CTranslate2."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from muwazi.corpus.errors import ModelError
from muwazi.translate.engines.base import DecodingOptions, Engine, Hypothesis, Pieces
from muwazi.translate.models.conversion import converted
from muwazi.translate.models.resolution import Note, ResolvedModel, no_note
from muwazi.translate.models.vocabulary import EOS


class CTranslate2Engine(Engine):
    """Runs the model that :func:`muwazi.translate.models.conversion.converted` made of ``model``.

    ``compute_type``: ``auto`` is int8 on the CPU and float16 on CUDA. ``threads``: CPU threads in all, by default those
    that this process may use; each works on a batch of its own, which is faster than several on one.
    Raises :class:`ModelError` for CUDA that is not there and for models that CTranslate2 cannot load.
    """

    name = "ctranslate2"

    def __init__(
        self,
        model: ResolvedModel,
        *,
        device: str = "auto",
        compute_type: str = "auto",
        threads: int | None = None,
        note: Note = no_note,
    ) -> None:
        import ctranslate2

        self.device = _device(device)
        self.compute_type = compute_type
        if compute_type == "auto":
            self.compute_type = "float16" if self.device == "cuda" else "int8"
        supported = ctranslate2.get_supported_compute_types(self.device)
        if self.compute_type not in supported:
            raise ModelError(
                f"compute type {self.compute_type} is not possible on this {self.device}; "
                f"one of {', '.join(sorted(supported))} is"
            )
        self._workers = 1
        if self.device == "cpu":
            self._workers = threads or len(os.sched_getaffinity(0))
        folder = converted(model, self.compute_type, note=note)
        self._source_eos = () if model.config.get("add_source_eos") else (EOS,)
        self._eos = EOS
        try:
            self._translator: Any = ctranslate2.Translator(
                str(folder),
                device=self.device,
                compute_type=self.compute_type,
                inter_threads=self._workers,
                intra_threads=1 if self.device == "cpu" else 0,
            )
        except (RuntimeError, ValueError, OSError) as error:
            reason = " ".join(str(error).split())[:200]
            raise ModelError(
                f"{folder}: CTranslate2 cannot load it ({reason}); delete the folder and try again"
            ) from error

    def translate(self, batch: Sequence[Pieces], options: DecodingOptions) -> list[list[Hypothesis]]:
        """The n-best list, best first, of each source."""
        return next(self.translate_batches([(batch, options)]))

    def translate_batches(
        self, batches: Iterable[tuple[Sequence[Pieces], DecodingOptions]]
    ) -> Iterator[list[list[Hypothesis]]]:
        """As :meth:`translate`, with a batch under way on each thread and one waiting for it."""
        pending: deque[tuple[list[Any], list[Any], DecodingOptions, Sequence[Pieces]]] = deque()
        for batch, options in batches:
            pending.append((self._begin(batch, options), self._begin_first_rows(batch, options), options, batch))
            if len(pending) > 2 * self._workers:
                yield _collect(*pending.popleft())
        while pending:
            yield _collect(*pending.popleft())

    def _begin(self, batch: Sequence[Pieces], options: DecodingOptions) -> list[Any]:
        started: list[Any] = self._translator.translate_batch(
            [[*pieces, *self._source_eos] for pieces in batch],
            asynchronous=True,
            beam_size=options.beam_size,
            num_hypotheses=options.num_hypotheses,
            length_penalty=options.length_penalty,
            repetition_penalty=options.repetition_penalty,
            no_repeat_ngram_size=options.no_repeat_ngram_size,
            suppress_sequences=[list(pieces) for pieces in options.suppress] or None,
            min_decoding_length=options.min_length,
            max_decoding_length=options.max_length,
            max_input_length=0,  # never cut: the translator has split what is too long
            return_end_token=True,  # tells a finished sentence from one that ran into the limit
            return_scores=True,
            return_attention=options.attention,
        )
        return started

    def _begin_first_rows(self, batch: Sequence[Pieces], options: DecodingOptions) -> list[Any]:
        # In beam search CTranslate2 (4.8.5 at least) returns for the first piece the attention of another sentence of
        # the batch: it picks rows as if the beams were there already, which they are not until the first piece is
        # chosen. That row depends on the source alone, so one greedy step gives the right one.
        if not options.attention or options.beam_size == 1:
            return []
        started: list[Any] = self._translator.translate_batch(
            [[*pieces, *self._source_eos] for pieces in batch],
            asynchronous=True,
            beam_size=1,
            min_decoding_length=1,
            max_decoding_length=1,
            max_input_length=0,
            return_attention=True,
        )
        return started

    def versions(self) -> dict[str, str]:
        """CTranslate2's."""
        import ctranslate2

        return {"ctranslate2": ctranslate2.__version__}


def _collect(
    started: list[Any], first_rows: list[Any], options: DecodingOptions, batch: Sequence[Pieces]
) -> list[list[Hypothesis]]:
    firsts = [handle.result().attention[0][0] for handle in first_rows] or [None] * len(batch)
    return [
        _hypotheses(handle.result(), first, len(pieces), options)
        for handle, first, pieces in zip(started, firsts, batch, strict=True)
    ]


def _hypotheses(
    result: Any, first_row: list[float] | None, source_length: int, options: DecodingOptions
) -> list[Hypothesis]:
    import numpy as np

    found = []
    for i, tokens in enumerate(result.hypotheses):
        finished = bool(tokens) and tokens[-1] == EOS
        length = len(tokens)
        pieces = tuple(tokens[:-1] if finished else tokens)
        # CTranslate2 divides the sum of log probabilities by length ** penalty; ours is always the mean.
        score = result.scores[i] * length ** (options.length_penalty - 1.0) if length else 0.0
        attention = None
        if options.attention:
            attention = np.asarray(result.attention[i], dtype=np.float32)[: len(pieces), :source_length]
            if first_row is not None and len(attention):
                attention[0] = first_row[:source_length]
        found.append(Hypothesis(pieces, float(score), finished, attention))
    return found


def _device(device: str) -> str:
    import ctranslate2

    available = ctranslate2.get_cuda_device_count() > 0
    if device == "auto":
        return "cuda" if available else "cpu"
    if device == "cuda" and not available:
        raise ModelError("device cuda: CTranslate2 finds no CUDA GPU on this machine; use --device cpu")
    if device not in ("cpu", "cuda"):
        raise ModelError(f"device {device!r}: must be auto, cpu or cuda")
    return device
