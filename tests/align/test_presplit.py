"""One sentence a line: every line keeps its number."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muwazi.align.aligner import Alignment
from muwazi.align.presplit import align_lines, read_lines
from muwazi.corpus.errors import InputError
from muwazi.corpus.types import Bead


class PairUp:
    """Stands for the aligner: two source lines with each target line, until one side ends."""

    def align(self, source: Sequence[str], target: Sequence[str], **_: object) -> Alignment:
        assert all(line.strip() for line in chain(source, target))
        beads = []
        i = j = 0
        while i < len(source) or j < len(target):
            s = tuple(range(i, min(i + 2, len(source))))
            t = tuple(range(j, min(j + 1, len(target))))
            beads.append(Bead(s, t, 0.5))
            i, j = i + len(s), j + len(t)
        return Alignment(tuple(beads), True, ("noted",))


def test_blank_lines_inside_a_bead_are_carried_and_others_stand_alone() -> None:
    alignment = align_lines(PairUp(), ["", "a", " ", "b", "", "c"], ["x", "", "y", "\t"])  # type: ignore[arg-type]
    assert [(bead.source, bead.target) for bead in alignment.beads] == [
        ((0,), ()),
        ((1, 2, 3), (0,)),
        ((4,), ()),
        ((), (1,)),
        ((5,), (2,)),
        ((), (3,)),
    ]
    assert alignment.notes == ("noted",)


LINES = st.lists(st.sampled_from(["", " ", "text", "more"]), max_size=12)


@settings(max_examples=100, deadline=None)
@given(LINES, LINES)
def test_every_line_stands_in_one_bead_in_order_and_beads_are_runs(source: list[str], target: list[str]) -> None:
    beads = align_lines(PairUp(), source, target).beads  # type: ignore[arg-type]
    assert list(chain.from_iterable(bead.source for bead in beads)) == list(range(len(source)))
    assert list(chain.from_iterable(bead.target for bead in beads)) == list(range(len(target)))
    assert all(bead.source or bead.target for bead in beads)


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        ("a\nb\n", ["a", "b"]),
        ("a\nb", ["a", "b"]),
        ("a\r\nb\r\n", ["a", "b"]),
        ("\n\na\n\n", ["", "", "a", ""]),
        ("\ufeffa\u2028b\x85c\n d \n", ["a\u2028b\x85c", " d "]),
    ],
)
def test_lines_are_taken_as_they_are(tmp_path: Path, data: str, lines: list[str]) -> None:
    (tmp_path / "x").write_bytes(data.encode())
    assert read_lines(tmp_path / "x") == lines


def test_nothing_to_align(tmp_path: Path) -> None:
    (tmp_path / "blank").write_text("\n \n")
    (tmp_path / "empty").write_text("")
    for name in ("blank", "empty", "missing"):
        with pytest.raises(InputError, match=name):
            read_lines(tmp_path / name)
