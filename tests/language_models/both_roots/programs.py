"""Programs with models, written for either root, and what they answer, written down.

Text models are in `texts`, answers in standard blocks in `standard`.

Run as a module this records what langchain-core answers; that is what the tests expect:

    python -m tests.language_models.both_roots.programs

in an environment that has langchain-core (`make bench-peers` makes one). Nothing else writes the file.
"""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.language_models.both_roots.standard import STANDARD
from tests.language_models.both_roots.texts import TEXTS
from tests.parity.roots import Root

LANGCHAIN, STEPGRAPH = "langchain_core", "stepgraph"
ANSWERS = Path(__file__).with_name("answers.json")


def message(found: Any) -> Any:
    """Return what is compared of a message: all but its id, of which only the kind is."""
    if not hasattr(found, "content"):
        return repr(found)
    told = {"type": found.type, "content": found.content, "id": kind_of(found.id)}
    for name in ("name", "tool_calls", "invalid_tool_calls", "usage_metadata", "chunk_position"):
        if getattr(found, name, None):
            told[name] = getattr(found, name)
    if "invalid_tool_calls" in told:  # each says in its own words what is wrong
        told["invalid_tool_calls"] = [{**each, "error": None} for each in told["invalid_tool_calls"]]
    if found.response_metadata:
        told["response_metadata"] = found.response_metadata
    return told


def kind_of(id: str | None) -> str:
    if id is None:
        return "none"
    return "of run" if id.startswith("lc_run--") else id


def listener_of(root: Root) -> Any:
    """Return a handler that writes down what it hears."""

    class Listener(root.callbacks.BaseCallbackHandler):
        run_inline = True

        def __init__(self) -> None:
            self.heard: list[Any] = []

        def on_chat_model_start(self, serialized, messages, **facts):
            names = ("ls_provider", "ls_model_type", "ls_model_name", "ls_temperature", "ls_stop", "mine", "given")
            metadata = {key: facts["metadata"][key] for key in names if key in facts["metadata"]}
            told = [[message(each) for each in part] for part in messages]
            options = {key: value for key, value in facts["options"].items() if key != "ls_structured_output_format"}
            self.heard.append(
                [
                    "start",
                    facts["name"] or serialized["name"],
                    sorted(facts["tags"]),
                    metadata,
                    options,
                    facts["batch_size"],
                    told,
                ]
            )

        def on_llm_new_token(self, token, **facts):
            self.heard.append(["token", token, message(facts["chunk"].message)])

        def on_llm_end(self, response, **facts):
            answers = [[[each.text, each.message.type] for each in part] for part in response.generations]
            self.heard.append(["end", answers])

        def on_llm_error(self, error, **facts):
            self.heard.append(["error", repr(error)])

    return Listener()


