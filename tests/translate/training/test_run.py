"""Whole runs: learning, resuming after kill -9, helper processes, adaptation, and bad input through the command."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from muwazi.corpus.errors import MuwaziError, SettingsError
from muwazi.translate.training import backtranslate, export, run, simple, snapshot
from muwazi.translate.training.__main__ import main
from muwazi.translate.training.recipe import Recipe

TOY_SETTINGS = {
    "preset": "tiny",
    "source_pieces": 32,
    "target_pieces": 40,
    "batch_tokens": 200,
    "eval_every": 1000,
    "log_every": 1,
    "warmup": 30,
    "learning_rate": 2e-3,
    "dropout": 0.0,
    "max_length": 40,
}


def _recipe(toy: Path, **changes: object) -> Recipe:
    return simple.compose([str(toy)], recipe=None, data=None, changes={**TOY_SETTINGS, **changes}, filters=False)


def _arguments(toy: Path, output: Path, **changes: object) -> list[str]:
    settings = [f"--set={key}={value}" for key, value in {**TOY_SETTINGS, **changes}.items()]
    return [str(toy), "--output", str(output), *settings]


def _losses(folder: Path) -> list[tuple[int, float, float]]:
    records = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    return [(r["step"], r["loss"], r["rate"]) for r in records if "loss" in r]


@pytest.fixture(scope="module")
def trained(toy: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that has learnt the toy language."""
    output = tmp_path_factory.mktemp("trained") / "model"
    outcome = run.train(_recipe(toy, max_steps=180, eval_every=90, average=2), output)
    assert outcome.final["bleu"] > 60
    return output


def test_a_run_learns_and_writes_a_whole_model(trained: Path) -> None:
    assert {p.name for p in trained.iterdir()} >= {
        "config.json", "generation_config.json", "model.safetensors", "source.spm", "target.spm", "vocab.json",
        "tokenizer_config.json", "muwazi.json", "training.jsonl", "training.svg",
    }  # fmt: skip
    card = json.loads((trained / "muwazi.json").read_text())
    assert card["training"]["steps"] == 180
    assert card["training"]["pairs"]["toy"]["dev"] == 3
    assert str(trained.parent) not in json.dumps(card)
    losses = [loss for _, loss, _ in _losses(trained.with_name("model.run"))]
    assert losses[-1] < 0.3 * losses[0]
    looks = [
        json.loads(line)["dev"]["step"]
        for line in (trained / "training.jsonl").read_text().splitlines()
        if "dev" in line
    ]
    assert looks == [90, 180]


@pytest.mark.parametrize("engine", ["ctranslate2", "transformers"])
def test_both_engines_read_it(trained: Path, engine: str) -> None:
    from muwazi.translate import Translator

    translator = Translator.load(str(trained), engine=engine, device="cpu")
    made = translator.translate(["باع القاضي الحصان.", "بَاعَ القَاضِي الحِصَان."])
    assert [m.text for m in made] == ["the judge sold the horse."] * 2


def test_resume_after_kill_gives_the_same_losses(toy: Path, tmp_path: Path) -> None:
    changes = {"max_steps": 14, "save_every": 4, "dropout": 0.1, "eval_every": 5}
    run.train(_recipe(toy, **changes), tmp_path / "whole")
    expected = _losses(tmp_path / "whole.run")
    assert len(expected) == 14

    output = tmp_path / "killed"
    process = subprocess.Popen(
        [sys.executable, "-m", "muwazi.translate.training", *_arguments(toy, output, **changes)],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stderr=subprocess.DEVNULL,
    )
    log = tmp_path / "killed.run" / "log.jsonl"
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not (log.exists() and log.read_text().count("loss") >= 6):
        time.sleep(0.01)
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not output.exists()
    assert len(_losses(tmp_path / "killed.run")) >= 6
    run.train(_recipe(toy, **changes), output, resume=True)
    assert _losses(tmp_path / "killed.run") == expected
    assert (output / "model.safetensors").read_bytes() == (tmp_path / "whole" / "model.safetensors").read_bytes()


def test_two_processes_train_as_one(toy: Path, tmp_path: Path) -> None:
    outcome = run.train(_recipe(toy, max_steps=5, workers=2, save_every=3), tmp_path / "m")
    assert outcome.steps == 5
    # A batch holds at most 200 pieces, so more can only be the share of both.
    assert outcome.tokens > 5 * 250
    losses = [loss for _, loss, _ in _losses(tmp_path / "m.run")]
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("lora", [0, 4])
def test_adapting_a_model(trained: Path, tmp_path: Path, lora: int) -> None:
    """The judge is called magistrate in the new corpus."""
    data = tmp_path / "own.tsv"
    things = {"الكتاب": "book", "الخبز": "bread", "الحصان": "horse", "القارب": "boat", "الباب": "door"}
    rows = [f"باع القاضي {ar}.\tthe farmer sold the {en}.\n" for ar, en in things.items()] * 1
    data.write_text("".join(rows), encoding="utf-8")
    recipe = simple.compose(
        [str(data)],
        recipe=None,
        data=None,
        changes={"max_steps": 60, "batch_tokens": 40, "lora_rank": lora, "learning_rate": 3e-3, "warmup": 5,
                 "log_every": 10, "dev": str(data), "eval_every": 30},
        base=True,
        filters=False,
    )  # fmt: skip
    # The dev set is the training set on purpose: the question is only whether the weights move and come back merged.
    recipe = dataclasses.replace(recipe, training=dataclasses.replace(recipe.training, dev=""))
    recipe = dataclasses.replace(recipe, sources=tuple(dataclasses.replace(s, dev_every=0) for s in recipe.sources))
    before = (trained / "model.safetensors").read_bytes()
    run.train(recipe, tmp_path / "adapted", base=str(trained))
    assert (trained / "model.safetensors").read_bytes() == before
    from muwazi.translate.training import marian, scoring

    model, words = marian.load(tmp_path / "adapted", dropout=0.0)
    assert export.generable(model) == words.targets
    made = scoring.translate(model.eval(), words, ["باع القاضي القارب."])
    assert made == ["the farmer sold the boat."]
    assert json.loads((tmp_path / "adapted" / "muwazi.json").read_text())["training"]["recipe"]["from"] == trained.name


