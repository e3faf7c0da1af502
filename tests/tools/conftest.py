"""Both colours: `call(tool, input, config)` invokes a tool in sync code and in async code."""

import asyncio

import pytest


@pytest.fixture(params=["sync", "async"])
def call(request):
    def called(tool, input, config=None):
        if request.param == "sync":
            return tool.invoke(input, config)
        return asyncio.run(tool.ainvoke(input, config))

    return called
