"""`onechunk convert`: bytes of one dialect in, bytes of another out, as they come."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from io import BufferedIOBase
from typing import BinaryIO

import click

from onechunk._decoder import Decoder
from onechunk._encoder import Encoder
from onechunk._loss import Loss
from onechunk._plain import plain_value
from onechunk.cli._arguments import (
    dialect_option,
    examples,
    framing_option,
    input_argument,
    source_option,
)
from onechunk.cli._heard import Heard
from onechunk.cli._streams import check_distinct, json_line, open_output, pieces

__all__ = ["convert"]


@click.command(
    epilog=examples(
        "onechunk convert --from mistral --to openai answer.sse",
        "curl -sN … | onechunk convert --from llama --to mistral -o answer.sse",
        "onechunk convert --from openai --to completions --losses - answer.sse >/dev/null",
        "onechunk convert --from groq --to openai --strict answer.sse || echo would lose",
        exits="Exits with 1 if --strict and something would be lost, 3 if the input is bad.",
    )
)
@source_option(text="Dialect of the input; a profile's name will do.")
@dialect_option("--to", "target", required=True, text="Dialect of the output.")
@click.option("--strict", is_flag=True, help="Stop where something would be dropped or changed.")
@click.option(
    "--losses",
    metavar="FILE",
    type=click.Path(dir_okay=False, allow_dash=True),
    help="Write what is lost to FILE, one JSON object a line; - is standard error.",
)
@framing_option("--framing", "framing", "Framing of the input; by default its first byte tells.")
@framing_option("--to-framing", "to_framing", "Framing of the output; by default the dialect's.")
@click.option(
    "-o",
    "--output",
    metavar="OUTPUT",
    type=click.Path(dir_okay=False, allow_dash=True),
    default="-",
    help="Write there instead of to standard output.",
)
@input_argument()
def convert(
    *,
    source: str,
    target: str,
    strict: bool,
    losses: str | None,
    framing: str | None,
    to_framing: str | None,
    output: str,
    stream: BufferedIOBase,
) -> None:
    """Convert a stream to another dialect while it flows.

    INPUT is a file; left out, or -, it is standard input. Where the input is bad, or stops in the
    middle, all before that is written and the output still ends as its dialect demands.
    """
    decoder = Decoder(source, framing=framing)
    encoder = Encoder(target, framing=to_framing, strict=strict)
    check_distinct(stream, output, losses)
    with ExitStack() as stack:
        out = stack.enter_context(open_output(output))
        report = _Report(encoder, losses, stack)
        heard = Heard(source)
        stack.callback(heard.warn)
        try:
            for piece in pieces(stream):
                chunks = decoder.feed(piece)
                heard.listen(chunks)
                for chunk in chunks:
                    out.write(encoder.feed(chunk))
                out.write(encoder.comments(decoder.take_comments(), home=source == target))
                out.flush()
                report.write()
            chunks = decoder.close()
            heard.listen(chunks)
            for chunk in chunks:
                out.write(encoder.feed(chunk))
        finally:
            try:
                out.write(encoder.close())
            finally:
                out.write(encoder.abort() if strict else b"")
                report.write()


class _Report:
    """Writes losses as they are found."""

    def __init__(self, encoder: Encoder, path: str | None, stack: ExitStack) -> None:
        self._encoder = encoder
        self._written = 0
        self._out: BinaryIO | None = None
        if path == "-":
            self._out = sys.stderr.buffer
        elif path is not None:
            self._out = stack.enter_context(open_output(path))

    def write(self) -> None:
        """Write what is new."""
        if self._out is None:
            return
        new = self._encoder.losses[self._written :]
        self._written += len(new)
        for loss in new:
            self._out.write(json_line(_line(loss)))
        if new:
            self._out.flush()


def _line(loss: Loss) -> dict[str, object]:
    return {
        "event": loss.event,
        "kind": loss.kind,
        "path": loss.path,
        "value": plain_value(loss.value),
    }
