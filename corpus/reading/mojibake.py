"""UTF-8 that was once read in a wrong encoding, put right line by line.

``ftfy`` knows the Western encodings; Arabic text read as Windows-1256 (the default of Arabic Windows) it leaves alone,
and that round trip is made here first. Both only accept a result that decodes without a remainder.
"""

from __future__ import annotations

import re

_ARABIC = re.compile("[\u0621-\u064a]")
# UTF-8 Arabic begins with D8-DB: ط ظ ع غ... in Windows-1256 is ط (D8) ظ (D9), followed by a byte of 80-BF, which in
# Windows-1256 is a sign or a Persian letter, rarely one that follows these letters in a word.
_CP1256 = re.compile(
    "[\u0637\u0638][\u0080-\u00bf\u0152-\u0192\u02c6\u2010-\u2122\u060c\u061b\u061f\u067e\u0679\u0686\u0688\u0691\u0698\u06a9\u06af\u06ba\u06be\u20ac]"
)
_WESTERN = re.compile("[ØÙÛÚ][\u0080-\u00bf\u0152-\u0192\u02c6-\u02dc\u2010-\u2122\u20ac]|â€|Ã[\u0080-\u00bf]")


def repair(text: str) -> tuple[str, int]:
    """``text`` with its mojibake lines repaired, and how many lines that were."""
    if not _CP1256.search(text) and not _WESTERN.search(text):
        return text, 0
    lines = text.split("\n")
    repaired = 0
    for number, line in enumerate(lines):
        better = _repair_line(line)
        if better != line:
            lines[number] = better
            repaired += 1
    return "\n".join(lines), repaired


def _repair_line(line: str) -> str:
    if len(_CP1256.findall(line)) >= 2:
        better = _through_cp1256(line)
        if better is not None:
            return better
    if _WESTERN.search(line):
        import ftfy

        better = ftfy.fix_encoding(line)
        # Twice, for text that went through two wrong hands; never a result with less Arabic than before.
        if len(_ARABIC.findall(better)) >= len(_ARABIC.findall(line)):
            return str(better)
    return line


def _through_cp1256(line: str) -> str | None:
    # Bytes that Windows-1256 has no character for stay what they were as C1 controls.
    raw = bytearray()
    for character in line:
        try:
            raw += character.encode("cp1256")
        except UnicodeEncodeError:
            if not 0x80 <= ord(character) <= 0x9F:
                return None
            raw.append(ord(character))
    try:
        better = raw.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return better if len(_ARABIC.findall(better)) >= 2 else None
