"""Target pieces a second: Muwazi's training loop beside a plain Seq2SeqTrainer, same network, data and loss.

    python benchmarks/training.py PAIRS.tsv [--preset cpu] [--seconds 60]

Both train the same fresh network on the same pairs with label smoothing 0.1 and Adam, on all cores, for the same time,
one after the other and twice in turn (best of two). With --threads 1 the pieces a second of processor time do not
depend on what else runs on the machine. Muwazi's batches hold about as many target pieces as the trainer's 32 sentences
do. Padding is not counted as pieces. Needs accelerate for the trainer.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

from muwazi.translate.training import network, run, simple
from muwazi.translate.training.corpus import Corpus
from muwazi.translate.training.devices import seed_everything
from muwazi.translate.training.prepare import Prepared
from muwazi.translate.training.recipe import Recipe
from muwazi.translate.training.trainer import Trainer

BATCH = 32


def ours(prepared: Prepared, recipe: Recipe, seconds: float) -> tuple[float, float]:
    """Target pieces a second of Muwazi's loop, by the clock and by processor time."""
    seed_everything(1)
    model = network.build(prepared.vocabulary, network.PRESETS[recipe.training.preset], dropout=0.1, seed=1)
    with tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(model, prepared, recipe, Path(folder), scorer=lambda _m, _d: {})
        batches = iter(trainer.sampler)
        model.train()
        for _ in range(3):
            trainer._update(batches, None, 0.0)
        began, busy, tokens = time.perf_counter(), time.process_time(), trainer.tokens
        while time.perf_counter() - began < seconds:
            trainer._update(batches, None, 0.0)
        made = trainer.tokens - tokens
        return made / (time.perf_counter() - began), made / (time.process_time() - busy)


class _Pairs(torch.utils.data.Dataset[dict[str, Any]]):
    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus

    def __len__(self) -> int:
        return len(self.corpus)

    def __getitem__(self, index: int) -> dict[str, Any]:
        c = self.corpus
        source = c.source[c.source_offsets[index] : c.source_offsets[index + 1]]
        target = c.target[c.target_offsets[index] : c.target_offsets[index + 1]]
        return {"input_ids": source.tolist(), "attention_mask": [1] * len(source), "labels": target.tolist()}


def theirs(prepared: Prepared, recipe: Recipe, seconds: float, tokenizer: Any) -> tuple[float, float]:
    """The same of transformers' Seq2SeqTrainer with its usual settings."""
    from transformers import DataCollatorForSeq2Seq, Seq2SeqTrainer, Seq2SeqTrainingArguments, TrainerCallback

    seed_everything(1)
    model = network.build(prepared.vocabulary, network.PRESETS[recipe.training.preset], dropout=0.1, seed=1)

    class Clock(TrainerCallback):  # type: ignore[misc]
        began = busy = spent = used = 0.0
        steps = 0

        def on_step_end(self, _arguments: Any, state: Any, control: Any, **_rest: Any) -> None:
            if state.global_step == 3:
                self.began, self.busy = time.perf_counter(), time.process_time()
            elif state.global_step > 3:
                self.steps = state.global_step - 3
                self.spent = time.perf_counter() - self.began
                self.used = time.process_time() - self.busy
                control.should_training_stop = self.spent >= seconds

    counted: list[int] = []
    collate = DataCollatorForSeq2Seq(tokenizer, model=model)

    def counting(features: list[dict[str, Any]]) -> Any:
        counted.append(sum(len(f["labels"]) for f in features))
        return collate(features)

    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        arguments = Seq2SeqTrainingArguments(
            folder,
            per_device_train_batch_size=BATCH,
            label_smoothing_factor=0.1,
            learning_rate=1e-3,
            num_train_epochs=1000,
            save_strategy="no",
            report_to=[],
            disable_tqdm=True,
            logging_strategy="no",
            use_cpu=True,
        )
        Seq2SeqTrainer(
            model, arguments, train_dataset=_Pairs(prepared.corpus), data_collator=counting, callbacks=[clock]
        ).train()
    made = sum(counted[3 : 3 + clock.steps])
    return made / clock.spent, made / clock.used


def main(arguments: list[str] | None = None) -> None:
    """Measure and print a table and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", nargs="*")
    parser.add_argument("--preset", default="cpu")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument(
        "--data", type=Path, help="folder of training data: its authored/*.tsv, where no PAIRS are named"
    )
    parser.add_argument("--threads", type=int, default=0, help="0: all cores")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    if not given.pairs and given.data is not None:
        given.pairs = [str(path) for path in sorted(given.data.glob("authored/*.tsv"))]
    if not given.pairs:
        sys.exit("needs pairs to train on: python benchmarks/training.py PAIRS.tsv")
    if given.threads:
        torch.set_num_threads(given.threads)
    from transformers import MarianTokenizer

    from muwazi.translate.training import prepare

    preset = network.PRESETS[given.preset]
    recipe = simple.compose(
        given.pairs, recipe=None, data=None, changes={"preset": given.preset, "max_steps": 1_000_000}, filters=False
    )
    prepared = prepare.prepare(
        recipe, source_pieces=preset.source_pieces, target_pieces=preset.target_pieces, align=False
    )
    mean = prepared.corpus.target_lengths.mean()
    recipe = simple.override(recipe, {"batch_tokens": int(BATCH * mean), "max_length": 128})
    with tempfile.TemporaryDirectory() as folder:
        model = network.build(prepared.vocabulary, preset, dropout=0.1, seed=1)
        from muwazi.translate.training import export

        export.save_model(model, prepared.vocabulary, Path(folder) / "m")
        tokenizer = MarianTokenizer.from_pretrained(Path(folder) / "m")
    mine, plain = [], []
    for _ in range(2):
        mine.append(ours(prepared, recipe, given.seconds / 2))
        plain.append(theirs(prepared, recipe, given.seconds / 2, tokenizer))
    result = {
        "pairs": len(prepared.corpus),
        "preset": given.preset,
        "threads": torch.get_num_threads(),
        "hardware": run.hardware(),
        "muwazi": [round(max(column)) for column in zip(*mine, strict=True)],
        "seq2seqtrainer": [round(max(column)) for column in zip(*plain, strict=True)],
        "ratio": [
            round(max(a) / max(b), 2) for a, b in zip(zip(*mine, strict=True), zip(*plain, strict=True), strict=True)
        ],
    }
    if given.json:
        print(json.dumps(result))
    else:
        print(f"{result['pairs']} pairs, preset {given.preset}, {result['threads']} threads, {result['hardware']}")
        print(f"{'target pieces':16} {'a second':>10} {'a CPU second':>14}")
        for name in ("muwazi", "seq2seqtrainer", "ratio"):
            print(f"{name:16} {result[name][0]:>10} {result[name][1]:>14}")


if __name__ == "__main__":
    main()
