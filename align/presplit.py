"""Files of one sentence a line, aligned as they are: every line is a sentence, blank lines included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from muwazi.corpus.errors import InputError
from muwazi.corpus.progress import SILENT, Progress
from muwazi.corpus.types import Bead

if TYPE_CHECKING:
    from muwazi.align.aligner import Aligner, Alignment


def read_lines(path: str | Path) -> list[str]:
    """Read the sentences of a file, one a line; line 1 of the file is sentence 0.

    A line ends at a line feed or a carriage return and nowhere else; the last line may lack its end. Blank lines are
    sentences.

    Raises:
        InputError: no such file, no text, binary, or nothing but blank lines.
    """
    # Late: reading brings its parsers.
    from muwazi.corpus.reading.encoding import decode
    from muwazi.corpus.reading.limits import MAX_PAIRS_BYTES, check_lines, read_bytes

    path = Path(path)
    text = decode(read_bytes(path, MAX_PAIRS_BYTES), str(path)).text
    check_lines(text, str(path))
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    if not any(line.strip() for line in lines):
        raise InputError(f"{path}: holds no text; one sentence a line is expected")
    return lines


def align_lines(
    aligner: Aligner,
    source: Sequence[str],
    target: Sequence[str],
    *,
    mt: Sequence[str] | None = None,
    progress: Progress = SILENT,
) -> Alignment:
    """Align lines of which some may be blank.

    The aligner sees the lines with text only. A blank line inside a bead is carried in it, so that a bead stays a run
    of neighbouring lines; any other becomes a bead of its own with an empty other side. ``mt`` has one line for each
    source line.

    Returns:
        The alignment, its indices those of the lines given; every line stands in exactly one bead.
    """
    source_kept, target_kept = _with_text(source), _with_text(target)
    alignment = aligner.align(
        [source[i] for i in source_kept],
        [target[i] for i in target_kept],
        mt=None if mt is None else [mt[i] for i in source_kept],
        progress=progress,
    )
    if len(source_kept) == len(source) and len(target_kept) == len(target):
        return alignment
    beads = restore_blanks(alignment.beads, source_kept, target_kept, len(source), len(target))
    return replace(alignment, beads=tuple(beads))


def restore_blanks(
    beads: Iterable[Bead],
    source_kept: Sequence[int],
    target_kept: Sequence[int],
    source_length: int,
    target_length: int,
) -> Iterator[Bead]:
    """Turn beads over the kept lines into beads over all lines (see :func:`align_lines`).

    ``source_kept[i]`` is the line that index ``i`` of the beads means. The beads have to be monotone runs.
    """
    source_next = target_next = 0
    for bead in beads:
        source, target = _run(bead.source, source_kept), _run(bead.target, target_kept)
        if source:
            yield from (Bead((i,), ()) for i in range(source_next, source[0]))
            source_next = source[-1] + 1
        if target:
            yield from (Bead((), (i,)) for i in range(target_next, target[0]))
            target_next = target[-1] + 1
        yield replace(bead, source=source, target=target)
    yield from (Bead((i,), ()) for i in range(source_next, source_length))
    yield from (Bead((), (i,)) for i in range(target_next, target_length))


def _with_text(lines: Sequence[str]) -> list[int]:
    return [index for index, line in enumerate(lines) if line.strip()]


def _run(indices: Sequence[int], kept: Sequence[int]) -> tuple[int, ...]:
    if not indices:
        return ()
    return tuple(range(kept[indices[0]], kept[indices[-1]] + 1))
