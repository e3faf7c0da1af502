"""What a config sets and chooses holds for what is declared of a model as well; values are checked."""

import asyncio
import pickle
import warnings
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, SecretStr, field_validator, model_validator

from stepgraph.chat_models import init_chat_model
from stepgraph.language_models import BaseChatModel
from stepgraph.messages import AIMessage
from stepgraph.outputs import ChatGeneration, ChatResult
from stepgraph.prompts import ChatPromptTemplate
from stepgraph.runnables import (
    ConfigurableField,
    ConfigurableFieldSingleOption,
    Runnable,
    RunnableBinding,
    RunnableConfigurableFields,
    RunnableLambda,
)
from stepgraph.runnables.declared import Declared
from stepgraph.runnables.serializable import RunnableSerializable

DOORS = ["invoke", "ainvoke", "batch", "abatch", "stream", "astream", "batch of two"]


class Form(BaseModel):
    """A form."""

    x: int = 1


class Other(BaseModel):
    """Another form."""

    y: int = 1


class Model(BaseChatModel):
    """Writes down what it was called with."""

    seen: Any = None
    temperature: float | None = None
    name_of_it: str = "default"
    key: SecretStr | None = None

    def _generate(self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> ChatResult:
        tools = [each["function"]["name"] for each in kwargs.pop("tools", ())]
        tags = [] if run_manager is None else run_manager.tags
        if self.seen is not None:
            self.seen.append((self.name_of_it, self.temperature, tools, stop, {**kwargs, "tags": tags}))
        calls = [{"name": tools[0], "args": {}, "id": "1", "type": "tool_call"}] if tools else []
        return ChatResult([ChatGeneration(AIMessage("", tool_calls=calls))])

    def bind_tools(self, tools: Any, *, tool_choice: Any = None, **kwargs: Any) -> Runnable[Any, AIMessage]:
        found = [{"type": "function", "function": {"name": each.__name__}} for each in tools]
        return self.bind(tools=found, **kwargs)


class Heard:
    """A model, and what it was called with."""

    def __init__(self) -> None:
        self.seen: list[Any] = []
        self.model: Any = Model.model_construct(seen=self.seen)
        self.fields: Any = self.model.configurable_fields(
            temperature=ConfigurableField(id="t"), name_of_it=ConfigurableField(id="n")
        )


@pytest.fixture
def heard() -> Heard:
    return Heard()


def configured(**values: Any) -> Any:
    return {"configurable": values}


async def through(door: str, runnable: Any, config: Any = None) -> Any:
    if door == "invoke":
        return runnable.invoke("hi", config)
    if door == "ainvoke":
        return await runnable.ainvoke("hi", config)
    if door == "batch":
        return runnable.batch(["hi"], config)[0]
    if door == "abatch":
        return (await runnable.abatch(["hi"], config))[0]
    if door == "batch of two":
        return (await runnable.abatch(["hi", "hi"], [config, configured(t=9)]))[0]
    if door == "stream":
        return list(runnable.stream("hi", config))[-1]
    return [each async for each in runnable.astream("hi", config)][-1]


@pytest.mark.parametrize("door", DOORS)
async def test_a_bound_config_holds_for_tools(heard: Heard, door: str) -> None:
    bound = heard.fields.with_config(configurable={"t": 0.7}, tags=["z"]).bind_tools([Form])
    await through(door, bound)
    assert ("default", 0.7, ["Form"]) in [each[:3] for each in heard.seen]
    await through(door, bound, configured(n="other"))
    assert ("other", 0.7, ["Form"]) in [each[:3] for each in heard.seen]
    await through(door, bound, configured(t=0.1, n="other"))
    assert ("other", 0.1, ["Form"]) in [each[:3] for each in heard.seen]


@pytest.mark.parametrize("door", DOORS)
async def test_the_config_of_a_call_holds_for_tools(heard: Heard, door: str) -> None:
    bound = heard.fields.bind_tools([Form])
    await through(door, bound, configured(t=0.7))
    wanted = [0.7, 9] if door == "batch of two" else [0.7]
    assert sorted(each[:3] for each in heard.seen) == [("default", each, ["Form"]) for each in wanted]


@pytest.mark.parametrize("door", DOORS)
async def test_both_hold_for_forms(heard: Heard, door: str) -> None:
    formed = heard.fields.with_config(configured(n="other")).with_structured_output(Form)
    assert await through(door, formed, configured(t=0.7)) == Form()
    assert ("other", 0.7, ["Form"]) in [each[:3] for each in heard.seen]
    raw = heard.fields.with_structured_output(Form, include_raw=True)
    found = await through("ainvoke" if "stream" in door else door, raw, configured(t=0.2))
    assert found["parsed"] == Form()
    assert ("default", 0.2, ["Form"]) in [each[:3] for each in heard.seen]


def test_tags_metadata_and_arguments_are_kept(heard: Heard) -> None:
    told: list[Any] = []

    class Handler:
        run_inline = True
        raise_error = True

        def on_chat_model_start(self, serialized: Any, messages: Any, **kwargs: Any) -> None:
            told.append((kwargs["tags"], kwargs["metadata"].get("m"), kwargs["name"]))

        def __getattr__(self, name: str) -> Any:
            if name.startswith("ignore_"):
                return False
            if name.startswith("on_"):
                return lambda *args, **kwargs: None
            raise AttributeError(name)

    bound = heard.model.with_config(tags=["z"], metadata={"m": 1}).bind(stop=["x"], user="me").bind_tools([Form])
    assert isinstance(bound, RunnableBinding)
    assert bound.bound is heard.model
    bound.invoke("hi", {"callbacks": [Handler()]})
    assert heard.seen == [("default", None, ["Form"], ["x"], {"user": "me", "tags": ["z"]})]
    assert told == [(["z"], 1, "Model")]
    formed = heard.model.with_config(tags=["z"]).bind(stop=["x"]).with_structured_output(Form)
    assert formed.invoke("hi", {"callbacks": [Handler()]}) == Form()
    assert heard.seen[1][3] == ["x"]
    assert "z" in told[1][0]


def test_what_is_declared_last_counts(heard: Heard) -> None:
    heard.model.bind_tools([Form]).bind_tools([Other]).invoke("hi")
    heard.fields.bind_tools([Form]).bind_tools([Other]).invoke("hi", configured(t=0.7))
    assert [each[1:3] for each in heard.seen] == [(None, ["Other"]), (0.7, ["Other"])]
    assert heard.model.bind_tools([Form]).with_structured_output(Other).invoke("hi") == Other()
    assert heard.fields.bind_tools([Form]).with_structured_output(Other).invoke("hi") == Other()


@pytest.mark.parametrize("door", DOORS)
async def test_alternatives(heard: Heard, door: str) -> None:
    chosen = heard.fields.configurable_alternatives(
        ConfigurableField(id="which"),
        prefix_keys=True,
        two=heard.model.model_copy(update={"name_of_it": "two"}).configurable_fields(
            temperature=ConfigurableField(id="t")
        ),
    )
    bound = chosen.bind_tools([Form])
    await through(door, bound, {"configurable": {"which": "two", "which==two/t": 0.4}})
    await through("invoke", bound, {"configurable": {"which==default/t": 0.3, "which==two/t": 0.4}})
    assert ("two", 0.4, ["Form"]) in [each[:3] for each in heard.seen]
    assert heard.seen[-1][:3] == ("default", 0.3, ["Form"])
    assert {spec.id for spec in bound.config_specs} >= {"which", "which==two/t"}


def test_listeners_and_names_stay(heard: Heard) -> None:
    runs: list[Any] = []
    bound = heard.fields.with_listeners(on_start=lambda run: runs.append(run.name)).bind_tools([Form])
    bound.invoke("hi", configured(t=1))
    assert runs == ["Model"]
    assert heard.seen[0][1] == 1


def test_methods_of_the_model_that_is_bound(heard: Heard) -> None:
    class Counts(Model):
        def get_num_tokens(self, text: str) -> int:
            return len(text) if self.temperature is None else 100

    fields = Counts(seen=heard.seen).configurable_fields(temperature=ConfigurableField(id="t"))
    assert fields.with_config(configured(t=1)).get_num_tokens("abc") == 100
    assert fields.get_num_tokens("abc") == 3


def test_what_is_no_model_has_no_such_methods() -> None:
    prompt: Any = ChatPromptTemplate([("human", "{x}")])
    fields = RunnableConfigurableFields(RunnableLambda(len), {"name": ConfigurableField(id="n")})
    assert not hasattr(fields, "bind_tools")
    assert not hasattr(fields.with_config(configured(n="x")), "bind_tools")
    assert not hasattr(prompt.bind(), "bind_tools")
    with pytest.raises(AttributeError, match="has been called already"):
        Heard().fields.with_structured_output(Form).bind_tools([Form])


def test_what_is_wrong_with_tools_is_said_at_once(heard: Heard) -> None:
    with pytest.raises(AttributeError, match="__name__"):
        heard.fields.bind_tools([3])


def test_declared_once_for_each_model(heard: Heard) -> None:
    times: list[Any] = []

    class Counting(Model):
        def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
            times.append(self.temperature)
            return super().bind_tools(tools, **kwargs)

    bound = Counting(seen=[]).configurable_fields(temperature=ConfigurableField(id="t")).bind_tools([Form])
    for _ in range(3):
        bound.invoke("hi")
    assert times == [None]
    bound.invoke("hi", configured(t=1))
    assert len(bound._kept) == 1
    assert repr(bound).endswith(".bind_tools(…)")


def test_pickles(heard: Heard) -> None:
    bound = pickle.loads(pickle.dumps(Model().configurable_fields(temperature=ConfigurableField(id="t"))))
    assert bound.bind_tools([Form]).invoke("hi", configured(t=1)).tool_calls[0]["name"] == "Form"
    again = pickle.loads(pickle.dumps(bound.bind_tools([Form])))
    assert isinstance(again, Declared)
    assert again.invoke("hi").tool_calls[0]["name"] == "Form"


def test_as_init_chat_model_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    model = init_chat_model("openai:gpt-4o-mini", configurable_fields=["temperature"])
    assert isinstance(model.bind_tools([Form]), Declared)
    assert model.bind_tools([Form]).configured(configured(temperature=0.5)).bound.temperature == 0.5
    again = pickle.loads(pickle.dumps(init_chat_model("gpt-4o", configurable_fields="any", api_key="sk-1")))
    assert (again.default_config, again.configured(None).temperature) == ({"model": "gpt-4o"}, None)


# Values.


@pytest.mark.parametrize("door", ["invoke", "ainvoke", "stream", "astream", "batch", "abatch"])
async def test_a_value_that_does_not_fit(heard: Heard, door: str) -> None:
    for model in (heard.fields, heard.fields.bind_tools([Form]), heard.fields.with_config(configured(t="warm"))):
        with pytest.raises(
            ValueError, match=r"config\['configurable'\]\['t'\] sets 'temperature' of 'Model'"
        ) as failed:
            await through(door, model, configured(t="warm"))
        assert "which cannot be str 'warm': Input should be a valid number" in str(failed.value)
    assert heard.seen == []


def test_values_are_read_as_the_model_reads_them(heard: Heard) -> None:
    heard.fields.invoke("hi", configured(t="0.5"))
    assert heard.seen[0][1] == 0.5
    fields = Model().configurable_fields(key=ConfigurableField(id="k"))
    found: Any = fields.configured(configured(k="sk-1"))
    assert found.key.get_secret_value() == "sk-1"


def test_a_key_is_not_shown() -> None:
    class Keyed(RunnableSerializable[Any, Any]):
        api_key: int = 0

        def invoke(self, input: Any, config: Any = None, **kwargs: Any) -> Any:
            return self.api_key

    with pytest.raises(ValueError, match="sets 'api_key'") as failed:
        Keyed().configurable_fields(api_key=ConfigurableField(id="k")).invoke(1, configured(k="sk-1"))
    assert "sk-1" not in str(failed.value)


class Span(RunnableSerializable[Any, Any]):
    """With a rule for a field."""

    low: int = 0
    high: int = 10

    @field_validator("low")
    @classmethod
    def _not_negative(cls, value: int) -> int:
        if value < 0:
            raise ValueError("low is not negative")
        return value

    def invoke(self, input: Any, config: Any = None, **kwargs: Any) -> Any:
        return self.low, self.high


class Checked(Span):
    """With a validator that knows nothing but dicts."""

    @model_validator(mode="before")
    @classmethod
    def _made(cls, values: Any) -> Any:
        return {**values}  # which a model is not


class Ordered(Span):
    """With a rule for two fields."""

    @model_validator(mode="after")
    def _in_order(self) -> Any:
        if self.low > self.high:
            raise ValueError("low is not above high")
        return self


class Frozen(RunnableSerializable[Any, Any]):
    """Which nobody may set."""

    model_config = ConfigDict(frozen=True)

    low: int = 0

    def invoke(self, input: Any, config: Any = None, **kwargs: Any) -> Any:
        return self.low


def fields_of(runnable: Any, *names: str) -> Any:
    return runnable.configurable_fields(**{name: ConfigurableField(id=name) for name in names})


def test_validators() -> None:
    ordered = fields_of(Ordered(), "low", "high")
    assert ordered.invoke(1, configured(low=20, high="30")) == (20, 30)
    with pytest.raises(ValueError, match="low is not negative"):
        ordered.invoke(1, configured(low=-1))
    with pytest.raises(ValueError, match="low is not above high"):
        ordered.invoke(1, configured(low=11))
    assert fields_of(Checked(), "low").invoke(1, configured(low=3)) == (3, 10)
    assert fields_of(Frozen(), "low").invoke(1, configured(low=3)) == 3
    option = ConfigurableFieldSingleOption(id="o", options={"a": 1, "b": 2}, default="a")
    assert Ordered().configurable_fields(low=option).invoke(1, configured(o="b")) == (2, 10)


def test_what_is_no_pydantic_model_takes_any_value() -> None:
    fields = RunnableConfigurableFields(RunnableLambda(len), {"name": ConfigurableField(id="n")})
    assert fields.configured(configured(n=3)).name == 3


def test_threads() -> None:
    heard = Heard()
    bound = heard.fields.bind_tools([Form])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = bound.batch(["hi"] * 50, [configured(t=number) for number in range(50)])
    assert len(found) == 50
    assert sorted(each[1] for each in heard.seen) == list(range(50))
    asyncio.run(bound.abatch(["hi"] * 5, [configured(t=number) for number in range(5)]))
