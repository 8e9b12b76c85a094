"""What cleaning takes of text that is no furniture, and how fast it is.

    python -m benchmarks.cleaning --data FOLDER

Needs TSV files of Arabic and English sentences (and headlines), one pair a line. Each line stands three times in an
article between paragraphs of running text: under the title, in the middle, at the end. Whatever is taken is an error.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

from muwazi.corpus.cleaning import clean
from muwazi.corpus.reading.blocks import Block
from muwazi.corpus.splitting import split_line

TITLE = "افتتاح جسر جديد بين ضفتي النهر"
BODY = "عبر آلاف السكان سيراً على الأقدام الجسر الجديد الذي يربط البلدتين بعد سنوات طويلة من الانتظار والوعود."


def main() -> None:
    """Print counts and speeds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of TSV files")
    parser.add_argument("--show", type=int, default=10, help="errors to print")
    arguments = parser.parse_args()
    files = sorted(arguments.data.glob("*.tsv"))
    if not files:
        sys.exit(f"{arguments.data}: no TSV files there; give their folder with --data")
    pairs = [line.split("\t")[:2] for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    for language, column in (("ar", 0), ("en", 1)):
        lines = [pair[column] for pair in pairs if len(pair) == 2 and pair[column].strip()]
        taken: Counter[str] = Counter()
        for line in lines:
            for place in (1, 2, 3):
                texts = [TITLE, BODY, BODY]
                texts.insert(place, line)
                removed = clean([Block(text, number) for number, text in enumerate(texts, start=1)], language).removed
                for piece in removed:
                    if sum(taken.values()) < arguments.show:
                        print(f"{language} place {place}: {piece.reason}: {piece.text}")
                    taken[piece.reason] += 1
        blocks = [Block(line, number) for number, line in enumerate(lines, start=1)]
        begin = time.perf_counter()
        clean(blocks, language)
        middle = time.perf_counter()
        for line in lines:
            split_line(line, language)
        end = time.perf_counter()
        print(f"{language}: {len(lines):,} lines, each in 3 places; taken: {dict(taken) or 'none'}")
        print(f"    cleaning {len(lines) / (middle - begin):,.0f} lines/s", end=", ")
        print(f"splitting {len(lines) / (end - middle):,.0f} lines/s")


if __name__ == "__main__":
    main()
