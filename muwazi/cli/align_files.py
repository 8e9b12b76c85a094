"""Which files ``muwazi align`` works on, and their sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from muwazi.corpus.errors import InputError, InputNotFoundError

# The languages of the built-in encoder, Universal Sentence Encoder multilingual v3.
BUILTIN_LANGUAGES = (
    *("ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh", "zh-tw"),
)
# Files beside articles that are no articles.
_NO_ARTICLES = (".gold", ".tsv", ".jsonl", ".tmx", ".vecalign", ".json", ".toml", ".yaml", ".yml")
_NAMES_OF_NOTES = ("readme", "licence", "license", "notice", "changelog")


@dataclass(frozen=True, slots=True)
class Sentences:
    """The sentences of one file, and what reading noticed."""

    path: Path
    texts: list[str]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How files become sentences."""

    presplit: bool = False
    keep_all: bool = False
    check_language: bool = True


def check_languages(source_lang: str, target_lang: str, encoder: str) -> None:
    """Refuse languages that the encoder does not know.

    Raises:
        InputError: names the languages that can be had.
    """
    for language in (source_lang, target_lang):
        if encoder == "builtin" and language not in BUILTIN_LANGUAGES:
            raise InputError(
                f"language {language!r} is none of the built-in encoder's ({', '.join(BUILTIN_LANGUAGES)});"
                " choose another encoder with --encoder"
            )
        if not re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]+)*", language):
            raise InputError(f"language {language!r}: expected an ISO 639 code such as ar or en")


def read_sentences(path: Path, language: str, options: ReadOptions) -> Sentences:
    """Read a file: its lines as they are, or an article that is cleaned and split.

    Raises:
        InputError: the file cannot be used; the message names it and says why.
    """
    # Late: reading and splitting bring their parsers and models.
    if options.presplit:
        from muwazi.align.presplit import read_lines
        from muwazi.corpus.reading.language import check

        lines = read_lines(path)
        if options.check_language:
            check("\n".join(lines), language, str(path))
        return Sentences(path, lines)
    from muwazi.corpus.reading import read_article
    from muwazi.corpus.splitting import split_article

    article = read_article(path, language, keep_all=options.keep_all, check_language=options.check_language)
    notes = list(article.notes)
    if article.removed:
        notes.append(f"{len(article.removed)} pieces of page furniture left out (--keep-all keeps them)")
    texts = [sentence.text for sentence in split_article(article)]
    if not texts:
        raise InputError(f"{path}: holds no sentence")
    return Sentences(path, texts, tuple(notes))


def name_and_language(path: Path) -> tuple[str, str | None]:
    """``NAME`` and ``LANG`` of ``NAME.LANG`` or ``NAME.LANG.EXT``; the language is None where the name gives none."""
    from muwazi.corpus.reading.files import ARTICLE_SUFFIXES

    stem = path.name
    if path.suffix.lower() in ARTICLE_SUFFIXES:
        stem = stem[: -len(path.suffix)]
    name, dot, language = stem.rpartition(".")
    if dot and name and re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z]{2,4})?", language):
        return name, language.lower()
    return stem, None


def find_pairs(
    folder: Path, source_lang: str, target_lang: str
) -> tuple[dict[str, tuple[Path, Path]], list[tuple[Path, str]]]:
    """Pairs of files ``NAME.ar[.EXT]`` and ``NAME.en[.EXT]`` in a folder, by name.

    Returns the pairs, and the files left aside with the reason.

    Raises:
        InputError: there is no such folder, no pair in it, or two files for one side of a pair.
    """
    sides: dict[str, dict[str, Path]] = {}
    aside: list[tuple[Path, str]] = []
    for path in list_files(folder):
        name, language = name_and_language(path)
        if language not in (source_lang, target_lang):
            aside.append((path, f"its name gives neither language, expected NAME.{source_lang} or NAME.{target_lang}"))
            continue
        other = sides.setdefault(name, {}).setdefault(language, path)
        if other is not path:
            raise InputError(f"{path}: {other.name} is the {language} side of {name} already; remove one of them")
    pairs = {}
    for name, found in sides.items():
        if source_lang in found and target_lang in found:
            pairs[name] = (found[source_lang], found[target_lang])
        else:
            missing = target_lang if source_lang in found else source_lang
            aside.append((next(iter(found.values())), f"has no {missing} side"))
    if not pairs:
        raise InputError(
            f"{folder}: no pair of files NAME.{source_lang} and NAME.{target_lang}"
            f" (or NAME.{source_lang}.txt, .html, .docx, .md) in this folder; where names do not tell, use --match"
        )
    return pairs, aside


def find_sides(paths: Sequence[Path], source_lang: str, target_lang: str) -> tuple[list[Path], list[Path]]:
    """The files of both sides for matching: two folders, or one whose file names give the language.

    Raises:
        InputError: a folder is missing or a side has no files.
    """
    if len(paths) == 2:
        sides = [list_files(path) for path in paths]
    else:
        sides = [
            [path for path in list_files(paths[0]) if name_and_language(path)[1] == language]
            for language in (source_lang, target_lang)
        ]
    for files, folder, language in zip(sides, (paths[0], paths[-1]), (source_lang, target_lang), strict=True):
        if not files:
            wanted = "articles" if len(paths) == 2 else f"files NAME.{language} or NAME.{language}.txt"
            raise InputError(f"{folder}: no {wanted} in this folder to match")
    return sides[0], sides[1]


def list_files(folder: Path) -> list[Path]:
    """The files of a folder that may be articles, sorted by name.

    Raises:
        InputError: it is missing or no folder.
    """
    if not folder.exists():
        raise InputNotFoundError(f"{folder}: no such file or folder")
    if not folder.is_dir():
        raise InputError(f"{folder}: is a file where a folder is expected")
    return [
        path
        for path in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if path.is_file()
        and not path.name.startswith((".", "~$"))
        and path.suffix.lower() not in _NO_ARTICLES
        and path.name.split(".")[0].lower() not in _NAMES_OF_NOTES
    ]
