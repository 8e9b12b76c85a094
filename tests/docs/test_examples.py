"""The Python examples of the documentation run as they stand, and its pages hang together."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
BLOCK = re.compile(r"(<!-- needs: (?P<needs>\w+) -->\n)?```python\n(?P<code>.*?)```", re.DOTALL)
PAGES = sorted(path for path in DOCS.rglob("*.md") if BLOCK.search(path.read_text("utf-8")))


def builtin_is_there() -> bool:
    from muwazi.corpus.errors import ModelError
    from muwazi.translate.models import resolve

    try:
        resolve("builtin")
    except ModelError:
        return False
    return True


def make_store(path: Path) -> None:
    """Version 1.0.0 with one pair, for examples that speak of a store that the reader has."""
    from muwazi.corpus.store import CommitMetadata, Row, Store

    row = Row(id="b-0", article_id="b", index=0, ar="أشرقت الشمس.", en="The sun rose.")
    Store.create(path).commit([row], message="One pair", metadata=CommitMetadata())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_python_examples_run(page, tmp_path, monkeypatch):
    articles = tmp_path / "examples" / "articles"
    articles.mkdir(parents=True)
    # A few of them do: with all of them, the build alone would take most of the time of the whole suite.
    for name in ("camp-school", "city-museum", "cup-final", "oud-player"):
        for path in (ROOT / "examples" / "articles").glob(f"{name}.*"):
            (articles / path.name).symlink_to(path)
    monkeypatch.setenv("MUWAZI_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "__main__"}
    text = page.read_text("utf-8")
    for found in BLOCK.finditer(text):
        if found["needs"] == "builtin" and not builtin_is_there():
            continue
        if found["needs"] == "store":
            make_store(Path("STORE"))
        # Blank lines in front keep the line numbers of a traceback those of the page.
        line = text.count("\n", 0, found.start("code"))
        exec(compile("\n" * line + found["code"], str(page), "exec"), names)


def test_links_between_pages_lead_somewhere():
    broken = []
    for page in DOCS.rglob("*.md"):
        for target in re.findall(r"\]\(([^)#:]+\.md)(?:#[^)]*)?\)", page.read_text("utf-8")):
            if not (page.parent / target).is_file():
                broken.append(f"{page.relative_to(DOCS)} -> {target}")
    assert broken == []


def test_every_page_is_in_the_navigation_and_the_other_way_round():
    import yaml

    class Loader(yaml.SafeLoader):
        """Reads over the Python names that mkdocs allows in its settings."""

    Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda loader, suffix, node: suffix)
    settings = yaml.load((ROOT / "mkdocs.yml").read_text("utf-8"), Loader=Loader)
    listed: list[str] = []

    def collect(entry):
        if isinstance(entry, str):
            listed.append(entry)
        elif isinstance(entry, dict):
            for value in entry.values():
                collect(value)
        else:
            for value in entry:
                collect(value)

    collect(settings["nav"])
    assert len(listed) == len(set(listed))
    assert set(listed) == {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}


def test_every_dependency_is_explained():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = set()
    for requirement in [
        *project["dependencies"],
        *(r for extra in project["optional-dependencies"].values() for r in extra),
    ]:
        wanted.add(re.match(r"[A-Za-z0-9._-]+", requirement).group().lower())
    rows = (DOCS / "dependencies.md").read_text("utf-8").splitlines()
    names = [row.split("|")[1] for row in rows if row.startswith("| `")]
    explained = {name.lower() for cell in names for name in re.findall(r"`([^`]+)`", cell)}
    assert sorted(wanted - explained) == []
