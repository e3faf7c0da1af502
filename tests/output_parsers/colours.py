"""What a parser makes of a stream, the same in both colours."""


async def both(parser, chunks):
    """Return what `transform` makes of chunks, after a look whether `atransform` makes the same."""

    async def source():
        for chunk in chunks:
            yield chunk

    made = list(parser.transform(iter(chunks)))
    made_async = [each async for each in parser.atransform(source())]
    assert made_async == made, f"atransform made {made_async}, transform {made}"
    return made
