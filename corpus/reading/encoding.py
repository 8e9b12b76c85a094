"""Bytes to text: which encoding, and what is no text at all.

Windows-1256 is still common for Arabic; a general detector confuses it with other one-byte encodings, so the choice
between the Arabic ones is made by how well the letters fit Arabic, and ``charset-normalizer`` is asked only when no
Arabic encoding fits.
"""

from __future__ import annotations

import codecs
import math
import re
from collections import Counter
from dataclasses import dataclass

from muwazi.corpus.errors import InputError

_MAGIC = (
    (b"PK\x03\x04", "a ZIP archive (DOCX, ODT, EPUB?)"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"%PDF", "a PDF; export its text first"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x1f\x8b", "a gzip archive; unpack it first"),
    (b"BZh", "a bzip2 archive; unpack it first"),
    (b"\xfd7zXZ", "an xz archive; unpack it first"),
    (b"7z\xbc\xaf", "a 7z archive; unpack it first"),
    (b"\x7fELF", "a program"),
    (b"{\\rtf", "RTF; save it as DOCX or plain text"),
    (b"\xd0\xcf\x11\xe0", "an old or password-protected Office file; save it as DOCX without a password"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
)
# BOMs, the longer first: UTF-32 LE begins with that of UTF-16 LE.
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32 LE"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32 BE"),
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16 LE"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16 BE"),
)
# One-byte encodings of Arabic: name for Python, name for people, log-odds against Windows-1256 before a byte is seen.
_ARABIC = (
    ("cp1256", "Windows-1256", 0.0),
    ("iso8859-6", "ISO-8859-6", -3.0),
    ("cp720", "DOS 720", -8.0),
)
_ARABIC_MARKS = frozenset("،؛؟ـ«»“”‘’–—…\xa0\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652٠١٢٣٤٥٦٧٨٩")
# Share of each letter in Modern Standard Arabic, in per cent, counted on a million letters of news and feature text.
# Only the order of size matters here.
_LETTER_SHARE = {
    **dict(zip("اليمنروتبةعد", (14.3, 10.6, 7.7, 6.2, 5.4, 5.2, 4.8, 4.8, 3.8, 3.4, 3.3, 3.0), strict=True)),
    **dict(zip("فسقأهحكجطشصى", (3.0, 2.7, 2.4, 2.1, 1.9, 1.9, 1.7, 1.4, 1.1, 1.0, 1.0, 1.0), strict=True)),
    **dict(zip("إخزثضغئذءظآؤ", (0.8, 0.8, 0.8, 0.7, 0.6, 0.6, 0.5, 0.4, 0.4, 0.2, 0.1, 0.1), strict=True)),
}
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_SAMPLE = 256 * 1024


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, and what there is to say about how it was decoded."""

    text: str
    encoding: str
    notes: tuple[str, ...] = ()


def decode(data: bytes, where: str, *, declared: str | None = None) -> Decoded:
    r"""Decode ``data``, which may be UTF-8, UTF-16, UTF-32 or a one-byte encoding of Arabic or English.

    Line ends become ``\n``. A character cut off at the very end of UTF-8 text is dropped and noted.

    Args:
        data: The bytes of the file.
        where: Name of the file for messages.
        declared: Encoding that the file itself states (HTML ``meta``), used where the bytes are no UTF-8.

    Raises:
        InputError: binary data, or UTF-8 with wrong bytes (the message gives line and offset of the first).
    """
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise InputError(f"{where}: is no text but {what}")
    for bom, codec, name in _BOMS:
        if data.startswith(bom):
            return _strict(data[len(bom) :], codec, name, where)
    wide = _utf16_without_bom(data[:_SAMPLE])
    if wide:
        decoded = _strict(data, wide, wide.upper().replace("-LE", " LE").replace("-BE", " BE"), where)
        return Decoded(decoded.text, decoded.encoding, (*decoded.notes[:-1], f"read as {decoded.encoding} (no BOM)"))
    if b"\0" in data:
        raise InputError(
            f"{where}: is no text: a NUL byte stands at offset {data.index(0):,}; only text, HTML and DOCX are read"
        )
    try:
        return Decoded(_lines(data.decode("utf-8")), "UTF-8")
    except UnicodeDecodeError as error:
        return _not_utf8(data, error, where, declared)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _strict(data: bytes, codec: str, name: str, where: str) -> Decoded:
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        if codec == "utf-8":
            return _not_utf8(data, error, where, None)
        raise InputError(f"{where}: begins as {name} but is broken at byte {error.start:,}; save it as UTF-8") from None
    if "\0" in text:
        raise InputError(f"{where}: is no text: it holds NUL characters")
    return Decoded(_lines(text), name, () if name == "UTF-8" else (f"read as {name}",))


def _utf16_without_bom(data: bytes) -> str | None:
    """Which UTF-16 ``data`` is: nearly all units are Latin or Arabic in one byte order, and one byte is a NUL."""
    even = data[: len(data) // 2 * 2]
    if len(even) < 4 or b"\0" not in even:
        return None
    best = None
    for codec, high in (("utf-16-le", even[1::2]), ("utf-16-be", even[0::2])):
        fits = sum(high.count(byte) for byte in (0x00, 0x06, 0x20, 0xFB, 0xFE))
        low_zeros = (even[0::2] if codec == "utf-16-le" else even[1::2]).count(0)
        if fits >= 0.95 * len(high) and low_zeros <= 0.01 * len(high):
            best = codec
    return best


def _not_utf8(data: bytes, error: UnicodeDecodeError, where: str, declared: str | None) -> Decoded:
    if error.reason == "unexpected end of data" and error.start > 0 and len(data) - error.start < 4:
        text = data[: error.start].decode("utf-8")
        if any(ord(character) > 127 for character in text[-200:]) or len(text) > 200:
            return Decoded(
                _lines(text),
                "UTF-8",
                (f"the file ends inside of a character: {len(data) - error.start} byte(s) dropped",),
            )
    sample = data[:_SAMPLE]
    sequences = len(_MULTIBYTE.findall(sample))
    stray = len(re.findall(rb"[\x80-\xff]", _MULTIBYTE.sub(b"", sample)))
    if sequences > 3 * stray or (sequences and not stray):
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{where}: line {line} is broken UTF-8: byte 0x{data[error.start]:02x} at offset {error.start:,}; "
            "save the file as UTF-8 again from its source"
        )
    if declared:
        try:
            return Decoded(_lines(data.decode(declared)), declared, (f"read as {declared}, as the file declares",))
        except (UnicodeDecodeError, LookupError):
            pass
    arabic = _arabic_encoding(data)
    if arabic is not None:
        codec, name = arabic
        return Decoded(_lines(data.decode(codec, errors="replace")), name, (f"read as {name}",))
    high = sum(byte > 0x7F for byte in sample)
    letters = sum(bytes((byte,)).isalpha() for byte in sample)
    if letters > 10 * high:
        # Mostly ASCII: curly quotation marks and accents of Western text.
        return Decoded(_lines(data.decode("cp1252", errors="replace")), "Windows-1252", ("read as Windows-1252",))
    return _guess(data, where)


def _arabic_encoding(data: bytes) -> tuple[str, str] | None:
    """The one-byte Arabic encoding in which ``data`` is likeliest to be Arabic; None where none fits."""
    best: tuple[float, str, str] | None = None
    by_byte = Counter(byte for byte in data[:_SAMPLE] if byte > 0x7F)
    total = sum(by_byte.values())
    for codec, name, prior in _ARABIC:
        # Bytes that the encoding has no character for become U+FFFD, and count as the unlikeliest of all.
        counts: Counter[str] = Counter()
        for byte, count in by_byte.items():
            counts[bytes((byte,)).decode(codec, errors="replace")] += count
        letters = sum(count for character, count in counts.items() if character in _LETTER_SHARE)
        if letters < 4 or letters < 0.75 * total:
            continue
        fit = sum(count * math.log(_probability(character)) for character, count in counts.items())
        # Letters drawn evenly from the alphabet score -4.2 each, Arabic about -3.1, another script read as Arabic -4.5.
        if fit / total > -3.95 and (best is None or fit + prior > best[0]):
            best = (fit + prior, codec, name)
    return None if best is None else (best[1], best[2])


def _probability(character: str) -> float:
    """Probability of a character above ASCII in Arabic text, roughly."""
    share = _LETTER_SHARE.get(character)
    if share is not None:
        return share / 100
    return 0.005 if character in _ARABIC_MARKS else 0.0002


def _guess(data: bytes, where: str) -> Decoded:
    from charset_normalizer import from_bytes

    match = from_bytes(data[:_SAMPLE]).best()
    control = sum(byte < 32 and byte not in (9, 10, 12, 13) for byte in data[:_SAMPLE])
    if match is None or control > len(data[:_SAMPLE]) // 100:
        raise InputError(f"{where}: is no text in UTF-8, UTF-16, Windows-1256 or another known encoding")
    try:
        text = data.decode(match.encoding)
    except UnicodeDecodeError:
        raise InputError(
            f"{where}: its encoding is not known (looks like {match.encoding}); save it as UTF-8"
        ) from None
    return Decoded(_lines(text), match.encoding, (f"read as {match.encoding} (guessed)",))
