r"""Alignments as files: tab-separated, JSON Lines, TMX 1.4b, and the ladder lines that Vecalign prints.

Sentences are numbered from 0 everywhere. The formats:

``tsv``
    A header line, then ``source  target  score  confidence  flags  source_text  target_text``. Indices are joined by
    commas, flags too; the sentences of a side are joined by a space. In the texts ``\t``, ``\n``, ``\r`` and ``\\``
    stand for tab, line feed, carriage return and backslash, so that a bead is always one line of seven fields.
``jsonl``
    One object a line: ``source``, ``target``, ``score``, ``confidence``, ``flags``, ``source_text``, ``target_text``
    (the texts as lists of sentences).
``tmx``
    TMX 1.4b, one unit for each bead with text on both sides. Beads with an empty side are left out: no unit can be made
    of them.
``vecalign``
    ``[0, 1]:[0]:0.156006``, as Vecalign prints it. Its last number is a *cost*, lower is better; ours is ``1 - score``,
    and 0 for a bead with an empty side, as there. Gold files have the same form without the cost.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from muwazi.corpus.errors import InputError, InputNotFoundError
from muwazi.corpus.types import Bead

FORMATS = ("tsv", "jsonl", "tmx", "vecalign")
"""What :func:`format_beads` writes."""
READABLE = ("tsv", "jsonl", "vecalign")
"""What :func:`parse_beads` reads."""
SUFFIXES = {".tsv": "tsv", ".jsonl": "jsonl", ".tmx": "tmx", ".vecalign": "vecalign", ".gold": "vecalign"}
COLUMNS = ("source", "target", "score", "confidence", "flags", "source_text", "target_text")

_LADDER = re.compile(
    r"\s*\[(?P<source>[\d\s,-]*)\]\s*:\s*\[(?P<target>[\d\s,-]*)\]\s*(?::\s*(?P<cost>[-+0-9.eEinfa]*)\s*)?"
)
# What vecalign --print_aligned_text puts below each bead: 40 spaces, then the text of a side.
_LADDER_TEXT = re.compile(r"\s{10,}(SRC|TGT): ")
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_UNESCAPES = {value: key for key, value in _ESCAPES.items()}
# Characters that no XML 1.0 document may hold, not even as a reference.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
MAX_INDEX = 2**31 - 1


@dataclass(frozen=True, slots=True)
class BeadFile:
    """What :func:`parse_beads` read."""

    path: Path
    format: str
    """One of :data:`READABLE`."""
    beads: tuple[Bead, ...]
    """In the order of the file; duplicates, holes and beads out of order are kept as they are."""
    lines: tuple[int, ...]
    """The line, from 1, that each bead stands in."""
    texts: tuple[tuple[str, str], ...] | None
    """Source and target text of each bead, the sentences joined by a space; None where the format has no texts."""


# -- reading


def parse_beads(path: str | Path, format: str | None = None) -> BeadFile:
    """Read a bead file.

    ``format`` is one of :data:`READABLE`; without it the suffix decides (``.tsv``, ``.jsonl``, ``.vecalign``,
    ``.gold``), else the first line. Beads are not checked against each other: odd gold files exist, and what to do with
    them is for the caller (see :func:`muwazi.eval.alignment.oddities`).

    Raises:
        InputNotFoundError: there is no such file.
        InputError: the file is no UTF-8 text, holds no beads, or a line of it is no bead; names the line and what was
        expected.
    """
    path = Path(path)
    text = _read(path)
    if format is None:
        format = SUFFIXES.get(path.suffix.lower()) or _sniff(text)
    if format not in READABLE:
        raise InputError(f"{path}: beads are read from {', '.join(READABLE)}, not from {format}")
    beads: list[Bead] = []
    numbers: list[int] = []
    texts: list[tuple[str, str]] = []
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.removesuffix("\r")
        if not line.strip() or (format == "vecalign" and _LADDER_TEXT.match(line)):
            continue
        if format == "tsv" and not beads and line.split("\t")[: len(COLUMNS)] == list(COLUMNS):
            continue
        try:
            bead, pair = _PARSERS[format](line)
        except ValueError as error:
            raise InputError(f"{path}:{number}: {error}, found {_excerpt(line)}") from None
        beads.append(bead)
        numbers.append(number)
        if pair is not None:
            texts.append(pair)
    if not beads:
        raise InputError(f"{path}: no beads in this file")
    return BeadFile(path, format, tuple(beads), tuple(numbers), tuple(texts) if len(texts) == len(beads) else None)


def _read(path: Path) -> str:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputNotFoundError(f"{path}: no such file") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path}:{line}: not UTF-8 text; bead files are UTF-8") from None


def _sniff(text: str) -> str:
    first = next((line for line in text.split("\n") if line.strip()), "")
    if first.lstrip().startswith("{"):
        return "jsonl"
    return "tsv" if "\t" in first else "vecalign"


def _excerpt(line: str) -> str:
    line = line.strip()
    return repr(line if len(line) <= 60 else line[:57] + "...")


def _indices(text: str, side: str) -> tuple[int, ...]:
    parts = [part.strip() for part in text.split(",")] if text.strip() else []
    for part in parts:
        if not re.fullmatch(r"\d+", part, flags=re.ASCII):
            raise ValueError(f"expected {side} indices as whole numbers from 0 with commas between them")
    return _checked([int(part) for part in parts], side)


def _checked(indices: Sequence[int], side: str) -> tuple[int, ...]:
    for index in indices:
        if index < 0 or index > MAX_INDEX:
            raise ValueError(f"expected {side} indices between 0 and {MAX_INDEX}")
    if len(set(indices)) != len(indices):
        raise ValueError(f"expected each {side} index once in a bead")
    return tuple(indices)


def _number(text: str, name: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"expected a number as {name}") from None


def _parse_ladder(line: str) -> tuple[Bead, None]:
    match = _LADDER.fullmatch(line)
    if not match:
        raise ValueError("expected a bead such as [0, 1]:[0] or [0, 1]:[0]:0.25")
    source, target = _indices(match["source"], "source"), _indices(match["target"], "target")
    score = 0.0
    if match["cost"] and source and target:
        score = 1.0 - _number(match["cost"], "cost")
    return Bead(source, target, score), None


def _parse_tsv(line: str) -> tuple[Bead, tuple[str, str] | None]:
    fields = line.split("\t")
    if len(fields) < 2:
        raise ValueError("expected source and target indices with a tab between them")
    if len(fields) > len(COLUMNS):
        raise ValueError(f"expected at most {len(COLUMNS)} fields ({', '.join(COLUMNS)}), got {len(fields)}")
    given = dict(zip(COLUMNS, fields, strict=False))  # a line may stop after any column past the second
    confidence = given.get("confidence", "").strip()
    score = given.get("score", "").strip()
    bead = Bead(
        _indices(given["source"], "source"),
        _indices(given["target"], "target"),
        _number(score, "score") if score else 0.0,
        _number(confidence, "confidence") if confidence else None,
        tuple(flag for flag in given.get("flags", "").split(",") if flag),
    )
    if len(fields) < len(COLUMNS):
        return bead, None
    return bead, (_unescape(given["source_text"]), _unescape(given["target_text"]))


def _parse_jsonl(line: str) -> tuple[Bead, tuple[str, str] | None]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("expected a JSON object on one line") from None
    if not isinstance(record, dict):
        raise ValueError("expected a JSON object on one line")
    sides = []
    for side in ("source", "target"):
        value = record.get(side)
        if not isinstance(value, list) or not all(isinstance(i, int) and not isinstance(i, bool) for i in value):
            raise ValueError(f'expected "{side}" to be a list of whole numbers')
        sides.append(_checked(value, side))
    score, confidence, flags = record.get("score", 0.0), record.get("confidence"), record.get("flags", [])
    if isinstance(score, bool) or not isinstance(score, int | float):
        raise ValueError('expected "score" to be a number')
    if isinstance(confidence, bool) or not isinstance(confidence, int | float | None):
        raise ValueError('expected "confidence" to be a number or null')
    if not isinstance(flags, list) or not all(isinstance(flag, str) for flag in flags):
        raise ValueError('expected "flags" to be a list of strings')
    bead = Bead(sides[0], sides[1], float(score), None if confidence is None else float(confidence), tuple(flags))
    texts = []
    for key in ("source_text", "target_text"):
        value = record.get(key)
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, list) or not all(isinstance(sentence, str) for sentence in value):
            return bead, None
        texts.append(" ".join(value))
    return bead, (texts[0], texts[1])


_PARSERS = {"tsv": _parse_tsv, "jsonl": _parse_jsonl, "vecalign": _parse_ladder}


def _unescape(text: str) -> str:
    return re.sub(r"\\[\\tnr]", lambda match: _UNESCAPES[match[0]], text)


# -- writing


def check_indices(beads: Iterable[Bead], source_length: int, target_length: int, where: str = "beads") -> None:
    """Raise :class:`InputError` at the first index that is no sentence of its side."""
    for bead in beads:
        for side, indices, length in (("source", bead.source, source_length), ("target", bead.target, target_length)):
            for index in indices:
                if not 0 <= index < length:
                    raise InputError(
                        f"{where}: {side} index {index} is out of range,"
                        f" the {side} has {length} sentences (numbered from 0)"
                    )


def format_beads(
    beads: Sequence[Bead],
    source: Sequence[str],
    target: Sequence[str],
    *,
    format: str = "tsv",
    source_lang: str = "ar",
    target_lang: str = "en",
) -> Iterator[str]:
    """Yield the text of a bead file, piece by piece (each ends with a line feed).

    ``source`` and ``target`` are the sentences that the indices mean; ``format`` is one of :data:`FORMATS`. The
    languages are written into TMX only.

    Raises:
        InputError: an unknown format, or an index that is no sentence of its side.
    """
    if format not in FORMATS:
        raise InputError(f"unknown bead format {format!r}; known: {', '.join(FORMATS)}")
    check_indices(beads, len(source), len(target))
    if format == "tsv":
        return _format_tsv(beads, source, target)
    if format == "jsonl":
        return _format_jsonl(beads, source, target)
    if format == "tmx":
        return _format_tmx(beads, source, target, source_lang, target_lang)
    return format_ladder(beads)


def format_ladder(beads: Iterable[Bead], *, costs: bool = True) -> Iterator[str]:
    """Yield ``[0, 1]:[0]:0.156006`` lines as Vecalign prints them; without ``costs`` the lines of a gold file."""
    for bead in beads:
        line = f"{list(bead.source)}:{list(bead.target)}"
        # Vecalign gives beads with an empty side no cost; what reads its output relies on the 0.
        cost = 1.0 - bead.score if bead.source and bead.target else 0.0
        yield f"{line}:{cost:.6f}\n" if costs else f"{line}\n"


def _escape(text: str) -> str:
    return re.sub(r"[\\\t\n\r]", lambda match: _ESCAPES[match[0]], text)


def _format_tsv(beads: Sequence[Bead], source: Sequence[str], target: Sequence[str]) -> Iterator[str]:
    yield "\t".join(COLUMNS) + "\n"
    for bead in beads:
        yield (
            "\t".join(
                (
                    ",".join(map(str, bead.source)),
                    ",".join(map(str, bead.target)),
                    f"{bead.score:.4f}",
                    "" if bead.confidence is None else f"{bead.confidence:.4f}",
                    ",".join(bead.flags),
                    _escape(" ".join(source[i] for i in bead.source)),
                    _escape(" ".join(target[i] for i in bead.target)),
                )
            )
            + "\n"
        )


def _format_jsonl(beads: Sequence[Bead], source: Sequence[str], target: Sequence[str]) -> Iterator[str]:
    for bead in beads:
        record = {
            "source": list(bead.source),
            "target": list(bead.target),
            "score": round(bead.score, 4),
            "confidence": None if bead.confidence is None else round(bead.confidence, 4),
            "flags": list(bead.flags),
            "source_text": [source[i] for i in bead.source],
            "target_text": [target[i] for i in bead.target],
        }
        yield json.dumps(record, ensure_ascii=False) + "\n"


def _format_tmx(
    beads: Sequence[Bead], source: Sequence[str], target: Sequence[str], source_lang: str, target_lang: str
) -> Iterator[str]:
    from muwazi import __version__

    yield '<?xml version="1.0" encoding="UTF-8"?>\n<tmx version="1.4">\n'
    yield (
        f'  <header creationtool="muwazi" creationtoolversion={quoteattr(__version__)} segtype="sentence" '
        f'o-tmf="muwazi" adminlang="en" srclang={quoteattr(source_lang)} datatype="plaintext"/>\n  <body>\n'
    )
    for number, bead in enumerate(beads, start=1):
        if not bead.source or not bead.target:
            continue
        segtype = "sentence" if bead.kind == "1-1" else "block"
        properties = [("source-sentences", bead.source), ("target-sentences", bead.target)]
        yield f'    <tu tuid="{number}" segtype="{segtype}">\n'
        for name, indices in properties:
            yield f'      <prop type="x-muwazi:{name}">{" ".join(map(str, indices))}</prop>\n'
        yield f'      <prop type="x-muwazi:score">{bead.score:.4f}</prop>\n'
        if bead.confidence is not None:
            yield f'      <prop type="x-muwazi:confidence">{bead.confidence:.4f}</prop>\n'
        if bead.flags:
            yield f'      <prop type="x-muwazi:flags">{_xml(" ".join(bead.flags))}</prop>\n'
        for language, sentences, indices in ((source_lang, source, bead.source), (target_lang, target, bead.target)):
            segment = _xml(" ".join(sentences[i] for i in indices))
            yield f"      <tuv xml:lang={quoteattr(language)}><seg>{segment}</seg></tuv>\n"
        yield "    </tu>\n"
    yield "  </body>\n</tmx>\n"


def _xml(text: str) -> str:
    # A raw carriage return would come back as a line feed.
    return escape(_NOT_XML.sub("\ufffd", text), {"\r": "&#13;"})
