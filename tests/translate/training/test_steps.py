"""The loss, the network's start, averaging, plots, overlap, LoRA: the parts of a training step."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from muwazi.corpus.errors import InputError, InputNotFoundError, ModelError
from muwazi.translate.training import (
    checkpoint,
    devices,
    export,
    marian,
    network,
    objective,
    overlap,
    plot,
    trainer,
    vocabulary,
)
from muwazi.translate.training.pairs import read_pairs
from muwazi.translate.training.recipe import PhaseSettings, Recipe, SourceSettings, TrainSettings

SMALL = network.Preset(32, 64, 4, 2, 2, 120, 90)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 600), st.sampled_from([0.0, 0.1, 0.3]), st.integers(0, 99))
def test_the_chunked_entropy_is_that_of_pytorch(rows: int, smoothing: float, seed: int) -> None:
    torch.manual_seed(seed)
    states = torch.randn(rows, 16, requires_grad=True)
    weight = torch.randn(40, 16, requires_grad=True)
    gold = torch.randint(0, 40, (rows,))
    smoothed, plain = objective.SmoothedEntropy.apply(states, weight, gold, smoothing)
    (smoothed / rows).backward()
    mine = states.grad.clone(), weight.grad.clone()
    states.grad = weight.grad = None
    expected = torch.nn.functional.cross_entropy(states @ weight.T, gold, label_smoothing=smoothing)
    expected.backward()
    assert smoothed.item() / rows == pytest.approx(expected.item(), rel=1e-5)
    assert plain.item() / rows == pytest.approx(
        torch.nn.functional.cross_entropy(states @ weight.T, gold).item(), rel=1e-5
    )
    assert torch.allclose(mine[0], states.grad, atol=1e-6)
    assert torch.allclose(mine[1], weight.grad, atol=1e-6)


def test_loss_and_guidance_against_transformers_own(words: vocabulary.Vocabulary, toy: Path) -> None:
    model = network.build(words, SMALL, dropout=0.0, seed=1).eval()
    pairs = list(read_pairs(toy))[:4]
    rows_s, rows_t = words.encode_source([p.source for p in pairs]), words.encode_target([p.target for p in pairs])

    def pad(rows: list[list[int]]) -> torch.Tensor:
        return torch.nn.utils.rnn.pad_sequence(
            [torch.tensor(r) for r in rows], batch_first=True, padding_value=words.pad
        )

    source, target = pad(rows_s), pad(rows_t)
    links = torch.where(target == words.pad, -1, 0)
    links[:, 1] = -1
    guided = objective.GuidedAttention(model)
    mine = objective.compute(model, source, target, links, targets=words.size, smoothing=0.0, guide=1.0, guided=guided)
    guided.remove()
    model.set_attn_implementation("eager")
    theirs = model(
        input_ids=source,
        attention_mask=(source != words.pad).long(),
        labels=torch.where(target == words.pad, -100, target),
        output_attentions=True,
    )
    assert mine.entropy == pytest.approx(theirs.loss.item(), rel=1e-4)
    weights = theirs.cross_attentions[-1]  # (sentences, heads, target, source)
    picked = weights[:, :, :, 0].log().mean(1)[links >= 0].mean()
    assert mine.guide == pytest.approx(-picked.item(), rel=1e-3)
    assert mine.total.item() == pytest.approx(mine.entropy + mine.guide, rel=1e-5)


def test_source_pieces_are_never_generated(words: vocabulary.Vocabulary, tmp_path: Path) -> None:
    from transformers import MarianMTModel

    model = network.build(words, SMALL, dropout=0.0, seed=1)
    export.forbid_source_pieces(model, words)
    export.save_model(model, words, tmp_path / "m")
    loaded = MarianMTModel.from_pretrained(tmp_path / "m", dtype=torch.float32)
    assert export.generable(loaded) == words.targets
    made = loaded.generate(input_ids=torch.tensor([[5, 6, 7, 0]]), num_beams=1, max_new_tokens=20, do_sample=False)
    assert made[0, 1:].max() < words.targets
    again, known = marian.load(tmp_path / "m", dropout=0.0)
    assert known.targets == words.targets
    assert torch.equal(again.model.shared.weight, model.model.shared.weight.half().float())
    assert {p.stat().st_mode & 0o777 for p in (tmp_path / "m").iterdir()} == {0o644}


def test_average_is_the_mean() -> None:
    states = [
        {"w": torch.tensor([1.0, 2.0]), "n": torch.tensor(3)},
        {"w": torch.tensor([3.0, 4.0]), "n": torch.tensor(3)},
    ]
    mean = export.average(states)
    assert mean["w"].tolist() == [2.0, 3.0] and mean["w"].dtype == torch.float32
    assert mean["n"].item() == 3


def test_lora_trains_little_and_merges_to_the_same_function(words: vocabulary.Vocabulary) -> None:
    model = network.build(words, SMALL, dropout=0.0, seed=1).eval()
    names = set(dict(model.named_parameters()))
    everything = sum(p.numel() for p in model.parameters())
    marian.add_lora(model, 4)
    trained = [p for p in model.parameters() if p.requires_grad]
    assert 0 < sum(p.numel() for p in trained) < everything / 3
    with torch.no_grad():
        for parameter in trained:
            parameter.normal_(std=0.1)
    inputs = {"input_ids": torch.tensor([[5, 6, 7, 0]]), "decoder_input_ids": torch.tensor([[words.pad, 4, 9]])}
    model.eval()
    before = model(**inputs).logits
    marian.merge_lora(model)
    assert set(dict(model.named_parameters())) == names
    assert torch.allclose(before, model(**inputs).logits, atol=1e-4)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda _p: None, "no config.json"),
        (lambda p: (p / "config.json").write_text('{"model_type": "bert"}'), "type 'bert', not MarianMT"),
        (lambda p: (p / "config.json").write_text("{"), "not readable"),
        (lambda p: (p / "config.json").write_text('{"model_type": "marian"}'), "no weights"),
    ],
)
def test_a_folder_that_is_no_marian_model(tmp_path: Path, make: object, says: str) -> None:
    make(tmp_path)  # type: ignore[operator]
    with pytest.raises(ModelError, match=says):
        marian.load(tmp_path, dropout=0.0)


def _trainer(words: vocabulary.Vocabulary, **changes: object) -> trainer.Trainer:
    from muwazi.translate.training import corpus, prepare

    made, _ = corpus.encode(words, ["باع القاضي القارب."] * 4, ["the judge sold the boat."] * 4, [0] * 4, 40)
    settings = TrainSettings(**changes)  # type: ignore[arg-type]
    phases = (PhaseSettings("a", 0.25, 10), PhaseSettings("b", 1.0, 40))
    recipe = Recipe((SourceSettings("s", "s"),), phases, settings)
    model = network.build(words, SMALL, dropout=0.0, seed=1)
    return trainer.Trainer(model, prepare.Prepared(words, made, [], None), recipe, Path(), scorer=lambda _m, _d: {})


def test_rate_warms_up_decays_and_ends_low(words: vocabulary.Vocabulary) -> None:
    run = _trainer(words, max_steps=1000, warmup=100, learning_rate=1e-3, decay_from=0.5)
    rates = []
    for run.step in range(1000):
        rates.append(run.rate())
    assert rates[0] == pytest.approx(1e-5)
    assert rates[99] == pytest.approx(1e-3)
    assert rates[399] == pytest.approx(1e-3 * (100 / 400) ** 0.5)
    assert rates[999] < 0.06 * rates[99]
    assert all(a >= b for a, b in pairwise(rates[99:]))
    run.step = 249
    assert run._phase(run.fraction()).name == "a"
    run.step = 250
    assert run._phase(run.fraction()).name == "b"


@pytest.mark.parametrize(("wanted", "says"), [("cuda", "finds no CUDA device"), ("toaster", "no such device")])
def test_devices_that_are_not_there(wanted: str, says: str) -> None:
    if wanted == "cuda" and torch.cuda.is_available():
        pytest.skip("there is a CUDA device here")
    with pytest.raises(InputError, match=says):
        devices.choose_device(wanted)


def test_precisions() -> None:
    cpu = torch.device("cpu")
    assert devices.choose_precision("auto", cpu) is None
    assert devices.choose_precision("bf16", cpu) is torch.bfloat16
    for wanted in ("fp16", "fp8"):
        with pytest.raises(InputError):
            devices.choose_precision(wanted, cpu)


def test_a_checkpoint_that_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state.pt"
    checkpoint.save_atomically({"step": 1}, path)

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint.os, "fsync", full)
    with pytest.raises(InputError, match="the disk is full"):
        checkpoint.save_atomically({"step": 2}, path)
    assert checkpoint.load(path) == {"step": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["state.pt"]
    path.write_bytes(b"PK damaged")
    with pytest.raises(ModelError, match="damaged"):
        checkpoint.load(path)


def test_the_curve_is_svg_with_a_point_for_every_look(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    records = [{"step": s, "loss": 5 - s / 100} for s in range(0, 100, 10)] + [{"dev": {"step": 50, "bleu": 3.5}}]
    log.write_text("".join(json.dumps(r) + "\n" for r in records))
    root = ET.fromstring(plot.curve(log))
    assert len(root.findall(".//{*}circle")) == 1
    assert len(root.find("{*}polyline").get("points").split()) == 10
    log.write_text("")
    ET.fromstring(plot.curve(log))


@pytest.mark.parametrize(
    ("train", "kind"),
    [
        ("The harbour was closed on Monday after the storm damaged two of its cranes.", "equal"),
        ("the HARBOUR was closed, on Monday; after the storm damaged two of its cranes", "equal"),
        ("Witnesses say that the harbour was closed on Monday after the storm came.", "run"),
        ("The harbour closed on Monday after the storm had damaged two of its cranes.", "near"),
        ("The airport was closed on Friday because of fog.", None),
        ("أُغلق الميناءُ يوم الاثنين بعد العاصفة", "equal"),
        ("اغلق الميناء", None),
    ],
)
def test_overlap_kinds(tmp_path: Path, train: str, kind: str | None) -> None:
    test = tmp_path / "test.txt"
    test.write_text(
        "The harbour was closed on Monday after the storm damaged two of its cranes.\n"
        "أغلق الميناء يوم الاثنين بعد العاصفة\nThank you.\n",
        encoding="utf-8",
    )
    report = overlap.check([train, "Thank you."], [test])
    assert [hit.kind for hit in report.hits] == ([kind] if kind else [])
    assert report.sentences == 2


def test_overlap_command(tmp_path: Path, toy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    test = tmp_path / "test.en"
    test.write_text("the farmer bought the bread.\n", encoding="utf-8")
    assert overlap.main([str(toy), "--test", str(test), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["sentences"] == 432 and found["counts"]["equal"] == 1
    assert overlap.main([str(toy), "--test", str(tmp_path / "none")]) == 2
    with pytest.raises(InputNotFoundError):
        overlap.index([tmp_path / "none"])
