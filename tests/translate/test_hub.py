"""The Hub path, with the real client against a loopback server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from muwazi.corpus.errors import ModelError
from muwazi.translate import Translator
from muwazi.translate.models import resolve

OPUS = "Helsinki-NLP/opus-mt-ar-en"


def test_fetches_what_it_reads_and_no_more(hub, opus_marian, tmp_path):
    extra = tmp_path / "repository"
    extra.mkdir()
    for file in opus_marian.iterdir():
        (extra / file.name).symlink_to(file)
    for name in ("tf_model.h5", "rust_model.ot", "README.md", "metadata.json"):
        (extra / name).write_bytes(b"x")
    hub.repositories[OPUS] = extra
    model = resolve(OPUS)
    assert (model.id, model.revision, model.format) == (OPUS, hub.commit, "transformers")
    assert model.weights.name == "pytorch_model.bin"
    assert model.generation.num_beams == 3
    assert model.generation.bad_words_ids == ((model.config["pad_token_id"],),)
    fetched = {request.rsplit("/", 1)[1] for request in hub.requests if "/resolve/" in request}
    assert fetched == {file.name for file in opus_marian.iterdir()}


def test_translates_as_the_local_folder_does(hub, opus_marian, exact, tmp_path, monkeypatch):
    # A cache of its own: another test may have converted the same weights, and then there is nothing to say.
    monkeypatch.setenv("MUWAZI_CACHE", str(tmp_path))
    hub.repositories[OPUS] = opus_marian
    notes: list[str] = []
    translator = Translator.load(OPUS, device="cpu", compute_type="float32", note=notes.append)
    line = "قرأت البنت كتابا عن البحر."
    assert translator.translate([line])[0].text == "The girl read a book about the sea."
    assert translator.info.revision == hub.commit
    assert translator.info.decoding["beam"] == 3  # from config.json: there is no generation_config.json
    assert [note.split(" to ")[0] for note in notes] == [f"converting {OPUS}"]


def test_second_use_downloads_nothing(hub, opus_marian):
    hub.repositories[OPUS] = opus_marian
    first = resolve(OPUS)
    before = len([r for r in hub.requests if r.startswith("GET") and ("/resolve/" in r or "/cdn/" in r)])
    second = resolve(OPUS)
    after = len([r for r in hub.requests if r.startswith("GET") and ("/resolve/" in r or "/cdn/" in r)])
    assert (first.path, before) == (second.path, after)


@pytest.mark.parametrize("pinned", [False, True])
def test_without_hub_an_earlier_download_is_used_and_said(hub, opus_marian, pinned):
    hub.repositories[OPUS] = opus_marian
    resolve(OPUS)
    hub.failing = True
    notes: list[str] = []
    name = f"{OPUS}@{hub.commit}" if pinned else OPUS
    model = resolve(name, note=notes.append)
    assert model.revision == hub.commit
    assert notes == [f"{OPUS}: the Hub cannot be reached; using commit {hub.commit[:12]} from the cache"]


def test_without_hub_and_download_the_error_names_builtin(hub):
    hub.failing = True
    with pytest.raises(ModelError, match=r"cannot be reached.*--model builtin"):
        resolve(OPUS)


def test_a_download_cut_short_is_not_taken_for_the_model(hub, opus_marian):
    hub.repositories[OPUS] = opus_marian
    model = resolve(OPUS)
    model.weights.unlink()
    hub.failing = True
    with pytest.raises(ModelError, match="--model builtin"):
        resolve(OPUS)


def test_no_such_repository(hub):
    with pytest.raises(ModelError, match="no such model on the Hub"):
        resolve("Helsinki-NLP/opus-mt-ar-xx")


def test_no_such_revision(hub, opus_marian):
    hub.repositories[OPUS] = opus_marian
    with pytest.raises(ModelError, match="no such revision: v9"):
        resolve(f"{OPUS}@v9")


def test_another_kind_of_model_is_refused_before_its_weights_are_fetched(hub, tmp_path):
    folder = tmp_path / "bert"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"model_type": "bert"}))
    (folder / "model.safetensors").write_bytes(b"x" * 100)
    hub.repositories["org/bert"] = folder
    with pytest.raises(ModelError, match="of type 'bert', not a MarianMT model"):
        resolve("org/bert")
    assert not any("model.safetensors" in request for request in hub.requests)


@pytest.mark.parametrize("name", ["config.json", "source.spm", "target.spm", "pytorch_model.bin"])
def test_a_missing_file_is_named(hub, opus_marian, tmp_path, name):
    folder = tmp_path / "repository"
    folder.mkdir()
    for file in opus_marian.iterdir():
        if file.name != name:
            (folder / file.name).symlink_to(file)
    hub.repositories[OPUS] = folder
    with pytest.raises(ModelError, match=f"{name}.* missing|no weights on the Hub"):
        resolve(OPUS)


def test_command_line_with_the_client_configured_by_its_environment(hub, opus_marian, tmp_path):
    hub.repositories[OPUS] = opus_marian
    environment = os.environ | {"HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "home"), "HF_HUB_OFFLINE": "0"}
    command = [sys.executable, "-c", "from muwazi.cli.main import main; main()", "translate", "--model", OPUS]
    command += ["--compute-type", "float32"]
    text = "فاز الفريق في المباراة الأخيرة.\n"
    done = subprocess.run(command, input=text, env=environment, capture_output=True, text=True, encoding="utf-8")
    assert (done.returncode, done.stdout) == (0, "The team won the last match.\n"), done.stderr
    offline = environment | {"HF_HUB_OFFLINE": "1"}
    done = subprocess.run(command, input=text, env=offline, capture_output=True, text=True, encoding="utf-8")
    assert (done.returncode, done.stdout) == (0, "The team won the last match.\n"), done.stderr
    assert "the Hub cannot be reached; using commit 0123456789ab from the cache" in done.stderr
    fresh = offline | {"HF_HOME": str(tmp_path / "empty")}
    done = subprocess.run(command, input=text, env=fresh, capture_output=True, text=True, encoding="utf-8")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "--model builtin" in done.stderr
    assert Path(tmp_path / "home").is_dir()
