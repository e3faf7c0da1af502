"""What handlers hear of a chat model, in order, through every door."""

import asyncio

import pytest

from stepgraph.callbacks import AsyncCallbackHandler, BaseCallbackHandler, UsageMetadataCallbackHandler
from stepgraph.language_models import FakeListChatModel
from stepgraph.messages import AIMessageChunk, HumanMessage
from stepgraph.outputs import ChatGenerationChunk, LLMResult
from stepgraph.runnables import RunnableLambda
from tests.language_models.models import (
    TEXT,
    WORDS,
    AllHooks,
    AsyncListener,
    Listener,
    OnlyGenerates,
    SyncHooks,
    WantsTokens,
)

LISTENERS = {"sync": Listener, "async": AsyncListener}
STREAMED = ["start", *["token"] * 5, "end"]
TOKENS = [*WORDS, "", ""]


def tokens(listener):
    return [what for name, what in listener.heard if name == "token"]


def test_start_tokens_and_end_in_order():
    listener = WantsTokens()
    config = {"callbacks": [listener]}
    OnlyGenerates().invoke("hi", config)
    assert listener.names == ["start", "end"]
    listener.heard.clear()
    AllHooks().invoke("hi", config)
    assert (listener.names, tokens(listener)) == (STREAMED, TOKENS)
    listener.heard.clear()
    list(AllHooks().stream("hi", config))
    assert (listener.names, tokens(listener)) == (STREAMED, TOKENS)
    result = listener.heard[-1][1]
    assert isinstance(result, LLMResult)
    assert isinstance(result.generations[0][0], ChatGenerationChunk)
    assert result.generations[0][0].text == TEXT
    assert type(result.generations[0][0].message) is AIMessageChunk


@pytest.mark.parametrize("listener", LISTENERS.values(), ids=LISTENERS)
@pytest.mark.parametrize("model", [AllHooks, SyncHooks])
async def test_start_tokens_and_end_in_order_async(model, listener):
    heard = listener()
    await model(streaming=True).ainvoke("hi", {"callbacks": [heard]})
    assert (heard.names, tokens(heard)) == (STREAMED, TOKENS)
    heard.heard.clear()
    await model(streaming=True).agenerate([["hi"]], callbacks=[heard])
    assert (heard.names, tokens(heard)) == (STREAMED, TOKENS)
    heard.heard.clear()
    seen = []
    async for chunk in model().astream("hi", {"callbacks": [heard]}):
        seen.append(chunk.content)
        assert tokens(heard) == seen  # each is reported before it is seen, and none before its turn
    assert heard.names == STREAMED


def test_what_handlers_are_told():
    listener = Listener()
    model = AllHooks(metadata={"mine": 1}, tags=["own"])
    model.invoke(
        "hi",
        {"callbacks": [listener], "tags": ["t"], "metadata": {"m": 2}, "run_name": "named"},
        stop=["x"],
        temperature=0.5,
    )
    (facts,) = listener.facts
    assert facts["name"] == "named"
    assert facts["serialized"]["name"] == "AllHooks"
    assert sorted(facts["tags"]) == ["own", "t"]
    metadata = facts["metadata"]
    assert (metadata["mine"], metadata["m"]) == (1, 2)
    assert (metadata["ls_provider"], metadata["ls_model_type"]) == ("allhooks", "chat")
    assert (metadata["ls_temperature"], metadata["ls_stop"]) == (0.5, ["x"])
    assert facts["options"] == {"stop": ["x"], "temperature": 0.5}
    assert facts["batch_size"] == 1
    params = facts["invocation_params"]
    assert (params["_type"], params["stop"], params["temperature"]) == ("counting", ["x"], 0.5)


def test_handlers_hear_of_no_keys():
    class Keyed(OnlyGenerates):
        api_key: str
        openai_api_key: str = "sk-2"
        token: str = "sk-3"
        max_tokens: int = 5

    listener = Listener()
    model = Keyed(api_key="sk-1")
    model.invoke("hi", {"callbacks": [listener]})
    assert "sk-" not in repr(listener.facts)
    assert listener.facts[0]["invocation_params"]["max_tokens"] == 5
    assert listener.facts[0]["metadata"]["ls_max_tokens"] == 5


