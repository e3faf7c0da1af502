"""Async nodes on a thread: their questions, their graphs, their failures."""

import asyncio
from typing import Any

from tests.parity.building import START, Trail
from tests.parity.threads import Thread, kept


def _thread(lg, node, **options):
    builder = lg.graph.StateGraph(Trail).add_node("node", node).add_edge(START, "node")
    return Thread(kept(lg, builder, **options), coloured=True)


def a_question(lg):
    async def ask(state: Trail) -> dict[str, Any]:
        await asyncio.sleep(0)
        return {"trail": [lg.types.interrupt("first"), lg.types.interrupt("second")]}

    thread = _thread(lg, ask)
    seen = [thread.invoke({"trail": []}), thread.brief()]
    seen += [thread.invoke(lg.types.Command(resume=answer)) for answer in ("one", "two")]
    return [*seen, thread.story()]


def questions_in_gathered_coroutines(lg):
    async def leaf(name: str) -> Any:
        return lg.types.interrupt(name)

    async def ask(state: Trail) -> dict[str, Any]:
        return {"trail": list(await asyncio.gather(leaf("x"), leaf("y")))}

    thread = _thread(lg, ask)
    seen = [thread.invoke({"trail": []})]
    seen += [thread.invoke(lg.types.Command(resume=answer)) for answer in ("one", "two")]
    return seen


def a_question_in_an_awaited_graph(lg):
    async def inner(state: Trail) -> dict[str, Any]:
        return {"trail": [lg.types.interrupt("inside")]}

    child = lg.graph.StateGraph(Trail).add_node("inner", inner).add_edge(START, "inner").compile()

    async def call(state: Trail) -> dict[str, Any]:
        return {"trail": [(await child.ainvoke({"trail": ["call"]}))["trail"]]}

    thread = _thread(lg, call)
    seen = [thread.stream({"trail": []}, "updates", subgraphs=True), thread.brief(subgraphs=True)]
    return [*seen, thread.stream(lg.types.Command(resume="yes"), "updates", subgraphs=True)]


def a_question_in_a_thread(lg):
    async def ask(state: Trail) -> dict[str, Any]:
        return {"trail": [await asyncio.to_thread(lg.types.interrupt, "question")]}

    thread = _thread(lg, ask)
    return [thread.invoke({"trail": []}), thread.invoke(lg.types.Command(resume="yes"))]


def a_question_in_streamed_modes(lg):
    async def ask(state: Trail, runtime: lg.runtime.Runtime) -> dict[str, Any]:
        runtime.stream_writer("before")
        answer = lg.types.interrupt("question")
        runtime.stream_writer("after")
        return {"trail": [answer]}

    thread = _thread(lg, ask)
    modes = ["custom", "updates", "values", "tasks"]
    return [thread.stream({"trail": []}, modes), thread.stream(lg.types.Command(resume="yes"), modes)]


def many_threads_at_once(lg):
    async def ask(state: Trail, config) -> dict[str, Any]:
        await asyncio.sleep(0)
        return {"trail": [config["configurable"]["thread_id"], lg.types.interrupt("question")]}

    graph = _thread(lg, ask).graph

    async def talk(name: str) -> Any:
        config = {"configurable": {"thread_id": name}}
        await graph.ainvoke({"trail": []}, config)
        return await graph.ainvoke(lg.types.Command(resume=f"to {name}"), config)

    async def all_of_them() -> Any:
        return await asyncio.gather(*(talk(str(number)) for number in range(5)))

    return asyncio.run(all_of_them())


def a_cancelled_run(lg):
    started = asyncio.Event()
    calls: list[str] = []

    async def first(state: Trail) -> dict[str, Any]:
        calls.append("first")
        return {"trail": ["first"]}

    async def waits(state: Trail) -> dict[str, Any]:
        calls.append("waits")
        if calls.count("waits") == 1:
            started.set()
            await asyncio.Event().wait()
        return {"trail": ["waits"]}

    builder = lg.graph.StateGraph(Trail).add_sequence([first, waits]).add_edge(START, "first")
    thread = Thread(kept(lg, builder), coloured=True)

    async def cancelled() -> str:
        run = asyncio.create_task(thread.graph.ainvoke({"trail": ["in"]}, thread.config(), durability="sync"))
        await started.wait()
        run.cancel()
        try:
            await run
        except asyncio.CancelledError:
            return "cancelled"
        return "finished"

    return [asyncio.run(cancelled()), thread.brief(), thread.invoke(None), calls]
