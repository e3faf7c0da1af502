"""Programs with text models, written for either root; see `programs`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.parity.roots import Root


def listener_of(root: Root) -> Any:
    """Return a handler that writes down what it hears."""

    class Listener(root.callbacks.BaseCallbackHandler):
        run_inline = True

        def __init__(self) -> None:
            self.heard: list[Any] = []
            self.runs: list[Any] = []

        def run(self, facts: Any) -> int:
            if facts["run_id"] not in self.runs:
                self.runs.append(facts["run_id"])
            return self.runs.index(facts["run_id"])

        def on_llm_start(self, serialized, prompts, **facts):
            names = ("ls_provider", "ls_model_type", "ls_model_name", "ls_temperature", "ls_stop", "mine", "given")
            told = {
                "name": facts["name"] or serialized["name"],
                "tags": sorted(facts["tags"]),
                "metadata": {key: facts["metadata"][key] for key in names if key in facts["metadata"]},
                "params": {key: facts["invocation_params"].get(key) for key in ("_type", "stop", "model")},
                "stop": facts["options"]["stop"],
                "batch_size": facts["batch_size"],
            }
            self.heard.append(["start", self.run(facts), prompts, told])

        def on_llm_new_token(self, token, **facts):
            self.heard.append(["token", self.run(facts), token, getattr(facts["chunk"], "text", None)])

        def on_llm_end(self, response, **facts):
            self.heard.append(["end", self.run(facts), texts(response.generations), response.llm_output])

        def on_llm_error(self, error, **facts):
            self.heard.append(["error", self.run(facts), repr(error), texts(facts["response"].generations)])

    return Listener()


def texts(generations: Any) -> Any:
    return [[[each.text, each.generation_info] for each in part] for part in generations]


def shown(found: Any) -> Any:
    if hasattr(found, "generations"):
        return [texts(found.generations), found.llm_output, len(found.run or ())]
    return found if isinstance(found, (str, list)) else repr(found)


def one_by_one(root: Root, *hooks: str) -> Any:
    """Return a class for one prompt at a time with some hooks; all have `_call`."""
    chunk = root.outputs.GenerationChunk

    def said(prompt: str) -> str:
        if "fail" in prompt:
            raise OSError(prompt)
        return f"<{prompt}>"

    def _call(self, prompt, stop=None, run_manager=None, **kwargs):
        return said(prompt)

    async def _acall(self, prompt, stop=None, run_manager=None, **kwargs):
        return said(prompt)

    def _stream(self, prompt, stop=None, run_manager=None, **kwargs):
        for number, piece in enumerate((*said(prompt)[:2], "broken" if "break" in prompt else "!")):
            if piece == "broken":
                raise OSError(piece)
            found = chunk(text=piece, generation_info={"why": "stop"} if number == 2 else None)
            if run_manager:
                run_manager.on_llm_new_token(piece, chunk=found)
            yield found

    async def _astream(self, prompt, stop=None, run_manager=None, **kwargs):
        for piece in said(prompt)[:3]:
            found = chunk(text=piece)
            if run_manager:
                await run_manager.on_llm_new_token(piece, chunk=found)
            yield found

    body = {"_call": _call, "_acall": _acall, "_stream": _stream, "_astream": _astream}
    return _made(root.language_models.LLM, {name: body[name] for name in ("_call", *hooks)})


def at_once(root: Root, asked: list[Any]) -> Any:
    """Return a class for several prompts at once, which writes down what it was asked."""
    outputs = root.outputs

    def _generate(self, prompts, stop=None, run_manager=None, **kwargs):
        asked.append([prompts, stop, kwargs])
        if "fail" in prompts:
            raise OSError("fail")
        found = [[outputs.Generation(text=f"<{each}>", generation_info={"why": "stop"})] for each in prompts]
        return outputs.LLMResult(generations=found, llm_output={"token_usage": {"n": len(prompts)}, "m": 1})

    return _made(root.language_models.BaseLLM, {"_generate": _generate})


def _made(base: Any, body: dict[str, Any]) -> Any:
    body |= {"model": "m-1", "temperature": 0.5, "__annotations__": {"model": str, "temperature": float}}
    body |= {"_llm_type": property(lambda self: "custom")}
    body |= {"_identifying_params": property(lambda self: {"model": self.model})}
    return type("CustomLLM", (base,), body)


async def through(root: Root, doors: dict[str, Callable[[Any], Any]]) -> list[Any]:
    """Return what each door answers, and what is heard at it."""
    answers: list[Any] = []
    for door, call in doors.items():
        listener = listener_of(root)
        try:
            found = call({"callbacks": [listener], "tags": ["t"], "metadata": {"given": 1}})
            if inspect.iscoroutine(found):
                found = await found
            elif hasattr(found, "__anext__"):
                found = [each async for each in found]
            elif hasattr(found, "__next__"):
                found = list(found)
        except Exception as error:
            found = ["raised", repr(error)]
        answers.append([door, shown(found), listener.heard])
    return answers


async def every_door(root: Root, make: Callable[[], Any], prompt: str = "hi", **kwargs: Any) -> list[Any]:
    two, value = [prompt, "again"], root.prompt_values.StringPromptValue(text=prompt)
    told = {"metadata": {"given": 2}, **kwargs}  # without any, theirs say nothing of the model here
    return await through(
        root,
        {
            "invoke": lambda config: make().invoke(prompt, config, **kwargs),
            "ainvoke": lambda config: make().ainvoke(prompt, config, **kwargs),
            "stream": lambda config: make().stream(prompt, config, **kwargs),
            "astream": lambda config: make().astream(prompt, config, **kwargs),
            "batch": lambda config: make().batch(two, config, **kwargs),
            "abatch": lambda config: make().abatch(two, config, **kwargs),
            "generate": lambda config: make().generate(two, callbacks=config["callbacks"], tags=["g"], **told),
            "agenerate": lambda config: make().agenerate(two, callbacks=config["callbacks"], run_name="n", **told),
            "generate_prompt": lambda config: make().generate_prompt([value], callbacks=config["callbacks"], **told),
            "agenerate_prompt": lambda config: make().agenerate_prompt([value], callbacks=config["callbacks"], **told),
        },
    )


async def text_call(root: Root) -> Any:
    return await every_door(root, one_by_one(root))


async def text_acall(root: Root) -> Any:
    return await every_door(root, one_by_one(root, "_acall"), stop=["x"])


async def text_stream(root: Root) -> Any:
    model = one_by_one(root, "_stream")
    return await every_door(root, lambda: model(tags=["own"], metadata={"mine": 1}))


async def text_all(root: Root) -> Any:
    return await every_door(root, one_by_one(root, "_acall", "_stream", "_astream"))


async def text_at_once(root: Root) -> Any:
    asked: list[Any] = []
    return [await every_door(root, at_once(root, asked)), asked]


async def text_failures(root: Root) -> Any:
    asked: list[Any] = []
    return [
        await every_door(root, one_by_one(root, "_acall", "_stream"), "fail"),
        await every_door(root, at_once(root, asked), "fail"),
        await through(
            root,
            {
                "stream": lambda config: one_by_one(root, "_stream")().stream("break", config),
                "astream": lambda config: one_by_one(root, "_stream")().astream("break", config),
            },
        ),
    ]


async def text_batches(root: Root) -> Any:
    asked: list[Any] = []
    model, many = at_once(root, asked)(), list("abcde")
    failing = ["a", "fail", "c", "d"]
    both = [{"tags": ["1"], "run_name": "first"}, {"tags": ["2"], "metadata": {"given": 2}}]
    listeners = [listener_of(root), listener_of(root)]
    answers = [
        model.batch(many, {"max_concurrency": 2}),
        await model.abatch(many, {"max_concurrency": 3}, stop=["x"]),
        model.batch([]),
        [shown(each) for each in model.batch(failing, {"max_concurrency": 2}, return_exceptions=True)],
        [shown(each) for each in await model.abatch(failing, return_exceptions=True)],
        model.batch(["a", "b"], [{**each, "callbacks": [it]} for each, it in zip(both, listeners, strict=True)]),
        shown(
            model.generate(
                ["a", "b"],
                callbacks=[[each] for each in listeners],
                tags=[["1"], ["2"]],
                metadata=[{"given": 1}, {"given": 2}],
            )
        ),
    ]
    return [answers, asked, [each.heard for each in listeners]]


async def text_inputs(root: Root) -> Any:
    model, messages = one_by_one(root)(), root.messages
    calls = [{"name": "f", "args": {"a": 1}, "id": "1"}]
    given = [
        [("system", "be nice"), {"role": "user", "content": "hi"}],
        [
            messages.HumanMessage("a"),
            messages.AIMessage("b", tool_calls=calls),
            messages.ToolMessage("c", tool_call_id="1"),
        ],
        ["a", "b"],
        root.prompt_values.StringPromptValue(text="plain"),
        root.prompts.ChatPromptTemplate.from_messages([("system", "s"), ("human", "{x}")]).invoke({"x": "y"}),
    ]
    return [model.invoke(each) for each in given] + await model.abatch(given)


async def text_cached(root: Root) -> Any:
    asked: list[Any] = []
    model = at_once(root, asked)(cache=root.caches.InMemoryCache())
    listener = listener_of(root)
    config = {"callbacks": [listener]}
    answers = [
        model.invoke("a", config),
        await model.ainvoke("a", config),
        model.batch(["b", "a", "c"], config),
        shown(await model.agenerate(["c", "d"], callbacks=[listener], metadata={})),
        shown(model.generate(["a", "b"], callbacks=[listener], metadata={})),
        model.invoke("a", config, stop=["x"]),
        list(model.stream("a", config)),
    ]
    return [answers, asked, listener.heard]


async def text_chains(root: Root) -> Any:
    prompt = root.prompts.PromptTemplate.from_template("say {x}")
    answers = []
    for make in (one_by_one(root), one_by_one(root, "_acall", "_stream")):
        chain = prompt | make() | root.output_parsers.StrOutputParser()
        answers += [
            chain.invoke({"x": 1}),
            await chain.ainvoke({"x": 1}),
            chain.batch([{"x": 1}, {"x": 2}]),
            await chain.abatch([{"x": 1}, {"x": 2}]),
            list(chain.stream({"x": 1})),
            [each async for each in chain.astream({"x": 1})],
            make().bind(stop=["x"]).with_config(tags=["t"]).invoke("hi"),
        ]
    return answers


async def text_events(root: Root) -> Any:
    told = []
    for make in (one_by_one(root), one_by_one(root, "_stream"), lambda: fakes(root)[1]):
        chain = root.prompts.PromptTemplate.from_template("{x}") | make() | root.output_parsers.StrOutputParser()
        for runnable, given in ((make(), "hi"), (chain, {"x": "hi"})):
            async for event in runnable.astream_events(given, version="v2"):
                data = {key: getattr(each, "text", each) for key, each in event["data"].items()}
                told.append([event["event"], event["name"], sorted(event["tags"]), data])
    return told


def fakes(root: Root) -> Any:
    models = root.language_models
    return models.FakeListLLM(responses=["abc", "d"]), models.FakeStreamingListLLM(responses=["abc", "d"])


async def text_fakes(root: Root) -> Any:
    broken = root.language_models.FakeStreamingListLLM(responses=["abc"], error_on_chunk_number=1)
    answers = [await every_door(root, partial(lambda found: found, each)) for each in fakes(root)]
    told = [[each.invoke("a"), each.i, each._llm_type, str(each), each.asdict()] for each in fakes(root)]
    raised = await through(
        root,
        {"stream": lambda config: broken.stream("a", config), "astream": lambda config: broken.astream("a", config)},
    )
    return [answers, told, raised]


TEXTS = {
    each.__name__: each
    for each in (
        text_call,
        text_acall,
        text_stream,
        text_all,
        text_at_once,
        text_failures,
        text_batches,
        text_inputs,
        text_cached,
        text_chains,
        text_events,
        text_fakes,
    )
}
