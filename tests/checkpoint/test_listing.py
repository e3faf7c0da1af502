"""Listing checkpoints: the newest first, filtered, and while the saver is used."""

from __future__ import annotations

from tests.checkpoint.driving import Door, Line, config


async def test_namespaces_and_threads_are_kept_apart(door: Door) -> None:
    lines = [Line(door, thread, ns) for thread in ("t", "t|", "ü:%'\"") for ns in ("", "a:1", "a|1", "%")]
    for number in range(3):
        for line in lines:
            await line.step({"n": number, "who": [line.thread_id, line.ns]})
    for line in lines:
        assert await door.ids(line.at()) == list(line.past)[::-1]
        await line.check()
    every = await door.list(None)
    assert len(every) == len(lines) * 3
    of_thread = await door.ids(config("t|", ns=None))
    expected = [checkpoint_id for line in lines if line.thread_id == "t|" for checkpoint_id in line.past]
    assert of_thread == sorted(expected, reverse=True)


async def test_filter_before_and_limit(door: Door) -> None:
    line = Line(door, "t")
    ids = [await line.step({"a": n}, metadata={"even": n % 2 == 0, "who": {"x": n}}) for n in range(200)]
    back = ids[::-1]
    assert await door.ids(config("t"), limit=3) == back[:3]
    assert await door.ids(config("t"), limit=0) == []
    assert await door.ids(config("t"), limit=150) == back[:150]
    assert await door.ids(config("t"), filter={"even": True}) == back[1::2]
    assert await door.ids(config("t"), filter={"even": True}, limit=90) == back[1::2][:90]
    assert await door.ids(config("t"), filter={"even": True, "who": {"x": 4}}) == [ids[4]]
    assert await door.ids(config("t"), filter={"absent": None}) == []
    assert await door.ids(config("t"), before=config("t", ids[100])) == ids[:100][::-1]
    assert await door.ids(config("t", ns=None), before=config("t", ids[100]), limit=2) == [ids[99], ids[98]]
    assert await door.ids(config("t", ids[7])) == [ids[7]]
    assert await door.ids(config("t"), before=config("t", "never-saved")) == []
    assert await door.ids(None, limit=70) == back[:70]
    assert await door.ids(None, before=config("t", ids[2])) == [ids[1], ids[0]]


async def test_the_saver_can_be_used_meanwhile(door: Door) -> None:
    line = Line(door, "t")
    ids = [await line.step({"a": n}) for n in range(100)]
    seen = []
    if door.is_async:
        async for item in door.saver.alist(config("t")):
            seen.append(item.checkpoint["id"])
            await line.step({"a": "later"})
            await line.check([item.checkpoint["id"]])
    else:
        for item in door.saver.list(config("t")):
            seen.append(item.checkpoint["id"])
            await line.step({"a": "later"})
            await line.check([item.checkpoint["id"]])
    assert seen == ids[::-1]
