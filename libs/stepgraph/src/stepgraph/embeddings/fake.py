"""Fake embeddings, for tests and first steps: vectors of random numbers that mean nothing."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass

from stepgraph.embeddings.base import Embeddings

__all__ = ["DeterministicFakeEmbedding", "FakeEmbeddings"]

_UNIFORMS = 12
"""The sum of so many numbers from 0 to 1 is normally distributed, nearly, around 6 and with a deviation of 1. Sums of
integers come out the same everywhere; floats' sums, logarithms and cosines do not."""

_BITS = 32


@dataclass(kw_only=True)
class _Fake(Embeddings):
    """Random vectors, in both colours without a thread."""

    size: int

    def __post_init__(self) -> None:
        if self.size < 1:
            raise ValueError(f"size is how many numbers a vector has, at least 1; got {self.size!r}")

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return a vector for each text."""
        return [self.embed_query(text) for text in texts]

    async def aembed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return a vector for each text."""
        return self.embed_documents(texts)

    async def aembed_query(self, text: str) -> list[float]:
        """Return a vector."""
        return self.embed_query(text)


@dataclass(kw_only=True)
class FakeEmbeddings(_Fake):
    """Embeddings that are other ones each time, even for the same text.

    Attributes:
        size: How many numbers a vector has.
    """

    def embed_query(self, text: str) -> list[float]:
        """Return a vector."""
        return _drawn(random.Random(), self.size)


@dataclass(kw_only=True)
class DeterministicFakeEmbedding(_Fake):
    """Embeddings that are the same for the same text, on every Python and every machine.

    Attributes:
        size: How many numbers a vector has.

    Example:
        >>> model = DeterministicFakeEmbedding(size=2)
        >>> model.embed_query("hello") == model.embed_documents(["hello"])[0]
        True
    """

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a text."""
        return _drawn(random.Random(int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")), self.size)


def _drawn(source: random.Random, size: int) -> list[float]:
    draw = source.getrandbits
    return [sum(draw(_BITS) for _ in range(_UNIFORMS)) / 2**_BITS - _UNIFORMS / 2 for _ in range(size)]
