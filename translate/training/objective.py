"""The loss: label-smoothed cross entropy over the pieces that can be generated, and guided alignment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor


@dataclass(frozen=True)
class Loss:
    """Sums over the target pieces of a batch."""

    total: Tensor
    """What is minimised: mean over the pieces."""
    entropy: float
    """Mean cross entropy without smoothing, in nats per piece."""
    guide: float
    """Mean guided-alignment loss over the aligned pieces, 0 where there is none."""


class SmoothedEntropy(torch.autograd.Function):
    """Sum of the label-smoothed cross entropy of ``states @ weight.T``, with its gradient made on the way.

    The logits of a whole batch (1,600 x 8,000 in float32: 51 MB) do not fit a cache and are walked over six times by
    the usual functions; here a chunk of them is made, turned into its own gradient in place, and forgotten.
    """

    CHUNK = 256

    @staticmethod
    def forward(ctx: Any, states: Tensor, weight: Tensor, gold: Tensor, smoothing: float) -> tuple[Tensor, Tensor]:
        """(smoothed, plain) entropy, summed over the rows of ``states`` (pieces, d_model)."""
        grad_states = torch.empty_like(states)
        grad_weight = torch.zeros_like(weight)
        smoothed = states.new_zeros(())
        plain = states.new_zeros(())
        classes = weight.shape[0]
        for begin in range(0, len(states), SmoothedEntropy.CHUNK):
            part = states[begin : begin + SmoothedEntropy.CHUNK]
            labels = gold[begin : begin + SmoothedEntropy.CHUNK, None]
            logits = part @ weight.T
            chosen = logits.gather(1, labels)
            mean = logits.mean(1, keepdim=True) if smoothing else chosen
            top = logits.amax(1, keepdim=True)
            logits.sub_(top).exp_()
            total = logits.sum(1, keepdim=True)
            normaliser = total.log() + top
            plain += (normaliser - chosen).sum()
            smoothed += (normaliser - (1 - smoothing) * chosen - smoothing * mean).sum()
            logits.div_(total)
            if smoothing:
                logits.sub_(smoothing / classes)
            logits.scatter_add_(1, labels, torch.full_like(chosen, smoothing - 1))
            grad_states[begin : begin + SmoothedEntropy.CHUNK] = logits @ weight
            grad_weight.addmm_(logits.T, part)
        ctx.save_for_backward(grad_states, grad_weight)
        return smoothed, plain

    @staticmethod
    def backward(ctx: Any, grad: Tensor, _plain: Tensor) -> tuple[Tensor, Tensor, None, None]:
        """What was computed on the way forward, times ``grad``."""
        grad_states, grad_weight = ctx.saved_tensors
        return grad_states.mul_(grad), grad_weight.mul_(grad), None, None


class GuidedAttention:
    """Catches queries and keys of the last cross-attention, to compute its weights without a second pass."""

    def __init__(self, model: Any) -> None:
        self._attention = model.model.decoder.layers[-1].encoder_attn
        self._query: Tensor | None = None
        self._key: Tensor | None = None
        self._handles = [
            self._attention.q_proj.register_forward_hook(self._take_query),
            self._attention.k_proj.register_forward_hook(self._take_key),
        ]

    def _take_query(self, _module: Any, _inputs: Any, output: Tensor) -> None:
        self._query = output

    def _take_key(self, _module: Any, _inputs: Any, output: Tensor) -> None:
        self._key = output

    def remove(self) -> None:
        """Take the hooks away."""
        for handle in self._handles:
            handle.remove()

    def loss(self, links: Tensor, source_mask: Tensor) -> Tensor:
        """Mean of -log of the attention that all heads together give to the aligned source piece.

        Args:
            links: (sentences, target pieces), position of the aligned source piece or -1.
            source_mask: (sentences, source pieces), False for padding.
        """
        if self._query is None or self._key is None:
            raise RuntimeError("no forward pass was seen")
        heads = self._attention.num_heads
        batch, targets, size = self._query.shape
        query = self._query.view(batch, targets, heads, size // heads).transpose(1, 2)
        key = self._key.view(batch, -1, heads, size // heads).transpose(1, 2)
        scores = query @ key.transpose(2, 3) * (size // heads) ** -0.5
        scores = scores.float().masked_fill(~source_mask[:, None, None, :], -1e9)
        aligned = links >= 0
        index = links.clamp_min(0)[:, None, :, None].expand(-1, heads, -1, 1)
        chosen = scores.gather(3, index).squeeze(3) - scores.logsumexp(3)
        # Mean over heads of the log: every head is pulled, not only the one that looks there already.
        summed: Tensor = (chosen.mean(1) * aligned).sum()
        return -summed / aligned.sum().clamp_min(1)


def compute(
    model: Any,
    source: Tensor,
    target: Tensor,
    links: Tensor | None,
    *,
    targets: int,
    smoothing: float,
    guide: float,
    guided: GuidedAttention | None,
) -> Loss:
    """Forward pass and loss of one batch.

    Args:
        model: MarianMTModel.
        source: (sentences, source pieces), padded.
        target: (sentences, target pieces), padded, ``</s>`` at the end.
        links: (sentences, target pieces) aligned source positions, or None.
        targets: the softmax goes over the first so many ids.
        smoothing: label smoothing, spread over these ids.
        guide: weight of the guided-alignment loss.
        guided: hooks on the model, None for no guidance.
    """
    pad = model.config.pad_token_id
    mask = source != pad
    real = target != pad
    shifted = torch.cat([torch.full_like(target[:, :1], model.config.decoder_start_token_id), target[:, :-1]], 1)
    hidden = model.model(
        input_ids=source, attention_mask=mask.long(), decoder_input_ids=shifted, use_cache=False
    ).last_hidden_state
    # Padding never reaches the softmax, which costs as much as two layers.
    states, gold = hidden[real], target[real]
    if states.device.type == "cpu" and not torch.is_autocast_enabled("cpu"):
        smoothed, plain = SmoothedEntropy.apply(states, model.lm_head.weight[:targets], gold, smoothing)  # type: ignore[no-untyped-call]
        total, entropy = smoothed / len(gold), plain / len(gold)
    else:
        logits = (states @ model.lm_head.weight[:targets].T).float()
        likelihoods = torch.log_softmax(logits, 1)
        entropy = -likelihoods.gather(1, gold[:, None]).mean()
        total = (1 - smoothing) * entropy - smoothing * likelihoods.mean()
    drawn = torch.zeros(())
    if guided is not None and links is not None and guide > 0:
        drawn = guided.loss(links, mask)
        total = total + guide * drawn
    return Loss(total, float(entropy.detach()), float(drawn.detach()))
