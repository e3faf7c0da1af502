"""StrOutputParser: the text of a message, and of each chunk."""

from stepgraph.messages import AIMessage, AIMessageChunk
from stepgraph.output_parsers import StrOutputParser
from stepgraph.prompts import ChatPromptTemplate

CHUNKS = [AIMessageChunk("a"), AIMessageChunk(""), AIMessage("b"), "c", AIMessageChunk([{"type": "text", "text": "d"}])]


async def source():
    for chunk in CHUNKS:
        yield chunk


async def test_each_chunk_as_it_comes():
    texts = ["a", "", "b", "c", "d"]
    assert list(StrOutputParser().transform(iter(CHUNKS))) == texts
    assert [text async for text in StrOutputParser().atransform(source())] == texts


async def test_it_takes_no_more_than_it_was_asked_for():
    taken = []

    def counted():
        for chunk in CHUNKS:
            taken.append(chunk)
            yield chunk

    texts = StrOutputParser().transform(counted())
    assert (next(texts), len(taken)) == ("a", 1)


def test_text_is_plain_text():
    blocks = [{"type": "text", "text": "x"}, {"type": "image_url", "image_url": {"url": "u"}}, "y"]
    for input, text in (("a", "a"), (AIMessage("b"), "b"), (AIMessage(blocks), "xy")):
        made = StrOutputParser().invoke(input)
        assert (made, type(made)) == (text, str)


async def test_a_subclass_may_do_something_with_it():
    class Shout(StrOutputParser):
        def parse(self, text):
            return text.upper()

    class Louder(Shout):
        pass

    class Slow(StrOutputParser):
        async def aparse_result(self, result, *, partial=False):
            return "slow " + result[0].text

    for parser in (Shout(), Louder()):
        assert parser.invoke(AIMessage("a")) == await parser.ainvoke("a") == "A"
        assert list(parser.transform(iter(["a", "b"]))) == ["A", "B"]
        assert [text async for text in parser.atransform(source())] == ["A", "", "B", "C", "D"]
    assert await Slow().ainvoke("a") == "slow a"


async def test_the_commonest_program_there_is():
    chain = (
        ChatPromptTemplate.from_template("Tell me about {x}")
        | (lambda value: AIMessage(value.to_string()))
        | StrOutputParser()
    )
    said = "Human: Tell me about graphs"
    assert chain.invoke({"x": "graphs"}) == await chain.ainvoke("graphs") == said
    assert list(chain.stream("graphs")) == [said]
    assert [text async for text in chain.astream("graphs")] == [said]
