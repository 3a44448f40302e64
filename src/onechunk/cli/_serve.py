"""`onechunk serve`: the gateway, ready to run."""

from __future__ import annotations

import importlib
import os
import socket
import sys
from collections.abc import Callable
from typing import Any, Final

import click

from onechunk._errors import OnechunkError
from onechunk.cli._arguments import examples
from onechunk.cli._exits import INTERRUPTED

__all__ = ["serve"]

# These stand in `Limits`, too: a test compares them. The extra may be missing where help is shown.
LIMITS: Final[tuple[tuple[str, type, float, str], ...]] = (
    ("body", int, 32 * 1024 * 1024, "Most bytes of a request's body."),
    ("frame", int, 32 * 1024 * 1024, "Most bytes of an upstream's event, or of a whole answer."),
    ("upload", float, 60.0, "Most seconds for a request's body to come."),
    ("connect", float, 10.0, "Most seconds to connect to an upstream."),
    ("idle", float, 300.0, "Most seconds for which an upstream may be silent."),
    ("total", float, 3600.0, "Most seconds for all of one request."),
    ("streams", int, 1000, "Most requests that are answered at a time."),
)
"""Name of a limit, its type, its default and what it is."""


class _OrNone(click.ParamType[str | None]):
    """A text, or the word `none`: what is empty in the environment counts as not given."""

    name = "text"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> str | None:
        """Return the text."""
        del param, ctx
        return None if value == "none" else value


_OR_NONE: Final = _OrNone()


def _option(name: str, *names: str, **settings: Any) -> Callable[[Any], Any]:
    """Return an option that may be set in the environment as well."""
    # Kubernetes sets ONECHUNK_PORT itself where a service has that name.
    variable = f"ONECHUNK_SERVE_{name.removeprefix('--').replace('-', '_').upper()}"
    return click.option(name, *names, envvar=variable, show_envvar=True, **settings)


def _limits(command: Any) -> Any:
    for name, kind, default, text in reversed(LIMITS):
        option = _option(
            f"--max-{name}", f"max_{name}", type=kind, default=default, show_default=True, help=text
        )
        command = option(command)
    return command


@click.command(
    epilog=examples(
        "onechunk serve --upstream https://api.example.com/v1 --from mistral --to openai",
        "onechunk serve --route /chat anthropic openai https://a.example --port 8080",
        "onechunk serve --route /a openai anthropic https://b.example --request ours:ask",
        exits="Runs until SIGINT or SIGTERM; exits with 2 if the configuration is wrong.",
    )
)
@_option("--upstream", metavar="URL", help="Address below which requests are sent.")
@_option("--from", "source", metavar="DIALECT", help="Dialect of the upstream.")
@_option("--to", "target", metavar="DIALECT", help="Dialect of the clients.")
@click.option(
    "--route",
    "routes",
    multiple=True,
    nargs=4,
    metavar="PREFIX FROM TO URL",
    help="Another upstream, for paths that begin with PREFIX; may be given again.",
)
@_option(
    "--request",
    metavar="MODULE:FUNCTION",
    help="Makes of method, path, headers and body those that are sent upstream.",
)
@_option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@_option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port.")
@_option(
    "--header",
    type=_OR_NONE,
    default="onechunk-to",
    show_default=True,
    help="Request header by which clients choose another target; none for no header.",
)
@_option(
    "--keep-alive",
    type=click.FloatRange(0),
    default=15.0,
    show_default=True,
    help="Seconds of silence after which a stream gets a comment; 0 for never.",
)
@_limits
@_option(
    "--grace",
    type=click.IntRange(0),
    default=30,
    show_default=True,
    help="Seconds that streams are given to end when the gateway is stopped.",
)
@_option(
    "--health", type=_OR_NONE, default="/healthz", show_default=True, help="Path; none for no page."
)
@_option(
    "--metrics",
    type=_OR_NONE,
    default="/metrics",
    show_default=True,
    help="Path; none for no page.",
)
@_option("--log-text", is_flag=True, help="Log the texts of requests and answers, too.")
@_option("--strict", is_flag=True, help="End in an error what would lose something.")
def serve(
    *,
    upstream: str | None,
    source: str | None,
    target: str | None,
    routes: tuple[tuple[str, str, str, str], ...],
    request: str | None,
    host: str,
    port: int,
    header: str | None,
    keep_alive: float,
    grace: int,
    health: str | None,
    metrics: str | None,
    log_text: bool,
    strict: bool,
    **limits: float,
) -> None:
    """Run a gateway: clients of one dialect ask servers of another.

    Requests are sent on as they come, or as --request makes them; answers are translated while
    they come. One line of JSON is logged for each request on standard error.
    """
    try:
        from onechunk import gateway
        from onechunk.gateway._logging import log_to_stderr
        from onechunk.gateway._server import listener, run
    except ImportError:
        message = "serve needs more packages: pip install 'onechunk[gateway]'"
        raise click.ClickException(message) from None
    rewrite = None if request is None else _function(request)
    if (upstream, source, target).count(None) not in {0, 3} or not (upstream or routes):
        message = "--upstream, --from and --to belong together"
        raise click.UsageError(message)
    ways = [(url, f, t, prefix.rstrip("/")) for prefix, f, t, url in routes]
    if upstream is not None and source is not None and target is not None:
        ways.append((upstream, source, target, ""))
    most: dict[str, Any] = {name.removeprefix("max_"): value for name, value in limits.items()}
    try:
        app = gateway.create_app(
            [gateway.Route(*way, rewrite) for way in ways],
            limits=gateway.Limits(**most),
            header=header,
            keep_alive=keep_alive or None,
            health=health,
            metrics=metrics,
            log_text=log_text,
            strict=strict,
        )
    except OnechunkError as error:
        raise click.UsageError(str(error)) from None
    with _listener(listener, host, port) as sock:
        log_to_stderr()
        place = f"[{host}]" if ":" in host else host
        click.echo(f"onechunk: http://{place}:{sock.getsockname()[1]}", err=True)
        try:
            run(app, sock, silence=most["idle"], grace=grace)
        except KeyboardInterrupt:
            # All is over by now. click would write an empty line, which is no JSON.
            raise click.exceptions.Exit(INTERRUPTED) from None


def _listener(make: Callable[[str, int], socket.socket], host: str, port: int) -> socket.socket:
    try:
        return make(host, port)
    except OSError as error:
        message = f"cannot listen at {host}:{port}: {error.strerror}"
        raise click.ClickException(message) from None


def _function(name: str) -> Any:
    """Return the function that *name* stands for, also of a module in the current directory."""
    module, _, function = name.partition(":")
    sys.path.insert(0, os.getcwd())  # noqa: PTH109 - as Python itself puts it there
    try:
        found = getattr(importlib.import_module(module), function)
    except Exception as error:  # noqa: BLE001 - a module may raise anything
        message = f"--request {name}: {type(error).__name__}: {error}"
        raise click.UsageError(message) from None
    if not callable(found):
        message = f"--request {name}: that is no function"
        raise click.UsageError(message)
    return found