def test_handlers_of_the_model_are_local_and_those_of_calls_are_inherited():
    inner = OnlyGenerates()

    class Outer(OnlyGenerates):
        def _generate(self, *args, **kwargs):
            inner.invoke("inner")
            return super()._generate(*args, **kwargs)

    own, given = Listener(), Listener()
    Outer(callbacks=[own]).invoke("hi", {"callbacks": [given]})
    assert own.names == ["start", "end"]
    assert given.names == ["start", "start", "end", "end"]
    assert given.parents == [None, given.ids[0]]
    own = Listener()
    Outer(callbacks=[own]).invoke("hi")
    assert own.names == ["start", "end"]


async def test_what_runs_inside_streams_finds_its_parent():
    inner = OnlyGenerates()

    class Outer(AllHooks):
        def _stream(self, *args, **kwargs):
            inner.invoke("inner")
            yield from super()._stream(*args, **kwargs)

        async def _astream(self, *args, **kwargs):
            await inner.ainvoke("inner")
            async for chunk in super()._astream(*args, **kwargs):
                yield chunk

    given = Listener()
    list(Outer().stream("hi", {"callbacks": [given]}))
    async for _ in Outer().astream("hi", {"callbacks": [given]}):
        pass
    assert given.parents == [None, given.ids[0], None, given.ids[2]]


class OnlyStarts(BaseCallbackHandler):
    run_inline = True

    def __init__(self):
        self.prompts = []

    def on_llm_start(self, serialized, prompts, **facts):
        self.prompts.append((serialized["name"], prompts))


class OnlyTokens(AsyncCallbackHandler):
    def __init__(self):
        self.tokens = []

    async def on_llm_new_token(self, token, **facts):
        self.tokens.append(token)


@pytest.mark.filterwarnings("error")
async def test_handlers_with_one_method(caplog):
    starts, tokens_ = OnlyStarts(), OnlyTokens()
    model = AllHooks(streaming=True, callbacks=[starts, tokens_])
    await model.agenerate([[HumanMessage("Tell me a joke")]])
    assert starts.prompts == [("AllHooks", ["Human: Tell me a joke"])]
    assert tokens_.tokens == TOKENS
    assert caplog.records == []


async def test_the_guide_s_example_with_two_handlers():
    """An async handler that takes its time, and a sync one: no token is heard before the former has heard the start."""
    said = []
    ticked = asyncio.Event()

    class MyCustomSyncHandler(BaseCallbackHandler):
        def on_llm_new_token(self, token, **kwargs):
            said.append(f"sync: {token!r}")

    class MyCustomAsyncHandler(AsyncCallbackHandler):
        async def on_llm_start(self, serialized, prompts, **kwargs):
            said.append("zzzz....")
            ticked.clear()
            asyncio.get_running_loop().call_later(0.01, ticked.set)
            await ticked.wait()
            said.append(f"Hi! I just woke up. {serialized['name']}")

        async def on_llm_end(self, response, **kwargs):
            said.append("zzzz....")
            await asyncio.sleep(0.01)
            said.append("Hi! I just woke up. Ending")

    chat = FakeListChatModel(responses=["abc"], callbacks=[MyCustomSyncHandler(), MyCustomAsyncHandler()])
    async for _ in chat.astream("hi"):
        pass
    start = ["zzzz....", "Hi! I just woke up. FakeListChatModel"]
    end = ["zzzz....", "Hi! I just woke up. Ending"]
    assert said == [*start, "sync: 'a'", "sync: 'b'", "sync: 'c'", *end]
    said.clear()
    chat = AllHooks(streaming=True, callbacks=[MyCustomSyncHandler(), MyCustomAsyncHandler()])
    result = await chat.agenerate([[HumanMessage("Tell me a joke")]])
    assert said == ["zzzz....", "Hi! I just woke up. AllHooks", *(f"sync: {each!r}" for each in TOKENS), *end]
    assert result.llm_output == {}
    assert len(result.run) == 1
    assert result.generations[0][0].message.id == f"lc_run--{result.run[0].run_id}"


