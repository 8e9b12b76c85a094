"""The dataset card of a version: README.md with the front matter that the Hugging Face Hub and ``datasets`` read."""

from __future__ import annotations

from typing import Any

import yaml

from muwazi.corpus.store.manifest import Manifest
from muwazi.corpus.store.schema import DEFAULT, FOLDERS

# Licence ids that the Hub's card format knows, as far as text corpora use them; any other is "other".
_HUB_LICENCES = frozenset(
    """
    afl-3.0 agpl-3.0 apache-2.0 artistic-2.0 bsd bsd-2-clause bsd-3-clause bsl-1.0 c-uda cc cc-by-2.0 cc-by-2.5 cc-
    by-3.0 cc-by-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 cc-by-
    nc-sa-3.0 cc-by-nc-sa-4.0 cc-by-nd-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc0-1.0 cdla-permissive-1.0 cdla-permissive-2.0
    cdla-sharing-1.0 etalab-2.0 eupl-1.1 eupl-1.2 gfdl gpl gpl-2.0 gpl-3.0 isc lgpl lgpl-2.1 lgpl-3.0 mit mpl-2.0
    odbl odc-by pddl unlicense
    """.split()  # noqa: SIM905 - a table of one column
)
_SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
)
_FORMS = {
    "ar": "Arabic",
    "en": "English reference",
    "mt": "machine translation",
    "post_edit": "post-edited translation",
}


def dataset_card(manifest: Manifest, prefix: str = "") -> str:
    """The text of README.md.

    Args:
        manifest: of the version; its ``files`` need not hold the card itself.
        prefix: path from the card's folder to the version's, with a slash at the end, empty when they are the same.
    """
    front = yaml.safe_dump(_front_matter(manifest, prefix), sort_keys=False, allow_unicode=True, width=120)
    sections = [
        f"# {display_title(manifest)}",
        _introduction(manifest),
        _loading(manifest),
        _statistics(manifest),
        _scores(manifest),
        _drops(manifest),
        _columns(),
        _origin(manifest),
    ]
    return f"---\n{front}---\n\n" + "\n\n".join(section for section in sections if section) + "\n"


def hub_licences(manifest: Manifest) -> list[str]:
    """Licence ids in the Hub's spelling; ``other`` for what it has no id for, ``unknown`` where none is stated."""
    found: dict[str, None] = {}
    for name in manifest.statistics["licences"]:
        if name == "none stated":
            collection = manifest.metadata.get("licence")
            found[_hub_licence(collection) if collection else "unknown"] = None
        else:
            found[_hub_licence(name)] = None
    return list(found)


def _hub_licence(name: str) -> str:
    lower = name.strip().lower().removesuffix("-only").removesuffix("-or-later")
    return lower if lower in _HUB_LICENCES else "other"


def _front_matter(manifest: Manifest, prefix: str) -> dict[str, Any]:
    configs = []
    for config, splits in manifest.splits.items():
        # datasets cannot load a split of no rows, so such a split is not named; nor is a config without any row.
        if splits:
            files = [{"split": split, "path": f"{prefix}{FOLDERS[config]}/{split}-*.parquet"} for split in splits]
            configs.append(
                {
                    "config_name": config,
                    **({"default": True} if config == DEFAULT else {}),
                    # So that what was loaded says what it is (Dataset.info.version), and caches are kept apart by it.
                    "version": manifest.version,
                    "data_files": files,
                }
            )
    licences = hub_licences(manifest)
    columns = manifest.statistics["columns"]
    creators = [
        name
        for name, there in (
            ("found", columns["en"]["rows"]),
            ("machine-generated", columns["mt"]["rows"]),
            ("expert-generated", columns["post_edit"]["rows"]),
        )
        if there
    ]
    return {
        "pretty_name": display_title(manifest),
        "language": ["ar", "en"],
        "license": licences[0] if len(licences) == 1 else licences,
        "task_categories": ["translation"],
        "multilinguality": ["translation"],
        "size_categories": [next((name for limit, name in _SIZES if manifest.rows < limit), "n>10M")],
        "annotations_creators": creators or ["no-annotation"],
        "language_creators": ["found"],
        "source_datasets": ["original"],
        "tags": ["parallel-corpus", "arabic", "machine-translation", "muwazi"],
        "version": manifest.version,
        "configs": configs,
    }


def display_title(manifest: Manifest) -> str:
    """The name of the dataset as people read it."""
    return str(manifest.metadata.get("title") or "Arabic-English parallel corpus")


