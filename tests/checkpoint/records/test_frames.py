"""Frames: rows as bytes and back."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stepgraph.checkpoint.records.frames import (
    pack_body,
    pack_manifest,
    pack_writes,
    unpack_body,
    unpack_manifest,
    unpack_writes,
)
from stepgraph.checkpoint.records.rows import Body, Chain, Entry, Manifest, Trace
from stepgraph.errors import CorruptCheckpointError, NewerCheckpointError

names = st.text(max_size=8)
numbers = st.integers(0, 2**63)
versions = st.one_of(st.none(), numbers, st.text(max_size=5), st.floats(allow_nan=False))
chains = st.tuples(st.sampled_from(["l", "d", ""]), numbers, numbers, numbers, numbers).map(Chain._make)
entries = st.one_of(
    st.tuples(versions).map(lambda parts: Entry(*parts)),
    st.tuples(versions, st.binary(max_size=20)).map(lambda parts: Entry(*parts)),
    st.tuples(versions, st.none(), chains).map(Entry._make),
)
traces = st.one_of(
    st.tuples(numbers, versions, st.booleans(), st.none()).map(Trace._make),
    st.tuples(numbers, versions, st.just(True), chains).map(Trace._make),
)
seen = st.dictionaries(names, versions, max_size=3)
bodies = st.tuples(
    numbers,
    st.one_of(st.none(), st.lists(names, max_size=3)),
    st.dictionaries(names, entries, max_size=5),
    seen,
    st.lists(names, max_size=2),
).map(Body._make)
manifests = st.tuples(st.dictionaries(names, traces, max_size=5), seen).map(Manifest._make)

BODY = Body(
    1,
    ["a"],
    {"gone": Entry(3), "inline": Entry(3, b"\x01\x02"), "blob": Entry(3, None, Chain("l", 2, 1, 0, 400))},
    {"node": 2},
    ["old"],
)
MANIFEST = Manifest(
    {"g": Trace(1, 1, False), "i": Trace(2, 2, True), "b": Trace(3, 3, True, Chain("d", 1, 0, 0, 9))}, {}
)

# Written by the first version; each later one must read them.
GOLDEN_BODY = (
    "96010191a16183a4676f6e659103a6696e6c696e659203c4020102a4626c6f629603a16c020100cd019081a46e6f64650291a36f6c64"
)
GOLDEN_MANIFEST = "930183a16793" + "0101c2a1699302" + "02c3a162970303a16401000009" + "80"
GOLDEN_WRITES = "92019292a161c4010192a162c400"


@given(bodies)
def test_bodies(body: Body) -> None:
    assert unpack_body(pack_body(body)) == body


@given(manifests)
def test_manifests(manifest: Manifest) -> None:
    assert unpack_manifest(pack_manifest(manifest)) == manifest


@given(st.lists(st.tuples(names, st.binary(max_size=9)), max_size=4))
def test_writes(writes: list[tuple[str, bytes]]) -> None:
    assert unpack_writes(pack_writes(writes)) == writes


def test_golden_bytes() -> None:
    assert pack_body(BODY).hex() == GOLDEN_BODY
    assert unpack_body(bytes.fromhex(GOLDEN_BODY)) == BODY
    assert pack_manifest(MANIFEST).hex() == GOLDEN_MANIFEST
    assert unpack_manifest(bytes.fromhex(GOLDEN_MANIFEST)) == MANIFEST
    assert unpack_writes(bytes.fromhex(GOLDEN_WRITES)) == [("a", b"\x01"), ("b", b"")]


@given(st.binary(max_size=60), st.data())
def test_any_bytes_are_a_frame_or_an_error_with_a_name(noise: bytes, data: st.DataObject) -> None:
    good = data.draw(st.sampled_from([pack_body(BODY), pack_manifest(MANIFEST), pack_writes([("a", b"b")])]))
    cut = data.draw(st.integers(0, len(good)))
    for damaged in (noise, good[:cut], good[:cut] + noise, noise + good[cut:], good[:cut] + noise + good[cut + 1 :]):
        for unpack in (unpack_body, unpack_manifest, unpack_writes):
            with suppress(CorruptCheckpointError, NewerCheckpointError):
                unpack(damaged)


@pytest.mark.parametrize("unpack", [unpack_body, unpack_manifest, unpack_writes])
def test_a_newer_format(unpack: Any) -> None:
    with pytest.raises(NewerCheckpointError, match="format 2"):
        unpack(b"\x92\x02\x80")
