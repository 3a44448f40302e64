"""`onechunk serve`: what it is told, what it says, and how it stops."""

from __future__ import annotations

import inspect
import json
import signal
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from attrs import fields
from click import Context

from onechunk.cli._serve import LIMITS, serve
from onechunk.gateway import Limits, create_app
from onechunk.gateway._server import listener
from tests.support.command_line import run, run_process
from tests.support.gateway import ASK, EVENT, EVENTS, SECRET, STOP, ends_in, is_whole, run_command
from tests.support.paths import ROOT
from tests.support.upstream import SECONDS, Answer, Gate, Upstream, replay

ADDRESS = ("--upstream", "https://llm.example", "--from", "openai", "--to", "anthropic")

FUNCTIONS = f"""
import json

number = 1

def ask(method, path, headers, body):
    if json.loads(body)["model"] == "bad":
        raise ValueError("{SECRET}")
    return method, "/asked", headers, body
"""


def from_openai(address: str) -> tuple[str, ...]:
    """Return arguments for an upstream of OpenAI's dialect and Anthropic's clients."""
    return ("--upstream", address, "--from", "openai", "--to", "anthropic")


def test_defaults_are_those_of_the_app() -> None:
    """What stands in the help is what the app has where nothing is said."""
    assert [(name, default) for name, _, default, _ in LIMITS] == [
        (each.name, each.default) for each in fields(Limits)
    ]
    app = inspect.signature(create_app).parameters
    options = {option.name: option.get_default(Context(serve)) for option in serve.params}
    names = ("header", "keep_alive", "health", "metrics")
    assert {name: options[name] for name in names} == {name: app[name].default for name in names}
    assert not options["strict"]
    assert not options["log_text"]


def test_options_of_the_environment(upstream: Upstream) -> None:
    """Every option but the routes may stand in the environment."""
    environment = {
        "ONECHUNK_SERVE_UPSTREAM": upstream.add(Answer([EVENT, STOP], EVENTS)),
        "ONECHUNK_SERVE_FROM": "openai",
        "ONECHUNK_SERVE_TO": "anthropic",
        "ONECHUNK_SERVE_MAX_BODY": "100",
        "ONECHUNK_SERVE_HEADER": "x-dialect",
        "ONECHUNK_SERVE_HEALTH": "/h",
        "ONECHUNK_SERVE_METRICS": "none",
        "ONECHUNK_SERVE_LOG_TEXT": "1",
    }
    with run_command(**environment) as gateway, httpx.Client(base_url=gateway.url) as client:
        large = client.post("/", content=b" " * 101)
        chosen = client.post("/", json={}, headers={"x-dialect": "cohere"})
        assert large.status_code == 413
        assert "100 bytes" in large.text
        assert is_whole(chosen.content, "cohere")
        assert client.get("/h").json() == {"status": "ok"}
        # There are no such pages: the route has all other paths.
        assert is_whole(client.get("/metrics").content)
        assert is_whole(client.get("/healthz").content)
        gateway.wait(lambda: len(gateway.lines) == 4)
    assert [record.get("request_text") for record in gateway.records] == [None, "{}", "", ""]
    variables = {option.envvar for option in serve.params if option.name not in {"routes", "help"}}
    assert None not in variables
    assert set(environment) < variables


def test_routes(upstream: Upstream) -> None:
    """A route for each prefix, and one for all other paths or none."""
    first, second = upstream.add(Answer([EVENT, STOP])), upstream.add(Answer([EVENT, STOP]))
    routes = [
        *("--route", "/a/", "openai", "anthropic", first),
        *("--route", "/b", "openai", "cohere", second),
    ]
    with run_command(*routes) as gateway, httpx.Client(base_url=gateway.url) as client:
        assert is_whole(client.post("/a/x", json=ASK).content)
        assert is_whole(client.post("/b/x", json=ASK).content, "cohere")
        assert client.post("/c", json=ASK).status_code == 404
    with run_command(*routes, *from_openai(first)) as gateway:
        assert is_whole(httpx.post(f"{gateway.url}/c", json=ASK).content)


