"""From the name of a model to its files: ``builtin``, a folder, or a Hub id.

Nothing falls back in silence: a Hub that cannot be reached is an error that names ``--model builtin``, and a copy of an
earlier download is used only with a note.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from muwazi.corpus.errors import ModelError
from muwazi.translate.models.card import ModelCard, read_card
from muwazi.translate.models.vocabulary import Vocabulary, load_vocabulary

BUILTIN = "builtin"
WEIGHTS = ("model.safetensors", "pytorch_model.bin")
"""In the order of preference."""
CONVERTED_WEIGHTS = "model.bin"
TEXT_FILES = (
    "config.json",
    "generation_config.json",
    "tokenizer_config.json",
    "vocab.json",
    "target_vocab.json",
    "source.spm",
    "target.spm",
    "muwazi.json",
)
"""What else a MarianMT folder may hold that Muwazi reads."""

Note = Callable[[str], None]


def no_note(text: str) -> None:
    """Drop the note."""


@dataclass(frozen=True)
class GenerationDefaults:
    """How the model wants to be searched, from ``generation_config.json`` or, in older models, ``config.json``."""

    num_beams: int | None = None
    length_penalty: float | None = None
    bad_words_ids: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True)
class ResolvedModel:
    """The files of one model, checked as far as reading its small files goes."""

    id: str
    path: Path
    format: Literal["transformers", "ctranslate2"]
    revision: str | None = None
    config: dict[str, Any] = field(default_factory=dict, repr=False)
    card: ModelCard | None = field(default=None, repr=False)

    def __fspath__(self) -> str:
        return str(self.path)

    @property
    def weights(self) -> Path:
        """The file of the weights."""
        if self.format == "ctranslate2":
            return self.path / CONVERTED_WEIGHTS
        return next(self.path / name for name in WEIGHTS if (self.path / name).is_file())

    @cached_property
    def sha256(self) -> str:
        """Hex SHA-256 of the weights file."""
        with self.weights.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    @cached_property
    def fingerprint(self) -> str:
        """Hex SHA-256 over the weights and every small file that a conversion depends on."""
        digest = hashlib.sha256(self.sha256.encode())
        for name in TEXT_FILES:
            path = self.path / name
            if path.is_file():
                digest.update(name.encode() + hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Its pieces. Raises :class:`ModelError` for missing or damaged files."""
        return load_vocabulary(self.path, self.config, converted=self.format == "ctranslate2")

    @cached_property
    def generation(self) -> GenerationDefaults:
        """Its own search settings."""
        settings = dict(self.config)
        path = self.path / "generation_config.json"
        if path.is_file():
            settings |= {key: value for key, value in _read_json(path).items() if value is not None}
        try:
            words = tuple(tuple(int(i) for i in word) for word in settings.get("bad_words_ids") or ())
            beams, penalty = settings.get("num_beams"), settings.get("length_penalty")
            return GenerationDefaults(
                num_beams=int(beams) if beams else None,
                length_penalty=float(penalty) if penalty is not None else None,
                bad_words_ids=words,
            )
        except (TypeError, ValueError) as error:
            raise ModelError(f"{self.path}: generation settings that are no numbers ({error})") from error

    @property
    def max_positions(self) -> int:
        """Longest sequence, in pieces with the end mark, of either side."""
        return int(self.config.get("max_position_embeddings") or 512)

    @cached_property
    def languages(self) -> tuple[str, str]:
        """Source and target language as ``tokenizer_config.json`` states them; ``ar`` and ``en`` where it does not."""
        path = self.path / "tokenizer_config.json"
        settings = _read_json(path) if path.is_file() else {}
        return str(settings.get("source_lang") or "ar"), str(settings.get("target_lang") or "en")


