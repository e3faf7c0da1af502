"""A program written for langchain-core: tools that fail, or cannot be made. It prints what it sees."""

from langchain_core.tools import StructuredTool, ToolException, create_schema_from_function, tool
from telling import attempt, call, told
from toolbox import number


def undocumented(n: int) -> int:
    return n


def badly_documented(n: int) -> int:
    """Take a number.

    Args:
        banana: What is that?
    """
    return n


def failing(policy, error):
    def fail(n: int) -> int:
        """Fail."""
        raise error

    return StructuredTool.from_function(fail, handle_tool_error=policy)


def errors():
    for policy in (
        False,
        None,
        True,
        "sorry",
        lambda error: f"caught {error}",
        lambda _: [{"type": "text", "text": "x"}],
    ):
        attempt(
            "tool error",
            lambda policy=policy: told(failing(policy, ToolException("broken")).invoke(call("fail", {"n": 1}))),
        )
        attempt(
            "tool error, no call", lambda policy=policy: told(failing(policy, ToolException("broken")).invoke({"n": 1}))
        )
    attempt("empty", lambda: told(failing(True, ToolException()).invoke(call("fail", {"n": 1}))))
    attempt("other error", lambda: told(failing(True, KeyError("k")).invoke(call("fail", {"n": 1}))))
    for policy in (
        False,
        True,
        "wrong",
        lambda error: f"{len(error.errors())} {error.errors()[0]['loc']} {error.errors()[0]['type']}",
    ):
        checked = StructuredTool.from_function(
            lambda n: n,
            name="checked",
            description="d",
            handle_validation_error=policy,
            args_schema=create_schema_from_function("checked", number),
        )
        attempt("validation error", lambda checked=checked: told(checked.invoke(call("checked", {"n": "x"}))))
        attempt("validation error, no call", lambda checked=checked: told(checked.invoke({})))

    attempt("no docstring", lambda: tool(undocumented))
    attempt("no docstring, described", lambda: tool(description="told")(undocumented).description)
    attempt("bad docstring", lambda: tool(parse_docstring=True)(badly_documented))
    attempt("no sections", lambda: tool(parse_docstring=True)(number))
    attempt(
        "no sections, allowed", lambda: tool(parse_docstring=True, error_on_invalid_docstring=False)(number).description
    )
    attempt("no function", StructuredTool.from_function)
    attempt("bad schema", lambda: tool(args_schema=int)(number))
    attempt("no name", lambda: tool(3))


for part in (errors,):
    print(f"-- {part.__name__}")
    part()
