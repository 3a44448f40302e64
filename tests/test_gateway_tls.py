"""The gateway trusts the system's authorities, or those that the environment names."""

from __future__ import annotations

import ssl
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
import trustme

from tests.support.gateway import ASK, EVENT, SECRET, STOP, is_whole, run_command
from tests.support.upstream import SECONDS


class Handler(BaseHTTPRequestHandler):
    """Answers by a stream."""

    def do_POST(self) -> None:
        """Answer."""
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        self.wfile.write(EVENT + STOP)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Keep standard error clean."""


@contextmanager
def serve(authority: trustme.CA) -> Generator[str]:
    """Run a server whose certificate *authority* has signed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # Its types name pyOpenSSL's, which is not there.
    certificate: Any = authority.issue_cert("localhost")
    certificate.configure_cert(context)
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        # The handshake is left to the first read, so that one that fails does not end the server.
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"https://localhost:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("trusted", [True, False], ids=["trusted", "unknown"])
def test_certificates(tmp_path: Path, *, trusted: bool) -> None:
    """An upstream whose certificate nobody vouches for is sent nothing."""
    file = tmp_path / "authority.pem"
    authority = trustme.CA()
    (authority if trusted else trustme.CA()).cert_pem.write_to_path(str(file))
    with serve(authority) as address:
        arguments = ("--upstream", address, "--from", "openai", "--to", "anthropic")
        with run_command(*arguments, SSL_CERT_FILE=str(file)) as gateway:
            headers = {"authorization": SECRET}
            response = httpx.post(gateway.url, json=ASK, headers=headers, timeout=SECONDS)
    if trusted:
        assert is_whole(response.content)
    else:
        assert response.status_code == 502
        assert gateway.records[0]["error"] == "ConnectError"
    assert SECRET not in "".join(gateway.lines)
