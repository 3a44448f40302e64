"""What the gateway costs beside LiteLLM's proxy, both in front of the same replayed upstream.

`make bench-gateway`, or `python -m benchmarks.gateway --litellm PATH` with the path of its command.
Each proxy is one process with one worker. Its CPU time is the system's own count for the process,
so that neither the upstream nor the client is measured; the added latency is the median time from
the request to the first bytes of the body, without that of the same request sent to the upstream.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import product
from pathlib import Path
from typing import Final

from attrs import astuple, frozen

from benchmarks.streams import events_of, payloads
from onechunk import accumulate, read
from tests.support.upstream import Answer, Step, serve

HOST: Final = "127.0.0.1"
MODEL: Final = "m"
PATHS: Final = {"openai": "/chat/completions", "anthropic": "/v1/messages"}
"""Dialect to what its clients add to the base address."""

LITELLM: Final = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    # Ours asks no client who it is, either; both hear the loopback only.
    "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true",
}
"""What LiteLLM needs to start on one machine and to fetch nothing."""

TICK: Final = os.sysconf("SC_CLK_TCK")
PATIENCE: Final = 120.0
"""Seconds that a proxy may take to start."""

PACES: Final = (0.0, 0.002)
"""Seconds between two events: none, so that many come in one piece, or some, so that none do."""

HEAD: Final = 5
"""Events until the first words, in every dialect."""

WARM: Final = 5
"""Requests before the first that counts."""


@frozen
class Figures:
    """What was measured of one way to the upstream.

    Attributes:
        cpu: Microseconds of the proxy's CPU time by chunk.
        first: Median milliseconds from the request to the first bytes of the body.
        memory: MiB of the proxy that are resident at the end.
        start: Seconds until the first bytes of the proxy's first answer.
    """

    cpu: float
    first: float
    memory: float
    start: float


@frozen
class Proxy:
    """A running proxy: where it listens, its process, and how long it took to start."""

    port: int
    pid: int
    start: float


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def ask(port: int, path: str) -> tuple[float, bytes]:
    """Ask for a stream; return the seconds to its first bytes, and all of it."""
    body = {"model": MODEL, "stream": True, "messages": [{"role": "user", "content": "tide?"}]}
    connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
    try:
        headers = {"content-type": "application/json", "authorization": "Bearer none"}
        started = time.perf_counter()
        connection.request("POST", path, json.dumps(body), headers)
        response = connection.getresponse()
        data = response.read1()
        first = time.perf_counter() - started
        data += response.read()
        if response.status != http.HTTPStatus.OK:
            sys.exit(f"{path} was answered with {response.status}")
        return first, data
    finally:
        connection.close()


@contextmanager
def running(command: Sequence[str], path: str, port: int, log: Path) -> Generator[Proxy]:
    """Run a proxy until the block ends; it is there as soon as it answers."""
    started = time.perf_counter()
    with log.open("wb") as out:
        process = subprocess.Popen(  # noqa: S603 - the commands of this file
            command, stdout=out, stderr=out, env={**os.environ, **LITELLM}
        )
        try:
            while True:
                if process.poll() is not None or time.perf_counter() - started > PATIENCE:
                    sys.exit(f"{command[0]} did not start:\n{log.read_text()[-2000:]}")
                try:
                    asked = time.perf_counter()
                    start = asked - started + ask(port, path)[0]
                    break
                except OSError:
                    time.sleep(0.05)
            yield Proxy(port, process.pid, start)
        finally:
            process.terminate()
            process.wait(PATIENCE)


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has used, in user and system mode."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def resident(pid: int) -> float:
    """Return the resident memory of a process in MiB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def measure(
    proxy: Proxy, path: str, direct: tuple[int, str], source: str, *, rounds: int, events: int
) -> Figures:
    """Ask in turn the proxy and the upstream itself, which must say the same."""
    for _ in range(WARM):
        heard = accumulate(read([ask(proxy.port, path)[1]], "openai"))
        said = accumulate(read([ask(*direct)[1]], source))
        if (heard.text, heard.finish_reason) != (said.text, said.finish_reason):
            sys.exit(f"{path} says something else than the upstream")
    through: list[float] = []
    past: list[float] = []
    before = cpu_seconds(proxy.pid)
    for _ in range(rounds):
        through.append(ask(proxy.port, path)[0])
        past.append(ask(*direct)[0])
    spent = cpu_seconds(proxy.pid) - before
    return Figures(
        cpu=spent / (rounds * events) * 1e6,
        first=(statistics.median(through) - statistics.median(past)) * 1e3,
        memory=resident(proxy.pid),
        start=proxy.start,
    )


