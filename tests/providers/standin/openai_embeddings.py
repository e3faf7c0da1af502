"""OpenAI's embeddings: the vector of a text follows from its words, so that texts that share words are near."""

from __future__ import annotations

import base64
import math
import zlib
from array import array
from collections.abc import Mapping, Sequence
from typing import Any

from tests.providers.standin.endpoint import MODELS, Refused, Rules
from tests.providers.standin.openai_checks import check_model
from tests.providers.standin.openai_wire import OpenAIEndpoint
from tests.providers.standin.script import Answer, Vectors

SIZES = {"text-embedding-3-large": 3072}
USUAL_SIZE = 1536
PARAMETERS = ("input", "model", "dimensions", "encoding_format", "user")
MOST = 2048  # inputs in one request


class OpenAIEmbeddings(OpenAIEndpoint):
    """`POST /v1/embeddings`."""

    path = "/v1/embeddings"
    vectors = True

    def check(self, body: Any, headers: Mapping[str, str], rules: Rules) -> None:
        if not isinstance(body, dict):
            raise Refused("We could not parse the JSON body of your request.")
        check_model(body, rules)
        for name in body:
            if name not in PARAMETERS:
                raise Refused(f"Unrecognized request argument supplied: {name}", code="unknown_parameter")
        if "embedding" not in body["model"] and body["model"] in MODELS:
            raise Refused(f"The model `{body['model']}` does not support embeddings.", 403, code="model_not_found")
        _check_inputs(inputs_of(body))
        if body.get("encoding_format", "float") not in ("float", "base64"):
            raise Refused("Invalid value for 'encoding_format'.", param="encoding_format", code="invalid_value")
        size = body.get("dimensions")
        if size is not None and not body["model"].startswith("text-embedding-3"):
            raise Refused("This model does not support specifying dimensions.", param="dimensions")
        if size is not None and not 1 <= size <= SIZES.get(body["model"], USUAL_SIZE):
            raise Refused(
                f"Invalid value for 'dimensions' = {size}. Must be less than or equal to "
                f"{SIZES.get(body['model'], USUAL_SIZE)}.",
                param="dimensions",
            )

    def whole(self, answers: Sequence[Answer | Vectors], body: Mapping[str, Any], number: int) -> dict[str, Any]:
        inputs = inputs_of(body)
        size = body.get("dimensions") or SIZES.get(body["model"], USUAL_SIZE)
        scripted = next((answer.vectors for answer in answers if isinstance(answer, Vectors)), None)
        vectors = scripted if scripted is not None else [vector_of(each, size) for each in inputs]
        base64_wanted = body.get("encoding_format") == "base64"
        data = [
            {"object": "embedding", "index": at, "embedding": _base64(vector) if base64_wanted else list(vector)}
            for at, vector in enumerate(vectors)
        ]
        tokens = sum(len(words_of(each)) for each in inputs)
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        return {"object": "list", "data": data, "model": body["model"], "usage": usage}


def inputs_of(body: Mapping[str, Any]) -> list[Any]:
    """Return the inputs one by one: texts, or lists of tokens."""
    given = body.get("input")
    if isinstance(given, list) and given and not all(isinstance(each, int) for each in given):
        return given
    return [given]


def words_of(given: str | Sequence[int]) -> list[str]:
    """Return what a vector is made of: the words of a text, or tokens."""
    return given.lower().split() if isinstance(given, str) else [str(token) for token in given]


def vector_of(given: str | Sequence[int], size: int) -> list[float]:
    """Return the vector of an input: of length 1, the same in every process."""
    vector = [0.0] * size
    for word in words_of(given):
        code = zlib.crc32(word.encode())
        vector[code % size] += 1.0 if code & (1 << 31) else -1.0
    length = math.sqrt(sum(each * each for each in vector))
    if length == 0:
        vector[0] = length = 1.0
    return [each / length for each in vector]


def _base64(vector: Sequence[float]) -> str:
    return base64.b64encode(array("f", vector).tobytes()).decode()


def _check_inputs(inputs: Sequence[Any]) -> None:
    if len(inputs) > MOST:
        raise Refused(
            f"Invalid 'input': array too long. Expected an array with maximum length {MOST}, but got {len(inputs)}.",
            param="input",
            code="array_above_max_length",
        )
    for given in inputs:
        if given == "":
            raise Refused("Invalid 'input': input cannot be an empty string.", param="input")
        tokens = isinstance(given, list) and given and all(isinstance(each, int) for each in given)
        if not isinstance(given, str) and not tokens:
            raise Refused("'$.input' is invalid. Please check the API reference.", param=None)
