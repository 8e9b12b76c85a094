"""Fetches a MarianMT model from a Hugging Face Hub with the official client.

The client's own settings hold: ``HF_ENDPOINT``, ``HF_HUB_OFFLINE``, ``HF_HOME``, ``HF_TOKEN``. Only the files that
Muwazi reads are fetched, config.json first, so that a model of another kind is refused before its weights are on their
way.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from muwazi.corpus.errors import ModelError
from muwazi.translate.models.resolution import CONVERTED_WEIGHTS, TEXT_FILES, WEIGHTS, Note, check_marian

_TIMEOUT = 20.0
"""Seconds for the answer to the first question; a network without a Hub should not hang."""
_CONVERTED_FILES = (
    "shared_vocabulary.json",
    "shared_vocabulary.txt",
    "source_vocabulary.json",
    "source_vocabulary.txt",
    "target_vocabulary.json",
    "target_vocabulary.txt",
    "conversion.json",
)


def fetch(repository: str, *, revision: str | None, note: Note) -> tuple[Path, str]:
    """Folder and commit of ``repository`` at ``revision`` (branch, tag or commit; the main branch by default).

    Where the Hub cannot be reached and an earlier download of that revision is complete, that one, with a note. Raises
    :class:`ModelError` otherwise.
    """
    from huggingface_hub import HfApi

    api = HfApi()

    with _explained(repository, revision):
        try:
            info = api.model_info(repository, revision=revision, timeout=_TIMEOUT)
        except Exception as error:
            if not _unreachable(error):
                raise
            cached = _cached(repository, revision)
            if cached is None:
                raise
            note(f"{repository}: the Hub cannot be reached; using commit {cached.name[:12]} from the cache")
            return cached, cached.name
        commit = str(info.sha)
        present = {sibling.rfilename for sibling in info.siblings or ()}
        if "config.json" not in present:
            raise ModelError(f"{repository}: config.json is missing on the Hub; not a MarianMT model")
        config_path = Path(api.hf_hub_download(repository, "config.json", revision=commit))
        weights = next((name for name in (*WEIGHTS, CONVERTED_WEIGHTS) if name in present), None)
        if weights != CONVERTED_WEIGHTS:
            _check_config(config_path, repository)
        if weights is None:
            raise ModelError(f"{repository}: no weights on the Hub ({' or '.join(WEIGHTS)})")
        wanted = [name for name in TEXT_FILES if name in present]
        if weights == CONVERTED_WEIGHTS:
            wanted += [name for name in _CONVERTED_FILES if name in present]
        # The weights last: a snapshot that has them is complete.
        for name in (*wanted, weights):
            api.hf_hub_download(repository, name, revision=commit)
        if revision != commit:
            _remember(repository, revision, commit)
        return config_path.parent, commit


def _check_config(path: Path, repository: str) -> None:
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelError(f"{repository}: config.json is not JSON") from error
    check_marian(config if isinstance(config, dict) else {}, repository)


def _storage(repository: str) -> Path:
    from huggingface_hub.constants import HF_HUB_CACHE

    return Path(HF_HUB_CACHE) / f"models--{repository.replace('/', '--')}"


def _remember(repository: str, revision: str | None, commit: str) -> None:
    # Files were asked for by commit, so the client has not noted which commit the branch or tag stands for; we do it in
    # its own layout, where it and we find it again without network.
    reference = _storage(repository) / "refs" / (revision or "main")
    reference.parent.mkdir(parents=True, exist_ok=True)
    reference.write_text(commit, encoding="utf-8")


def _cached(repository: str, revision: str | None) -> Path | None:
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(repository, "config.json", revision=revision or "main")
    if not isinstance(found, str):
        return None
    folder = Path(found).parent
    complete = any((folder / name).exists() for name in (*WEIGHTS, CONVERTED_WEIGHTS))
    return folder if complete else None


def _unreachable(error: Exception) -> bool:
    from huggingface_hub import errors

    if isinstance(error, errors.HfHubHTTPError):
        status = getattr(error.response, "status_code", 0)
        return status >= 500 or status == 429
    # The client's transport errors: httpx in new versions (re-exported by its error module), OSErrors in older ones.
    transport = getattr(errors, "HTTPError", OSError)
    return isinstance(error, (OSError, transport)) and getattr(error, "errno", None) != errno.ENOSPC


@contextmanager
def _explained(repository: str, revision: str | None) -> Iterator[None]:
    from huggingface_hub import errors

    at = f" at revision {revision!r}" if revision else ""
    try:
        yield
    except ModelError:
        raise
    except errors.GatedRepoError as error:
        raise ModelError(f"{repository}: access must be asked for on the Hub; log in with `hf auth login`") from error
    except errors.RevisionNotFoundError as error:
        raise ModelError(f"{repository}: the Hub has no such revision: {revision}") from error
    except errors.RepositoryNotFoundError as error:
        raise ModelError(
            f"{repository}: no such folder here, and no such model on the Hub (or it is private); check the name"
        ) from error
    except (errors.HFValidationError, errors.RemoteEntryNotFoundError) as error:
        raise ModelError(f"{repository}: {' '.join(str(error).split())[:200]}") from error
    except Exception as error:
        if _unreachable(error):
            raise ModelError(
                f"{repository}{at}: the Hub cannot be reached and the model is not in the cache "
                f"({type(error).__name__}); connect, or use --model builtin"
            ) from error
        if isinstance(error, OSError):
            raise ModelError(
                f"{repository}: cannot store the download ({error}); set HF_HOME to a folder with room"
            ) from error
        raise
