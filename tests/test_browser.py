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
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route as Page

from onechunk.gateway import Route, create_app
from tests.support.app_server import run_app
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

pytestmark = pytest.mark.skipif(
    BROWSER is None and REQUIRED not in os.environ, reason="no Chromium is installed"
)


@attrs.define(eq=False)
class Seen:
    """What the page tells of itself: by way and event the text."""

    told: dict[tuple[str, str], str] = attrs.field(factory=dict[tuple[str, str], str])
    over: bool = False
    changed: Condition = attrs.field(factory=Condition)

    def tell(self, request: Request) -> Response:
        """Hear of something."""
        said = request.query_params
        with self.changed:
            self.told[said["way"], said["what"]] = said["text"]
            self.changed.notify_all()
        return Response(status_code=204)

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
        await (page if scope.get("path") in paths else gateway)(scope, receive, send)

    with run_app(both, lifespan="on") as url:
        yield url, seen


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


def test_a_browser(upstream: Upstream, tmp_path: Path) -> None:
    """It shows the first words before the rest is sent, all of them, and what broke off."""
    data = RECORDING.data
    chat, events, dying = gates = (Gate(), Gate(), Gate())
    answers = [replay(RECORDING, [data[:FIRST], gate, data[FIRST:]]) for gate in gates]
    answers[2] = replay(RECORDING, [data[:FIRST], dying], end="reset")
    with site(upstream, *answers) as (url, seen), browser(url, tmp_path) as process:
        seen.wait(*((way, "first") for way in ("fetch", "events", "broken")))
        # Signs of life come while the upstream is held back, and disturb nobody.
        seen.wait(("fetch", "alive"))
        for gate in (chat, events, dying):
            assert gate.reached.is_set()
            gate.open()
        seen.wait(("fetch", "done"), ("events", "done"), ("broken", "error"))
        seen.end()
        assert process.wait(SECONDS) == 0
    said = meaning(decode_all("anthropic", [data]))[0, "text"]
    first = meaning(decode_all("anthropic", [data[:FIRST]]))[0, "text"]
    told = seen.told
    assert told["fetch", "first"] == told["events", "first"] == told["broken", "first"] == first
    assert told["fetch", "done"] == told["events", "done"] == said
    assert told["broken", "kept"] == first
    assert told["broken", "error"] == "the upstream's answer broke off"
    # An EventSource would ask again if its end had not been seen.
    assert [answer.began for answer in answers] == [1, 1, 1]
    picture = tmp_path / "page.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    if PICTURE in os.environ:
        shutil.copy(picture, os.environ[PICTURE])


def test_a_browser_that_is_closed(upstream: Upstream, tmp_path: Path) -> None:
    """The upstream is let go."""
    answers = [replay(RECORDING, [RECORDING.data[:FIRST]], end="never") for _ in range(3)]
    with site(upstream, *answers) as (url, seen):
        with browser(url, tmp_path):
            seen.wait(*((way, "first") for way in ("fetch", "events", "broken")))
        upstream.wait(lambda: upstream.open == 0)
        seen.end()
    assert [answer.left for answer in answers] == [1, 1, 1]
