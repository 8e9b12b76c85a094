"""From text to the pieces of a Marian model and back: two sentencepiece models and one or two vocabularies.

``MarianTokenizer`` gives the same pieces (a test compares) but reads ``</s>``, ``<pad>`` and ``>>xxx<<`` inside a text
as control tokens. Here text stays text: only the caller adds a target-language token.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from muwazi.corpus.errors import ModelError

EOS, UNK, PAD = "</s>", "<unk>", "<pad>"
_WORD_MARK = "▁"
_LANGUAGE_TOKEN = re.compile(r">>[^<>]+<<")
ARABIC_LETTER = re.compile(
    "[\u0620-\u064a\u066e-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]"
)


@dataclass(frozen=True)
class Vocabulary:
    """Encodes and decodes; holds no model."""

    source_spm: Any
    target_spm: Any
    source_pieces: tuple[str, ...]
    """In the order of their ids."""
    target_pieces: tuple[str, ...]

    @cached_property
    def source_ids(self) -> dict[str, int]:
        """Id of each source piece."""
        return {piece: i for i, piece in enumerate(self.source_pieces)}

    @cached_property
    def target_ids(self) -> dict[str, int]:
        """Id of each target piece."""
        return {piece: i for i, piece in enumerate(self.target_pieces)}

    @cached_property
    def language_tokens(self) -> tuple[str, ...]:
        """``>>eng<<`` and the like, where the model is multilingual."""
        return tuple(sorted(piece for piece in self.source_pieces if _LANGUAGE_TOKEN.fullmatch(piece)))

    @cached_property
    def arabic_pieces(self) -> tuple[str, ...]:
        """Target pieces that hold an Arabic letter."""
        return tuple(piece for piece in self.target_pieces if ARABIC_LETTER.search(piece))

    @cached_property
    def _control(self) -> frozenset[str]:
        return frozenset({EOS, PAD, *self.language_tokens})

    def encode(self, text: str) -> tuple[str, ...]:
        """Pieces of ``text``, without end mark; one that the vocabulary lacks is left for the engine's ``<unk>``."""
        control = self._control
        return tuple(UNK if piece in control else piece for piece in self.source_spm.encode(text, out_type=str))

    def encode_words(self, text: str) -> list[int]:
        """For each piece of ``encode(text)`` the word of ``text.split()`` that it is part of."""
        # Pieces do not cross spaces, so a word alone gives the pieces that it gives in its sentence. Where a normaliser
        # of sentencepiece makes that untrue (it may add a space inside a word), marks of word beginnings are counted.
        words = text.split()
        alone = [self.encode(word) for word in words]
        pieces = self.encode(text)
        if tuple(piece for word in alone for piece in word) == pieces:
            return [i for i, word in enumerate(alone) for _ in word]
        found, word = [], -1
        for piece in pieces:
            word += piece.startswith(_WORD_MARK)
            found.append(min(max(word, 0), len(words) - 1))
        return found

    def decode(self, pieces: Sequence[str]) -> str:
        """Text of target pieces, on one line, with single spaces."""
        text = self.target_spm.decode([piece for piece in pieces if piece not in (EOS, PAD, UNK)])
        return " ".join(text.replace(_WORD_MARK, " ").split())

    def decode_words(self, pieces: Sequence[str]) -> list[int | None]:
        """For each target piece its word in ``decode(pieces).split()``; None where it adds nothing."""
        # The text grows piece by piece; the word that a piece lands in is the last one after it. Word counts of
        # prefixes are exact also for byte pieces and for marks that stand alone, where counting word marks is not.
        words: list[int | None] = []
        before = ""
        for end in range(1, len(pieces) + 1):
            text = self.decode(pieces[:end])
            words.append(len(text.split()) - 1 if text != before else None)
            before = text
        return words


def load_vocabulary(folder: Path, config: dict[str, Any], *, converted: bool) -> Vocabulary:
    """Read the vocabulary of the model in ``folder``.

    Raises :class:`ModelError` naming the file that is missing or damaged.
    """
    import sentencepiece

    processors = []
    for name in ("source.spm", "target.spm"):
        path = folder / name
        if not path.is_file():
            raise ModelError(f"{folder}: {name} is missing; a MarianMT folder needs source.spm and target.spm")
        processor = sentencepiece.SentencePieceProcessor()
        try:
            processor.LoadFromSerializedProto(path.read_bytes())
        except (RuntimeError, OSError) as error:
            raise ModelError(f"{path}: not a sentencepiece model; fetch the file again") from error
        processors.append(processor)
    source, target = _read_converted(folder) if converted else _read_json(folder, config)
    for name, pieces in (("source", source), ("target", target)):
        missing = [token for token in (EOS, UNK) if token not in pieces]
        if missing:
            raise ModelError(f"{folder}: the {name} vocabulary lacks {missing[0]}; not a Marian vocabulary")
    return Vocabulary(processors[0], processors[1], source, target)


def _read_json(folder: Path, config: dict[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    source = _by_id(folder / "vocab.json", int(config.get("vocab_size") or 0))
    if config.get("share_encoder_decoder_embeddings", True):
        return source, source
    size = int(config.get("decoder_vocab_size") or config.get("vocab_size") or 0)
    return source, _by_id(folder / "target_vocab.json", size)


def _by_id(path: Path, size: int) -> tuple[str, ...]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(f"{path.parent}: {path.name} is missing; a MarianMT folder needs it") from error
    except ValueError as error:
        raise ModelError(f"{path}: not JSON; fetch the file again") from error
    if not isinstance(content, dict) or sorted(content.values(), key=repr) != sorted(range(len(content)), key=repr):
        raise ModelError(f"{path}: not a vocabulary: it must map each piece to its own id, from 0 without gaps")
    if size and size < len(content):
        raise ModelError(
            f"{path}: {len(content)} pieces, but config.json has room for {size}; the files do not fit together"
        )
    pieces = [""] * len(content)
    for piece, index in content.items():
        pieces[index] = piece
    # Some models pad their embeddings to a round size; names for rows that no text can reach keep ids in step.
    pieces += [f"<unused-{i}>" for i in range(len(pieces), size)]
    return tuple(pieces)


def _read_converted(folder: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    shared = _first(folder, "shared_vocabulary")
    if shared is not None:
        return shared, shared
    source, target = _first(folder, "source_vocabulary"), _first(folder, "target_vocabulary")
    if source is None or target is None:
        raise ModelError(f"{folder}: shared_vocabulary.json is missing; a CTranslate2 folder needs it")
    return source, target


def _first(folder: Path, stem: str) -> tuple[str, ...] | None:
    path = folder / f"{stem}.json"
    try:
        if path.is_file():
            return tuple(map(str, json.loads(path.read_text(encoding="utf-8"))))
        path = folder / f"{stem}.txt"
        if path.is_file():
            return tuple(path.read_text(encoding="utf-8").removesuffix("\n").split("\n"))
    except ValueError as error:
        raise ModelError(f"{path}: damaged; fetch or convert the model again") from error
    return None