def test_a_longer_run_goes_on_from_a_finished_one(toy: Path, trained: Path, tmp_path: Path) -> None:
    changes = {"batch_tokens": 200, "learning_rate": 1e-4, "lexical_start": False, "guide": 0.0}
    for steps, resume in ((3, False), (6, True)):
        recipe = simple.compose(
            [str(toy)], recipe=None, data=None, changes={**changes, "max_steps": steps}, base=True, filters=False
        )
        outcome = run.train(recipe, tmp_path / "m", base=str(trained), resume=resume)
        assert outcome.steps == steps


def test_back_translation_writes_pairs(trained: Path, tmp_path: Path) -> None:
    """With a model of the wrong direction, which does not matter for how the file is made."""
    text = tmp_path / "text.txt"
    text.write_text("باع القاضي الحصان.\n\nرسم الطبيب الباب.\nباع\tباع\n", encoding="utf-8")
    written = backtranslate.backtranslate(trained, text, tmp_path / "bt.tsv")
    rows = [line.split("\t") for line in (tmp_path / "bt.tsv").read_text(encoding="utf-8").splitlines()]
    assert written == (2, 0)
    assert [row[1] for row in rows] == ["باع القاضي الحصان.", "رسم الطبيب الباب."]
    assert rows[0][0] == "the judge sold the horse."
    assert backtranslate.main(["--model", str(trained), "--input", "none", "--output", str(tmp_path / "x")]) == 2


@pytest.mark.parametrize(
    ("made", "given", "good"),
    [("a b c", "x y z", True), ("", "x y", False), ("a a a a b", "v w x y z", False), ("a", "v w x y z", False)],
)
def test_what_back_translation_keeps(made: str, given: str, good: bool) -> None:
    assert backtranslate.usable(made, given) is good


def test_a_snapshot_of_a_run(trained: Path, tmp_path: Path) -> None:
    assert snapshot.snapshot(trained.with_name("model.run"), tmp_path / "m") == 180
    assert (tmp_path / "m" / "model.safetensors").exists()


def test_time_ends_a_run_with_a_model(toy: Path, tmp_path: Path) -> None:
    outcome = run.train(_recipe(toy, max_minutes=0.02), tmp_path / "m")
    assert outcome.reason == "time"
    assert (tmp_path / "m" / "config.json").exists()


def test_patience_ends_a_run(toy: Path, tmp_path: Path) -> None:
    outcome = run.train(_recipe(toy, patience=2, eval_every=1, learning_rate=0.0), tmp_path / "m")
    assert (outcome.reason, outcome.steps) == ("patience", 3)


def test_resume_refuses_another_run(toy: Path, trained: Path) -> None:
    with pytest.raises(SettingsError, match="begun with learning_rate"):
        run.train(_recipe(toy, max_steps=180, eval_every=90, average=2, learning_rate=1e-5), trained, resume=True)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"source_pieces": 5000}, "larger than the text supports"),
        ({"batch_tokens": 1_000_000}, "fewer than one step"),
        ({"device": "cuda"}, "no CUDA device"),
        ({"preset": "huge"}, "preset huge: unknown"),
        ({"max_steps": 0}, "nothing ends this run"),
        ({"lora_rank": 4}, "name it with --from"),
        ({"precision": "fp16"}, "needs CUDA"),
    ],
)
def test_bad_settings_are_one_line_and_write_nothing(
    toy: Path, tmp_path: Path, changes: dict[str, object], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    import torch

    if "device" in changes and torch.cuda.is_available():
        pytest.skip("there is a CUDA device here")
    assert main(_arguments(toy, tmp_path / "m", **{"max_steps": 2, **changes})) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["none.tsv"], "no such training data"),
        ([], "name either files"),
        (["{toy}", "--set", "max_step=2"], "expected KEY=VALUE"),
        (["{toy}", "--set", "max_steps=two"], "no int"),
        (["{toy}", "--from", "{folder}", "--set", "max_steps=2"], "no config.json"),
        (["{toy}", "--resume", "--set", "max_steps=2"], "no run to resume"),
        (["--recipe", "none.toml"], "no such recipe"),
    ],
)
def test_bad_arguments(
    toy: Path, tmp_path: Path, arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder").mkdir()
    filled = [a.format(toy=toy, folder=tmp_path / "folder") for a in arguments]
    assert main([*filled, "--output", str(tmp_path / "m")]) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1
    assert [p.name for p in tmp_path.iterdir()] == ["folder"]


def test_a_full_disk_at_a_checkpoint(toy: Path, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(small)], capture_output=True)
    if mounted.returncode:
        pytest.skip("a small tmpfs cannot be mounted here")
    try:
        with pytest.raises(MuwaziError, match=r"disk is full|could not be written|cannot be written") as caught:
            run.train(_recipe(toy, max_steps=4, save_every=2), small / "m")
        assert "\n" not in str(caught.value)
        assert not (small / "m").exists()
        assert not list((small / "m.run").glob(".state*"))
    finally:
        subprocess.run(["umount", str(small)], check=True)
