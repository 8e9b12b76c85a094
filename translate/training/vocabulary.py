"""The vocabulary of a Marian model: two sentencepiece models and one joint table of ids.

The layout is that of the opus-mt models (source.spm, target.spm, vocab.json), which every tool that reads Marian models
understands; CTranslate2 converts no others. What differs is the order of the ids: those
that can stand on the target side come first, so that training computes its softmax over these alone, and a bias keeps
the others from being generated.
"""

from __future__ import annotations

import io
import json
import os
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from muwazi.corpus.errors import InputError, ModelError

EOS, UNK, PAD = "</s>", "<unk>", "<pad>"

_DELETED = [
    *range(0x064B, 0x0660),  # vowel signs: with and without, a word must look the same to a small model
    0x0670,  # dagger alef
    0x0640,  # tatweel
    0x061C,
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
    0xFEFF,
    0x00AD,
]
_REPLACED = {
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا",  # hamza on alef is often left out in writing
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‟": '"',
    "‘": "'", "’": "'", "‚": "'", "`": "'", "´": "'",
    "‐": "-", "‑": "-", "–": "-", "−": "-", "—": "-", "…": "...", "٪": "%", "٫": ".", "٬": ",",
    "ی": "ي", "ک": "ك", "ە": "ه",
}  # fmt: skip


def normalisation_rules(*, source: bool) -> list[tuple[str, str]]:
    """Character rules that the sentencepiece model applies to all it reads, as (from, to).

    The source side loses vowel signs, tatweel and direction marks; Arabic digits become ASCII, quotation marks and
    dashes their plain forms, presentation forms their letters. The target side only unifies quotation marks and spaces.
    """
    rules: dict[str, str] = {}
    for code in (0x00A0, 0x2002, 0x2003, 0x2009, 0x202F, 0x3000, 0x0009):
        rules[chr(code)] = " "
    for code in _DELETED[-4:]:
        rules[chr(code)] = ""
    for mark, plain in _REPLACED.items():
        if source or not "\u0600" <= mark <= "\u06ff":
            rules[mark] = plain
    if source:
        for code in _DELETED:
            rules[chr(code)] = ""
        for digit in range(10):
            rules[chr(0x0660 + digit)] = str(digit)
            rules[chr(0x06F0 + digit)] = str(digit)
        for code in [*range(0xFB50, 0xFDC8), *range(0xFE70, 0xFEFD)]:
            letters = unicodedata.normalize("NFKC", chr(code))
            if letters != chr(code):
                mapped = "".join(rules.get(letter, letter) for letter in letters)
                rules[chr(code)] = mapped.strip()
    return sorted(rules.items())


def train_sentencepiece(lines: Iterable[str], size: int, *, source: bool, seed: int = 1) -> bytes:
    """Train a unigram model of ``size`` pieces and return the serialised model.

    Raises:
        InputError: the text does not support so many pieces; the message names the largest size that works.
    """
    import tempfile

    import sentencepiece as spm

    spm.set_random_generator_seed(seed)
    writer = io.BytesIO()
    with tempfile.NamedTemporaryFile("w", suffix=".tsv", encoding="utf-8") as rules:
        for before, after in normalisation_rules(source=source):
            rules.write(" ".join(f"{ord(c):x}" for c in before) + "\t" + " ".join(f"{ord(c):x}" for c in after) + "\n")
        rules.flush()
        try:
            spm.SentencePieceTrainer.train(
                sentence_iterator=iter(lines),
                model_writer=writer,
                vocab_size=size,
                model_type="unigram",
                character_coverage=0.9998,
                normalization_rule_tsv=rules.name,
                remove_extra_whitespaces=True,
                split_digits=True,
                num_threads=min(16, os.cpu_count() or 1),
                max_sentence_length=4192,
                bos_id=-1,
                pad_id=-1,
                eos_id=0,
                unk_id=1,
                minloglevel=2,
            )
        except (RuntimeError, ValueError, OSError) as error:
            side = "source" if source else "target"
            text = " ".join(str(error).split())
            hint = text[text.find("Please set it to") :] if "Please set it to" in text else text
            raise InputError(
                f"a {side} vocabulary of {size} pieces is larger than the text supports; {hint or 'choose fewer'}"
            ) from None
    return writer.getvalue()


