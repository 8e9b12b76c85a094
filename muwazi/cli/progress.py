"""The progress bar of the command line: on stderr, with rate and time left; silent where stderr is no terminal."""

from __future__ import annotations

import sys
import time

from muwazi.corpus.progress import SILENT, Progress


class BarProgress:
    """Draws one bar for the stage under way."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress

        self._progress = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task: int | None = None
        self._unit = ""
        self._began = 0.0
        self._done = 0

    def start(self, stage: str, total: int | None, unit: str) -> None:
        """Begin a bar for ``stage``."""
        self.finish()
        self._unit, self._began, self._done = unit, time.monotonic(), 0
        self._progress.start()
        self._task = self._progress.add_task(stage, total=total, rate="")

    def advance(self, amount: int = 1) -> None:
        """Move the bar."""
        if self._task is None:
            return
        self._done += amount
        seconds = max(time.monotonic() - self._began, 1e-6)
        from rich.progress import TaskID

        self._progress.update(TaskID(self._task), advance=amount, rate=f"{self._done / seconds:,.1f} {self._unit}/s")

    def finish(self) -> None:
        """Take the bar away."""
        if self._task is not None:
            from rich.progress import TaskID

            self._progress.remove_task(TaskID(self._task))
            self._progress.stop()
            self._task = None


def progress_bar(quiet: bool = False) -> Progress:
    """A bar where a person watches stderr, else nothing."""
    if quiet or not sys.stderr.isatty():
        return SILENT
    return BarProgress()
