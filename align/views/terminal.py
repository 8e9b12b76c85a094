"""An alignment side by side in the terminal.

The right-to-left side stands in the right column. Text is printed in logical order and left to the terminal to shape
and turn, as terminals with bidirectional text expect it. For those, every line begins with a left-to-right mark, so
that a line that holds only Arabic is not taken for a right-to-left one and mirrored, and Arabic stands in isolates, so
that a digit at its edge stays on its side. All these marks have no width.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from muwazi.align.views import direction, source_on_the_right
from muwazi.corpus.types import Bead

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.measure import Measurement
    from rich.segment import Segment
    from rich.table import Table
    from rich.text import Text

LEFT_TO_RIGHT_MARK = "\u200e"
RIGHT_TO_LEFT_ISOLATE, END_OF_ISOLATE = "\u2067", "\u2069"
LEAST_WIDTH = 60
# Below these confidences a bead is shown as doubtful and as likely wrong.
DOUBTFUL, UNLIKELY = 0.9, 0.5


def print_beads(
    beads: Iterable[Bead],
    source: Sequence[str],
    target: Sequence[str],
    *,
    source_lang: str = "ar",
    target_lang: str = "en",
    console: Console | None = None,
    title: str | None = None,
) -> None:
    """Print the beads side by side, one row for each, with the number of every sentence.

    Without ``console``, to stdout, in colour and as wide as the terminal where there is one.
    """
    from rich.console import Console

    if console is None:
        console = Console()
        # Below this there is no room for two texts; a narrower terminal wraps the lines.
        console.width = max(console.width, LEAST_WIDTH)
    table = side_by_side(beads, source, target, source_lang=source_lang, target_lang=target_lang, title=title)
    console.print(_LeftToRight(table))


def side_by_side(
    beads: Iterable[Bead],
    source: Sequence[str],
    target: Sequence[str],
    *,
    source_lang: str = "ar",
    target_lang: str = "en",
    title: str | None = None,
) -> Table:
    """The table that :func:`print_beads` prints, for a rich console."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    swap = source_on_the_right(source_lang, target_lang)
    table = Table(box=box.SIMPLE_HEAD, show_lines=False, expand=True, title=title, padding=(0, 1), pad_edge=False)
    columns = [(source_lang, "source"), (target_lang, "target")]
    if swap:
        columns.reverse()
    table.add_column("bead", no_wrap=True, width=5)
    table.add_column("conf.", no_wrap=True, width=5, justify="right")
    for language, side in columns:
        rtl = direction(language) == "rtl"
        table.add_column(f"{side} ({language})", ratio=1, justify="right" if rtl else "left", overflow="fold")
    for bead in beads:
        style = _style(bead)
        cells = [
            _cell(source, bead.source, len(str(len(source))), direction(source_lang) == "rtl"),
            _cell(target, bead.target, len(str(len(target))), direction(target_lang) == "rtl"),
        ]
        if swap:
            cells.reverse()
        table.add_row(Text(bead.kind, style), Text(_confidence(bead), style), *cells)
        if bead.flags:
            table.add_row("", "", Text(", ".join(bead.flags), "italic yellow"), "")
    return table


def _confidence(bead: Bead) -> str:
    return "" if bead.confidence is None else f"{bead.confidence:.2f}"


def _style(bead: Bead) -> str:
    if not bead.source or not bead.target:
        return "dim"
    if bead.confidence is None:
        return ""
    if bead.confidence < UNLIKELY:
        return "bold red"
    return "yellow" if bead.confidence < DOUBTFUL else "green"


def _cell(sentences: Sequence[str], indices: Sequence[int], digits: int, rtl: bool) -> Text | Table:
    """The sentences of one side, each with its number at the side where its script begins."""
    from rich.table import Table
    from rich.text import Text

    if not indices:
        return Text("∅", "dim")
    cell = Table.grid(expand=True, padding=(0, 1, 0, 0))
    if rtl:
        cell.add_column(ratio=1, overflow="fold", justify="right")
        cell.add_column(width=digits, justify="left", style="dim", no_wrap=True)
    else:
        cell.add_column(width=digits, justify="right", style="dim", no_wrap=True)
        cell.add_column(ratio=1, overflow="fold")
    for index in indices:
        text = Text(_printable(sentences[index]))
        # The mark keeps the number a left-to-right one: after Arabic letters it would go to their other side.
        cell.add_row(*((_Isolated(text), Text(LEFT_TO_RIGHT_MARK + str(index))) if rtl else (Text(str(index)), text)))
    return cell


def _printable(text: str) -> str:
    """Without what would move the cursor or change the terminal's state."""
    return "".join(_replaced(character) for character in text)


def _replaced(character: str) -> str:
    if character in "\t\n\r\u2028\u2029\x0b\x0c\x85":
        return " "
    if ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0:
        return "\ufffd"
    # Bidirectional controls in the text could turn the line around them.
    return "" if character in "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069" else character


class _Isolated:
    """Right-to-left text, wrapped and set flush right, each line isolated from what stands beside it."""

    def __init__(self, text: Text) -> None:
        self._text = text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.text import Text

        width = options.max_width
        for line in self._text.wrap(console, width, overflow="fold"):
            line.rstrip()
            yield Text(" " * (width - line.cell_len) + RIGHT_TO_LEFT_ISOLATE + line.plain + END_OF_ISOLATE)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        from rich.measure import Measurement

        return Measurement.get(console, options, self._text)


class _LeftToRight:
    """Renders its content with a left-to-right mark before every line."""

    def __init__(self, content: Table) -> None:
        self._content = content

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        return self._lines(console, options)

    def _lines(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        from rich.segment import Segment

        for line in console.render_lines(self._content, options):
            yield Segment(LEFT_TO_RIGHT_MARK)
            yield from line
            yield Segment.line()
