"""What the async guide shows: its script, its notebook, and its server, each run as a reader would run it."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import nbformat
import pytest
from nbclient import NotebookClient

from tests.docs.page import ROOT, blocks_of

PAGE = ROOT / "docs/how-to/async.md"
EXAMPLES = ROOT / "docs/examples"


def blocks(language: str) -> list[str]:
    return [block.content for block in blocks_of(PAGE.read_text(encoding="utf-8")) if block.language == language]


def environment(home: Path) -> dict[str, str]:
    """Return an environment in which no tool reads or writes what is in the user's home."""
    return {**os.environ, "HOME": str(home), "IPYTHONDIR": str(home / "ipython"), "JUPYTER_RUNTIME_DIR": str(home)}


# The script.


def test_the_script_prints_what_the_page_shows():
    done = subprocess.run(
        [sys.executable, "-W", "error", EXAMPLES / "async_script.py"], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    shown = next(block for block in blocks("console") if "async_script.py" in block)
    assert done.stdout.splitlines() == shown.splitlines()[1:]


# The notebook.


def outcomes(notebook: Any) -> list[Any]:
    """Return what each cell of code printed, or the error it raised."""
    found = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            printed = "".join(o.text for o in cell.outputs if o.output_type == "stream" and o.name == "stdout")
            raised = [f"{o.ename}: {o.evalue}" for o in cell.outputs if o.output_type == "error"]
            found.append([printed, *raised])
    return found


def test_the_notebook_gives_what_is_kept_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    kept = nbformat.read(EXAMPLES / "async_notebook.ipynb", as_version=4)
    fresh = nbformat.read(EXAMPLES / "async_notebook.ipynb", as_version=4)
    for cell in fresh.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    NotebookClient(fresh, timeout=60, kernel_name="python3").execute()
    assert outcomes(fresh) == outcomes(kept)
    assert outcomes(fresh)[0] == ["ASYNC EXECUTION\n"]
    assert outcomes(fresh)[-1] == ["", "RuntimeError: asyncio.run() cannot be called from a running event loop"]


def test_await_in_ipython(tmp_path: Path):
    code = (
        "from stepgraph.runnables import RunnableLambda\n"
        "print(await RunnableLambda(lambda text: text.upper()).ainvoke('abc'))"
    )
    done = subprocess.run(
        [sys.executable, "-m", "IPython", "--no-banner", "--colors=NoColor", "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment(tmp_path),
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["ABC"]


# The server.


def test_the_page_shows_what_the_server_does():
    source = (EXAMPLES / "chat_server.py").read_text(encoding="utf-8")
    shown = [block for block in blocks("python") if "StreamingResponse" in block]
    assert shown
    for block in shown:
        for part in block.split("\n\n\n")[1:]:
            assert part.strip() in source


@contextmanager
def served(log: Path) -> Iterator[str]:
    """Serve the example with one worker, on a port that the system chooses; its warnings are errors of the test."""
    with socket.socket() as listener, log.open("w") as errors:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)  # who connects before the server is there waits
        port = listener.getsockname()[1]
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "uvicorn", "--app-dir", EXAMPLES, "chat_server:app"),
                *("--fd", str(listener.fileno()), "--log-level", "warning", "--ws", "none"),
            ],
            pass_fds=[listener.fileno()],
            stdout=errors,
            stderr=errors,
        )
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)
    assert log.read_text(encoding="utf-8") == ""


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    if sys.platform == "win32":
        pytest.skip("sockets are handed on by their number")
    with served(tmp_path / "log.txt") as address:
        async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=60) as client:
            yield client


def events_in(text: str) -> list[tuple[str, Any]]:
    """Return pairs of the kind and the data of server-sent events."""
    found = []
    for event in text.split("\n\n")[:-1]:
        fields = dict(line.partition(":")[::2] for line in event.splitlines())
        data = fields["data"].strip()
        found.append((fields.get("event", "message").strip(), json.loads(data) if data else None))
    return found


async def begun(chunks: AsyncIterator[str]) -> list[str]:
    """Read three tokens of a stream."""
    text = ""
    while text.count("\n\n") < 3:
        text += await chunks.__anext__()
    return [data for _, data in events_in(text)[:3]]


async def connections(client: httpx.AsyncClient) -> dict[str, int]:
    return (await client.get("/connections")).json()


async def settled(client: httpx.AsyncClient, opened: int) -> dict[str, int]:
    """Return what became of the connections, as soon as no more are open than that."""
    while (now := await connections(client))["open"] > opened:  # noqa: ASYNC110 - they are another process's
        await asyncio.sleep(0.01)
    return now


async def test_twenty_requests_at_once_on_one_worker(client: httpx.AsyncClient):
    await connections(client)  # the server is up
    questions = [f"number {number}" + " and so on" * 8 for number in range(20)]
    answers = await asyncio.gather(*(client.get("/chat", params={"q": question}) for question in questions))
    assert [answer.json()["answer"].strip() for answer in answers] == [
        f"You asked: {question}".upper() for question in questions
    ]
    assert await connections(client) == {"open": 0, "peak": 20, "closed": 20}


@pytest.mark.parametrize("path", ["/stream", "/graph"])
async def test_tokens_are_sent_as_events(client: httpx.AsyncClient, path: str):
    answer = await client.get(path, params={"q": "  what is a barrier"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    tokens = ["YOU ASKED: ", "WHAT ", "IS ", "A ", "BARRIER "]
    assert events_in(answer.text) == [*(("message", token) for token in tokens), ("end", None)]


@pytest.mark.parametrize("path", ["/stream", "/graph"])
async def test_tokens_arrive_while_the_answer_goes_on(client: httpx.AsyncClient, path: str):
    async with client.stream("GET", path, params={"q": "go on"}) as answer:
        assert await begun(answer.aiter_text()) == ["YOU ASKED: ", "GO ", "ON "]
        assert await connections(client) == {"open": 1, "peak": 1, "closed": 0}


@pytest.mark.parametrize("path", ["/stream", "/graph"])
async def test_a_client_that_goes_away_ends_what_it_asked_for(client: httpx.AsyncClient, path: str):
    async with client.stream("GET", path, params={"q": "go on"}) as stays:
        chunks = stays.aiter_text()
        await begun(chunks)
        async with client.stream("GET", path, params={"q": "go on"}) as leaves:
            await begun(leaves.aiter_text())
            assert await connections(client) == {"open": 2, "peak": 2, "closed": 0}
        assert await settled(client, opened=1) == {"open": 1, "peak": 2, "closed": 1}
        await begun(chunks)  # the other one goes on
    assert await settled(client, opened=0) == {"open": 0, "peak": 2, "closed": 2}