def custom(root: Root, *hooks: str) -> Any:
    """Return a model with some hooks; all have `_generate`."""
    chunk, generation = root.messages.AIMessageChunk, root.outputs.ChatGenerationChunk

    def whole() -> Any:
        found = root.messages.AIMessage(
            "one two", usage_metadata={"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}
        )
        outputs = root.outputs
        return outputs.ChatResult(generations=[outputs.ChatGeneration(message=found, generation_info={"why": "stop"})])

    def pieces() -> Any:
        yield generation(message=chunk(content="one "))
        calls = [{"name": "f", "args": '{"a"', "id": "1", "index": 0}]
        yield generation(message=chunk(content="two", tool_call_chunks=calls))
        calls = [{"name": None, "args": ": 1}", "id": None, "index": 0}]
        yield generation(message=chunk(content="", tool_call_chunks=calls), generation_info={"why": "stop"})

    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        return whole()

    async def _agenerate(self, messages, stop=None, run_manager=None, **kwargs):
        return whole()

    def _stream(self, messages, stop=None, run_manager=None, **kwargs):
        yield from pieces()

    async def _astream(self, messages, stop=None, run_manager=None, **kwargs):
        for each in pieces():
            yield each

    body = {"_generate": _generate, "_agenerate": _agenerate, "_stream": _stream, "_astream": _astream}
    found = {name: body[name] for name in ("_generate", *hooks)}
    found |= {"_llm_type": property(lambda self: "custom"), "model": "m-1", "temperature": 0.5, "streaming": False}
    found["__annotations__"] = {"model": str, "temperature": float, "streaming": bool}
    return type("ChatCustom", (root.language_models.BaseChatModel,), found)


async def every_door(root: Root, make: Callable[[], Any], **kwargs: Any) -> Any:
    """Return what each door answers, and what is heard at it."""
    answers: dict[str, Any] = {}

    async def through(door: str, call: Callable[[Any], Any]) -> None:
        listener = listener_of(root)
        config = {"callbacks": [listener], "tags": ["t"], "metadata": {"given": 1}}
        try:
            found = call(config)
            if inspect.iscoroutine(found):
                found = await found
            elif hasattr(found, "__anext__"):
                found = [each async for each in found]
            elif hasattr(found, "__next__"):
                found = list(found)
        except Exception as error:
            answers[door] = {"raised": repr(error), "heard": listener.heard}
            return
        if hasattr(found, "generations"):
            told: Any = {
                "generations": [
                    [[each.text, message(each.message), each.generation_info] for each in part]
                    for part in found.generations
                ],
                "llm_output": found.llm_output,
                "runs": len(found.run or ()),
            }
        else:
            told = [message(each) for each in found] if isinstance(found, list) else message(found)
        answers[door] = {"answer": told, "heard": listener.heard}

    given = [("system", "be nice"), ("human", "hi")]
    await through("invoke", lambda config: make().invoke(given, config, **kwargs))
    await through("ainvoke", lambda config: make().ainvoke(given, config, **kwargs))
    await through("stream", lambda config: make().stream(given, config, **kwargs))
    await through("astream", lambda config: make().astream(given, config, **kwargs))
    human = [root.messages.HumanMessage("hi")]
    await through("generate", lambda config: make().generate([human], callbacks=config["callbacks"], **kwargs))
    await through("agenerate", lambda config: make().agenerate([human], callbacks=config["callbacks"], **kwargs))
    return answers


async def fake_list(root: Root) -> Any:
    return await every_door(root, lambda: root.language_models.FakeListChatModel(responses=["abc"]))


async def fake_list_breaks(root: Root) -> Any:
    fake = root.language_models.FakeListChatModel
    return await every_door(root, lambda: fake(responses=["abc"], error_on_chunk_number=1))


async def generic_fake(root: Root) -> Any:
    given = root.messages.AIMessage("hello big world", id="given")
    return await every_door(root, lambda: root.language_models.GenericFakeChatModel(messages=iter([given])))


async def message_list(root: Root) -> Any:
    def make() -> Any:
        given = root.messages.AIMessage("", tool_calls=[{"name": "f", "args": {"a": 1}, "id": "1"}])
        return root.language_models.FakeMessagesListChatModel(responses=[given])

    return {key: each for key, each in (await every_door(root, make)).items() if "stream" not in key}


async def custom_whole(root: Root) -> Any:
    answers = await every_door(root, custom(root), stop=["x"])
    return {key: each for key, each in answers.items() if "stream" not in key}


async def custom_sync(root: Root) -> Any:
    return await every_door(root, custom(root, "_stream"))


async def custom_async(root: Root) -> Any:
    return await every_door(root, custom(root, "_agenerate", "_astream"))


async def custom_all(root: Root) -> Any:
    model = custom(root, "_agenerate", "_stream", "_astream")
    return await every_door(root, lambda: model(tags=["own"], metadata={"mine": 1}), temperature=0.1)


async def custom_streaming(root: Root) -> Any:
    model = custom(root, "_agenerate", "_stream", "_astream")
    return await every_door(root, lambda: model(streaming=True))


async def custom_not_streaming(root: Root) -> Any:
    model = custom(root, "_agenerate", "_stream", "_astream")
    answers = await every_door(root, lambda: model(streaming=False))
    return {key: each for key, each in answers.items() if "stream" not in key}


async def custom_stream_argument(root: Root) -> Any:
    model = custom(root, "_agenerate", "_stream", "_astream")
    return {
        "invoke": message(model().invoke("hi", stream=True)),
        "ainvoke": message(await model().ainvoke("hi", stream=True)),
        "off": message(await model(streaming=True).ainvoke("hi", stream=False)),
    }


async def cached(root: Root) -> Any:
    fake = root.language_models.FakeListChatModel(responses=["a", "b", "c"], cache=root.caches.InMemoryCache())
    first = [
        fake.invoke("x"),
        fake.invoke("x"),
        await fake.ainvoke("x"),
        fake.invoke("y"),
        fake.invoke("x", stop=["s"]),
    ]
    streamed = [[each.content for each in fake.stream("x")] for _ in range(2)]
    model = custom(root)(cache=root.caches.InMemoryCache())
    return [
        [each.content for each in first],
        streamed,
        [message(model.invoke("x")), message(model.invoke("x"))],
    ]


async def chains(root: Root) -> Any:
    model = custom(root, "_stream")()
    chain = model | (lambda found: found.content)
    bound = model.bind(stop=["x"]).with_config(tags=["t"])
    return [
        chain.invoke("hi"),
        await chain.ainvoke("hi"),
        message(bound.invoke("hi")),
        [message(each) for each in model.batch(["a", "b"])],
        [message(each) for each in await model.abatch(["a", "b"])],
    ]


async def events(root: Root) -> Any:
    model = custom(root, "_agenerate", "_astream")()
    chain = model | root.runnables.RunnableLambda(lambda found: found)
    told = []
    for runnable in (model, chain):
        async for event in runnable.astream_events("hi", version="v2"):
            data = event["data"]
            shown = data.get("chunk", data.get("output"))
            told.append([event["event"], event["name"], sorted(event["tags"]), message(shown) if shown else None])
    return told


PROGRAMS = {
    each.__name__: each
    for each in (
        fake_list,
        fake_list_breaks,
        generic_fake,
        message_list,
        custom_whole,
        custom_sync,
        custom_async,
        custom_all,
        custom_streaming,
        custom_not_streaming,
        custom_stream_argument,
        cached,
        chains,
        events,
    )
}
PROGRAMS |= TEXTS | STANDARD


def answered(name: str, package: str) -> Any:
    """Return what a program answers, as JSON gives it back."""
    return json.loads(json.dumps(asyncio.run(PROGRAMS[name](Root(package)))))


def record() -> None:
    """Write down what langchain-core answers, a line for each program."""
    lines = [f"{json.dumps(name)}: {json.dumps(answered(name, LANGCHAIN), sort_keys=True)}" for name in PROGRAMS]
    ANSWERS.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    record()