# generate().


def test_generate_tells_of_its_runs():
    listener = Listener()
    result = OnlyGenerates().generate([["a"], ["b"]], callbacks=[listener], tags=["t"], run_name="n", run_id=None)
    assert [each.run_id for each in result.run] == listener.ids
    assert len(set(listener.ids)) == 2
    assert [facts["batch_size"] for facts in listener.facts] == [2, 2]
    assert [facts["name"] for facts in listener.facts] == ["n", "n"]
    assert [[each.text for each in answers] for answers in result.generations] == [[TEXT]] * 2
    assert [each.generations for each in result.flatten()] == [[answers] for answers in result.generations]
    assert result.llm_output == {}


async def test_generate_has_runs_where_nobody_listens():
    for result in (OnlyGenerates().generate([["a"]]), await OnlyGenerates().agenerate([["a"]])):
        (run,) = result.run
        assert result.generations[0][0].message.id == f"lc_run--{run.run_id}-0"


def test_llm_outputs_are_combined_by_the_model():
    class Output(OnlyGenerates):
        def _generate(self, *args, **kwargs):
            result = super()._generate(*args, **kwargs)
            result.llm_output = {"model_name": "m"}
            return result

        def _combine_llm_outputs(self, llm_outputs):
            return {"all": llm_outputs}

    result = Output().generate([["a"], ["b"]])
    assert result.llm_output == {"all": [{"model_name": "m"}] * 2}
    assert Output().invoke("a").response_metadata == {"model_name": "m", "finish_reason": "stop"}


def test_generate_prompt_takes_prompt_values():
    from stepgraph.prompt_values import StringPromptValue  # noqa: PLC0415

    result = OnlyGenerates().generate_prompt([StringPromptValue(text="hi")])
    assert result.generations[0][0].text == TEXT


def test_usage_is_counted():
    handler = UsageMetadataCallbackHandler()

    class Named(AllHooks):
        def _generate(self, *args, **kwargs):
            result = super()._generate(*args, **kwargs)
            result.generations[0].message.response_metadata = {"model_name": "m"}
            return result

    model = Named()
    model.batch(["a", "b"], {"callbacks": [handler]})
    assert handler.usage_metadata["m"]["total_tokens"] == 8


# Around models.


async def test_a_run_id_around_is_not_the_model_s():
    ids = []

    async def asks(_, config):
        for _ in range(2):
            ids.append((await OnlyGenerates().ainvoke("hi", config)).id)
            ids.append((await OnlyGenerates().ainvoke("hi")).id)

    from stepgraph.callbacks.ids import new_run_id  # noqa: PLC0415

    await RunnableLambda(asks).ainvoke("x", {"run_id": new_run_id()})
    await RunnableLambda(asks).ainvoke("x", {"run_id": new_run_id(), "callbacks": [Listener()]})
    assert len(set(ids)) == 8


def test_bound_models_and_configs():
    listener = Listener()
    model = OnlyGenerates().bind(stop=["."]).with_config(tags=["t"], callbacks=[listener])
    assert model.invoke("hi").content == TEXT
    assert listener.facts[0]["options"] == {"stop": ["."]}
    assert listener.facts[0]["tags"] == ["t"]


async def test_models_in_chains_stream():
    chain = RunnableLambda(lambda x: [HumanMessage(x)]) | AllHooks() | (lambda message: message.content)
    assert chain.invoke("hi") == TEXT
    chain = AllHooks() | RunnableLambda(lambda m: m)
    kinds = [event["event"] async for event in AllHooks().astream_events("hi", version="v2")]
    assert kinds == ["on_chat_model_start", *["on_chat_model_stream"] * 5, "on_chat_model_end"]
    events = [event async for event in chain.astream_events("hi", version="v2")]
    models = [event for event in events if event["event"].startswith("on_chat_model")]
    assert [event["event"] for event in models] == kinds
    assert models[-1]["data"]["output"].content == TEXT
    assert models[0]["data"]["input"] == {"messages": [[HumanMessage("hi")]]}
