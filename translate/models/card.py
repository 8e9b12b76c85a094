"""``muwazi.json``: what stands beside a model's weights about their origin and quality."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from muwazi.corpus.errors import ModelError

CARD_NAME = "muwazi.json"


class Score(BaseModel):
    """One measured number, with how it was made."""

    model_config = ConfigDict(extra="ignore")

    set: str
    metric: str
    score: float
    signature: str = ""
    engine: str = ""


class ModelCard(BaseModel):
    """The fields that Muwazi reads; others may stand beside them."""

    model_config = ConfigDict(extra="allow")

    name: str
    revision: str | None = None
    parameters: int | None = None
    max_source_tokens: int | None = Field(default=None, ge=8)
    """Longest source, in pieces, that the model was trained on; longer sentences are split."""
    scores: list[Score] = []
    hardware: str | None = None
    training: Any = None


def read_card(folder: Path) -> ModelCard | None:
    """The card of the model in ``folder``, None where it has none.

    Raises :class:`ModelError` for a card that is no JSON or lacks its fields.
    """
    path = folder / CARD_NAME
    if not path.is_file():
        return None
    try:
        return ModelCard.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, ValidationError) as error:
        first = str(error).splitlines()[0]
        raise ModelError(f"{path}: not a model card that Muwazi can read ({first}); repair or delete it") from error
