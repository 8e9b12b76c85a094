"""``Translator`` beside transformers' ``generate`` on one model, in one run; and the memory that a large input takes.

    python -m benchmarks.translate --model builtin --data FOLDER

Both translate the same sentences with the same beam on the same threads, in turns, so that what else the machine does
falls on both. The baseline is what people write by hand: ``MarianTokenizer``, sentences sorted by length, batches of
32, ``generate``. With ``--data`` the sentences are the first of ``flores-dev.ar``, with BLEU against
``flores-dev.en``; without it, the Arabic sentences of ``examples/gold``, with BLEU over those that one English
sentence renders.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from muwazi.corpus.errors import InputError
from muwazi.translate import Translator
from muwazi.translate.models import ResolvedModel, resolve

ROOT = Path(__file__).parent.parent
_MEMORY_LINES = 20
_FACTOR = 100
_PEAK = """
import sys
from pathlib import Path
from muwazi.cli.main import main
sys.argv[0] = "muwazi"
try:
    main()
except SystemExit as end:
    if end.code:
        raise
# Not getrusage: its peak includes what the parent held at the fork.
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(status["VmHWM"].split()[0], file=sys.stderr)
"""


@dataclass(frozen=True)
class Data:
    """Sentences, and references where there are any (None: that sentence has none)."""

    name: str
    sentences: list[str]
    references: list[str | None]


def load_data(folder: Path | None, limit: int) -> Data:
    """The sentences to translate. Raises :class:`InputError` where there are none."""
    if folder is None:
        return _examples(limit)
    source, reference = folder / "flores-dev.ar", folder / "flores-dev.en"
    if not source.is_file():
        raise InputError(f"{source}: there is no such file; --data names a folder with flores-dev.ar")
    sentences = source.read_text(encoding="utf-8").split("\n")[:limit]
    references: list[str | None] = [None] * len(sentences)
    if reference.is_file():
        references = list(reference.read_text(encoding="utf-8").split("\n")[:limit])
    return Data(f"flores-dev, the first {len(sentences)}", sentences, references)


def _examples(limit: int) -> Data:
    sentences: list[str] = []
    references: list[str | None] = []
    for path in sorted((ROOT / "examples" / "gold").glob("*.ar")):
        arabic = path.read_text(encoding="utf-8").splitlines()
        rendered: list[str | None] = [None] * len(arabic)
        beads, english = path.with_suffix(".gold"), path.with_suffix(".en")
        if beads.is_file() and english.is_file():
            lines = english.read_text(encoding="utf-8").splitlines()
            for source, target in _one_to_one(beads):
                rendered[source] = lines[target]
        sentences += arabic
        references += rendered
    if not sentences:
        raise InputError("examples/gold has no *.ar; name a folder of benchmark texts with --data")
    return Data("examples/gold", sentences[:limit], references[:limit])


def _one_to_one(path: Path) -> list[tuple[int, int]]:
    pairs = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        source, target = (json.loads(side) for side in line.split(":")[:2])
        if len(source) == len(target) == 1:
            pairs.append((source[0], target[0]))
    return pairs


def baseline(model: ResolvedModel, beam: int, threads: int) -> Callable[[Sequence[str]], list[str]]:
    """Plain transformers: sorted batches of 32 through ``generate``."""
    import torch
    from transformers import MarianMTModel, MarianTokenizer

    torch.set_num_threads(threads)
    tokenizer = MarianTokenizer.from_pretrained(model.path)
    network = MarianMTModel.from_pretrained(model.path, dtype=torch.float32).eval()

    def translate(sentences: Sequence[str]) -> list[str]:
        order = sorted(range(len(sentences)), key=lambda i: -len(sentences[i]))
        results = [""] * len(sentences)
        with torch.inference_mode():
            for start in range(0, len(order), 32):
                members = order[start : start + 32]
                batch = tokenizer(
                    [sentences[i] for i in members],
                    return_tensors="pt",
                    padding=True,
                    truncation=True,
                    max_length=model.max_positions,
                )
                # The limit that Translator sets itself: a model that rambles to its last position should not make the
                # baseline look slow.
                limit = min(model.max_positions, 3 * batch["input_ids"].shape[1] + 16)
                output = network.generate(**batch, num_beams=beam, max_new_tokens=limit)
                texts = tokenizer.batch_decode(output, skip_special_tokens=True)
                for i, text in zip(members, texts, strict=True):
                    results[i] = text
        return results

    return translate


def bleu(hypotheses: Sequence[str], references: Sequence[str | None]) -> str:
    """Corpus BLEU with its signature, over the sentences that have a reference."""
    from sacrebleu.metrics import BLEU

    pairs = [(h, r) for h, r in zip(hypotheses, references, strict=True) if r is not None]
    if not pairs:
        return "no reference"
    metric = BLEU()
    score = metric.corpus_score([h for h, _ in pairs], [[r for _, r in pairs]])
    return f"{score.score:.1f} ({len(pairs)} sentences, {metric.get_signature()})"


def peak_memory(model: str, sentences: Sequence[str], lines: int, threads: int) -> int:
    """Peak resident memory, in kB, of ``muwazi translate`` on ``lines`` lines, each another one."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "in"
        with source.open("w", encoding="utf-8") as file:
            for i in range(lines):
                file.write(f"{sentences[i % len(sentences)]} {i}\n")
        command = [sys.executable, "-c", _PEAK, "translate", "--model", model, "-i", str(source)]
        command += ["-o", str(Path(folder) / "out"), "--beam", "1", "--no-guards", "-q", "--threads", str(threads)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stderr.split()[-1])


