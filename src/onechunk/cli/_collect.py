"""`onechunk collect`: the whole answer of a stream."""

from __future__ import annotations

from io import BufferedIOBase

import click

from onechunk._errors import WireError
from onechunk._marks import Json
from onechunk._message import Message
from onechunk._plain import plain
from onechunk._whole import encode_message
from onechunk.cli._arguments import (
    dialect_option,
    examples,
    framing_option,
    input_argument,
    source_option,
)
from onechunk.cli._gather import gather
from onechunk.cli._streams import json_line, open_output, pieces

__all__ = ["collect"]


@click.command(
    epilog=examples(
        "onechunk collect --from mistral answer.sse",
        "onechunk collect --from anthropic answer.sse | jq -r '.choices[].parts[].text'",
        "curl -sN … | onechunk collect --from llama --to openai",
        exits="Exits with 3 if the input is bad, after the message that came before that.",
    )
)
@source_option(text="Dialect of the input; a profile's name will do.")
@dialect_option(
    "--to",
    "target",
    required=False,
    text="Write the body that this dialect has for an answer that comes whole.",
)
@framing_option("--framing", "framing", "Framing of the input; by default its first byte tells.")
@input_argument()
def collect(
    *, source: str, target: str | None, framing: str | None, stream: BufferedIOBase
) -> None:
    """Collect the chunks of a stream into one message, a JSON object.

    INPUT is a file; left out, or -, it is standard input. Fields that hold their default are left
    out. A key that said different things in turn holds {"$": "series", "values": [...]}.
    """
    gathered = gather(pieces(stream), source, framing=framing)
    with open_output("-") as out:
        out.write(json_line(_shown(gathered.message, source, target)))
    if gathered.error is not None:
        raise gathered.error


def _shown(message: Message, source: str, target: str | None) -> Json:
    if target is not None:
        return encode_message(target, message)
    try:
        return plain(message)
    except RecursionError as exc:
        text = "nested too deeply to be shown"
        raise WireError(text, dialect=source) from exc