def _introduction(manifest: Manifest) -> str:
    counted = manifest.statistics
    lines = []
    if manifest.metadata.get("description"):
        lines += [str(manifest.metadata["description"]), ""]
    lines.append(
        f"Version {manifest.version}: {counted['rows']:,} segments of {counted['articles']:,} articles, "
        f"{counted['pairs']:,} of them with an English reference."
    )
    if manifest.message:
        lines += ["", f"> {' '.join(manifest.message.split())}"]
    return "\n".join(lines)


def _loading(manifest: Manifest) -> str:
    lines = [
        "## Loading it",
        "",
        "```python",
        "from datasets import load_dataset",
        "",
        'rows = load_dataset("PATH")                  # all columns',
    ]
    if manifest.splits.get("translation"):
        lines.append('pairs = load_dataset("PATH", "translation")  # {"translation": {"ar": ..., "en": ...}}')
    lines += [
        "```",
        "",
        "or, with every file checked against its SHA-256 first:",
        "",
        "```python",
        "import muwazi",
        "",
        f'rows = muwazi.load("STORE", revision="{manifest.version}")',
        "```",
    ]
    return "\n".join(lines)


def _statistics(manifest: Manifest) -> str:
    counted = manifest.statistics
    lines = ["## Statistics", "", "| split | articles | rows | pairs |", "|---|---:|---:|---:|"]
    for split, numbers in counted["splits"].items():
        pairs = manifest.splits.get("translation", {}).get(split, 0)
        lines.append(f"| {split} | {numbers['articles']:,} | {numbers['rows']:,} | {pairs:,} |")
    lines += [
        "",
        "An article is in one split only, drawn from a hash of its id.",
        "",
        "| column | rows | words | characters |",
        "|---|---:|---:|---:|",
    ]
    for name, numbers in counted["columns"].items():
        lines.append(
            f"| `{name}` ({_FORMS[name]}) | {numbers['rows']:,} | {numbers['words']:,} | {numbers['characters']:,} |"
        )
    for title, key in (("alignment", "alignment_types"), ("flag", "flags")):
        if counted[key]:
            lines += ["", f"| {title} | rows |", "|---|---:|"]
            lines += [f"| {_cell(name)} | {number:,} |" for name, number in counted[key].items()]
    return "\n".join(lines)


def _scores(manifest: Manifest) -> str:
    scores = manifest.metadata.get("scores") or []
    if not scores:
        return ""
    model = manifest.metadata.get("model") or {}
    lines = [
        "## Scores of the machine translation",
        "",
        f"Model: `{model.get('id', 'not stated')}`"
        + (f", revision `{model['revision']}`" if model.get("revision") else "")
        + (f", weights SHA-256 `{model['sha256']}`" if model.get("sha256") else "")
        + ".",
        "",
        "| score | on | value | interval | segments | signature |",
        "|---|---|---:|---|---:|---|",
    ]
    for score in scores:
        interval = f"{score['low']:.2f} to {score['high']:.2f}" if score.get("low") is not None else ""
        segments = f"{score['segments']:,}" if score.get("segments") is not None else ""
        lines.append(
            f"| {_cell(score['name'])} | {_cell(score['scope'])} | {score['value']:.2f} | {interval} | {segments} "
            f"| `{_cell(score['signature'])}` |"
        )
    return "\n".join(lines)


def _drops(manifest: Manifest) -> str:
    drops = manifest.metadata.get("drops") or {}
    if not drops:
        return ""
    lines = ["## What was left out", "", "| reason | count |", "|---|---:|"]
    return "\n".join(lines + [f"| {_cell(reason)} | {number:,} |" for reason, number in drops.items()])


def _columns() -> str:
    return """## Columns

`id`, `article_id`, `index` (position in the article), `ar`, `en` (reference, null where there is none), `mt`
(machine translation), `post_edit` (null until edited), `alignment_type`, `alignment_score`, `confidence`,
`reference_kind` (`independent` or `post-edited`), `flags`, `split`, `source_uri`, `licence`."""


def _origin(manifest: Manifest) -> str:
    lines = ["## Licences of the sources", "", "| licence | rows |", "|---|---:|"]
    lines += [f"| {_cell(name)} | {number:,} |" for name, number in manifest.statistics["licences"].items()]
    lines += ["", "Every row names its source in `source_uri` and its licence in `licence`."]
    lines += [
        "",
        "How this version was made (command, settings, package versions, checksums) stands in `manifest.json`.",
    ]
    return "\n".join(lines)


def _cell(text: str) -> str:
    """Text inside a table cell."""
    return " ".join(str(text).split()).replace("|", "\\|")
