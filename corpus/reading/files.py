"""Which files of a folder are articles, and which belong together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import overload

from muwazi.corpus.errors import InputError, InputNotFoundError
from muwazi.corpus.wordlists import words

ARTICLE_SUFFIXES = (".txt", ".md", ".markdown", ".html", ".htm", ".xhtml", ".docx")
PAIR_SUFFIXES = (".tsv", ".csv", ".jsonl", ".ndjson", ".tmx", ".xlf", ".xliff")
# What may lie beside articles without a word: gold alignments, settings, licences and notes about the folder.
_COMPANION_SUFFIXES = (".gold", ".toml", ".yaml", ".yml")
_COMPANION_NAMES = ("readme", "licence", "license", "copying", "notice", "changelog")
# Two-letter parts of a name that mean a language, not a part of the title.
_LANGUAGES = words(
    """
    ar bg bn ca cs da de el en es et fa fi fr ga he hi hr hu id it ja ka ko ku lt lv ms nl no pl ps pt ro ru sk sl
    sq sr sv sw ta th tr uk ur vi zh
    """
)


@dataclass(frozen=True, slots=True)
class DocumentFiles:
    """The files of one document; either ``source`` (with or without ``reference``) or ``pairs`` is set."""

    id: str
    source: Path | None = None
    reference: Path | None = None
    pairs: Path | None = None
    source_lang: str = "ar"
    target_lang: str = "en"

    def paths(self) -> tuple[Path, ...]:
        """All files of the document: source, reference, pairs."""
        return tuple(path for path in (self.source, self.reference, self.pairs) if path is not None)

    def sha256(self) -> str:
        """Hex SHA-256 over the role, the suffix and the bytes of each file: what the result of reading depends on.

        Raises:
            InputError: a file cannot be read.
        """
        whole = hashlib.sha256()
        for role, path in (("source", self.source), ("reference", self.reference), ("pairs", self.pairs)):
            if path is None:
                continue
            try:
                with path.open("rb") as stream:
                    digest = hashlib.file_digest(stream, "sha256").hexdigest()
            except FileNotFoundError:
                raise InputNotFoundError(f"{path}: no such file") from None
            except OSError as error:
                raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
            whole.update(f"{role}\0{path.suffix.lower()}\0{digest}\n".encode())
        return whole.hexdigest()


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that is no article, and why."""

    path: Path
    reason: str


class Discovery(Sequence[DocumentFiles]):
    """The documents found, sorted by id, and the files left aside."""

    def __init__(self, documents: Sequence[DocumentFiles], skipped: Sequence[Skipped] = ()) -> None:
        self.documents = tuple(documents)
        self.skipped = tuple(skipped)

    @property
    def notes(self) -> tuple[str, ...]:
        """One line for each file left aside."""
        return tuple(f"{skipped.path.name}: left aside: {skipped.reason}" for skipped in self.skipped)

    @overload
    def __getitem__(self, index: int) -> DocumentFiles: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[DocumentFiles, ...]: ...
    def __getitem__(self, index: int | slice) -> DocumentFiles | tuple[DocumentFiles, ...]:
        """The document (or documents) at ``index``."""
        return self.documents[index]

    def __len__(self) -> int:
        """Number of documents."""
        return len(self.documents)

    def __iter__(self) -> Iterator[DocumentFiles]:
        """The documents, sorted by id."""
        return iter(self.documents)

    def __repr__(self) -> str:
        return f"Discovery({len(self.documents)} documents, {len(self.skipped)} files left aside)"


def discover(path: Path, *, source_lang: str = "ar", target_lang: str = "en") -> Discovery:
    """The documents of a folder, or of one file; nothing is opened.

    In a folder, ``NAME.ar.EXT`` (or ``NAME.EXT``) is an article, ``NAME.en.EXT`` its reference; TSV, CSV, JSONL, TMX
    and XLIFF files are documents of pairs. Sub-folders are not entered. For a single article the reference beside it is
    found too.

    Raises:
        InputNotFoundError: there is nothing at ``path``.
        InputError: no document in it, a reference without its article, or two files for one side of a document.
    """
    path = Path(path)
    if not path.exists():
        raise InputNotFoundError(f"{path}: no such file or folder")
    if path.is_dir():
        entries = sorted(path.iterdir(), key=lambda entry: entry.name)
        if not entries:
            raise InputError(
                f"{path}: the folder is empty; put articles into it (NAME.{source_lang}.txt, .md, .html, .docx)"
            )
        found = _sort(entries, source_lang, target_lang)
        if not found:
            raise InputError(
                f"{path}: no article among its {len(entries)} files; articles are called NAME.{source_lang}.txt "
                "(.md, .html, .docx), sources of pairs NAME.tsv (.csv, .jsonl, .tmx, .xliff)"
            )
        return found
    return _single(path, source_lang, target_lang)


