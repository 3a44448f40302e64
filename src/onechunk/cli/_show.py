"""`onechunk show`: the canonical chunks of a stream."""

from __future__ import annotations

from collections.abc import Iterator
from io import BufferedIOBase

import click

from onechunk._chunk import Chunk
from onechunk._decoder import Decoder
from onechunk._errors import WireError
from onechunk._plain import plain
from onechunk.cli._arguments import examples, framing_option, input_argument, source_option
from onechunk.cli._heard import Heard
from onechunk.cli._streams import json_line, open_output, pieces

__all__ = ["show"]


@click.command(
    epilog=examples(
        "onechunk show --from mistral answer.sse",
        "onechunk show --from openai answer.sse | jq -c '.choices[]?.parts'",
        "curl -sN … | onechunk show --from llama",
        exits="Exits with 3 if the input is bad, after all chunks before that.",
    )
)
@source_option(text="Dialect of the input; a profile's name will do.")
@framing_option("--framing", "framing", "Framing of the input; by default its first byte tells.")
@input_argument()
def show(*, source: str, framing: str | None, stream: BufferedIOBase) -> None:
    """Show a stream's canonical chunks, one JSON object a line.

    INPUT is a file; left out, or -, it is standard input. Fields that hold their default are left
    out. In what the canonical chunk has no word for, {"$": "unset"} stands for a key that the
    dialect always sends and this time did not, {"$": "derived"} for a copy of a canonical field.
    """
    number = 0
    heard = Heard(source)
    with open_output("-") as out:
        for chunks in _batches(Decoder(source, framing=framing), stream):
            heard.listen(chunks)
            for chunk in chunks:
                number += 1
                out.write(_line(chunk, source, number))
            out.flush()
    heard.warn()


def _batches(decoder: Decoder, stream: BufferedIOBase) -> Iterator[list[Chunk]]:
    for piece in pieces(stream):
        yield decoder.feed(piece)
    yield decoder.close()


def _line(chunk: Chunk, dialect: str, number: int) -> bytes:
    try:
        return json_line(plain(chunk))
    except RecursionError as exc:
        message = "nested too deeply to be shown"
        raise WireError(message, dialect=dialect, event=number) from exc
