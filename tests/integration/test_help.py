"""The command line answers at once because it imports nothing heavy to do so."""

from __future__ import annotations

import subprocess
import sys

HEAVY = (
    "torch",
    "transformers",
    "datasets",
    "pyarrow",
    "ctranslate2",
    "numba",
    "numpy",
    "lxml",
    "trafilatura",
    "sacrebleu",
)


def test_help_lists_every_command_and_imports_nothing_heavy():
    code = (
        "import sys\n"
        "from muwazi.cli.main import COMMANDS, main\n"
        "sys.argv = ['muwazi', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print('HEAVY', [name for name in {HEAVY!r} if name in sys.modules])\n"
        "print('COMMANDS', *COMMANDS)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "HEAVY []" in ran.stdout
    listed = ran.stdout.partition("COMMANDS")
    for command in listed[2].split():
        assert f"  {command} " in listed[0]


def test_version():
    import muwazi

    ran = subprocess.run(
        [sys.executable, "-c", "from muwazi.cli.main import main; main()", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == f"muwazi {muwazi.__version__}"
