"""A real browser reads streams of the gateway, by `fetch` and by `EventSource`."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from threading import Condition
from typing import Any, Final

import attrs
import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route as Page

from onechunk.gateway import Route, create_app
from tests.support.app_server import run_app
from tests.support.gateway import settle
from tests.support.meaning import meaning
from tests.support.paths import ROOT
from tests.support.recordings import RECORDINGS
from tests.support.streams import decode_all
from tests.support.upstream import SECONDS, Answer, Gate, Upstream, replay

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
BROWSER: Final = next(filter(None, map(shutil.which, NAMES)), None)
REQUIRED: Final = "ONECHUNK_BROWSER"
"""Set in the environment where there must be a browser."""

PICTURE: Final = "ONECHUNK_PICTURE"
"""Names in the environment a file for what the browser shows, for a person to look at."""

FLAGS: Final = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--window-size=1200,270",
)

[RECORDING] = [each for each in RECORDINGS if each.id == "anthropic/text-with-pings-and-padding"]
WORDS: Final = RECORDING.data.index(b"event: content_block_delta")
FIRST: Final = RECORDING.data.index(b"\n\n", WORDS) + 2
"""Where the first words of the recording end."""

WAYS: Final = ("fetch", "events", "broken")
"""The ways in which the page reads, in the order of the answers."""

SPOKEN: Final = meaning(decode_all("anthropic", [RECORDING.data[:FIRST]]))[0, "text"]
"""The first words."""

BROKE_OFF: Final = "the upstream's answer broke off"

pytestmark = pytest.mark.skipif(
    BROWSER is None and REQUIRED not in os.environ, reason="no Chromium is installed"
)


@attrs.define(eq=False)
class Seen:
    """What the page tells of itself, and what is sent to it: by way and event the text."""

    told: dict[tuple[str, str], str] = attrs.field(factory=dict[tuple[str, str], str])
    over: bool = False
    changed: Condition = attrs.field(factory=Condition)

    def tell(self, request: Request) -> Response:
        """Hear of something."""
        said = request.query_params
        self.note(said["way"], said["what"], said["text"])
        return Response(status_code=204)

    def note(self, way: str, what: str, text: str = "") -> None:
        """Keep something."""
        with self.changed:
            self.told[way, what] = text
            self.changed.notify_all()

    def wait(self, *keys: tuple[str, str]) -> None:
        """Wait until all of *keys* were told."""
        self._wait(lambda: all(key in self.told for key in keys))

    def end(self) -> None:
        """Let the page be complete, so that its picture is taken."""
        with self.changed:
            self.over = True
            self.changed.notify_all()

    def hold(self, _: Request) -> Response:
        """Answer by a picture when all is over."""
        self._wait(lambda: self.over)
        return Response("<svg xmlns='http://www.w3.org/2000/svg'/>", media_type="image/svg+xml")

    def _wait(self, condition: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, 3 * SECONDS), self.told


def show(_: Request) -> Response:
    """Answer by the page."""
    return FileResponse(ROOT / "tests/support/browser.html")


@contextmanager
def site(upstream: Upstream, fetch: Answer, events: Answer, broken: Answer) -> Generator[Any]:
    """Serve the page and a gateway with three routes at one origin; give both."""
    seen = Seen()
    pages = [
        Page("/", show),
        Page("/seen", seen.tell, methods=["POST"]),
        Page("/held.svg", seen.hold),
    ]
    page = Starlette(routes=pages)
    ways = (("/chat", "openai", fetch), ("/messages", "anthropic", events))
    routes = [
        Route(upstream.add(answer), "anthropic", target, prefix)
        for prefix, target, answer in (*ways, ("/dying", "openai", broken))
    ]
    gateway = create_app(routes, keep_alive=0.05)
    paths = {each.path for each in pages}

    async def both(scope: Any, receive: Any, send: Any) -> None:
        path = scope.get("path")

        async def watched(message: Any) -> None:
            await send(message)
            if message.get("body", b"").startswith(b":"):
                seen.note(path, "comment")

        await (page if path in paths else gateway)(scope, receive, watched)

    with run_app(both, lifespan="on") as url:
        try:
            yield url, seen
        finally:
            seen.end()


@contextmanager
def browser(url: str, folder: Path) -> Generator[subprocess.Popen[bytes]]:
    """Run a browser that takes a picture of *url* as soon as it has loaded; end all it started."""
    assert BROWSER is not None, "no Chromium is installed, and there must be one"
    command = [BROWSER, *FLAGS, f"--user-data-dir={folder}/user"]
    command += [f"--screenshot={folder}/page.png", url]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def complete(url: str, seen: Seen, process: subprocess.Popen[bytes]) -> None:
    """Let the browser take its picture and end, once all streams are over.

    An EventSource that nobody has closed hears of the end of its connection before that.
    """
    with httpx.Client(base_url=url) as client:
        settle(client)
    seen.end()
    assert process.wait(SECONDS) == 0


def test_a_browser(upstream: Upstream, tmp_path: Path) -> None:
    """It shows the first words before the rest is sent, all of them, and what broke off."""
    data = RECORDING.data
    gates = (Gate(), Gate(), Gate())
    answers = [replay(RECORDING, [data[:FIRST], gate, data[FIRST:]]) for gate in gates]
    answers[2] = replay(RECORDING, [data[:FIRST], gates[2]], end="reset")
    with site(upstream, *answers) as (url, seen), browser(url, tmp_path) as process:
        seen.wait(*((way, "first") for way in WAYS))
        # Signs of life come while the upstream is held back, and disturb nobody. Of those that an
        # EventSource skips only the server can tell.
        seen.wait(("fetch", "alive"), ("broken", "alive"), ("/messages/v1/messages", "comment"))
        for gate in gates:
            assert gate.reached.wait(SECONDS)
            gate.open()
        seen.wait(("fetch", "done"), ("events", "done"), ("broken", "kept"), ("broken", "error"))
        complete(url, seen, process)
    said = meaning(decode_all("anthropic", [data]))[0, "text"]
    told = {key: text for key, text in seen.told.items() if key[1] not in {"alive", "comment"}}
    assert told == {
        **{(way, "first"): SPOKEN for way in WAYS},
        ("fetch", "done"): said,
        ("events", "done"): said,
        ("broken", "kept"): SPOKEN,
        ("broken", "error"): BROKE_OFF,
    }
    # An EventSource asks again where a stream ends before its end is told.
    assert [answer.began for answer in answers] == [1, 1, 1]
    picture = tmp_path / "page.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    if PICTURE in os.environ:
        shutil.copy(picture, os.environ[PICTURE])


def test_a_browser_hears_of_a_death(upstream: Upstream, tmp_path: Path) -> None:
    """Each way shows what came and the error, and an EventSource does not ask again."""
    gate = Gate()
    answers = [replay(RECORDING, [RECORDING.data[:FIRST], gate], end="reset") for _ in WAYS]
    with site(upstream, *answers) as (url, seen), browser(url, tmp_path) as process:
        seen.wait(*((way, "first") for way in WAYS))
        gate.open()
        seen.wait(*((way, what) for way in WAYS for what in ("kept", "error")))
        complete(url, seen, process)
    for way in WAYS:
        assert seen.told[way, "kept"] == SPOKEN
        assert seen.told[way, "error"] == BROKE_OFF
        assert (way, "cut") not in seen.told
    assert [answer.began for answer in answers] == [1, 1, 1]


def test_a_browser_that_is_closed(upstream: Upstream, tmp_path: Path) -> None:
    """The upstream is let go."""
    answers = [replay(RECORDING, [RECORDING.data[:FIRST]], end="never") for _ in WAYS]
    with site(upstream, *answers) as (url, seen):
        with browser(url, tmp_path):
            seen.wait(*((way, "first") for way in WAYS))
        upstream.wait(lambda: upstream.open == 0)
    assert [answer.left for answer in answers] == [1, 1, 1]
