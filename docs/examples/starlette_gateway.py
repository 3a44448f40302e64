"""A gateway in Starlette: its clients speak OpenAI's dialect, the server behind it Mistral's."""

import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from onechunk import OnechunkError, Translator

UPSTREAM = os.environ.get("UPSTREAM", "http://127.0.0.1:8001/v1/chat/completions")


async def translated(client: httpx.AsyncClient, question: bytes) -> AsyncIterator[bytes]:
    """Ask the server, and yield its answer in the client's dialect."""
    translator = Translator("mistral", "openai")
    try:
        async with client.stream("POST", UPSTREAM, content=question) as response:
            response.raise_for_status()
            async for piece in response.aiter_bytes():
                yield translator.feed(piece)
            yield translator.close()
    except (OnechunkError, httpx.HTTPError):
        yield translator.abort("the upstream failed")


async def chat(request: Request) -> StreamingResponse:
    """Answer a request by a stream."""
    pieces = translated(request.app.state.client, await request.body())
    return StreamingResponse(pieces, media_type="text/event-stream")


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncGenerator[None]:
    """Keep connections to the server as long as the app runs."""
    async with httpx.AsyncClient(timeout=60) as app.state.client:
        yield


routes = [Route("/v1/chat/completions", chat, methods=["POST"])]
app = Starlette(routes=routes, lifespan=lifespan)
