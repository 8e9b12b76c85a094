"""What a run trains on: the device, its number format, and the processes that share the work."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from muwazi.corpus.errors import InputError


def choose_device(wanted: str) -> torch.device:
    """The device to train on.

    Raises:
        InputError: CUDA was asked for and is not there.
    """
    if wanted == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if wanted.startswith("cuda") and not torch.cuda.is_available():
        raise InputError(f"--device {wanted}: PyTorch finds no CUDA device here; use --device cpu")
    try:
        return torch.device(wanted)
    except RuntimeError:
        raise InputError(f"--device {wanted}: no such device; use auto, cpu or cuda") from None


def choose_precision(wanted: str, device: torch.device) -> torch.dtype | None:
    """The autocast type, None for float32.

    On CPUs bf16 is slower here (a Xeon with avx512_bf16 but no AMX: 1,975 against 3,575 target pieces a second), so
    float32 is what auto means there.
    """
    if wanted == "auto":
        if device.type != "cuda":
            return None
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    types = {"fp32": None, "bf16": torch.bfloat16, "fp16": torch.float16}
    if wanted not in types:
        raise InputError(f"--precision {wanted}: choose auto, fp32, bf16 or fp16")
    if wanted == "fp16" and device.type != "cuda":
        raise InputError("--precision fp16 needs CUDA; use fp32 or bf16 on a CPU")
    return types[wanted]


@dataclass
class Team:
    """The processes that train together, each on its own batches of every step.

    Two processes of one thread each share a CPU much better than one process of two threads: threads meet at a barrier
    some hundred times in a step, processes once, so that another program on the machine costs its share and no more
    (measured beside tests that ran on the same two cores: 2,100 against 420 target pieces a second).
    """

    rank: int = 0
    size: int = 1

    def share(self, parameters: Sequence[torch.nn.Parameter], numbers: Sequence[float]) -> list[float]:
        """Sum the gradients of all processes in place, and ``numbers`` as well; return these sums."""
        if self.size == 1:
            return list(numbers)
        import torch.distributed as dist

        grads = [p.grad if p.grad is not None else torch.zeros_like(p) for p in parameters]
        flat = torch.cat([*(g.reshape(-1) for g in grads), torch.tensor(numbers, dtype=torch.float32)])
        dist.all_reduce(flat)
        begin = 0
        for parameter, grad in zip(parameters, grads, strict=True):
            parameter.grad = flat[begin : begin + grad.numel()].view_as(grad)
            begin += grad.numel()
        return [float(x) for x in flat[begin:]]


def seed_everything(seed: int) -> None:
    """Seed Python, numpy and PyTorch."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
