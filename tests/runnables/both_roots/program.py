"""A program written for langchain-core: composition, streaming, callbacks. It prints what it sees, step by step."""

import asyncio
from operator import itemgetter

from langchain_core.callbacks import (
    AsyncCallbackHandler,
    BaseCallbackHandler,
    adispatch_custom_event,
    dispatch_custom_event,
)
from langchain_core.runnables import (
    RunnableBranch,
    RunnableConfig,
    RunnableGenerator,
    RunnableLambda,
    RunnableParallel,
    RunnablePassthrough,
    chain,
)


def show(title, *values):
    print(f"{title}:", *values)


# What is composed.


def strip(text):
    return text.strip()


async def lower(text):
    return text.lower()


def upper(text):
    return text.upper()


async def words(text):
    """A generator of tokens, as a model is."""
    for word in text.split(" "):
        yield word


async def shout(tokens):
    """A parser that keeps a stream flowing."""
    async for token in tokens:
        yield token.upper()


async def twice(tokens):
    async for token in tokens:
        yield token
        yield token


def count(texts):
    """A sync generator that keeps a stream flowing."""
    for text in texts:
        yield len(text)


@chain
async def greet(name: str) -> str:
    cleaned = await (RunnableLambda(strip) | lower).ainvoke(name)
    return f"Hello, {cleaned}!"


# Handlers.


class Console:
    """Prints runs with their depth, in the order in which they begin and end."""

    def __init__(self, *, inputs=True):
        self.depths = {}
        self.inputs = inputs

    def begun(self, inputs, run_id, parent_run_id, tags, metadata, name):
        self.depths[run_id] = depth = self.depths.get(parent_run_id, -1) + 1
        shown = repr(inputs) if self.inputs else ""
        show("  " * depth + f"> {name}", shown, sorted(tags or []), metadata.get("user"))

    def ended(self, outputs, run_id):
        show("  " * self.depths[run_id] + "<", repr(outputs))

    def failed(self, error, run_id):
        show("  " * self.depths[run_id] + "!", type(error).__name__, error)


class SyncConsole(Console, BaseCallbackHandler):
    def on_chain_start(self, serialized, inputs, *, run_id, parent_run_id=None, tags=None, metadata=None, **kwargs):
        self.begun(inputs, run_id, parent_run_id, tags, metadata, kwargs["name"])

    def on_chain_end(self, outputs, *, run_id, **kwargs):
        self.ended(outputs, run_id)

    def on_chain_error(self, error, *, run_id, **kwargs):
        self.failed(error, run_id)

    def on_custom_event(self, name, data, *, run_id, **kwargs):
        show("  " * self.depths[run_id] + "*", name, data)


class AsyncConsole(Console, AsyncCallbackHandler):
    async def on_chain_start(
        self, serialized, inputs, *, run_id, parent_run_id=None, tags=None, metadata=None, **kwargs
    ):
        await asyncio.sleep(0)
        self.begun(inputs, run_id, parent_run_id, tags, metadata, kwargs["name"])

    async def on_chain_end(self, outputs, *, run_id, **kwargs):
        await asyncio.sleep(0)
        self.ended(outputs, run_id)

    async def on_chain_error(self, error, *, run_id, **kwargs):
        self.failed(error, run_id)

    async def on_custom_event(self, name, data, *, run_id, **kwargs):
        show("  " * self.depths[run_id] + "*", name, data)


# The parts of the program.


async def compose():
    pipeline = RunnableLambda(strip) | upper
    show("invoke", pipeline.invoke("  a sync pipeline "))
    show("ainvoke", await (RunnableLambda(strip) | lower).ainvoke("  ASYNC PIPELINE "))
    parallel = RunnableParallel(upper=RunnableLambda(upper), length=len)
    show("parallel", await parallel.ainvoke("async parallel"))
    both = {"text": strip, "raw": RunnablePassthrough()} | RunnableLambda(itemgetter("text"))
    show("dict", await both.ainvoke(" x "))
    show("assign", RunnablePassthrough.assign(twice=lambda d: d["n"] * 2).invoke({"n": 4}))
    show("pick", (parallel.pick("length") | (lambda n: n + 1)).invoke("four"))
    sign = RunnableBranch(
        (lambda n: n < 0, lambda n: "negative"), (lambda n: n == 0, lambda n: "zero"), lambda n: "more"
    )
    show("branch", sign.batch([-1, 0, 1]))
    show("chain", await greet.ainvoke("  ANN "))
    show("map", await RunnableLambda(upper).map().ainvoke(["a", "b"]))
    show("bind", RunnableLambda(lambda text, end: text + end).bind(end="!").invoke("bound"))
    show("lazy", await RunnableLambda(lambda n: RunnableLambda(lambda m: m * 10) if n > 1 else n).abatch([1, 2]))


