"""The ``muwazi`` command.

Each command stands in a module of its own with a function ``register(app)``; the modules import nothing heavy at the
top, so that ``muwazi --help`` answers at once (torch and transformers cost seconds).
"""

from __future__ import annotations

import importlib
import os
import sys

import typer

from muwazi.corpus.errors import MuwaziError

# In the order in which --help lists them.
COMMANDS = (
    "build",
    "split",
    "align",
    "translate",
    "eval",
    "dataset",
    "models",
    "train",
)

app = typer.Typer(
    name="muwazi",
    help="Arabic-English parallel corpora: clean, split, align, translate, score, version.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(value: bool) -> None:
    if value:
        from muwazi import __version__

        typer.echo(f"muwazi {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version and exit."
    ),
) -> None:
    """Muwazi (موازي, "parallel")."""


for _name in COMMANDS:
    importlib.import_module(f"muwazi.cli.{_name}").register(app)


def main() -> None:
    """Entry point: a user's mistake is one line on stderr and its exit code; a bug shows its traceback."""
    try:
        app()
    except MuwaziError as error:
        print(f"muwazi: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of our stdout went away (| head): no error of ours. Keep Python from complaining at shutdown.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except KeyboardInterrupt:
        print("muwazi: interrupted", file=sys.stderr)
        sys.exit(130)
