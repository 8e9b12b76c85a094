"""Models, engines and a Hub for the tests of ``muwazi.translate``."""

from __future__ import annotations

import hashlib
import http.server
import json
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from muwazi.translate import Translator
from muwazi.translate.engines.base import DecodingOptions, Engine, Hypothesis
from muwazi.translate.models import ResolvedModel, resolve
from muwazi.translate.settings import TranslationSettings


@pytest.fixture(scope="session")
def session_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _own_cache(session_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Conversions are shared by the tests of a session and never reach the user's cache."""
    monkeypatch.setenv("MUWAZI_CACHE", str(session_cache))


@pytest.fixture(scope="session")
def exact(tiny_marian: Path, session_cache: Path) -> Iterator[Translator]:
    """The fast engine without quantization: what it says is known exactly."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUWAZI_CACHE", str(session_cache))
        yield Translator.load(tiny_marian, engine="ctranslate2", device="cpu", compute_type="float32")


@pytest.fixture(scope="session")
def reference(tiny_marian: Path) -> Translator:
    return Translator.load(tiny_marian, engine="transformers", device="cpu", threads=1)


class ScriptedEngine(Engine):
    """Says what a function says, and remembers what it was asked."""

    name = "scripted"
    device = "cpu"
    compute_type = "float32"

    def __init__(self, say: Callable[[str, DecodingOptions], str | Hypothesis], model: ResolvedModel) -> None:
        self._say = say
        self._vocabulary = model.vocabulary
        self.asked: list[tuple[str, DecodingOptions]] = []

    def translate(self, batch: Sequence[tuple[str, ...]], options: DecodingOptions) -> list[list[Hypothesis]]:
        results = []
        for pieces in batch:
            source = "".join(pieces).replace("▁", " ").strip()
            self.asked.append((source, options))
            said = self._say(source, options)
            if isinstance(said, str):
                words = tuple(f"▁{word}" for word in said.split())
                said = Hypothesis(words, -0.5, True)
            results.append([said])
        return results

    def versions(self) -> dict[str, str]:
        return {}


@pytest.fixture
def scripted(tiny_marian: Path) -> Callable[..., tuple[Translator, ScriptedEngine]]:
    """Makes a translator whose model is a function of the source text and the decoding options."""

    def make(say: Callable[[str, DecodingOptions], str | Hypothesis], **settings: object) -> tuple:
        model = resolve(tiny_marian)
        engine = ScriptedEngine(say, model)
        return Translator(model, engine, TranslationSettings(**settings)), engine

    return make


def opus_layout(tiny: Path, folder: Path) -> Path:
    """The tiny model in the layout of Helsinki-NLP/opus-mt-ar-en: pickled weights, settings in config.json."""
    import torch
    from safetensors.torch import load_file

    folder.mkdir(parents=True, exist_ok=True)
    for name in ("source.spm", "target.spm", "vocab.json", "tokenizer_config.json"):
        shutil.copyfile(tiny / name, folder / name)
    weights = load_file(tiny / "model.safetensors")
    shared = weights["model.shared.weight"]
    # Old checkpoints name every tied copy.
    for name in ("model.encoder.embed_tokens.weight", "model.decoder.embed_tokens.weight", "lm_head.weight"):
        weights[name] = shared
    torch.save(weights, folder / "pytorch_model.bin")
    config = json.loads((tiny / "config.json").read_text())
    config.pop("transformers_version", None)
    config.pop("dtype", None)
    config |= {
        "_name_or_path": "/tmp/Helsinki-NLP/opus-mt-ar-en",
        "add_bias_logits": False,
        "add_final_layer_norm": False,
        "architectures": ["MarianMTModel"],
        "bad_words_ids": [[config["pad_token_id"]]],
        "classif_dropout": 0.0,
        "id2label": {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"},
        "label2id": {"LABEL_0": 0, "LABEL_1": 1, "LABEL_2": 2},
        "max_length": 64,
        "normalize_before": False,
        "normalize_embedding": False,
        "num_beams": 3,
        "static_position_embeddings": True,
    }
    (folder / "config.json").write_text(json.dumps(config))
    return folder


@pytest.fixture(scope="session")
def opus_marian(tiny_marian: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return opus_layout(tiny_marian, tmp_path_factory.mktemp("opus") / "model")


@dataclass
class LoopbackHub:
    """A Hub on the loopback: as much of its API as the real client asks for."""

    url: str = ""
    repositories: dict[str, Path] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    failing: bool = False

    commit = "0123456789abcdef0123456789abcdef01234567"


def _handler(hub: LoopbackHub) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def _send(self, status: int, content: bytes, headers: dict[str, str], body: bool) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if body:
                self.wfile.write(content)

        def _error(self, status: int, code: str, body: bool) -> None:
            self._send(status, b'{"error":"no"}', {"X-Error-Code": code, "X-Error-Message": "no"}, body)

        def _answer(self, body: bool) -> None:
            path = self.path.split("?")[0]
            hub.requests.append(f"{self.command} {path}")
            if hub.failing:
                return self._send(503, b"down", {}, body)
            if path.startswith("/cdn/"):
                _, _, repository, name = path.split("/", 3)
                content = (hub.repositories[repository.replace("--", "/")] / name).read_bytes()
                return self._send(200, content, {"ETag": f'"{hashlib.sha256(content).hexdigest()}"'}, body)
            kind, rest = (
                ("api", path.removeprefix("/api/models/")) if path.startswith("/api/models/") else ("file", path[1:])
            )
            repository = "/".join(rest.split("/")[:2])
            folder = hub.repositories.get(repository)
            if folder is None:
                return self._error(401, "RepoNotFound", body)
            rest = rest[len(repository) + 1 :]
            if kind == "api":
                revision = rest.removeprefix("revision/") or "main"
                if revision not in ("main", hub.commit):
                    return self._error(404, "RevisionNotFound", body)
                siblings = [{"rfilename": file.name} for file in sorted(folder.iterdir())]
                info = {"_id": "1", "id": repository, "modelId": repository, "sha": hub.commit, "siblings": siblings}
                info |= {"private": False, "gated": False, "disabled": False, "tags": [], "downloads": 0, "likes": 0}
                return self._send(200, json.dumps(info).encode(), {"Content-Type": "application/json"}, body)
            _, _, name = rest.split("/", 2)
            if not (folder / name).is_file():
                return self._error(404, "EntryNotFound", body)
            content = (folder / name).read_bytes()
            headers = {"X-Repo-Commit": hub.commit}
            if name.endswith((".bin", ".spm")):  # large files are elsewhere
                digest = hashlib.sha256(content).hexdigest()
                headers |= {"X-Linked-Etag": f'"{digest}"', "X-Linked-Size": str(len(content))}
                # Another host, as the Hub's store of large files is; redirects within one host are another case.
                store = hub.url.replace("127.0.0.1", "localhost")
                headers["Location"] = f"{store}/cdn/{repository.replace('/', '--')}/{name}"
                return self._send(302, b"", headers, body)
            headers["ETag"] = f'"{hashlib.sha1(content).hexdigest()}"'
            return self._send(200, content, headers, body)

    return Handler


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackHub]:
    """A loopback Hub that the real client is pointed at, with a cache of its own."""
    from huggingface_hub import constants

    served = LoopbackHub()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(served))
    served.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02), daemon=True)
    thread.start()
    # The client reads its environment when it is imported, which another test may have done.
    monkeypatch.setattr(constants, "ENDPOINT", served.url)
    template = served.url + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    yield served
    server.shutdown()
    server.server_close()
