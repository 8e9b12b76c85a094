"""Lines in, translations out: the front of everything in this folder."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from muwazi.corpus.errors import ModelError, SettingsError
from muwazi.corpus.normalise import for_model
from muwazi.corpus.progress import SILENT, Progress
from muwazi.translate.chunking import split_long
from muwazi.translate.engines.base import DecodingOptions, Engine, Pieces
from muwazi.translate.guards import copy_symbols, has_arabic, has_letters, in_order
from muwazi.translate.models.resolution import Note, ResolvedModel, no_note, resolve
from muwazi.translate.models.vocabulary import PAD, UNK
from muwazi.translate.segments import SegmentResult, SegmentTranslator, join_results
from muwazi.translate.settings import TranslationSettings
from muwazi.translate.types import Alternative, ModelInfo, Translation

_ENGINES = ("auto", "ctranslate2", "transformers")
_LONGEST_SOURCE = 256
_ARABIC = frozenset({"ar", "ara", "arb"})


class Translator:
    """Translates lines with one model. Make one with :meth:`load`."""

    def __init__(self, model: ResolvedModel, engine: Engine, settings: TranslationSettings) -> None:
        self.settings = settings
        self.model = model
        self.engine = engine
        self._prefix = _target_prefix(model, settings.target_token)
        source, target = model.languages
        self._arabic_source = source in _ARABIC
        self._arabic_target = target in _ARABIC
        beam = settings.beam or max(model.generation.num_beams or 4, settings.n_best)
        penalty = settings.length_penalty
        if penalty is None:
            penalty = 1.0 if model.generation.length_penalty is None else model.generation.length_penalty
        positions = model.max_positions
        trained = model.card.max_source_tokens if model.card else None
        # Without a word from the model: half of its positions, as the translation may need more of them than the
        # source.
        asked = settings.max_source_tokens or trained or min(_LONGEST_SOURCE, max(4, positions // 2))
        self._limit = min(asked, positions)
        self._segments = SegmentTranslator(
            engine,
            model.vocabulary,
            DecodingOptions(
                beam_size=beam,
                length_penalty=penalty,
                num_hypotheses=settings.n_best,
                suppress=_suppressed(model),
                attention=settings.alignments,
            ),
            max_positions=positions,
            batch_tokens=settings.batch_tokens,
            prefix=self._prefix,
            guards=settings.guards,
            arabic_target=self._arabic_target,
        )
        self.info = ModelInfo(
            id=model.id,
            revision=model.revision,
            sha256=model.sha256,
            engine=engine.name,
            device=engine.device,
            compute_type=engine.compute_type,
            source_lang=source,
            target_lang=target,
            decoding={
                "beam": beam,
                "length_penalty": penalty,
                "max_source_tokens": self._limit,
                "target_token": self._prefix[0] if self._prefix else None,
            },
            versions=engine.versions(),
        )

    @classmethod
    def load(
        cls,
        model: str | Path | ResolvedModel = "builtin",
        *,
        engine: str = "auto",
        device: str = "auto",
        compute_type: str = "auto",
        threads: int | None = None,
        revision: str | None = None,
        note: Note = no_note,
        **settings: Any,
    ) -> Translator:
        """A translator for ``model``: ``builtin``, a folder, or a Hub id.

        ``engine``: ``ctranslate2`` (``auto``) or ``transformers``; ``device``: ``auto``, ``cpu`` or ``cuda``;
        ``compute_type``: ``auto``, ``int8``, ``float16``, ``float32``; ``threads``: CPU threads, all that this process
        may use by default. ``settings`` are the fields of :class:`TranslationSettings`. ``note`` is told what the user
        should know (a conversion, a download used from the cache). Raises :class:`ModelError` for models that cannot
        be had, read or run, :class:`SettingsError` for impossible settings.
        """
        if engine not in _ENGINES:
            raise SettingsError(f"engine {engine!r}: must be one of {', '.join(_ENGINES)}")
        if threads is not None and threads < 1:
            raise SettingsError(f"threads {threads}: must be 1 or more")
        try:
            chosen = TranslationSettings(**settings)
        except TypeError as error:
            raise SettingsError(f"unknown translation setting: {error}") from error
        resolved = model if isinstance(model, ResolvedModel) else resolve(model, revision=revision, note=note)
        _target_prefix(resolved, chosen.target_token)  # a mistake here should show before a long conversion
        runner: Engine
        if engine == "transformers":
            from muwazi.translate.engines.reference import TransformersEngine

            runner = TransformersEngine(resolved, device=device, compute_type=compute_type, threads=threads, note=note)
        else:
            from muwazi.translate.engines.ct2 import CTranslate2Engine

            runner = CTranslate2Engine(resolved, device=device, compute_type=compute_type, threads=threads, note=note)
        return cls(resolved, runner, chosen)

    def translate(self, lines: Sequence[str], *, progress: Progress = SILENT) -> list[Translation]:
        """The translation of each line, in order; equal lines are translated once."""
        if isinstance(lines, str):
            raise TypeError("translate takes a sequence of lines, not one string")
        progress.start("translate", len(lines), "sentences")
        try:
            return list(self._translate(lines, _Memo(None), progress))
        finally:
            progress.finish()

    def translate_stream(
        self, lines: Iterable[str], *, progress: Progress = SILENT, total: int | None = None
    ) -> Iterator[Translation]:
        """The translation of each line, in order, at constant memory: ``window`` lines are read ahead."""
        progress.start("translate", total, "sentences")
        try:
            yield from self._translate(lines, _Memo(self.settings.memo), progress)
        finally:
            progress.finish()

    def _translate(self, lines: Iterable[str], memo: _Memo, progress: Progress) -> Iterator[Translation]:
        remaining = iter(lines)
        while window := list(islice(remaining, self.settings.window)):
            yield from self._window(window, memo, progress)

    def _window(self, lines: list[str], memo: _Memo, progress: Progress) -> list[Translation]:
        plans = [self._plan(line) for line in lines]
        known: dict[str, SegmentResult] = {}
        waiting: dict[str, None] = {}
        for plan in plans:
            for part in plan.parts:
                earlier = memo.get(part)
                if earlier is not None:
                    known[part] = earlier
                elif part not in known:
                    waiting[part] = None
        texts = list(waiting)
        bar = _Share(progress, len(lines), len(texts))
        for part, result in zip(texts, self._segments.translate(texts, bar.advance), strict=True):
            known[part] = result
            memo.put(part, result)
        bar.finish()
        return [plan.done or self._assemble(plan, known) for plan in plans]

    def _plan(self, line: str) -> _Plan:
        # Also the separators that are no line break to a reader of files but one to many programs (U+2028, U+0085,
        # ...).
        text = " ".join(for_model(line).split())
        if not text:
            return _Plan(text, done=Translation("", source=""))
        letters = has_letters(text)
        if letters and (not self._arabic_source or has_arabic(text)):
            return _Plan(text, parts=tuple(split_long(text, self._limit, self._segments.count)))
        flags = ("copied", "not-arabic") if letters else ("copied",)
        copy = copy_symbols(text, to_ascii=self._arabic_source and not self._arabic_target)
        return _Plan(text, done=Translation(copy, flags=flags, source=text))

    def _assemble(self, plan: _Plan, known: dict[str, SegmentResult]) -> Translation:
        result = join_results(plan.text, plan.parts, [known[part] for part in plan.parts])
        flags = set(result.flags)
        if len(plan.parts) > 1:
            flags.add("split")
        return Translation(
            text=result.best.text,
            score=result.best.score,
            flags=in_order(flags),
            alternatives=tuple(Alternative(other.text, other.score) for other in result.others),
            alignment=result.alignment,
            source=plan.text,
        )


@dataclass(frozen=True, slots=True)
class _Plan:
    text: str
    parts: tuple[str, ...] = ()
    done: Translation | None = None


class _Memo:
    """Results of earlier windows; the least recently used go when it is full."""

    def __init__(self, size: int | None) -> None:
        self._size = size
        self._results: OrderedDict[str, SegmentResult] = OrderedDict()

    def get(self, text: str) -> SegmentResult | None:
        result = self._results.get(text)
        if result is not None:
            self._results.move_to_end(text)
        return result

    def put(self, text: str, result: SegmentResult) -> None:
        self._results[text] = result
        if self._size is not None and len(self._results) > self._size:
            self._results.popitem(last=False)


class _Share:
    """Reports segments done as a share of the lines of a window."""

    def __init__(self, progress: Progress, lines: int, segments: int) -> None:
        self._progress, self._lines, self._segments = progress, lines, segments
        self._done = self._reported = 0

    def advance(self, segments: int) -> None:
        self._done += segments
        self._report(self._lines * self._done // max(self._segments, 1))

    def finish(self) -> None:
        self._report(self._lines)

    def _report(self, lines: int) -> None:
        if lines > self._reported:
            self._progress.advance(lines - self._reported)
            self._reported = lines


def _target_prefix(model: ResolvedModel, token: str | None) -> Pieces:
    available = model.vocabulary.language_tokens
    if token is None:
        if len(available) > 1:
            raise ModelError(
                f"{model.id}: translates into {len(available)} languages; choose one with --target-token: "
                f"{_listed(available)}"
            )
        return available  # a single one leaves no choice; none is the usual case
    wanted = token if token.startswith(">>") else f">>{token}<<"
    if wanted not in available:
        offer = f"it has {_listed(available)}" if available else "it has none: leave --target-token away"
        raise ModelError(f"{model.id}: no target token {wanted}; {offer}")
    return (wanted,)


def _listed(tokens: Sequence[str]) -> str:
    shown = ", ".join(tokens[:30])
    return f"{shown} and {len(tokens) - 30} more" if len(tokens) > 30 else shown


def _suppressed(model: ResolvedModel) -> tuple[Pieces, ...]:
    # What the model's own settings forbid, and always <pad> (it only begins and fills) and <unk> (a hole in the text),
    # as Marian itself does.
    pieces = model.vocabulary.target_pieces
    own = [tuple(pieces[i] for i in word if 0 <= i < len(pieces)) for word in model.generation.bad_words_ids]
    always = [(token,) for token in (PAD, UNK) if token in model.vocabulary.target_ids]
    return tuple(dict.fromkeys([*always, *(word for word in own if word)]))
