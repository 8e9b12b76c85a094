"""Conversion to CTranslate2: once, whole, and for these weights."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from muwazi.corpus.errors import ModelError
from muwazi.translate.models import resolve
from muwazi.translate.models.conversion import converted

CONVERT = (
    "import sys; from muwazi.translate.models import resolve; from muwazi.translate.models.conversion import converted;"
    "print(converted(resolve(sys.argv[1]), 'int8', note=lambda text: print(text, file=sys.stderr)))"
)


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("MUWAZI_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "ctranslate2"


def folders(cache: Path) -> list[str]:
    return sorted(path.name for path in cache.iterdir() if path.is_dir())


def test_converts_once_for_each_quantization_and_says_so(tiny_marian, cache):
    notes: list[str] = []
    first = converted(resolve(tiny_marian), "int8", note=notes.append)
    again = converted(resolve(tiny_marian), "int8", note=notes.append)
    other = converted(resolve(tiny_marian), "float32", note=notes.append)
    assert first == again != other
    assert len(notes) == 2
    assert folders(cache) == sorted([first.name, other.name])
    assert not any(path.stat().st_mode & 0o077 == 0 for path in first.iterdir())  # readable as other files are


def test_other_weights_or_other_settings_are_another_conversion(tiny_marian, opus_marian, tmp_path, cache):
    first = converted(resolve(tiny_marian), "int8")
    same = tmp_path / "same"
    shutil.copytree(tiny_marian, same)
    assert converted(resolve(same), "int8") == first
    assert converted(resolve(opus_marian), "int8") != first


def test_processes_that_ask_at_once_share_one_conversion(tiny_marian, cache):
    running = [
        subprocess.Popen(
            [sys.executable, "-c", CONVERT, str(tiny_marian)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
        )
        for _ in range(3)
    ]
    done = [process.communicate() for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], done
    assert len({out for out, _ in done}) == 1
    assert sum("converting" in errors for _, errors in done) == 1
    assert len(folders(cache)) == 1


def test_leftovers_of_a_killed_conversion_go(tiny_marian, cache):
    made = converted(resolve(tiny_marian), "int8")
    leftover = cache / f"{made.name}.tmp-abc"
    made.rename(leftover)
    assert converted(resolve(tiny_marian), "int8") == made
    assert folders(cache) == [made.name]


def test_a_failed_conversion_leaves_nothing(tiny_marian, tmp_path, cache):
    broken = tmp_path / "broken"
    shutil.copytree(tiny_marian, broken)
    from safetensors.torch import load_file, save_file

    tensors = load_file(broken / "model.safetensors")
    tensors.popitem()
    save_file(tensors, broken / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError):
        converted(resolve(broken), "int8")
    assert folders(cache) == []


def test_a_cache_that_cannot_be_written(tiny_marian, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MUWAZI_CACHE", str(tmp_path / "file"))
    with pytest.raises(ModelError, match="MUWAZI_CACHE"):
        converted(resolve(tiny_marian), "int8")


def test_a_damaged_conversion_is_named(tiny_marian, cache):
    from muwazi.translate import Translator

    made = converted(resolve(tiny_marian), "int8")
    (made / "model.bin").write_bytes((made / "model.bin").read_bytes()[:1000])
    with pytest.raises(ModelError, match=f"{made}: CTranslate2 cannot load it.*delete the folder"):
        Translator.load(tiny_marian, device="cpu")
