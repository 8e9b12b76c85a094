"""An encoder for tests: sentences are made of tokens such as ``s12`` and ``t12``, whose numbers say what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest


@cache
def _table(dimensions: int) -> np.ndarray:
    return np.random.default_rng(5).standard_normal((4096, dimensions), dtype=np.float32)


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
                digits = int("".join(c for c in word if c.isdigit()) or 0)
                own = digits * 31 + ord(word[0])
                row += _table(self._dimensions)[digits % 4093] + _table(self._dimensions)[digits * 7 % 4091]
                row += self._noise * _table(self._dimensions)[own % 4079]
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
