"""The reference engine: transformers' own ``generate``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from muwazi.corpus.errors import ModelError
from muwazi.translate.engines.base import DecodingOptions, Engine, Hypothesis, Pieces
from muwazi.translate.models.network import load_network, quiet_transformers
from muwazi.translate.models.resolution import Note, ResolvedModel, no_note
from muwazi.translate.models.vocabulary import EOS, UNK


class TransformersEngine(Engine):
    """Runs the model in PyTorch: float32 on the CPU, float16 on CUDA.

    Raises :class:`ModelError` for CUDA that is not there and for models in CTranslate2 format.
    """

    name = "transformers"

    def __init__(
        self,
        model: ResolvedModel,
        *,
        device: str = "auto",
        compute_type: str = "auto",
        threads: int | None = None,
        note: Note = no_note,
    ) -> None:
        import torch
        from transformers import GenerationConfig

        del note  # nothing is converted
        if model.format != "transformers":
            raise ModelError(
                f"{model.id}: in CTranslate2 format, which transformers cannot read; use --engine ctranslate2"
            )
        self.device = _device(device)
        types = {"auto": "float16" if self.device == "cuda" else "float32", "float32": "float32", "float16": "float16"}
        if compute_type not in types:
            raise ModelError(f"compute type {compute_type}: the transformers engine knows float32 and float16")
        self.compute_type = types[compute_type]
        if threads:
            torch.set_num_threads(threads)
        # Eager attention is the only one that can hand out its weights, and the one to compare with.
        self._network = load_network(model, dtype=self.compute_type, attention="eager").to(self.device)
        self._vocabulary = model.vocabulary
        # generate() fills gaps in the settings it is given from the model's own: leave it nothing to fill them with.
        self._network.generation_config = GenerationConfig()
        config = self._network.config
        self._pad = int(config.pad_token_id)
        self._start = int(config.decoder_start_token_id)
        self._eos = model.vocabulary.target_ids[EOS]

    def translate(self, batch: Sequence[Pieces], options: DecodingOptions) -> list[list[Hypothesis]]:
        """The n-best list, best first, of each source."""
        import torch
        from transformers import GenerationConfig

        ids = self._vocabulary.source_ids
        unknown, end = ids[UNK], ids[EOS]
        rows = [torch.tensor([*(ids.get(piece, unknown) for piece in pieces), end]) for pieces in batch]
        sources = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=self._pad).to(self.device)
        lengths = torch.tensor([len(row) for row in rows])
        mask = (torch.arange(sources.shape[1])[None, :] < lengths[:, None]).long().to(self.device)
        target_ids = self._vocabulary.target_ids
        bad = [
            [target_ids[piece] for piece in pieces]
            for pieces in options.suppress
            if all(p in target_ids for p in pieces)
        ]
        # Everything is said here: what stands in the model's own files was read when it was resolved.
        settings = GenerationConfig(
            max_new_tokens=options.max_length,
            min_new_tokens=options.min_length or None,
            num_beams=options.beam_size,
            num_return_sequences=options.num_hypotheses,
            length_penalty=options.length_penalty,
            no_repeat_ngram_size=options.no_repeat_ngram_size,
            repetition_penalty=options.repetition_penalty,
            bad_words_ids=bad or None,
            do_sample=False,
            decoder_start_token_id=self._start,
            pad_token_id=self._pad,
            eos_token_id=self._eos,
        )
        with torch.inference_mode(), quiet_transformers():
            sequences = self._network.generate(input_ids=sources, attention_mask=mask, generation_config=settings)
            scores, attention = self._rescore(sources, mask, sequences, options)
        results = []
        for i, pieces in enumerate(batch):
            row = range(i * options.num_hypotheses, (i + 1) * options.num_hypotheses)
            results.append([self._hypothesis(sequences[j], scores[j], attention, j, len(pieces)) for j in row])
        return results

    def _rescore(self, sources: Any, mask: Any, sequences: Any, options: DecodingOptions) -> tuple[Any, Any]:
        # One pass over the finished sequences gives the mean log probability under the model itself (generate's score
        # is that of the processed logits, and greedy search gives none) and the attention.
        import torch

        per_source = options.num_hypotheses
        wide_sources = sources.repeat_interleave(per_source, dim=0)
        wide_mask = mask.repeat_interleave(per_source, dim=0)
        output = self._network(
            input_ids=wide_sources,
            attention_mask=wide_mask,
            decoder_input_ids=sequences[:, :-1],
            output_attentions=options.attention,
        )
        log_probs = torch.log_softmax(output.logits.float(), dim=-1)
        target = sequences[:, 1:]
        chosen = log_probs.gather(2, target.unsqueeze(2)).squeeze(2)
        ended = (target == self._eos).cumsum(1)
        real = ((ended == 0) | ((ended == 1) & (target == self._eos))).float()
        mean = (chosen * real).sum(1) / real.sum(1).clamp(min=1)
        attention = output.cross_attentions[-1].float().mean(1).cpu().numpy() if options.attention else None
        return mean.tolist(), attention

    def _hypothesis(self, sequence: Any, score: float, attention: Any, row: int, source_length: int) -> Hypothesis:
        ids = sequence[1:].tolist()
        finished = self._eos in ids
        if finished:
            ids = ids[: ids.index(self._eos)]
        pieces = tuple(self._vocabulary.target_pieces[i] for i in ids)
        weights = None if attention is None else attention[row, : len(pieces), :source_length]
        return Hypothesis(pieces, float(score), finished, weights)

    def versions(self) -> dict[str, str]:
        """Transformers' and PyTorch's."""
        import torch
        import transformers

        return {"transformers": transformers.__version__, "torch": torch.__version__}


def _device(device: str) -> str:
    import torch

    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cuda" and not torch.cuda.is_available():
        raise ModelError("device cuda: PyTorch finds no CUDA GPU on this machine; use --device cpu")
    if device not in ("cpu", "cuda"):
        raise ModelError(f"device {device!r}: must be auto, cpu or cuda")
    return device
