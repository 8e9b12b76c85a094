"""Third step of a build: every Arabic sentence translated once, and remembered."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

import muwazi
from muwazi.corpus.progress import SILENT, Progress
from muwazi.pipeline.cache import WorkCache, digest
from muwazi.translate import Translator

# Sentences between two entries into the cache: what a kill can cost, against how well batches fill.
CHUNK = 256


@dataclass(frozen=True)
class Rendering:
    """The machine translation of one sentence, with what a guard noticed."""

    text: str
    flags: tuple[str, ...]


def translate_all(
    sentences: Iterable[str],
    translator: Translator,
    cache: WorkCache,
    progress: Progress = SILENT,
) -> dict[str, Rendering]:
    """Renderings by sentence; duplicates are translated once, known sentences not at all."""
    distinct = list(dict.fromkeys(sentences))
    info = translator.info
    made_by = (muwazi.__version__, info.sha256, info.engine, info.device, info.compute_type, info.decoding)
    keys = {sentence: digest(made_by, sentence) for sentence in distinct}
    known = cache.get_many("translated", list(keys.values()))
    result = {sentence: _from_json(known[key]) for sentence, key in keys.items() if key in known}
    todo = [sentence for sentence in distinct if sentence not in result]
    # Neighbours in length share a batch; a chunk of like lengths wastes no padding.
    todo.sort(key=len)
    progress.start("translating", len(todo), "sentences")
    try:
        for start in range(0, len(todo), CHUNK):
            chunk = todo[start : start + CHUNK]
            translations = translator.translate(chunk)
            made = {s: Rendering(t.text, tuple(t.flags)) for s, t in zip(chunk, translations, strict=True)}
            cache.put(
                "translated", [(keys[s], json.dumps([r.text, r.flags], ensure_ascii=False)) for s, r in made.items()]
            )
            result.update(made)
            progress.advance(len(chunk))
    finally:
        progress.finish()
    return result


def _from_json(value: str) -> Rendering:
    text, flags = json.loads(value)
    return Rendering(text, tuple(flags))
