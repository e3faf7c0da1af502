"""TextIndex: which texts of a batch need vectors, and how they get them, before a store does anything else.

A store asks for all vectors of a batch first and holds no lock meanwhile; each text is embedded once, however often
the batch names it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from stepgraph.embeddings.base import Embeddings, aembed_documents, aembed_query
from stepgraph.store.embeddings import IndexConfig, ensure_embeddings
from stepgraph.store.operations import Op, PutOp, SearchOp
from stepgraph.store.paths import get_text_at_path, tokenize_path
from stepgraph.vectors import pack

__all__ = ["Embedded", "TextIndex"]


@dataclass(frozen=True, slots=True)
class Embedded:
    """The vectors of a batch, packed, by the position of their operation.

    Attributes:
        puts: Of the texts of each item that is put.
        queries: Of each query.
    """

    puts: Mapping[int, tuple[bytes, ...]] = field(default_factory=dict)
    queries: Mapping[int, bytes] = field(default_factory=dict)


class TextIndex:
    """A checked `IndexConfig`.

    Args:
        config: The config.

    Raises:
        ValueError: `dims` or a path is wrong.
        TypeError: `embed` cannot embed.
    """

    def __init__(self, config: IndexConfig) -> None:
        dims = config.get("dims")
        if not isinstance(dims, int) or dims < 1:
            raise ValueError(f"an index needs 'dims', how many numbers a vector has; got {dims!r}")
        self.dims: int = dims
        self.embeddings: Embeddings = ensure_embeddings(config.get("embed"))
        self.fields: list[str] = list(config.get("fields") or ["$"])
        for path in self.fields:
            tokenize_path(path)

    def embed(self, ops: Sequence[Op]) -> Embedded:
        """Return the vectors that a batch needs."""
        texts, queries = self._texts(ops), _queries(ops)
        unique, asked = _unique(chain.from_iterable(texts.values())), _unique(queries.values())
        vectors = self.embeddings.embed_documents(unique) if unique else []
        answers = [self.embeddings.embed_query(query) for query in asked]
        return _assigned(texts, queries, self._packed(unique, vectors), self._packed(asked, answers))

    async def aembed(self, ops: Sequence[Op]) -> Embedded:
        """Return the vectors that a batch needs, without blocking the event loop."""
        texts, queries = self._texts(ops), _queries(ops)
        unique, asked = _unique(chain.from_iterable(texts.values())), _unique(queries.values())
        vectors = await aembed_documents(self.embeddings, unique) if unique else []
        answers = await asyncio.gather(*(aembed_query(self.embeddings, query) for query in asked))
        return _assigned(texts, queries, self._packed(unique, vectors), self._packed(asked, answers))

    def _texts(self, ops: Sequence[Op]) -> dict[int, list[str]]:
        """Return the texts that are to be found by meaning, each once an item, by the position of their put."""
        found: dict[int, list[str]] = {}
        for position, op in enumerate(ops):
            if isinstance(op, PutOp) and op.value is not None and op.index is not False:
                paths = self.fields if op.index is None else op.index
                found[position] = _unique(text for path in paths for text in get_text_at_path(op.value, path))
        return found

    def _packed(self, texts: Sequence[str], vectors: Sequence[Sequence[Any]]) -> dict[str, bytes]:
        if len(vectors) != len(texts):
            raise ValueError(f"embed must return one vector per text, got {len(vectors)} for {len(texts)}")
        for vector in vectors:
            if len(vector) != self.dims:
                raise ValueError(
                    f"the index has dims={self.dims}, but embed returned a vector of {len(vector)}; make them agree"
                )
        return {text: pack(vector) for text, vector in zip(texts, vectors, strict=True)}


def _queries(ops: Sequence[Op]) -> dict[int, str]:
    return {position: op.query for position, op in enumerate(ops) if isinstance(op, SearchOp) and op.query}


def _assigned(
    texts: Mapping[int, list[str]],
    queries: Mapping[int, str],
    vectors: Mapping[str, bytes],
    answers: Mapping[str, bytes],
) -> Embedded:
    return Embedded(
        {position: tuple(vectors[text] for text in each) for position, each in texts.items()},
        {position: answers[query] for position, query in queries.items()},
    )


def _unique(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))
