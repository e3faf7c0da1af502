"""A program written for langchain-core: stores of keys, caches, rate limits and histories. It prints what it sees."""

import asyncio
import warnings

from langchain_core.caches import InMemoryCache
from langchain_core.chat_history import BaseChatMessageHistory, InMemoryChatMessageHistory
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.outputs import Generation
from langchain_core.rate_limiters import InMemoryRateLimiter
from langchain_core.runnables import ConfigurableFieldSpec, RunnableLambda
from langchain_core.runnables.history import RunnableWithMessageHistory
from langchain_core.stores import InMemoryByteStore, InMemoryStore
from letters import show
from pydantic import BaseModel, Field

warnings.filterwarnings("ignore", ".*MessageHistory.* deprecated")


def keys_and_values():
    store = InMemoryStore()
    store.mset([("a1", 1), ("a2", [2]), ("b", None)])
    show("values", store.mget(["a2", "nobody", "a1"]), list(store.yield_keys()), list(store.yield_keys(prefix="a")))
    store.mdelete(["a1", "nobody"])
    show("deleted", store.mget(["a1"]), store.store)

    async def twins():
        store = InMemoryByteStore()
        await store.amset([("x", b"1"), ("y", b"2")])
        await store.amdelete(["x"])
        return await store.amget(["x", "y"]), [key async for key in store.ayield_keys()]

    show("async", asyncio.run(twins()))
    cache = InMemoryCache(maxsize=2)
    for number in range(3):
        cache.update(f"prompt {number}", "model", [Generation(text=str(number))])
    show("cached", cache.lookup("prompt 0", "model"), [each.text for each in cache.lookup("prompt 2", "model")])
    show("other model", cache.lookup("prompt 2", "another"), asyncio.run(cache.alookup("prompt 1", "model"))[0].text)
    cache.clear()
    show("cleared", cache.lookup("prompt 2", "model"))
    limiter = InMemoryRateLimiter(requests_per_second=5, check_every_n_seconds=0.01, max_bucket_size=1)
    show("limited", limiter.acquire(), asyncio.run(limiter.aacquire()), limiter.acquire(blocking=False))


class OwnHistory(BaseChatMessageHistory, BaseModel):
    messages: list[BaseMessage] = Field(default_factory=list)

    def add_messages(self, messages):
        self.messages.extend(messages)

    def clear(self):
        self.messages = []


def said(history):
    return [(message.type, message.content) for message in history.messages]


def histories():
    for history in (InMemoryChatMessageHistory(), OwnHistory()):
        history.add_user_message("hi")
        history.add_ai_message(AIMessage(content="hello"))
        history.add_messages([HumanMessage(content="more")])
        asyncio.run(history.aadd_messages([AIMessage(content="enough")]))
        show("history", said(history), len(asyncio.run(history.aget_messages())))
        print(history)
        asyncio.run(history.aclear())
        show("cleared", said(history))
    kept = {}

    def of_session(session_id):
        return kept.setdefault(session_id, InMemoryChatMessageHistory())

    def answer(messages):
        return AIMessage(content=" ".join(str(message.content) for message in messages))

    ada = {"configurable": {"session_id": "ada"}}
    plain = RunnableWithMessageHistory(RunnableLambda(answer), of_session)
    show("first", plain.invoke("one", ada).content)
    show("second", plain.invoke([HumanMessage(content="two")], ada).content)
    show(
        "async",
        asyncio.run(plain.ainvoke(HumanMessage(content="three"), {"configurable": {"session_id": "bob"}})).content,
    )
    show("kept", {name: said(history) for name, history in kept.items()})
    keyed = RunnableWithMessageHistory(
        RunnableLambda(lambda given: {"answer": f"{given['q']} after {len(given['past'])}", "more": 1}),
        of_session,
        input_messages_key="q",
        history_messages_key="past",
        output_messages_key="answer",
    )
    show("keyed", keyed.invoke({"q": "what"}, ada), said(kept["ada"])[-2:])
    inside = RunnableWithMessageHistory(
        RunnableLambda(lambda given: answer(given["q"])), of_session, input_messages_key="q"
    )
    show("inside", inside.invoke({"q": "x"}, {"configurable": {"session_id": "eve"}}).content, said(kept["eve"]))
    show("inside again", inside.invoke({"q": "y"}, {"configurable": {"session_id": "eve"}}).content)
    two = RunnableWithMessageHistory(
        RunnableLambda(answer),
        lambda user, room: of_session((user, room)),
        history_factory_config=[
            ConfigurableFieldSpec(id="user", annotation=str),
            ConfigurableFieldSpec(id="room", annotation=str),
        ],
    )
    show("two keys", two.invoke("z", {"configurable": {"user": "u", "room": "r"}}).content, said(kept["u", "r"]))
    show("streamed", [chunk.content for chunk in plain.stream("four", ada)], said(kept["ada"])[-1][0])
    for wrong in (lambda: plain.invoke("x"), lambda: two.invoke("x", {"configurable": {"user": "u"}})):
        try:
            wrong()
        except ValueError as error:
            show("refused", str(error).split("]")[0])
    show("specs", [spec.id for spec in plain.config_specs])


keys_and_values()
histories()
