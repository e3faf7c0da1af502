"""Faults of configs and arguments: who gets them, who keeps them, who can read them."""

from __future__ import annotations

import subprocess
import sys
from typing import Any, get_type_hints

import pytest
from pydantic import BaseModel

from stepgraph.runnables import RunnableConfig, RunnableGenerator, RunnableLambda, RunnablePassthrough

pytestmark = pytest.mark.timeout(60)


def test_what_a_function_writes_to_its_config_stays_there():
    def writes(x: Any, config: Any) -> Any:
        config["configurable"]["leak"] = 1
        config["tags"].append("leak")
        return x

    given: Any = {"configurable": {"a": 1}, "tags": []}
    chain = RunnableLambda(writes) | RunnableLambda(lambda _, config: config)
    assert chain.invoke(1, given)["configurable"] == {"a": 1}
    assert given == {"configurable": {"a": 1}, "tags": []}


def test_arguments_of_a_call_are_none_of_a_branchs_business():
    made = {"a": lambda x: x, "b": RunnablePassthrough()} | RunnableLambda(lambda pair: pair)
    assert made.bind(stop=["."]).invoke(1) == {"a": 1, "b": 1}
    assert RunnablePassthrough.assign(n=lambda _: 1).invoke({}, stop=1) == {"n": 1}


def test_a_generator_gets_its_config_by_name():
    def shout(chunks: Any, config: Any) -> Any:
        for chunk in chunks:
            yield chunk.upper() + config["tags"][0]

    assert list(RunnableGenerator(shout).stream("a", {"tags": ["!"]})) == ["A!"]


def test_a_config_can_be_read_by_whoever_reads_annotations():
    class Body(BaseModel):
        input: str
        config: RunnableConfig = {}

    assert Body(input="a", config={"tags": ["x"]}).config == {"tags": ["x"]}
    assert "tags" in get_type_hints(RunnableConfig)


def test_what_can_be_configured_is_described_in_a_fresh_process():
    program = """
from stepgraph.runnables import ConfigurableField, RunnableLambda
made = RunnableLambda(len).with_retry().configurable_fields(name=ConfigurableField(id="n"))
print(sorted(made.config_schema().model_json_schema()["$defs"]))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
