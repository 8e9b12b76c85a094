"""Settings of a build: from a TOML or YAML file, then flags; an unknown key is an error that names the nearest."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from muwazi.corpus.errors import InputNotFoundError, SettingsError
from muwazi.corpus.filters import FilterSettings

DEFAULT_MODEL = "Helsinki-NLP/opus-mt-ar-en"


class Section(BaseModel):
    """A group of settings that knows all its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ReadSettings(Section):
    """Reading and cleaning."""

    keep_all: bool = Field(default=False, description="Keep page furniture.")
    check_language: bool = Field(
        default=True, description="Refuse an article that is not in the language its name says."
    )
    keep_going: bool = Field(
        default=False, description="Leave out articles that cannot be read instead of stopping; they are listed."
    )
    licence: str | None = Field(default=None, description="Licence (SPDX) of articles that state none themselves.")


class AlignSettings(Section):
    """Sentence alignment."""

    encoder: str = Field(default="builtin", description="Sentence encoder: builtin, or a sentence-transformers model.")
    max_merge: int = Field(default=10, ge=2, le=20, description="Largest bead: source plus target sentences.")
    min_confidence: float = Field(default=0.0, ge=0, le=1, description="Pairs below this confidence get no reference.")


class TranslateSettings(Section):
    """Machine translation."""

    model: str = Field(default=DEFAULT_MODEL, description="Hub id, local MarianMT folder, builtin, or none.")
    engine: Literal["auto", "ctranslate2", "transformers"] = "auto"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    compute_type: Literal["auto", "int8", "float16", "float32"] = "auto"
    revision: str | None = Field(default=None, description="Branch, tag or commit of a Hub model.")
    target_token: str | None = Field(default=None, description=">>eng<<, for models with several target languages.")
    beam: int | None = Field(default=None, ge=1, le=64, description="None: the model's own.")
    length_penalty: float | None = Field(default=None, ge=-10, le=10, description="None: the model's own.")
    threads: int = Field(default=0, ge=0, description="0: as many as there are cores.")


class EvalSettings(Section):
    """Scores."""

    bootstrap: int = Field(
        default=1000, ge=0, le=100_000, description="Bootstrap samples for the confidence interval; 0: none."
    )
    seed: int = 12345


class BuildSettings(Section):
    """Everything that decides what a build makes of its input."""

    read: ReadSettings = ReadSettings()
    align: AlignSettings = AlignSettings()
    filters: FilterSettings = FilterSettings()
    translate: TranslateSettings = TranslateSettings()
    eval: EvalSettings = EvalSettings()


def load_settings(path: Path | None, overrides: Mapping[str, Any]) -> BuildSettings:
    """Read settings from ``path`` (``.toml``, ``.yaml`` or ``.yml``) and lay ``overrides`` over them.

    Args:
        path: None for the defaults.
        overrides: dotted key to value, ``{"align.max_merge": 8}``.

    Raises:
        SettingsError: the file cannot be parsed, or a key or value is not known; the message names the nearest key.
        InputNotFoundError: there is no such file.
    """
    tree: dict[str, Any] = {} if path is None else _parse(path)
    for dotted, value in overrides.items():
        node = tree
        *groups, last = dotted.split(".")
        for group in groups:
            node = node.setdefault(group, {})
            if not isinstance(node, dict):
                raise SettingsError(f"setting {dotted}: {group} is no group of settings")
        node[last] = value
    try:
        return BuildSettings.model_validate(tree)
    except ValidationError as error:
        raise SettingsError(_explain(error, path)) from None


def parse_assignment(text: str) -> tuple[str, Any]:
    """``align.max_merge=8`` as a key and its value (read as TOML, else as a string).

    Raises:
        SettingsError: there is no ``=``.
    """
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise SettingsError(f"--set {text!r}: expected KEY=VALUE, for example --set align.max_merge=8")
    try:
        parsed: Any = tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        parsed = value.strip()
    return key.strip(), parsed


def _parse(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputNotFoundError(f"settings file {path} is not there") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"settings file {path} cannot be read: {error}") from None
    if path.suffix == ".toml":
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(f"{path}: no valid TOML: {error}") from None
    if path.suffix in {".yaml", ".yml"}:
        try:
            tree = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise SettingsError(f"{path}: no valid YAML: {error}") from None
        if tree is None:
            return {}
        if isinstance(tree, dict):
            return tree
        raise SettingsError(f"{path}: expected groups of settings at the top, found a {type(tree).__name__}")
    raise SettingsError(f"{path}: settings are .toml, .yaml or .yml, not {path.suffix or 'a file without suffix'}")


def _explain(error: ValidationError, path: Path | None) -> str:
    where = str(path) if path is not None else "settings"
    first = error.errors()[0]
    dotted = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        nearest = nearest_key(dotted)
        hint = f"; did you mean {nearest}?" if nearest else f"; known groups: {', '.join(BuildSettings.model_fields)}"
        return f"{where}: unknown setting {dotted}{hint}"
    return f"{where}: setting {dotted} = {first.get('input')!r}: {first['msg']}"


def known_keys() -> list[str]:
    """Every setting as a dotted key."""

    def walk(model: type[BaseModel], prefix: str) -> list[str]:
        keys = []
        for name, field in model.model_fields.items():
            inner = field.annotation
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                keys += walk(inner, f"{prefix}{name}.")
            else:
                keys.append(prefix + name)
        return keys

    return walk(BuildSettings, "")


def nearest_key(dotted: str) -> str | None:
    """The known setting that ``dotted`` most likely means, or None."""
    keys = known_keys()
    by_last = {key.rsplit(".", 1)[-1]: key for key in keys}
    whole = difflib.get_close_matches(dotted, keys, n=1, cutoff=0.6)
    if whole:
        return whole[0]
    last = difflib.get_close_matches(dotted.rsplit(".", 1)[-1], list(by_last), n=1, cutoff=0.6)
    return by_last[last[0]] if last else None