def main(argv: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.translate", description=__doc__.split("\n")[0])
    parser.add_argument("--model", default="builtin", help="Hub id, folder or builtin")
    parser.add_argument("--data", type=Path, help="folder with flores-dev.ar and flores-dev.en")
    parser.add_argument("--limit", type=int, default=256, help="sentences")
    parser.add_argument("--beam", type=int, help="the model's own by default")
    parser.add_argument("--rounds", type=int, default=2, help="turns of each")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--no-memory", action="store_true", help="leave out the memory of a large input")
    arguments = parser.parse_args(argv)

    model = resolve(arguments.model)
    data = load_data(arguments.data, arguments.limit)
    beam = arguments.beam or model.generation.num_beams or 4
    systems: dict[str, Callable[[Sequence[str]], list[str]]] = {}
    translator = Translator.load(model, beam=beam, device="cpu", threads=arguments.threads, note=print)
    flagged: dict[str, int] = {}

    def ours(sentences: Sequence[str]) -> list[str]:
        results = translator.translate(sentences)
        flagged["lines"] = sum(any(not flag.endswith("-repaired") for flag in r.flags) for r in results)
        return [result.text for result in results]

    systems[f"Translator ({translator.info.engine} {translator.info.compute_type})"] = ours
    if model.format == "transformers":
        systems["transformers generate (float32)"] = baseline(model, beam, arguments.threads)
    else:
        print("transformers generate: skipped, the model is in CTranslate2 format")

    for system in systems.values():  # first calls allocate and compile
        system(data.sentences[:8])
    seconds = dict.fromkeys(systems, 0.0)
    said: dict[str, list[str]] = {}
    for _ in range(arguments.rounds):
        for name, system in systems.items():
            began = time.perf_counter()
            said[name] = system(data.sentences)
            seconds[name] += time.perf_counter() - began

    count = len(data.sentences) * arguments.rounds
    print(f"model {model.id}, revision {model.revision}, weights {model.sha256[:12]}")
    print(f"data {data.name}: {len(data.sentences)} sentences, {arguments.rounds} turns, beam {beam}, ", end="")
    print(f"{arguments.threads} threads")
    for name in systems:
        print(f"{name:36} {count / seconds[name]:8.1f} sentences/s   BLEU {bleu(said[name], data.references)}")
    names = list(systems)
    if len(names) == 2:
        print(f"ratio {seconds[names[1]] / seconds[names[0]]:.2f}")
    print(f"flagged by the guards: {flagged['lines']} of {len(data.sentences)}")
    if not arguments.no_memory:
        small, large = (
            peak_memory(arguments.model, data.sentences, lines, arguments.threads)
            for lines in (_MEMORY_LINES, _MEMORY_LINES * _FACTOR)
        )
        print(f"peak memory: {_MEMORY_LINES} lines {small / 1024:.0f} MB, ", end="")
        print(f"{_MEMORY_LINES * _FACTOR:,} lines {large / 1024:.0f} MB (greedy, no guards)")


if __name__ == "__main__":
    main()
