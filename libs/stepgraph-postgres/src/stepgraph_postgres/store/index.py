"""VectorIndex: how a store in PostgreSQL is searched by meaning.

Vectors are kept as the embedding gives them, for distances other than the cosine depend on their lengths. The table
has one row a text; which distance is nearest is the database's business, what the score says is decided here.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any, Final, Literal, get_args

from typing_extensions import TypedDict

from stepgraph.errors import listed, nearest
from stepgraph.store.base import IndexConfig
from stepgraph.store.index import TextIndex

__all__ = ["AnnIndexConfig", "PostgresIndexConfig", "VectorIndex", "literal"]

_Distance = Literal["cosine", "l2", "inner_product"]
_Kind = Literal["hnsw", "ivfflat", "flat"]

_OPERATORS: Final = {"cosine": "<=>", "l2": "<->", "inner_product": "<#>"}
_CLASSES: Final = {"cosine": "vector_cosine_ops", "l2": "vector_l2_ops", "inner_product": "vector_ip_ops"}


class AnnIndexConfig(TypedDict, total=False):
    """The index that finds near vectors.

    Attributes:
        kind: `"hnsw"` (the default) and `"ivfflat"` are fast and may miss one; `"flat"` has no index and misses none.
        m: Of hnsw, how many neighbours a vector has.
        ef_construction: Of hnsw, how many candidates are looked at for them.
        nlist: Of ivfflat, how many lists there are.
    """

    kind: _Kind
    m: int
    ef_construction: int
    nlist: int


class PostgresIndexConfig(IndexConfig, total=False):
    """An `IndexConfig` with what PostgreSQL has to choose from.

    Attributes:
        distance_type: What is near: `"cosine"` (the default), `"l2"` or `"inner_product"`. The scores are the cosine,
            `1 / (1 + distance)`, and the inner product.
        ann_index_config: The index.
    """

    distance_type: _Distance
    ann_index_config: AnnIndexConfig


class VectorIndex(TextIndex):
    """A checked `PostgresIndexConfig`.

    Args:
        config: The config.

    Raises:
        ValueError: A setting is wrong.
        TypeError: `embed` cannot embed.
    """

    def __init__(self, config: IndexConfig | PostgresIndexConfig) -> None:
        super().__init__(config)
        settings: Any = config
        self.distance: str = _chosen("distance_type", settings.get("distance_type", "cosine"), get_args(_Distance))
        ann: Any = settings.get("ann_index_config") or {}
        self.kind: str = _chosen("kind", ann.get("kind", "hnsw"), get_args(_Kind))
        self._options: dict[str, int] = {
            "m": int(ann.get("m", 16)),
            "ef_construction": int(ann.get("ef_construction", 64)),
            "lists": int(ann.get("nlist", 100)),
        }

    @property
    def operator(self) -> str:
        """The operator of pgvector whose result is smallest for the nearest."""
        return _OPERATORS[self.distance]

    def score(self, distance: float) -> float:
        """Return how near something at a distance is, rounded to what single precision carries."""
        if distance != distance:  # a vector of length 0 has no direction
            return 0.0
        if self.distance == "l2":
            return round(1 / (1 + distance), 6)
        return round(1 - distance if self.distance == "cosine" else -distance, 6) + 0.0

    def index_sql(self) -> str | None:
        """Return the statement that makes the index."""
        if self.kind == "flat":
            return None
        names = ("m", "ef_construction") if self.kind == "hnsw" else ("lists",)
        options = ", ".join(f"{name} = {self._options[name]}" for name in names)
        name = f"stepgraph_store_vectors_{self.kind}_{self.distance}"
        return (
            f"CREATE INDEX IF NOT EXISTS {name} ON stepgraph_store_vectors "
            f"USING {self.kind} (vector {_CLASSES[self.distance]}) WITH ({options})"
        )

    def _packed(self, texts: Sequence[str], vectors: Sequence[Sequence[Any]]) -> dict[str, bytes]:
        super()._packed(texts, vectors)  # checks them
        return {text: struct.pack(f"<{len(vector)}f", *vector) for text, vector in zip(texts, vectors, strict=True)}


def literal(vector: bytes) -> str:
    """Return packed numbers as pgvector reads them."""
    return "[" + ",".join(map(repr, struct.unpack(f"<{len(vector) // 4}f", vector))) + "]"


def _chosen(name: str, value: Any, known: Sequence[str]) -> str:
    if value not in known:
        raise ValueError(f"{name} is one of {listed(known)}, got {value!r}{nearest(value, known)}")
    return str(value)
