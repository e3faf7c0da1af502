"""What a chat model must do that is asked over a network; see `tests.chat_models.contract`."""

from __future__ import annotations

import asyncio
import json
import logging
import pickle
import threading
import traceback
from pathlib import Path
from typing import Any, ClassVar

import pytest

from stepgraph.checkpoint.sqlite import SqliteSaver
from stepgraph.graph import START, MessagesState, StateGraph
from stepgraph.language_models import errors
from stepgraph.testing import Flag
from tests.chat_models.asking import JOKE, Heard, Make, both_colours, call, stream, total
from tests.chat_models.base_contract import ChatModelContract
from tests.providers.standin import Answer, Cut, Failure, Standin


class RemoteContract(ChatModelContract):
    """What a model must do that is asked over a network.

    `make` gives it the stand-in's address and key, no retries, and `fields` on top.
    """

    model: ClassVar[str]  # one that the stand-in knows
    key_variable: ClassVar[str]

    @pytest.fixture(autouse=True)
    def key_in_the_environment(self, standin: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
        """A model that comes out of a pickle looks for its key there."""
        monkeypatch.setenv(self.key_variable, standin.key)

    # Requests end when nobody waits for them.

    async def test_a_stream_that_is_closed_frees_its_connection(self, make: Make, standin: Standin) -> None:
        flag = Flag()
        model = make(Answer("one two three four", at={4: flag}))
        chunks = model.astream("Hi")
        await chunks.__anext__()
        await standin.await_for(lambda: standin.active == 1)
        await chunks.aclose()
        await standin.await_until_closed(1.0)
        assert len(standin.closed_early) == 1
        await model.aclose()

    async def test_a_stream_that_is_left_frees_its_connection(self, make: Make, standin: Standin) -> None:
        flag = Flag()
        model = make(Answer("one two three four", at={4: flag}))
        async for _ in model.astream("Hi"):
            break
        await standin.await_until_closed(1.0)
        await model.aclose()

    def test_a_sync_stream_that_is_left_frees_its_connection(self, make: Make, standin: Standin) -> None:
        flag = Flag()
        model = make(Answer("one two three four", at={4: flag}))
        for _ in model.stream("Hi"):
            break
        standin.wait_until_closed(1.0)
        model.close()

    @pytest.mark.parametrize("door", ["ainvoke", "astream"])
    async def test_a_task_that_is_cancelled_frees_its_connection(self, make: Make, standin: Standin, door: str) -> None:
        model = make(Answer("late", before=Flag()) if door == "ainvoke" else Answer("one two three", at={3: Flag()}))

        async def asked() -> None:
            if door == "ainvoke":
                await model.ainvoke("Hi")
            else:
                async for _ in model.astream("Hi"):
                    pass

        task = asyncio.ensure_future(asked())
        await standin.await_for(lambda: standin.active == 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await standin.await_until_closed(1.0)
        await model.aclose()

    async def test_no_threads_are_used(self, make: Make, standin: Standin) -> None:
        model = make(JOKE, JOKE)
        before = set(threading.enumerate())
        await model.ainvoke("Hi")
        async for _ in model.astream("Hi"):
            pass
        begun = {thread.name for thread in set(threading.enumerate()) - before}
        assert [name for name in begun if not name.startswith(("asyncio_", "AnyIO"))] == []  # names are looked up there
        await model.aclose()

    # Event loops.

    def test_it_serves_loops_one_after_another(self, make: Make, standin: Standin) -> None:
        model = make(*[Answer("Yes")] * 6)
        for _ in range(3):
            assert call(model, "async", "Hi").text == "Yes"
            assert total(stream(model, "async", "Hi")).text == "Yes"
            standin.wait_until_closed(1.0)
        assert [request.status for request in standin.requests] == [200] * 6

    def test_it_serves_loops_at_once(self, make: Make, standin: Standin) -> None:
        flag = Flag()
        model = make(*[Answer("Yes", before=flag)] * 4)
        found: list[str] = []
        threads = [threading.Thread(target=lambda: found.append(call(model, "async", "Hi").text)) for _ in range(4)]
        for thread in threads:
            thread.start()
        standin.wait_for(lambda: standin.active == 4)
        flag.set()
        for thread in threads:
            thread.join()
        assert found == ["Yes"] * 4
        standin.wait_until_closed(1.0)

    @pytest.mark.parametrize("breaks", [False, True])
    def test_a_model_that_ends_with_its_loop_leaves_no_connection(
        self, make: Make, standin: Standin, breaks: bool
    ) -> None:
        flag = Flag()

        async def main() -> None:
            model = make(*[Answer("Yes", before=flag)] * 10)
            asking = [asyncio.ensure_future(model.ainvoke("Hi")) for _ in range(10)]
            await standin.await_for(lambda: standin.active == 10)
            if breaks:
                raise KeyError("enough")  # and the requests are cancelled
            flag.set()
            await asyncio.gather(*asking)

        if breaks:
            with pytest.raises(KeyError):
                asyncio.run(main())
        else:
            asyncio.run(main())
        standin.wait_until_closed(1.0)

    async def test_connections_are_used_again_and_closed(self, make: Make, standin: Standin) -> None:
        model = make(*[Answer("Yes")] * 3)
        for _ in range(3):
            await model.ainvoke("Hi")
        assert (standin.connections, standin.open_connections) == (1, 1)
        await model.aclose()
        await standin.await_until_closed(1.0)

    async def test_answers_are_waited_for_side_by_side(self, make: Make, standin: Standin) -> None:
        flag = Flag()
        model = make(*[Answer("Yes", before=flag)] * 3)
        task = asyncio.ensure_future(model.abatch(["a", "b", "c"]))
        await standin.await_for(lambda: standin.active == 3)
        flag.set()
        assert [each.text for each in await task] == ["Yes"] * 3
        await model.aclose()

    # Limits.

    @both_colours
    def test_stop_words(self, make: Make, standin: Standin, colour: str) -> None:
        model = make()
        assert call(model, colour, "one two three", stop=["two"]).text.strip() == "one"
        assert total(stream(model, colour, "one two three", stop=["two"])).text.strip() == "one"

    @both_colours
    def test_a_limit_of_tokens(self, make: Make, standin: Standin, colour: str) -> None:
        assert call(make(max_tokens=2), colour, "one two three").text == "one two"

    @both_colours
    def test_streaming_makes_whole_answers_stream(self, make: Make, standin: Standin, colour: str) -> None:
        heard = Heard()
        message = call(make(JOKE, streaming=True, callbacks=[heard]), colour, "Hi")
        assert message.text == "Why not?"
        assert standin.last.body["stream"] is True
        assert [event for event in heard.events if event.startswith("token") and event != "token "] == [
            "token Why ",
            "token not",
            "token ?",
        ]

    @both_colours
    def test_requests_are_made_again(self, make: Make, standin: Standin, colour: str) -> None:
        model = make(Failure(429, retry_after=0.01), Failure(500, retry_after=0.01), Answer("Yes"), max_retries=2)
        assert call(model, colour, "Hi").text == "Yes"
        assert [request.status for request in standin.requests] == [429, 500, 200]

    # Errors.

    @both_colours
    @pytest.mark.parametrize("door", [call, stream])
    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (400, errors.ModelInvalidRequestError),
            (401, errors.ModelAuthenticationError),
            (403, errors.ModelPermissionDeniedError),
            (404, errors.ModelNotFoundError),
            (429, errors.ModelRateLimitError),
            (500, errors.ModelAPIError),
        ],
    )
    def test_errors_name_the_model(
        self, make: Make, standin: Standin, colour: str, door: Any, status: int, kind: type
    ) -> None:
        model = make(Failure(status, "No luck."))
        heard = Heard()
        with pytest.raises(kind, match=r"No luck\.") as failed:
            door(model, colour, "Hi", {"callbacks": [heard]})
        assert isinstance(failed.value, errors.ModelError)
        assert self.model in "".join(traceback.format_exception(failed.value))
        assert heard.events == ["start", f"error {type(failed.value).__name__}"]

    @both_colours
    def test_a_timeout(self, make: Make, standin: Standin, colour: str) -> None:
        with pytest.raises(errors.ModelTimeoutError):
            call(make(Answer("late", before=Flag()), timeout=0.05), colour, "Hi")
        standin.wait_until_idle(1.0)

    @both_colours
    @pytest.mark.parametrize("cut", [Cut(3), Cut(3, inside=True), Cut(3, reset=True), Cut(3, clean=True)])
    def test_a_stream_that_is_cut(self, make: Make, standin: Standin, colour: str, cut: Cut) -> None:
        heard = Heard()
        with pytest.raises(errors.StreamCutError) as failed:
            stream(make(Answer("one two three four five six", ends=cut)), colour, "Hi", {"callbacks": [heard]})
        assert self.model in "".join(traceback.format_exception(failed.value))
        assert heard.events[-1] == f"error {type(failed.value).__name__}"
        standin.wait_until_idle(1.0)

    def test_no_key(self, make: Make, standin: Standin, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv(self.key_variable, raising=False)
        with pytest.raises(errors.MissingKeyError, match=self.key_variable):
            make(api_key=None)

    # Keys.

    @both_colours
    def test_its_key_is_seen_nowhere(
        self, make: Make, standin: Standin, colour: str, caplog: pytest.LogCaptureFixture, capsys: Any
    ) -> None:
        caplog.set_level(logging.DEBUG)
        key = "sk-a-key-that-nobody-may-see"
        standin.rules.key = key
        heard = Heard()
        model = make(JOKE, JOKE, Failure(401, f"Incorrect API key provided: {key}."), api_key=key, verbose=True)
        config = {"callbacks": [heard]}
        message = call(model, colour, "Hi", config)
        chunks = stream(model, colour, "Hi", config)
        with pytest.raises(errors.ModelAuthenticationError) as failed:
            call(model, colour, "Hi", config)
        seen = [repr(model), str(model), str(model.model_dump()), model.model_dump_json()]
        seen += [str(vars(model)), json.dumps(model._identifying_params, default=repr), repr(model.bind(stop=["x"]))]
        seen += [repr(pickle.dumps(model)), repr(message), repr(chunks), repr(heard.facts)]
        seen += [*traceback.format_exception(failed.value), repr(failed.value), str(failed.value.__dict__), caplog.text]
        printed = capsys.readouterr()
        seen += [printed.out, printed.err]
        assert [text for text in seen if key in text] == []
        with pytest.raises(ValueError) as refused:  # noqa: PT011 - whatever it says
            make(api_key=key, max_retries="many")
        assert key not in str(refused.value)

    def test_its_key_is_not_stored_with_a_failed_run(self, make: Make, standin: Standin, tmp_path: Path) -> None:
        key = "sk-a-key-that-nobody-may-see"
        standin.rules.key = key
        model = make(Answer("Yes"), Failure(401, f"Incorrect API key provided: {key}."), api_key=key)

        def ask(state: Any) -> Any:
            return {"messages": [model.invoke(state["messages"])]}

        builder = StateGraph(MessagesState).add_node(ask).add_edge(START, "ask")
        config: Any = {"configurable": {"thread_id": "1"}}
        with SqliteSaver.from_conn_string(str(tmp_path / "runs.sqlite")) as saver:
            graph = builder.compile(checkpointer=saver)
            graph.invoke({"messages": [("human", "Hi")]}, config)
            with pytest.raises(errors.ModelAuthenticationError):
                graph.invoke({"messages": [("human", "Hi")]}, config)
            assert key not in repr(graph.get_state(config))
        stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        assert b"Yes" in stored
        assert key.encode() not in stored