async def fail_and_recover():
    attempts = []

    async def flaky(n):
        attempts.append(n)
        if len(attempts) < 3:
            raise ConnectionError(f"attempt {len(attempts)}")
        return n

    show("retry", await RunnableLambda(flaky).with_retry(wait_exponential_jitter=False).ainvoke(7), attempts)

    def broken(n):
        raise ValueError(f"no {n}")

    show("fallback", RunnableLambda(broken).with_fallbacks([RunnableLambda(lambda n: n + 100)]).invoke(1))
    outputs = await RunnableLambda(lambda n: 10 // n).abatch([1, 0, 5], return_exceptions=True)
    show("batch", [repr(output) for output in outputs])
    try:
        await (RunnableLambda(strip) | broken).ainvoke(" 2 ")
    except ValueError as error:
        show("raised", error)


async def stream():
    tokens = RunnableLambda(words) | RunnableGenerator(shout)
    show("tokens", [token async for token in tokens.astream("one two three")])
    show("joined", await tokens.ainvoke("one two three"))
    show("sync", list((RunnableLambda(strip) | RunnableGenerator(count)).stream("  four ")))

    async def prompts():
        yield "first"
        yield "second"

    doubled = RunnableGenerator(shout) | RunnableGenerator(twice)
    show("atransform", [token async for token in doubled.atransform(prompts())])
    assigned = RunnablePassthrough.assign(size=lambda d: len(d["text"]))
    show("assigned", [chunk async for chunk in assigned.astream({"text": "abc"})])
    parallel = RunnableParallel(left=RunnableLambda(lower), right=RunnableLambda(lower))
    chunks = [chunk async for chunk in parallel.astream("SIDE")]
    show("parallel", sorted(map(repr, chunks)))


async def configure():
    def who(_, config: RunnableConfig):
        return config["configurable"].get("user"), config["metadata"].get("place")

    ask = RunnableLambda(who)
    ann = {"configurable": {"user": "ann"}, "metadata": {"place": "here"}}
    show("config", await ask.ainvoke(0, ann))
    show("bound", ask.with_config(metadata={"place": "there"}).invoke(0, {"configurable": {"user": "bob"}}))
    show("inherited", RunnableLambda(lambda n: ask.invoke(n)).invoke(0, ann))

    async def nested(n):
        return await asyncio.gather(ask.ainvoke(n), asyncio.create_task(ask.ainvoke(n)))

    show("inherited by tasks", await RunnableLambda(nested).ainvoke(0, ann))


async def listen():
    @chain
    def count_words(text):
        dispatch_custom_event("counted", {"words": len(text.split())})
        return len(text.split())

    @chain
    async def describe(text):
        await adispatch_custom_event("describing", {"text": text})
        number = await count_words.ainvoke(text)
        return {"text": text, "words": number}

    config = {"tags": ["outer"], "metadata": {"user": "ann"}, "run_name": "described"}
    pipeline = RunnableLambda(strip) | describe | RunnablePassthrough.assign(loud=lambda d: d["text"].upper())
    await pipeline.ainvoke("  some words here ", {**config, "callbacks": [AsyncConsole()]})
    (RunnableLambda(strip) | count_words).invoke(" two words ", {"callbacks": [SyncConsole()]})

    def broken(_):
        raise ValueError("broken")

    for console in (SyncConsole(), AsyncConsole()):
        try:
            await (RunnableLambda(lower) | broken).with_config(run_name="breaks").ainvoke("X", {"callbacks": [console]})
        except ValueError as error:
            show("raised", error)

    console = AsyncConsole(inputs=False)
    async for token in (RunnableLambda(words) | RunnableGenerator(shout)).astream("a b", {"callbacks": [console]}):
        show("token", token)


async def follow():
    @chain
    async def measure(text):
        await adispatch_custom_event("measuring", len(text))
        return await RunnableLambda(upper).ainvoke(text)

    pipeline = RunnableLambda(lower) | measure | RunnableGenerator(shout)
    depths = {}
    async for event in pipeline.astream_events("Some Text", {"tags": ["outer"]}, version="v2"):
        depth = depths.setdefault(event["run_id"], len(event["parent_ids"]))
        data = event["data"]
        if event["event"] != "on_custom_event":
            data = {key: value for key, value in data.items() if key in ("chunk", "output")}
        show("  " * depth + event["event"], event["name"], sorted(event["tags"]), data)
    chosen = [
        event["event"] async for event in pipeline.astream_events("x", version="v2", include_names=["measure", "lower"])
    ]
    show("chosen", chosen)


async def main():
    for part in (compose, fail_and_recover, stream, configure, listen, follow):
        print(f"-- {part.__name__}")
        await part()


if __name__ == "__main__":
    asyncio.run(main())
    asyncio.run(compose())