def _single(path: Path, source_lang: str, target_lang: str) -> Discovery:
    suffix = path.suffix.lower()
    if suffix not in ARTICLE_SUFFIXES + PAIR_SUFFIXES:
        raise InputError(
            f"{path}: files of the kind {suffix or '(no suffix)'} are not read; known: "
            f"{' '.join(ARTICLE_SUFFIXES + PAIR_SUFFIXES)}"
        )
    name, language = name_and_language(path)
    if suffix in PAIR_SUFFIXES:
        return Discovery([DocumentFiles(path.stem, pairs=path, source_lang=source_lang, target_lang=target_lang)])
    if language == target_lang and source_lang != target_lang:
        raise InputError(
            f"{path}: is the {target_lang} side by its name; give the file NAME.{source_lang}{suffix} instead"
        )
    siblings = [
        entry
        for entry in sorted(path.absolute().parent.iterdir(), key=lambda entry: entry.name)
        if entry.suffix.lower() in ARTICLE_SUFFIXES and name_and_language(entry) == (name, target_lang)
    ]
    if len(siblings) > 1:
        raise InputError(f"{path}: two files for its {target_lang} side: {siblings[0].name} and {siblings[1].name}")
    reference = path.parent / siblings[0].name if siblings else None
    return Discovery([DocumentFiles(name, path, reference, None, source_lang, target_lang)])


def name_and_language(path: Path) -> tuple[str, str | None]:
    """``NAME`` and ``LANG`` of ``NAME.LANG.EXT``; the language is None where the name gives none."""
    stem = path.name[: -len(path.suffix)] if path.suffix else path.name
    name, dot, language = stem.rpartition(".")
    if dot and name and language.lower() in _LANGUAGES:
        return name, language.lower()
    return stem, None


def _sort(entries: Sequence[Path], source_lang: str, target_lang: str) -> Discovery:
    sides: dict[str, dict[str, Path]] = {}
    pairs: dict[str, Path] = {}
    skipped: list[Skipped] = []
    for entry in entries:
        suffix = entry.suffix.lower()
        if entry.name.startswith(".") or entry.name.startswith("~$") or _is_companion(entry):
            continue
        if entry.is_dir():
            skipped.append(Skipped(entry, "a sub-folder; give it as an argument of its own"))
        elif not _valid_name(entry.name):
            skipped.append(Skipped(entry, "its name is no valid UTF-8; rename it"))
        elif suffix in PAIR_SUFFIXES:
            if entry.stem in pairs:
                raise InputError(f"{entry}: {pairs[entry.stem].name} has the same name; rename one of them")
            pairs[entry.stem] = entry
        elif suffix in ARTICLE_SUFFIXES:
            name, language = name_and_language(entry)
            if language not in (None, source_lang, target_lang):
                skipped.append(Skipped(entry, f"its language {language} is neither {source_lang} nor {target_lang}"))
                continue
            side = sides.setdefault(name, {})
            role = language or source_lang
            if role in side:
                raise InputError(f"{entry}: {side[role].name} is the {role} side of {name} already; remove one of them")
            side[role] = entry
        else:
            skipped.append(Skipped(entry, f"files of the kind {suffix or '(no suffix)'} are not read"))
    documents = [
        DocumentFiles(name, pairs=path, source_lang=source_lang, target_lang=target_lang)
        for name, path in pairs.items()
    ]
    for name, side in sides.items():
        if name in pairs:
            raise InputError(f"{pairs[name]}: an article has the same name {name}; rename one of them")
        if source_lang not in side:
            orphan = side[target_lang]
            raise InputError(
                f"{orphan}: has no {source_lang} side; put {name}.{source_lang}{orphan.suffix} beside it or remove it"
            )
        reference = side.get(target_lang) if target_lang != source_lang else None
        documents.append(DocumentFiles(name, side[source_lang], reference, None, source_lang, target_lang))
    return Discovery(sorted(documents, key=lambda document: document.id), skipped)


def _is_companion(entry: Path) -> bool:
    if entry.suffix.lower() in _COMPANION_SUFFIXES:
        return True
    # notice.ar.txt is an article about a notice.
    return entry.name.split(".")[0].lower() in _COMPANION_NAMES and name_and_language(entry)[1] is None


def _valid_name(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
