"""``kill -9`` at random moments: the store is intact each time, and the last run completes."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

# In the tests a handful of kills over the whole run; MUWAZI_KILLS=20 for the full exercise.
KILLS = int(os.environ.get("MUWAZI_KILLS", "4"))


def test_killed_builds_leave_the_store_intact(spawn, muwazi, articles, tmp_path, tiny_marian):
    store = tmp_path / "store"
    command = ("build", articles, "--store", store, "--model", tiny_marian, "--set", "eval.bootstrap=200", "--json")
    began = time.monotonic()
    whole = spawn("build", articles, "--store", tmp_path / "timing", "--model", tiny_marian, "--json")
    out, err = whole.communicate(timeout=240)
    assert whole.returncode == 0, err
    duration = time.monotonic() - began
    cold = json.loads(out)

    rng = random.Random(7)
    for attempt in range(KILLS):
        # Another article each time, so that there is always something to commit.
        (articles / f"extra{attempt}.ar.txt").write_text(
            f"خبر رقم {attempt}\n\nوصل {attempt + 10} مسافراً إلى المطار. وغادرت {attempt + 3} طائرات.\n",
            encoding="utf-8",
        )
        process = spawn(*command)
        time.sleep(rng.uniform(0.05, 1.0) * duration)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        if store.exists() and any(store.glob("versions/*")):
            ran = muwazi("dataset", "verify", store)
            assert ran.code == 0, ran.err

    ran = muwazi(*command)
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["counts"]["articles"] == cold["counts"]["articles"] + KILLS
    assert muwazi("dataset", "verify", store).code == 0


SUICIDE = """
import os, signal, sys
import muwazi.cli.progress

STAGE = sys.argv.pop(1)

class Killer:
    stage = ""
    def start(self, stage, total, unit):
        self.stage = stage
    def advance(self, amount=1):
        if self.stage == STAGE:
            os.kill(os.getpid(), signal.SIGKILL)
    def finish(self):
        if self.stage == STAGE:
            os.kill(os.getpid(), signal.SIGKILL)

muwazi.cli.progress.progress_bar = lambda quiet=False: Killer()
from muwazi.cli.main import main
sys.argv[0] = "muwazi"
main()
"""


@pytest.mark.parametrize("stage", ["reading", "aligning", "translating", "scoring", "store"])
def test_killed_in_each_stage(muwazi, articles, tmp_path, tiny_marian, stage):
    """The process kills itself after the first unit of work of a stage; the next run completes."""
    store = tmp_path / "store"
    command = ("build", articles, "--store", store, "--model", tiny_marian)
    arguments = [sys.executable, "-c", SUICIDE, stage, *map(str, command)]
    killed = subprocess.run(arguments, capture_output=True, text=True, timeout=240, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    if store.exists() and any(store.glob("versions/*")):
        assert muwazi("dataset", "verify", store).code == 0
    ran = muwazi(*command, "--json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["version"] == "1.0.0"
    assert muwazi("dataset", "verify", store).code == 0
