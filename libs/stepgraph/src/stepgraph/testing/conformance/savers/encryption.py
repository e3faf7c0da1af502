"""Rules about secrets: with an encrypting serializer nothing of a value is in what the database holds."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any, Final

import pytest

from stepgraph.checkpoint.base import ERROR, INTERRUPT, RESUME, STATUS, STEPS, BaseCheckpointSaver, Delta, TaskWrites
from stepgraph.serde.base import Serializer
from stepgraph.testing.conformance.rule import rule
from stepgraph.testing.conformance.sameness import expect
from stepgraph.testing.conformance.savers.door import SaverDoor
from stepgraph.testing.conformance.savers.journal import Journal
from stepgraph.types import Interrupt, Send

__all__ = ["CANARIES", "EncryptionRules", "encrypted"]

_WORD: Final = "canary-Zx81-"
_NUMBER: Final = 0x5EC1E7C0FFEE1234
_FLOAT: Final = 7.391528460173e211

CANARIES: Final[Mapping[str, tuple[bytes, ...]]] = {
    "text": (_WORD.encode(), _WORD.encode("utf-16-le")),
    "int": (_NUMBER.to_bytes(8, "big"), _NUMBER.to_bytes(8, "little"), str(_NUMBER).encode()),
    "float": (struct.pack(">d", _FLOAT), struct.pack("<d", _FLOAT), repr(_FLOAT).encode()),
    "bytes": (b"\xfa\xce\xb0\x0c-canary",),
}
"""What no dump may hold, by the type of the secret."""


def encrypted() -> Serializer:
    """Return a serializer with a key of its own; skips the test where `cryptography` is not installed."""
    pytest.importorskip("cryptography", reason="encryption needs the package cryptography")
    from stepgraph.serde.encrypted import EncryptedSerializer  # noqa: PLC0415 - only where the package is there

    return EncryptedSerializer(bytes(range(32)))


def _secret(name: str) -> dict[str, Any]:
    return {
        f"{_WORD}key of {name}": f"{_WORD}{name}",
        "number": _NUMBER,
        "float": _FLOAT,
        "bytes": CANARIES["bytes"][0],
        "nested": [({f"{_WORD}{name}"}, _NUMBER)],
    }


class EncryptionRules:
    """Storage is public, values are not."""

    async def raw_bytes(self, saver: BaseCheckpointSaver) -> bytes:
        """Return all that the database holds, as it stands on disk: a hook that the author may supply."""
        pytest.skip("no hook raw_bytes(): what the database holds is not looked at")

    @rule(serde=encrypted, needs="serde")
    async def test_secrets_round_trip(self, saver: SaverDoor) -> None:
        """Values, pending writes and metadata come back through an encrypting serializer."""
        journal = await _plant(saver)
        await journal.expect_reads()

    @rule(needs="serde")
    async def test_secrets_hook(self, saver: SaverDoor) -> None:
        """`raw_bytes()` shows a secret that is not encrypted; else the next rule would prove nothing."""
        await _plant(saver)
        raw = await self.raw_bytes(saver.inner)
        expect(bool(_found(raw)), f"raw_bytes() returned {len(raw):,} bytes, in which no planted value is found")

    @rule(serde=encrypted, needs="serde")
    async def test_secrets_in_the_open(self, saver: SaverDoor) -> None:
        """With an encrypting serializer the database holds no secret in the open."""
        await _plant(saver)
        found = _found(await self.raw_bytes(saver.inner))
        expect(not found, f"planted secrets of these types are in the database: {found}")

    @rule(serde=encrypted, needs="copy")
    async def test_secrets_copied(self, saver: SaverDoor) -> None:
        """Copying and pruning keep what is encrypted readable."""
        journal = await _plant(saver)
        await saver.copy_thread("thread", "copy")
        await saver.delete_thread("thread")
        journal.thread_id = "copy"
        await journal.expect_reads()


async def _plant(saver: SaverDoor) -> Journal:
    journal = Journal(saver)
    first = await journal.put(
        {"value": _secret("value"), "items": [_secret("item")], "number": _NUMBER, "float": _FLOAT},
        user=f"{_WORD}metadata",
        nested={f"{_WORD}metadata key": [_NUMBER]},
    )
    added = [_secret("added")]
    await journal.put(
        {"items": [_secret("item"), *added], "text": f"{_WORD}text", "send": [Send("node", _secret("sent"))]},
        deltas={"items": Delta(kept=1, added=added)},
        writes=[TaskWrites("one", [("value", _secret("written")), (STATUS, "done")])],
    )
    interrupts = [Interrupt(_secret("question"), "id")]
    reserved: list[tuple[str, Any]] = [
        (INTERRUPT, interrupts),
        (RESUME, {"id": _secret("answer")}),
        (STEPS, {"step": _secret("step")}),
        (ERROR, f"{_WORD}error"),
    ]
    await journal.write(journal.ids[-1], [("value", f"{_WORD}pending"), *reserved], "two")
    await journal.write(first.id, [("value", _NUMBER)], "three")
    return journal


def _found(raw: bytes) -> list[str]:
    return [kind for kind, patterns in CANARIES.items() if any(pattern in raw for pattern in patterns)]