def resolve(model: str | Path, *, revision: str | None = None, note: Note = no_note) -> ResolvedModel:
    """Find the files of ``model``: ``builtin``, a folder, or a Hub id (``org/name``, or ``org/name@revision``).

    ``note`` is given what the user should know, such as the use of an earlier download while the Hub cannot be reached.
    Raises :class:`ModelError` in one line where there is no such model, it is no MarianMT model, or a file is missing.
    """
    name = str(model)
    if name == BUILTIN:
        return _builtin()
    folder = Path(name).expanduser()
    if folder.is_dir():
        return inspect_folder(folder, model_id=name)
    if folder.is_file():
        raise ModelError(f"{name}: a file, where the folder of a MarianMT model is expected; name its folder")
    hub_id, _, pinned = name.partition("@")
    # One optional slash, and nothing that only a path has: the shape of a Hub repository's name.
    if isinstance(model, Path) or not re.fullmatch(r"[A-Za-z0-9][\w.-]*(/[\w.-]+)?", hub_id):
        raise ModelError(f"{name}: no such folder, and no Hub id (org/name); give a folder, a Hub id or builtin")
    from muwazi.translate.models.hub import fetch

    path, commit = fetch(hub_id, revision=revision or pinned or None, note=note)
    return inspect_folder(path, model_id=hub_id, revision=commit)


def inspect_folder(folder: Path, *, model_id: str, revision: str | None = None) -> ResolvedModel:
    """Check that ``folder`` holds a MarianMT model in transformers or CTranslate2 format.

    Raises :class:`ModelError`.
    """
    card = read_card(folder)
    converted = (folder / CONVERTED_WEIGHTS).is_file()
    config_path = folder / "config.json"
    if not config_path.is_file():
        raise ModelError(f"{model_id}: config.json is missing; not the folder of a MarianMT model")
    config = _read_json(config_path)
    if converted and (folder / "conversion.json").is_file():  # ours: it keeps the config.json of the original
        config |= _read_json(folder / "conversion.json").get("config") or {}
    if not converted or "model_type" in config:
        check_marian(config, model_id)
    found: Literal["transformers", "ctranslate2"]
    if any((folder / name).is_file() for name in WEIGHTS):
        found = "transformers"
        if "model_type" not in config:
            raise ModelError(f"{model_id}: config.json names no model_type; not the folder of a MarianMT model")
    elif converted:
        found = "ctranslate2"
    else:
        raise ModelError(
            f"{model_id}: no weights ({' or '.join(WEIGHTS)}, or CTranslate2's model.bin); fetch them first"
        )
    if revision is None and card is not None:
        revision = card.revision
    resolved = ResolvedModel(model_id, folder, found, revision, config, card)
    _check_weights(resolved)
    for name in ("source.spm", "target.spm"):
        if not (folder / name).is_file():
            raise ModelError(f"{model_id}: {name} is missing; a MarianMT folder needs source.spm and target.spm")
    return resolved


def check_marian(config: dict[str, Any], model_id: str) -> None:
    """Raise :class:`ModelError` unless ``config`` is that of a MarianMT model."""
    kind = config.get("model_type")
    if kind != "marian":
        raise ModelError(
            f"{model_id}: a model of type {kind!r}, not a MarianMT model; Muwazi translates with Marian models"
        )


def _check_weights(model: ResolvedModel) -> None:
    with model.weights.open("rb") as file:
        start = file.read(64)
    if start.startswith(b"version https://git-lfs"):
        raise ModelError(f"{model.weights}: a Git LFS pointer, not the weights; run `git lfs pull` in its folder")
    if model.weights.suffix == ".safetensors":
        from safetensors import SafetensorError, safe_open

        try:
            # Reads the header only, and compares its sizes with the file's.
            with safe_open(model.weights, framework="numpy"):
                pass
        except SafetensorError as error:
            raise ModelError(f"{model.weights}: damaged weights ({error}); fetch the file again") from error


def _builtin() -> ResolvedModel:
    folder = builtin_folder()
    if not (folder / "config.json").is_file():
        raise ModelError(
            "builtin: this installation has no built-in model yet; give a MarianMT folder or a Hub id with --model"
        )
    return inspect_folder(folder, model_id=BUILTIN)


def builtin_folder() -> Path:
    """Where the weights of the built-in model lie."""
    return Path(__file__).parent / "builtin"


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelError(f"{path}: not JSON; fetch the file again") from error
    if not isinstance(content, dict):
        raise ModelError(f"{path}: not a JSON object; fetch the file again")
    return content
