"""Programs with chat models that answer in standard blocks, written for either root; see `programs`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.parity.roots import Root

ABOUT = {"model_provider": "openai"}
THOUGHT = {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}], "id": "rs_1"}
WITH_DATA = [
    {"type": "image_url", "image_url": {"url": "https://a.org/a.png"}},
    {"type": "text", "text": "see"},
    {"type": "odd", "x": 1},
]


def _pieces(root: Root) -> list[Any]:
    def chunk(content: Any, index: int | None = None, args: str | None = None, **more: Any) -> Any:
        fragments = [] if index is None else [{"name": None, "id": None, "args": args, "index": index, **more}]
        return root.messages.AIMessageChunk(content=content, tool_call_chunks=fragments)

    thought = root.messages.AIMessageChunk(content="", additional_kwargs={"reasoning_content": "hm"})
    return [
        thought,
        chunk("one "),
        chunk("two"),
        chunk("", 7, "", id="1", name="f"),
        chunk("", 7, '{"a"'),
        chunk("", 7, ": 1}"),
        chunk([{"type": "text", "text": "end"}]),
    ]


def _whole(root: Root) -> list[Any]:
    message, calls = root.messages.AIMessage, [{"name": "f", "args": {"a": 1}, "id": "1", "type": "tool_call"}]
    return [
        message("text"),
        message(""),
        message("let me", tool_calls=calls),
        message(WITH_DATA, tool_calls=calls),
        message("so", additional_kwargs={"reasoning_content": "hm"}),
        message([THOUGHT, {"type": "text", "text": "so", "id": "msg_1"}], response_metadata=dict(ABOUT)),
        message([{"type": "text", "text": "so"}], response_metadata={"output_version": "v1"}),
    ]


def model_of(root: Root, version: str | None = "v1") -> Any:
    """Return a model that answers with each of the whole messages, and streams the pieces."""
    outputs = root.outputs
    answers = iter(_whole(root) * 2)

    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        return outputs.ChatResult(generations=[outputs.ChatGeneration(message=next(answers))])

    def _stream(self, messages, stop=None, run_manager=None, **kwargs):
        for each in _pieces(root):
            yield outputs.ChatGenerationChunk(message=each)

    found = {"_generate": _generate, "_stream": _stream, "_llm_type": property(lambda self: "custom")}
    found |= {"streaming": False, "__annotations__": {"streaming": bool}}
    return type("ChatCustom", (root.language_models.BaseChatModel,), found)(output_version=version)


def _told(message: Any) -> Any:
    about = message.response_metadata
    return [message.type, _plain(message.content), message.tool_calls, str(message.text), about, _plain(message)]


def _plain(given: Any) -> Any:
    """Return blocks without the ids that are made up."""
    blocks = getattr(given, "content_blocks", given)
    return [{key: each for key, each in block.items() if not str(each).startswith("lc_")} for block in blocks]


async def standard_whole(root: Root) -> Any:
    model = model_of(root)
    count = len(_whole(root))
    found = [_told(model.invoke("hi")) for _ in range(count)]
    return [*found, *[_told(await model.ainvoke("hi")) for _ in range(count)]]


async def standard_streamed(root: Root) -> Any:
    model = model_of(root)
    chunks = list(model.stream("hi"))
    shown = [[each.content, each.chunk_position] for each in chunks]
    later = [[each.content, each.chunk_position] async for each in model.astream("hi")]
    total = chunks[0]
    for each in chunks[1:]:
        total = total + each
    return [shown, shown == later, _told(total), _told(chunks[0] + chunks[1:]), _told(model.invoke("hi", stream=True))]


async def standard_cached(root: Root) -> Any:
    cache = root.caches.InMemoryCache()
    fake = root.language_models.FakeListChatModel
    models = [fake(responses=[text, text], cache=cache, output_version=version) for text, version in CACHED]
    found = [model.invoke("x").content for model in models]
    return [found, [model.invoke("x").content for model in models]]


CACHED = (("a", "v1"), ("a", None))


async def standard_generated(root: Root) -> Any:
    human = [root.messages.HumanMessage("hi")]
    found = model_of(root).generate([human, human]).generations
    return [[each.text, each.message.content] for part in found for each in part]


async def standard_parsed(root: Root) -> Any:
    parser = root.output_parsers.StrOutputParser()
    model = model_of(root)
    return [(model | parser).invoke("hi"), list((model | parser).stream("hi"))]


STANDARD: dict[str, Callable[[Root], Any]] = {
    each.__name__: each
    for each in (standard_whole, standard_streamed, standard_cached, standard_generated, standard_parsed)
}