def test_the_request_callable(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes from a module of the current directory; what it raises is not told in full."""
    (tmp_path / "my_functions.py").write_text(FUNCTIONS)
    monkeypatch.chdir(tmp_path)
    address = from_openai(upstream.add(Answer([EVENT, STOP])))
    with run_command(*address, "--request", "my_functions:ask") as gateway:
        assert is_whole(httpx.post(gateway.url, json=ASK).content)
        assert upstream.requests[-1].target.endswith("/asked")
        failed = httpx.post(gateway.url, json={**ASK, "model": "bad"})
        assert failed.status_code == 500
    assert [record.get("error") for record in gateway.records] == [None, "ValueError"]
    assert SECRET not in failed.text + "".join(gateway.lines)


def test_what_passes_and_breaks_off(upstream: Upstream) -> None:
    """The client sees the break, and one line of the log tells of it."""
    page = Answer([b"<p>"], [("content-type", "text/html")], end="cut")
    with run_command(*from_openai(upstream.add(page))) as gateway:
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(gateway.url)
        gateway.wait(lambda: gateway.records)
    [line] = gateway.lines
    assert json.loads(line)["outcome"] == "broken"


def test_events_do_not_wait_for_each_other() -> None:
    """What is written goes out at once, though what was written before is not acknowledged yet."""
    with listener("127.0.0.1", 0) as sock, socket.create_connection(sock.getsockname()):
        connection, _ = sock.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_who_takes_nothing_is_let_go(upstream: Upstream) -> None:
    """The connection ends, though the client neither reads nor leaves."""
    answer = Answer([EVENT * 1000] * 2000, EVENTS)
    with (
        run_command(
            *from_openai(upstream.add(answer)), "--max-idle", "1", "--max-total", "1"
        ) as gateway,
        socket.create_connection(("127.0.0.1", gateway.port), SECONDS) as raw,
    ):
        raw.sendall(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n")
        gateway.wait(lambda: gateway.records)
        # What was sent is still there to be read; but nobody is there to hear another word.
        until = time.monotonic() + SECONDS
        while is_open(raw):
            assert time.monotonic() < until
            # The system does not count the silence of a client that sends all the time.
            time.sleep(1.5)
    [record] = gateway.records
    assert record["outcome"] == "total"


def is_open(connection: socket.socket) -> bool:
    """Say whether the other side still takes anything."""
    try:
        connection.send(b"\n")
    except ConnectionError:
        return False
    return True


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, -15), (signal.SIGINT, 130)])
def test_a_stop_waits_for_streams(upstream: Upstream, number: int, code: int) -> None:
    """What is being answered is answered to its end, and nothing new is."""
    gate = Gate()
    answer = Answer([EVENT, gate, STOP], EVENTS)
    with (
        run_command(*from_openai(upstream.add(answer))) as gateway,
        httpx.stream("POST", gateway.url, json=ASK, timeout=SECONDS) as response,
    ):
        pieces = response.iter_bytes()
        first = next(pieces)
        gateway.signal(number)
        gateway.wait_closed()
        gate.open()
        assert is_whole(first + b"".join(pieces))
        assert gateway.wait_ended() == code
    [record] = gateway.records
    assert record["outcome"] == "complete"


@pytest.mark.parametrize(
    ("grace", "numbers", "code"),
    [
        ("1", [signal.SIGTERM], -15),
        ("60", [signal.SIGINT, signal.SIGINT], 130),
        ("60", [signal.SIGTERM, signal.SIGINT], -15),
        ("60", [signal.SIGINT, signal.SIGTERM, signal.SIGINT], -15),
    ],
    ids=["the time is over", "twice", "stop, then haste", "three"],
)
def test_a_stop_ends_streams_that_do_not_end(
    upstream: Upstream, grace: str, numbers: list[int], code: int
) -> None:
    """When the time given is over a stream ends legally, and the upstream is let go."""
    answer = Answer([EVENT], EVENTS, end="never")
    with (
        run_command(*from_openai(upstream.add(answer)), "--grace", grace) as gateway,
        httpx.stream("POST", gateway.url, json=ASK, timeout=SECONDS) as response,
    ):
        pieces = response.iter_bytes()
        first = next(pieces)
        for number in numbers:
            gateway.signal(number)
            gateway.wait_closed()
        stopped = time.monotonic()
        assert ends_in(first + b"".join(pieces)) == "the gateway was shut down"
        assert time.monotonic() - stopped < SECONDS
        upstream.wait(lambda: answer.left == 1)
        assert gateway.wait_ended() == code
    assert gateway.records[-1]["outcome"] == "stopped"
    assert all(json.loads(line) for line in gateway.lines)
    # What was stopped on purpose is no failure, so there is nothing to trace.
    assert not any("Traceback" in line or "CancelledError" in line for line in gateway.lines)


@pytest.mark.parametrize(
    ("grace", "numbers"),
    [("1", [signal.SIGTERM]), ("60", [signal.SIGINT, signal.SIGINT])],
    ids=["the time is over", "the second signal"],
)
def test_a_stop_before_an_answer(grace: str, numbers: list[int]) -> None:
    """Who has been answered nothing yet is told to come again."""
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        ThreadPoolExecutor(1) as pool,
        run_command(
            *from_openai(f"http://127.0.0.1:{silent.getsockname()[1]}"), "--grace", grace
        ) as gateway,
    ):
        answer = pool.submit(httpx.post, gateway.url, json=ASK, timeout=SECONDS)
        silent.settimeout(SECONDS)
        with silent.accept()[0]:
            for number in numbers:
                gateway.signal(number)
                gateway.wait_closed()
            response = answer.result(SECONDS)
    assert response.status_code == 503
    assert response.json()["error"]["message"] == "the gateway was shut down"


def test_the_page_s_request_callable(upstream: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client of OpenAI's asks a server of Anthropic's as the page shows."""
    monkeypatch.chdir(ROOT / "docs" / "examples")
    address = upstream.add(replay("anthropic/stop-sequence"))
    arguments = ("--upstream", address, "--from", "anthropic", "--to", "openai")
    question: Any = [
        {"role": "system", "content": "Be short."},
        {"role": "user", "content": "tide?"},
    ]
    with (
        run_command(*arguments, "--request", "as_messages:as_messages") as gateway,
        openai.OpenAI(base_url=f"{gateway.url}/v1", api_key=SECRET, max_retries=0) as client,
    ):
        chunks = [*client.chat.completions.create(model="m", stream=True, messages=question)]
    request = upstream.requests[-1]
    assert request.target.endswith("/v1/messages")
    assert request.header("x-api-key") == SECRET
    assert request.header("authorization") is None
    assert json.loads(request.body) == {
        "model": "m",
        "max_tokens": 1024,
        "stream": True,
        "system": "Be short.",
        "messages": [{"role": "user", "content": "tide?"}],
    }
    assert "".join(choice.delta.content or "" for c in chunks for choice in c.choices)
    assert SECRET not in "".join(gateway.lines)


def test_a_socket_with_a_body(upstream: Upstream) -> None:
    """It is refused in words, whatever libraries are here, and does not hinder the end."""
    gate = Gate()
    address = from_openai(upstream.add(Answer([EVENT, gate, STOP], EVENTS)))
    with (
        run_command(*address) as gateway,
        httpx.stream("POST", gateway.url, json=ASK, timeout=SECONDS) as response,
        socket.create_connection(("127.0.0.1", gateway.port), SECONDS) as raw,
    ):
        pieces = response.iter_bytes()
        first = next(pieces)
        raw.sendall(
            b"POST / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
            b"content-length: 2\r\n\r\n{}"
        )
        assert raw.recv(65536).startswith(b"HTTP/1.1 403 ")
        gateway.signal(signal.SIGTERM)
        gateway.wait_closed()
        gate.open()
        assert is_whole(first + b"".join(pieces))
        assert gateway.wait_ended() == -15
    assert [record["status"] for record in gateway.records] == [403, 200]
    assert all(json.loads(line) for line in gateway.lines)


def test_no_limit_of_time(upstream: Upstream) -> None:
    """A limit may be without end."""
    address = from_openai(upstream.add(Answer([EVENT, STOP])))
    with run_command(*address, "--max-idle", "inf", "--max-total", "inf") as gateway:
        assert is_whole(httpx.post(gateway.url, json=ASK).content)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "--upstream, --from and --to belong together"),
        (ADDRESS[:4], "--upstream, --from and --to belong together"),
        ((*ADDRESS[:5], "latin"), "unknown dialect 'latin'"),
        (("--upstream", f"https://u:{SECRET}@a.example", *ADDRESS[2:]), "no password"),
        (("--upstream", f"{SECRET}.example", *ADDRESS[2:]), "an upstream must be an address"),
        ((*ADDRESS, "--route", "a", "openai", "cohere", "https://a.example"), "the prefix 'a'"),
        ((*ADDRESS, "--route", "/", "openai", "cohere", "https://a.example"), "two routes"),
        ((*ADDRESS, "--max-idle", "0"), "'idle' must be a number above 0"),
        ((*ADDRESS, "--max-total", "nan"), "'total' must be a number above 0"),
        ((*ADDRESS, "--keep-alive", "-1"), "-1.0 is not in the range"),
        ((*ADDRESS, "--header", "a b"), "no header can have the name 'a b'"),
        ((*ADDRESS, "--health", "h"), "the path 'h' must be like '/healthz'"),
        ((*ADDRESS, "--metrics", "/{x}"), "the path '/{x}' must be like '/healthz'"),
        ((*ADDRESS, "--request", "nothing_here:f"), "No module named 'nothing_here'"),
        ((*ADDRESS, "--request", "json"), "--request json"),
        ((*ADDRESS, "--request", "json:nothing"), "has no attribute 'nothing'"),
        ((*ADDRESS, "--request", "json:__name__"), "that is no function"),
        ((*ADDRESS, "--port", "70000"), "70000 is not in the range"),
        ((*ADDRESS, "--host", "256.0.0.1"), "256.0.0.1"),
    ],
    ids=str,
)
def test_mistakes_are_one_line(arguments: tuple[str, ...], words: str) -> None:
    """Nothing runs, one line says why, and holds no password."""
    path = [*sys.path]
    result = run("serve", *arguments)
    sys.path[:] = path
    assert (result.code, result.out) == (2, b"")
    assert words in result.error
    assert result.error.count("\n") == 1
    assert SECRET not in result.error


def test_a_port_in_use() -> None:
    """It is told which."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run_process("serve", *ADDRESS, "--port", str(port))
    assert result.code == 2
    assert f"127.0.0.1:{port}" in result.error
    assert result.error.count("\n") == 1


def test_without_the_extra(tmp_path: Path) -> None:
    """It is said what to install."""
    (tmp_path / "uvicorn.py").write_text("raise ImportError('not here')")
    result = run_process("serve", *ADDRESS, environment={"PYTHONPATH": str(tmp_path)})
    assert (result.code, result.out) == (2, b"")
    assert result.error == "onechunk: serve needs more packages: pip install 'onechunk[gateway]'\n"
