"""An encoder for tests: sentences are made of tokens such as ``s12`` and ``t12``, whose numbers say what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np
import pytest


class WordEncoder:
    """The sum of one fixed vector for each word, by the number in it; both languages share the numbers."""

    name = "words"

    def __init__(self, dimensions: int = 64, noise: float = 0.3) -> None:
        self._dimensions = dimensions
        self._noise = noise
        self.calls = 0

    def embed(self, sentences: Sequence[str], *, progress: object = None) -> np.ndarray:
        self.calls += len(sentences)
        out = np.ones((len(sentences), self._dimensions), dtype=np.float32)
        for row, sentence in zip(out, sentences, strict=True):
            for word in sentence.split():
                digits = "".join(c for c in word if c.isdigit())
                row += np.random.default_rng(int(digits or 0)).standard_normal(self._dimensions, dtype=np.float32)
                own = np.random.default_rng([*word.encode()]).standard_normal(self._dimensions, dtype=np.float32)
                row += self._noise * own
        return out / np.linalg.norm(out, axis=1, keepdims=True)


def meanings(count: int, start: int = 1, words: int = 7) -> list[list[int]]:
    """``count`` sentences as lists of numbers, all different."""
    return [[start + k * 20 + w for w in range(words + k % 3)] for k in range(count)]


def render(sentence: Sequence[int], language: str) -> str:
    """A sentence in a language of one letter."""
    return " ".join(f"{language}{number}" for number in sentence)


@pytest.fixture(scope="session")
def words() -> SimpleNamespace:
    """``words.Encoder``, ``words.meanings``, ``words.render``."""
    return SimpleNamespace(Encoder=WordEncoder, meanings=meanings, render=render)
