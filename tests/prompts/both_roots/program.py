"""A program written for langchain-core: prompts of all kinds. It prints what they make, step by step."""

import asyncio
import tempfile
from pathlib import Path

from langchain_core.documents import Document
from langchain_core.example_selectors import BaseExampleSelector
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_core.prompt_values import ChatPromptValue, PromptValue, StringPromptValue
from langchain_core.prompts import (
    AIMessagePromptTemplate,
    BaseChatPromptTemplate,
    ChatMessagePromptTemplate,
    ChatPromptTemplate,
    DictPromptTemplate,
    FewShotChatMessagePromptTemplate,
    FewShotPromptTemplate,
    FewShotPromptWithTemplates,
    HumanMessagePromptTemplate,
    MessagesPlaceholder,
    PromptTemplate,
    StringPromptTemplate,
    SystemMessagePromptTemplate,
    check_valid_template,
    format_document,
    get_template_variables,
)
from langchain_core.prompts.image import ImagePromptTemplate


def plain(value):
    """Return a value in a form that does not depend on whose classes it is of."""
    if isinstance(value, BaseMessage):
        return (value.type, value.content)
    if isinstance(value, ChatPromptValue):
        return [plain(message) for message in value.messages]
    if isinstance(value, StringPromptValue):
        return value.text
    if isinstance(value, ChatPromptTemplate):
        return (value.input_variables, value.optional_variables, dict(value.partial_variables), len(value))
    if isinstance(value, PromptTemplate):
        return (value.template, value.input_variables, dict(value.partial_variables))
    if isinstance(value, (list, tuple)):
        return type(value)(plain(each) for each in value)
    return value


def show(title, function):
    try:
        print(f"{title}:", plain(function()))
    except Exception as error:
        kind = next(cls for cls in type(error).__mro__ if cls.__module__ == "builtins")
        print(f"{title}: raises {kind.__name__}")


chat = ChatPromptTemplate.from_messages([("system", "You are {x}"), ("human", "{q}")])
of = ChatPromptTemplate.from_messages


def chats():
    every = of(
        [
            ("system", "You are {x}"),
            ("human", "{q}"),
            "plain {z}",
            AIMessage("ai {no}"),
            ("placeholder", "{h}"),
            MessagesPlaceholder("hist"),
            {"role": "user", "content": "{d}"},
            (HumanMessage, "{c}"),
            HumanMessagePromptTemplate.from_template("{t}"),
        ]
    )
    show("all short forms", lambda: every)
    values = {
        "x": 1,
        "q": "two",
        "z": 3,
        "hist": [("ai", "a"), {"role": "user", "content": "b"}],
        "d": 4,
        "c": 5,
        "t": 6,
    }
    show("filled in", lambda: every.invoke(values))
    show("with the placeholder", lambda: every.invoke({**values, "h": [SystemMessage("s")]}))
    show("as text", lambda: chat.format(x=1, q=2))
    show("as a value's text", lambda: chat.invoke({"x": 1, "q": 2}).to_string())
    show("one variable alone", lambda: of([("human", "{q}")]).invoke("text"))
    show("two variables alone", lambda: chat.invoke("text"))
    show("a missing variable", lambda: chat.invoke({"x": 1}))
    show("a missing variable, formatted", lambda: chat.format_messages(x=1))
    show("messages", lambda: chat.format_messages(x=1, q=2))
    show("async", lambda: asyncio.run(chat.ainvoke({"x": 1, "q": 2})))
    show("async messages", lambda: asyncio.run(chat.aformat_messages(x=1, q=2)))
    show("batch", lambda: chat.batch([{"x": 1, "q": 2}, {"x": 3, "q": 4}]))
    show("stream", lambda: list(chat.stream({"x": 1, "q": 2})))
    show("numbers and conversions", lambda: of(["{a:>5}|{a!r}|{b:.2f}"]).format_messages(a="x", b=1.234))
    show("braces", lambda: of(["{{a}} {b}"]).format_messages(b=1))
    show("equal", lambda: chat == of([("system", "You are {x}"), ("human", "{q}")]))
    show("names", lambda: (chat.get_name(), chat.get_name("input"), chat.get_output_schema().__name__))
    show("properties", lambda: list(chat.get_input_jsonschema()["properties"]))
    show("required", lambda: every.get_input_jsonschema()["required"])
    show("prompts of a chain", lambda: len((chat | (lambda value: value)).get_prompts()))


