"""Runnables in a script: each `asyncio.run` has an event loop of its own, and one chain serves both.

    python docs/examples/async_script.py

In a notebook there is a loop already, and `await` stands at the top level: docs/examples/async_notebook.ipynb. The
guide that belongs to both is docs/how-to/async.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from stepgraph.runnables import RunnableGenerator, RunnableLambda, RunnableParallel


async def look_up(text: str) -> str:
    """Stands for something that one waits for."""
    await asyncio.sleep(0.01)
    return text.strip()


async def words(text: str) -> AsyncIterator[str]:
    """Stands for a model that streams."""
    for word in text.split():
        await asyncio.sleep(0.01)
        yield f"{word} "


async def capitals(tokens: AsyncIterator[str]) -> AsyncIterator[str]:
    """Stands for a parser: it turns tokens into tokens."""
    async for token in tokens:
        yield token.upper()


chain = RunnableLambda(look_up) | RunnableLambda(words) | RunnableGenerator(capitals)
both = RunnableParallel(upper=chain, length=RunnableLambda(look_up) | len)


async def one() -> None:
    """Run once, many times at once, and side by side."""
    print(await chain.ainvoke("  async execution "))
    print(await chain.abatch(["explain graphs", "explain agents", "explain memory"]))
    print(await both.ainvoke(" async parallel "))


async def streamed() -> None:
    """Show each token as it comes."""
    async for token in chain.astream("one token at a time"):
        print(token, end="|", flush=True)
    print()


if __name__ == "__main__":
    asyncio.run(one())
    asyncio.run(streamed())