@dataclass(frozen=True)
class Vocabulary:
    """Two sentencepiece models and the ids of their pieces."""

    source_model: bytes
    target_model: bytes
    ids: dict[str, int]
    targets: int
    """The first ``targets`` ids can be generated; the others stand on the source side alone."""

    def __post_init__(self) -> None:
        import sentencepiece as spm

        object.__setattr__(self, "_source", spm.SentencePieceProcessor(model_proto=self.source_model))
        object.__setattr__(self, "_target", spm.SentencePieceProcessor(model_proto=self.target_model))

    @property
    def size(self) -> int:
        """How many ids there are, ``<pad>`` (the last one) included."""
        return len(self.ids)

    @property
    def pad(self) -> int:
        """Id of ``<pad>``, with which decoding begins."""
        return self.ids[PAD]

    @property
    def eos(self) -> int:
        """Id of ``</s>``."""
        return self.ids[EOS]

    @property
    def pieces(self) -> list[str]:
        """The pieces in the order of their ids."""
        return [piece for piece, _ in sorted(self.ids.items(), key=lambda item: item[1])]

    def _encode(self, processor: Any, lines: Sequence[str]) -> list[list[int]]:
        unknown = self.ids[UNK]
        ids = self.ids
        return [
            [*(ids.get(piece, unknown) for piece in pieces), ids[EOS]]
            for pieces in processor.encode(list(lines), out_type=str)
        ]

    def encode_source(self, lines: Sequence[str]) -> list[list[int]]:
        """Ids of each line, ``</s>`` at the end. A line may begin with one ``>>tag<<``."""
        tags = [line[: line.find("<<") + 2] if line.startswith(">>") and "<<" in line else "" for line in lines]
        encoded = self._encode(self._source, [line[len(tag) :] for line, tag in zip(lines, tags, strict=True)])  # type: ignore[attr-defined]
        unknown = self.ids[UNK]
        return [[self.ids.get(tag, unknown), *ids] if tag else ids for tag, ids in zip(tags, encoded, strict=True)]

    def encode_target(self, lines: Sequence[str]) -> list[list[int]]:
        """Ids of each line, ``</s>`` at the end. What only the source side has, Arabic letters say, is ``<unk>``."""
        encoded = self._encode(self._target, lines)  # type: ignore[attr-defined]
        unknown, targets = self.ids[UNK], self.targets
        return [[i if i < targets else unknown for i in ids] for ids in encoded]

    def decode_target(self, ids: Sequence[int]) -> str:
        """The text of generated ids; special ones are left out."""
        pieces = self.pieces
        skip = {self.ids[EOS], self.ids[UNK], self.pad}
        return str(self._target.decode_pieces([pieces[i] for i in ids if i not in skip]))  # type: ignore[attr-defined]

    def save(self, folder: Path) -> None:
        """Write source.spm, target.spm, vocab.json and tokenizer_config.json as MarianTokenizer reads them."""
        (folder / "source.spm").write_bytes(self.source_model)
        (folder / "target.spm").write_bytes(self.target_model)
        (folder / "vocab.json").write_text(json.dumps(self.ids, ensure_ascii=False, indent=0), encoding="utf-8")


def build(source_model: bytes, target_model: bytes, tags: Sequence[str] = ()) -> Vocabulary:
    """Join two sentencepiece models into one table: ``</s>``, ``<unk>``, target pieces, source pieces, ``<pad>``."""
    import sentencepiece as spm

    ids = {EOS: 0, UNK: 1}

    def add(model: bytes) -> None:
        processor = spm.SentencePieceProcessor(model_proto=model)
        for index in range(processor.get_piece_size()):
            if not processor.is_control(index) and not processor.is_unknown(index):
                ids.setdefault(processor.id_to_piece(index), len(ids))

    add(target_model)
    targets = len(ids)
    add(source_model)
    for tag in tags:
        ids.setdefault(tag, len(ids))
    ids[PAD] = len(ids)
    return Vocabulary(source_model, target_model, ids, targets)


def load(folder: Path, targets: int | None = None) -> Vocabulary:
    """Read the vocabulary of a Marian folder; ``targets`` where only the first ids can be generated.

    Raises:
        ModelError: a file is missing or no Marian vocabulary.
    """
    try:
        ids = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
        source_model, target_model = (folder / "source.spm").read_bytes(), (folder / "target.spm").read_bytes()
    except FileNotFoundError as error:
        raise ModelError(f"{folder}: no Marian model ({Path(error.filename).name} is missing)") from None
    except (OSError, ValueError) as error:
        raise ModelError(f"{folder}: the vocabulary cannot be read ({error})") from None
    if not isinstance(ids, dict) or not {EOS, UNK, PAD} <= set(ids):
        raise ModelError(f"{folder}/vocab.json: no Marian vocabulary ({EOS}, {UNK} or {PAD} is missing)")
    return Vocabulary(source_model, target_model, {str(k): int(v) for k, v in ids.items()}, targets or len(ids))