def placeholders():
    show("required", lambda: of([MessagesPlaceholder("h")]).invoke({}))
    show("optional", lambda: of([MessagesPlaceholder("h", optional=True)]).invoke({}))
    show(
        "the last ones",
        lambda: of([MessagesPlaceholder("h", n_messages=1)]).invoke({"h": [("human", "a"), ("ai", "b")]}),
    )
    show("no list", lambda: of([MessagesPlaceholder("h")]).invoke({"h": "hi"}))
    show("not optional", lambda: of([("placeholder", ["{h}", False])]))
    show("no braces", lambda: of([("placeholder", "h")]))
    show("variables", lambda: of([("placeholder", "{h}"), MessagesPlaceholder("g")]))
    show("alone", lambda: MessagesPlaceholder("h", optional=True).format_messages())
    show("alone, missing", lambda: MessagesPlaceholder("h").format_messages())
    show("none of them", lambda: MessagesPlaceholder("h", n_messages=0))


def put_together():
    show("partial", lambda: chat.partial(x="y"))
    show("partial, filled in", lambda: chat.partial(x=lambda: "y").invoke({"q": 1}))
    show("nested", lambda: of([chat, ("ai", "{w}")]))
    show("nested, filled in", lambda: of([chat, ("ai", "{w}")]).format_messages(x=1, q=2, w=3))
    show("nested and partial", lambda: of([chat.partial(x=1), ("ai", "{w}")]).format_messages(q=2, w=3))
    show("text added", lambda: chat + "text {zz}")
    show("several added", lambda: (chat + [("ai", "{z}"), HumanMessage("x")]).invoke({"x": 1, "q": 2, "z": 3}))  # noqa: RUF005
    show("a prompt added", lambda: chat.partial(x=1) + of([("ai", "{z}")]).partial(z=3))
    show("a template added to", lambda: SystemMessagePromptTemplate.from_template("{s}") + HumanMessage("x") + "{t}")
    show("messages added", lambda: (HumanMessage("x") + "{t}" + AIMessage("y")).invoke({"t": 1}))
    show("one part", lambda: type(chat[0]).__name__)
    show("some parts", lambda: chat[0:1])
    growing = of([("human", "{a}")])
    growing.append(("ai", "{b}"))
    growing.extend([("human", "{c}"), HumanMessage("x")])
    show("grown", lambda: growing.format_messages(a=1, b=2, c=3))
    show("from a template", lambda: ChatPromptTemplate.from_template("{x}").invoke({"x": 1}))
    show("made by its class", lambda: ChatPromptTemplate([("human", "{x}")], partial_variables={"x": 1}).invoke({}))
    show("no messages", lambda: of([]).invoke({}))


def refused():
    show("an unknown role", lambda: of([("foo", "h")]))
    show("a dict with more keys", lambda: of([{"role": "system", "content": "{a}", "x": 1}]))
    show("three of a pair", lambda: of([("human", "a", "b")]))
    show("an attribute", lambda: ChatPromptTemplate.from_template("{a.b}"))
    show("an item", lambda: ChatPromptTemplate.from_template("{a[0]}"))
    show("a number", lambda: ChatPromptTemplate.from_template("{0}"))
    show("an open brace", lambda: ChatPromptTemplate.from_template("{a"))
    show("a variable in a format", lambda: ChatPromptTemplate.from_template("{a:{b}}"))
    show("JSON without doubled braces", lambda: ChatPromptTemplate.from_template('{"foo": 1}').invoke({}))
    show("stop", lambda: PromptTemplate.from_template("{stop}"))
    show("other variables", lambda: PromptTemplate(template="{a}", input_variables=["b"], validate_template=True))
    show(
        "others in a chat",
        lambda: ChatPromptTemplate([("human", "{a}")], input_variables=["b"], validate_template=True),
    )
    show("an unknown format", lambda: PromptTemplate.from_template("{a}", template_format="zzz"))
    show("a check that fails", lambda: check_valid_template("{a}", "f-string", ["b"]))
    show("a check that does not", lambda: check_valid_template("{a}", "f-string", ["a"]))


def contents():
    blocks = of(
        [
            (
                "human",
                [
                    {"type": "text", "text": "see {t}"},
                    {"type": "image_url", "image_url": {"url": "data:{d}", "detail": "low"}},
                    "str {s}",
                    {"type": "image", "source_type": "base64", "data": "{d}"},
                    {"type": "text", "text": "{s}", "cache_control": {"type": "ephemeral"}},
                ],
            )
        ]
    )
    show("blocks", lambda: blocks.invoke({"t": 1, "d": "xx", "s": 3}))
    show("their variables", lambda: blocks)
    show("an address", lambda: of([("human", [{"type": "image_url", "image_url": "{d}"}])]).invoke({"d": "http://a"}))
    show("a path", lambda: of([("human", [{"type": "image_url", "image_url": {"path": "x"}}])]).invoke({}))
    show("of a model", lambda: of([("ai", [{"type": "text", "text": "{d}"}, {"text": "x"}])]).invoke({"d": 1}))
    show("no block", lambda: HumanMessagePromptTemplate.from_template([3]))
    image = ImagePromptTemplate(template={"url": "{u}"}, input_variables=["u"])
    show("an image", lambda: image.format(u="a", detail="low"))
    show("an image without an address", lambda: ImagePromptTemplate(template={}, input_variables=[]).format())
    as_dict = DictPromptTemplate(template={"a": "{x}", "b": ["{y}"], "n": 3, "{k}": None}, template_format="f-string")
    show("a dict", lambda: as_dict.format(x=1, y=2))
    show("a dict, invoked", lambda: as_dict.invoke({"x": 1, "y": 2}))


