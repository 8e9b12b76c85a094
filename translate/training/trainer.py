"""The training loop: steps, looks at the dev set, checkpoints, and an end that always leaves the best model."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import torch

from muwazi.corpus.progress import SILENT, Progress
from muwazi.translate.training import checkpoint, export, objective
from muwazi.translate.training.corpus import Batch, Mix, Sampler, collate
from muwazi.translate.training.devices import Team, choose_device, choose_precision
from muwazi.translate.training.pairs import Pair
from muwazi.translate.training.prepare import Prepared
from muwazi.translate.training.recipe import PhaseSettings, Recipe


@dataclass
class Outcome:
    """How a run ended."""

    steps: int
    tokens: int
    """Target pieces trained on."""
    minutes: float
    best_bleu: float
    reason: str
    """``steps``, ``time``, ``patience``."""
    history: list[dict[str, float]] = field(default_factory=list)
    """The looks at the dev set."""
    final: dict[str, float] = field(default_factory=dict)
    """Dev scores of the model as written."""
    weights: str = ""
    """Which weights were written: ``average of N`` or ``step N``."""


class Trainer:
    """Trains one network in one folder.

    The folder holds ``log.jsonl`` and ``state.pt``, from which the run can be resumed.
    """

    def __init__(
        self,
        model: Any,
        prepared: Prepared,
        recipe: Recipe,
        folder: Path,
        *,
        scorer: Callable[[Any, Sequence[Pair]], dict[str, float]],
        progress: Progress = SILENT,
        team: Team | None = None,
    ) -> None:
        settings = recipe.training
        self.team = team or Team()
        self.settings, self.recipe, self.prepared, self.folder = settings, recipe, prepared, folder
        self.scorer, self.progress = scorer, progress
        self.device = choose_device(settings.device)
        self.autocast = choose_precision(settings.precision, self.device)
        self.model = model.to(self.device)
        self.vocabulary = prepared.vocabulary
        for name, parameter in model.named_parameters():
            if "embed_positions" in name:
                parameter.requires_grad_(False)  # sinusoids, which from_pretrained gives back as if they were learnt
        self.parameters = [p for p in model.parameters() if p.requires_grad]
        self.optimiser = torch.optim.AdamW(
            self._groups(),
            lr=1.0,
            betas=(0.9, 0.98),
            eps=1e-9,
            weight_decay=settings.weight_decay,
            fused=self.device.type in {"cpu", "cuda"},
        )
        self.scaler = torch.amp.GradScaler(self.device.type, enabled=self.autocast is torch.float16)
        self.phases = list(recipe.phases)
        self.sampler = Sampler(
            prepared.corpus, settings.batch_tokens, settings.seed, self._mix(self._phase(0.0)),
            round_size=min(20_000, max(len(prepared.corpus), 1)),
        )  # fmt: skip
        self.step, self.tokens, self.elapsed, self.began = 0, 0, 0.0, 0.0
        self.best: list[tuple[float, int]] = []
        self.stale = 0
        self.history: list[dict[str, float]] = []
        self.averages: list[tuple[float, int, dict[str, torch.Tensor]]] = []

    def _groups(self) -> list[dict[str, Any]]:
        """Embeddings apart, because they learn slowly.

        Adam moves a row that is hardly ever seen as far as any other, and would wipe out what the lexical start knows
        of rare words within a hundred steps.
        """
        embeddings = {id(p) for p in self.model.model.shared.parameters()}
        slow = [p for p in self.parameters if id(p) in embeddings]
        rest = [p for p in self.parameters if id(p) not in embeddings]
        groups: list[dict[str, Any]] = [{"params": rest, "factor": 1.0}]
        if slow:
            groups.append({"params": slow, "factor": self.settings.embedding_rate, "eps": 1e-7})
        return groups

    # -- schedule ---------------------------------------------------------------------------------------------------

    def fraction(self) -> float:
        """Share of the run that is done: by steps where they are limited, by time where only that is."""
        if self.settings.max_steps:
            return min(1.0, self.step / self.settings.max_steps)
        if self.settings.max_minutes:
            return min(1.0, self.elapsed / 60 / self.settings.max_minutes)
        return 0.0

    def rate(self) -> float:
        """Learning rate of the next step: warm-up in a line, inverse square root, and a line down at the end."""
        s, step = self.settings, self.step + 1
        warmup = max(s.warmup, 1)
        rate: float = s.learning_rate * min(step / warmup, math.sqrt(warmup / step))
        done = self.fraction()
        if done > s.decay_from:
            rate *= max(0.05, 1 - 0.95 * (done - s.decay_from) / max(1e-9, 1 - s.decay_from))
        return rate

    def _phase(self, done: float) -> PhaseSettings | None:
        for phase in self.phases:
            if done < phase.until:
                return phase
        return self.phases[-1] if self.phases else None

    def _mix(self, phase: PhaseSettings | None) -> Mix:
        longest = self.settings.max_length if phase is None else phase.max_length
        return Mix(self.recipe.weights(phase), longest)

    # -- one step ---------------------------------------------------------------------------------------------------

    def _tensors(self, batch: Batch) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]:
        def move(array: Any) -> torch.Tensor:
            tensor = torch.from_numpy(array)
            return tensor.pin_memory().to(self.device, non_blocking=True) if self.device.type == "cuda" else tensor

        return move(batch.source), move(batch.target), None if batch.links is None else move(batch.links)

    def _update(
        self, batches: Iterator[Any], guided: objective.GuidedAttention | None, guide: float
    ) -> tuple[float, float, int]:
        entropy = drawn = 0.0
        tokens = 0
        for turn in range(self.settings.accumulate):
            # Every process draws the same batches and takes its own, so that the state of the sampler is one for all.
            drawn_batches = [next(batches) for _ in range(self.team.size)]
            batch = collate(self.prepared.corpus, drawn_batches[self.team.rank], self.vocabulary.pad)
            # Dropout is a function of seed, step and process: a resumed run needs no state of the generator.
            torch.manual_seed(((self.settings.seed * 100_003 + self.step) * 64 + turn) * 64 + self.team.rank)
            source, target, links = self._tensors(batch)
            with torch.autocast(self.device.type, self.autocast, enabled=self.autocast is not None):
                loss = objective.compute(
                    self.model,
                    source,
                    target,
                    links,
                    targets=self.vocabulary.targets,
                    smoothing=self.settings.label_smoothing,
                    guide=guide,
                    guided=guided,
                )
            share = self.scaler.scale(loss.total / (self.settings.accumulate * self.team.size))
            share.backward()  # type: ignore[no-untyped-call]
            entropy += loss.entropy * batch.tokens
            drawn += loss.guide * batch.tokens
            tokens += batch.tokens
        # One clock for all, or the processes would disagree about the end and the phase.
        clock = time.monotonic() - self.began if self.team.rank == 0 else 0.0
        entropy, drawn, total, self.elapsed = self.team.share(self.parameters, [entropy, drawn, float(tokens), clock])
        tokens = int(total)
        rate = self.rate()
        for group in self.optimiser.param_groups:
            group["lr"] = rate * group["factor"]
        self.scaler.unscale_(self.optimiser)
        torch.nn.utils.clip_grad_norm_(self.parameters, self.settings.clip)
        self.scaler.step(self.optimiser)
        self.scaler.update()
        self.optimiser.zero_grad(set_to_none=True)
        self.step += 1
        self.tokens += tokens
        return entropy / tokens, drawn / tokens, tokens

    # -- the run ----------------------------------------------------------------------------------------------------

    def run(self) -> Outcome:
        """Train until the steps, the time or the patience are used up; see :class:`Outcome`."""
        name = "log.jsonl" if self.team.rank == 0 else os.devnull
        with (self.folder / name).open("a", encoding="utf-8") as log:
            return self._run(log)

    def _run(self, log: IO[str]) -> Outcome:
        s = self.settings
        first = self.team.rank == 0
        guided = objective.GuidedAttention(self.model) if self.prepared.corpus.links is not None else None
        batches = iter(self.sampler)
        window: list[tuple[float, float, int]] = []
        began = self.began = time.monotonic() - self.elapsed
        mark, marked = time.monotonic(), self.tokens
        reason = "steps"
        self.model.train()
        self.progress.start("training", s.max_steps or None, "step")

        def write(record: dict[str, Any]) -> None:
            log.write(json.dumps(record) + "\n")
            log.flush()

        while True:
            if s.max_steps and self.step >= s.max_steps:
                break
            if s.max_minutes and self.elapsed >= s.max_minutes * 60:
                reason = "time"
                break
            phase = self._phase(self.fraction())
            self.sampler.change(self._mix(phase))
            window.append(self._update(batches, guided, s.guide if phase is None else phase.guide))
            self.progress.advance()
            if self.step % s.log_every == 0:
                now = time.monotonic()
                amount = sum(n for _, _, n in window)
                write({
                    "step": self.step,
                    "tokens": self.tokens,
                    "minutes": round((now - began) / 60, 3),
                    "phase": phase.name if phase else "all",
                    "rate": self.rate(),
                    "loss": sum(e * n for e, _, n in window) / amount,
                    "guide": sum(g * n for _, g, n in window) / amount,
                    "tokens_per_second": round((self.tokens - marked) / max(now - mark, 1e-9)),
                })  # fmt: skip
                window, mark, marked = [], now, self.tokens
            if self.step % s.eval_every == 0:
                write(self._look())
                mark, marked = time.monotonic(), self.tokens
                if s.patience and self.stale >= s.patience:
                    reason = "patience"
                    break
            if first and self.step % s.save_every == 0:
                self.save()
        if not self.averages or self.averages[-1][1] != self.step:
            write(self._look())
        self.progress.finish()
        if guided is not None:
            guided.remove()
        best = max((bleu for bleu, _ in self.best), default=0.0)
        return Outcome(self.step, self.tokens, self.elapsed / 60, best, reason, self.history)

    def _look(self) -> dict[str, Any]:
        """Score the dev set and remember the weights for averaging."""
        began = time.monotonic()
        self.model.eval()
        with torch.no_grad():
            dev = self.prepared.dev[: self.settings.dev_sentences] if self.team.rank == 0 else []
            scores = self.scorer(self.model, dev) if dev else {}
        if self.team.size > 1:
            # Patience must be the same decision in all processes.
            scores["bleu"] = self.team.share([], [scores.get("bleu", 0.0)])[0]
        self.model.train()
        bleu = scores.get("bleu", 0.0)
        self.stale = 0 if not self.best or bleu > max(b for b, _ in self.best) else self.stale + 1
        self.best.append((bleu, self.step))
        state = {name: tensor.detach().to("cpu", copy=True) for name, tensor in self.model.state_dict().items()}
        self.averages.append((bleu, self.step, state))
        self.averages = sorted(self.averages, key=lambda item: (item[0], item[1]))[-max(self.settings.average, 1) :]
        record = {"step": self.step, "seconds": round(time.monotonic() - began, 2), **scores}
        self.history.append(record)
        return {"dev": record}

    def finish(self) -> str:
        """Load the mean of the best checkpoints into the network, or the single best where that scores higher.

        Returns:
            ``average of N`` or ``step N``, whichever it is.
        """
        best = max(self.averages, key=lambda item: (item[0], item[1]))
        self.model.load_state_dict(best[2])
        if len(self.averages) < 2:
            return f"step {best[1]}"
        self.model.load_state_dict(export.average([state for _, _, state in self.averages]))
        self.model.eval()
        dev = self.prepared.dev[: self.settings.dev_sentences]
        with torch.no_grad():
            mean = self.scorer(self.model, dev).get("bleu", 0.0) if dev else 0.0
        if mean >= best[0]:
            return f"average of {len(self.averages)}"
        self.model.load_state_dict(best[2])
        return f"step {best[1]}"

    # -- checkpoints ------------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Write ``state.pt``."""
        checkpoint.save_atomically(
            {
                "model": self.model.state_dict(),
                "optimiser": self.optimiser.state_dict(),
                "scaler": self.scaler.state_dict(),
                "step": self.step,
                "tokens": self.tokens,
                "elapsed": self.elapsed,
                "sampler": self.sampler.state(),
                "rng": torch.get_rng_state(),
                "cuda_rng": torch.cuda.get_rng_state_all() if self.device.type == "cuda" else [],
                "best": self.best,
                "stale": self.stale,
                "history": self.history,
                "averages": self.averages,
            },
            self.folder / "state.pt",
        )

    def resume(self, *, log: bool = True) -> None:
        """Go back to ``state.pt``; the log is cut to that step (with ``log``), so that it reads as one run.

        Raises:
            ModelError: there is no checkpoint, or it is damaged.
        """
        state = checkpoint.load(self.folder / "state.pt")
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.scaler.load_state_dict(state["scaler"])
        self.step, self.tokens, self.elapsed = state["step"], state["tokens"], state["elapsed"]
        self.sampler.restore(state["sampler"])
        torch.set_rng_state(state["rng"])
        if self.device.type == "cuda":
            torch.cuda.set_rng_state_all(state["cuda_rng"])
        self.best, self.stale = [tuple(b) for b in state["best"]], state["stale"]
        self.history = state["history"]
        self.averages = [tuple(a) for a in state["averages"]]
        path = self.folder / "log.jsonl"
        if log and path.exists():
            kept = []
            for line in path.read_text(encoding="utf-8").splitlines():
                record = json.loads(line)
                if record.get("step", record.get("dev", {}).get("step", 0)) <= self.step:
                    kept.append(line)
            path.write_text("".join(line + "\n" for line in kept), encoding="utf-8")