def onechunk_command(upstream: str, source: str, port: int) -> list[str]:
    """Return the command that starts the gateway in front of *upstream*."""
    module = [sys.executable, "-m", "onechunk.cli", "serve"]
    return [
        *module,
        *("--upstream", upstream, "--from", source, "--to", "openai", "--port", str(port)),
    ]


def litellm_command(litellm: str, upstream: str, source: str, port: int, work: Path) -> list[str]:
    """Return the command that starts LiteLLM's proxy in front of *upstream*."""
    parameters = {"model": f"{source}/{MODEL}", "api_base": upstream, "api_key": "none"}
    config = work / "config.yaml"
    # JSON is YAML.
    config.write_text(
        json.dumps({"model_list": [{"model_name": MODEL, "litellm_params": parameters}]})
    )
    return [litellm, "--config", str(config), "--host", HOST, "--port", str(port)]


def compare(
    source: str, pace: float, litellm: str | None, rounds: int, events: int
) -> dict[str, Figures]:
    """Measure both in front of an upstream that streams *source*, for OpenAI's clients."""
    stream = events_of(source, payloads(source, events))
    # The first words alone, so that the time to them is not that of the rest.
    steps: list[Step] = [b"".join(stream[:HEAD]), 0.02]
    for event in stream[HEAD:]:
        steps += [pace, event] if pace else [event]
    found: dict[str, Figures] = {}
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        upstream = stack.enter_context(serve()).add(Answer(steps))
        host = upstream.removeprefix("http://")
        port, base = host.partition(":")[2].split("/", 1)
        direct = int(port), f"/{base}{PATHS[source]}"
        commands = {
            "onechunk": (
                PATHS[source],
                onechunk_command(upstream, source, ours := free_port()),
                ours,
            )
        }
        if litellm is not None:
            theirs = free_port()
            command = litellm_command(litellm, upstream, source, theirs, work)
            commands["litellm"] = "/chat/completions", command, theirs
        for name, (path, command, proxy_port) in commands.items():
            with running(command, path, proxy_port, work / f"{name}.log") as proxy:
                found[name] = measure(proxy, path, direct, source, rounds=rounds, events=events)
    return found


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--litellm", help="path of LiteLLM's command; without it, ours alone")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--events", type=int, default=500)
    options = parser.parse_args()
    head = ("upstream", "paced", "proxy", "CPU µs/chunk", "first chunk +ms", "MiB", "start s")
    if options.litellm is not None:
        command, environment = [options.litellm, "--version"], {**os.environ, **LITELLM}
        print(subprocess.check_output(command, text=True, env=environment).strip())  # noqa: S603
    print("".join(f"{each:>17}" for each in head))
    for source, pace in product(PATHS, PACES):
        found = compare(source, pace, options.litellm, options.rounds, options.events)
        rows = {name: astuple(each) for name, each in found.items()}
        if len(rows) > 1:
            pairs = zip(rows["litellm"], rows["onechunk"], strict=True)
            rows["ratio"] = tuple(theirs / ours for theirs, ours in pairs)
        for name, cells in rows.items():
            words = (source, f"{pace * 1e3:g} ms" if pace else "no", name)
            print("".join(f"{word:>17}" for word in words), *(f"{cell:16.1f}" for cell in cells))


if __name__ == "__main__":
    main()