def texts():
    two = PromptTemplate.from_template("{a} {b}")
    show("text", lambda: two.invoke({"a": 1, "b": 2}))
    show("text, formatted", lambda: two.format(a=1, b=2))
    show("text as messages", lambda: two.format_prompt(a=1, b=2).to_messages())
    show("missing", lambda: two.invoke({"a": 1}))
    show("missing, formatted", lambda: two.format(a=1))
    show("added", lambda: two + " {c}" + PromptTemplate.from_template("{d}", partial_variables={"d": "x"}))
    show("named variables", lambda: PromptTemplate(template="{a} {b}", input_variables=["a"]))
    show("partial", lambda: two.partial(a="x").format(b=1))
    show(
        "partial function",
        lambda: PromptTemplate.from_template("{b} {a}", partial_variables={"a": lambda: "z"}).invoke("x"),
    )
    show("of examples", lambda: PromptTemplate.from_examples(["a", "b"], "s {q}", ["q"], prefix="p"))
    show("printed", lambda: two.pretty_repr())
    show("variables", lambda: get_template_variables("{b} {a} {a}", "f-string"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "prompt.txt"
        path.write_text("é {x}", encoding="utf-8")
        show("from a file", lambda: PromptTemplate.from_file(path, encoding="utf-8").format(x=1))
    show(
        "a document",
        lambda: format_document(
            Document(page_content="c", metadata={"p": 1}), PromptTemplate.from_template("{page_content} {p}")
        ),
    )
    show(
        "a document that lacks something",
        lambda: format_document(Document(page_content="c"), PromptTemplate.from_template("{p}")),
    )


def mustache():
    def of_mustache(template, **values):
        return PromptTemplate.from_template(template, template_format="mustache").format(**values)

    show("escaped", lambda: of_mustache("{{a}} {{{a}}} {{&a}}", a="<&\">'"))
    show("section", lambda: of_mustache("{{#b}}\n- {{c}}\n{{/b}}\nend", b=[{"c": 1}, {"c": 2}]))
    show("indented section", lambda: of_mustache("  {{#b}}\n- {{c}}\n  {{/b}}\nend", b=[{"c": 1}]))
    show("items", lambda: of_mustache("{{#b}}<{{.}}>{{/b}}", b=[1, "x"]))
    show("inverted", lambda: of_mustache("{{^b}}none{{/b}}", b=[]))
    show("true", lambda: of_mustache("{{#b}}yes {{x}}{{/b}}", b=True, x=3))
    show("paths", lambda: of_mustache("{{d.e}} {{d.f}} {{l.0}}", d={"e": 5}, l=[9]))
    show("attributes", lambda: of_mustache("{{m.content}}|{{m.__class__}}", m=HumanMessage("x")))
    show("comment", lambda: of_mustache("{{! comment }}x\n{{! c }}\ny"))
    show("delimiters", lambda: of_mustache("{{=<% %>=}}<% a %>{{a}}", a=1))
    show("false values", lambda: of_mustache("{{a}}{{b}}{{c}}", a=0, b=False, c=None))
    show("inner scope", lambda: of_mustache("{{#a}}{{b}}{{/a}}", a={"b": 1}, b=2))
    show("outer scope", lambda: of_mustache("{{#a}}{{b}}{{/a}}", a={"c": 1}, b=2))
    show("braces", lambda: of_mustache('{"x": {{a}} }', a=1))
    show("variables", lambda: get_template_variables("{{{a}}} {{& c}} {{#b}}{{c}}{{/b}} {{x.y.z}}", "mustache"))
    show("chat", lambda: of([("human", "{{x}}")], template_format="mustache").invoke({"x": "<a>"}))


class Shout(StringPromptTemplate):
    """A prompt of the program's own."""

    loudness: int = 1

    def format(self, **kwargs):
        return self._merge_partial_and_user_variables(**kwargs)["text"].upper() + "!" * self.loudness

    @property
    def _prompt_type(self):
        return "shout"


class Echo(BaseChatPromptTemplate):
    """A chat prompt of the program's own."""

    def format_messages(self, **kwargs):
        return [HumanMessage(f"{name}={value}") for name, value in sorted(kwargs.items())]


class Longest(BaseExampleSelector):
    """Selects examples."""

    def add_example(self, example):
        raise NotImplementedError

    def select_examples(self, input_variables):
        return [{"i": "short", "o": len(input_variables["q"])}]

    async def aselect_examples(self, input_variables):
        return [{"i": "async", "o": len(input_variables["q"])}]


def own_classes():
    shout = Shout(input_variables=["text"], loudness=2)
    show("own", lambda: shout.invoke({"text": "hey"}))
    show("own, alone", lambda: shout.invoke("hey"))
    show("own, async", lambda: asyncio.run(shout.ainvoke("hey")))
    show("own, partial", lambda: shout.partial(text="there").invoke({}))
    show("own, missing", lambda: shout.invoke({}))
    show("own chat", lambda: Echo(input_variables=["a"]).invoke({"a": 1, "b": 2}))
    show("own chat, nested", lambda: of([Echo(input_variables=["a"]), ("ai", "{c}")]).invoke({"a": 1, "c": 2}))
    show("is a value", lambda: isinstance(shout.invoke("x"), PromptValue))


def few_shots():
    example = PromptTemplate.from_template("I:{i} O:{o}")
    shots = FewShotPromptTemplate(
        examples=[{"i": "1", "o": "2"}],
        example_prompt=example,
        prefix="P {p}",
        suffix="S {q}",
        input_variables=["q", "p"],
    )
    show("few shots", lambda: shots.invoke({"q": "x", "p": 1}))
    show("their variables", lambda: shots.input_variables)
    show("async", lambda: asyncio.run(shots.ainvoke({"q": "x", "p": 1})))
    show("neither", lambda: FewShotPromptTemplate(example_prompt=example, suffix="S {q}"))
    show(
        "braces",
        lambda: FewShotPromptTemplate(examples=[{"i": "{{z}}", "o": 1}], example_prompt=example, suffix="{q}").format(
            q=1
        ),
    )
    show(
        "an example that lacks something",
        lambda: FewShotPromptTemplate(examples=[{"i": 1}], example_prompt=example, suffix="").format(),
    )
    with_templates = FewShotPromptWithTemplates(
        examples=[{"i": "z", "o": 1}],
        example_prompt=example,
        prefix=PromptTemplate.from_template("{p}"),
        suffix=PromptTemplate.from_template("{q}"),
        input_variables=["p", "q"],
    )
    show("between templates", lambda: with_templates.format(p=1, q=2))
    turns = of([("human", "{i}"), ("ai", "{o}")])
    chats = FewShotChatMessagePromptTemplate(examples=[{"i": "1", "o": "2", "z": "extra"}], example_prompt=turns)
    show("as messages", lambda: of([("system", "s"), chats, ("human", "{q}")]).invoke({"q": 1}))
    show("as messages, text", lambda: chats.format())
    selected = FewShotPromptTemplate(example_selector=Longest(), example_prompt=example, suffix="S {q}")
    show("selected", lambda: selected.invoke({"q": "abc"}))
    show("selected, async", lambda: asyncio.run(selected.ainvoke({"q": "abc"})))
    as_turns = FewShotChatMessagePromptTemplate(example_selector=Longest(), example_prompt=turns, input_variables=["q"])
    show("selected messages", lambda: of([as_turns, ("human", "{q}")]).invoke({"q": "abc"}))
    show("selected messages, async", lambda: asyncio.run(of([as_turns, ("human", "{q}")]).ainvoke({"q": "abc"})))


def roles():
    show("a person", lambda: HumanMessagePromptTemplate.from_template("{a}").format(a=1))
    show("a model", lambda: AIMessagePromptTemplate.from_template("{a}").format(a=1))
    show("a role", lambda: ChatMessagePromptTemplate.from_template("{a}", role="bob").format(a=1).role)
    show(
        "known beforehand", lambda: HumanMessagePromptTemplate.from_template("{a}", partial_variables={"a": 1}).format()
    )
    show("known for blocks", lambda: HumanMessagePromptTemplate.from_template(["{a}"], partial_variables={"a": 1}))
    more = HumanMessagePromptTemplate.from_template("{a}", additional_kwargs={"k": 1})
    show("more", lambda: more.format(a=1).additional_kwargs)
    show("its text", lambda: more.prompt.template)
    printed = of([("system", "You are {x}"), MessagesPlaceholder("h"), AIMessage("hi"), ("human", "t {u}")])
    show("printed", lambda: "\n" + printed.pretty_repr())


for part in (
    *(chats, placeholders, put_together, refused, contents),
    *(texts, mustache, own_classes, few_shots, roles),
):
    print(f"== {part.__name__}")
    part()
