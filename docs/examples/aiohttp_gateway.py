"""The same gateway in aiohttp, which asks the server by its own client."""

import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import aiohttp
from aiohttp import web

from onechunk import OnechunkError, Translator

UPSTREAM = os.environ.get("UPSTREAM", "http://127.0.0.1:8001/v1/chat/completions")
SESSION = web.AppKey("SESSION", aiohttp.ClientSession)


async def translated(session: aiohttp.ClientSession, question: bytes) -> AsyncGenerator[bytes]:
    """Ask the server, and yield its answer in the client's dialect."""
    translator = Translator("mistral", "openai")
    try:
        async with session.post(UPSTREAM, data=question, raise_for_status=True) as response:
            async for piece in response.content.iter_any():
                yield translator.feed(piece)
            yield translator.close()
    except (OnechunkError, aiohttp.ClientError, TimeoutError):
        yield translator.abort("the upstream failed")


async def chat(request: web.Request) -> web.StreamResponse:
    """Answer a request by a stream."""
    response = web.StreamResponse(headers={"content-type": "text/event-stream"})
    await response.prepare(request)
    question = await request.read()
    async with aclosing(translated(request.app[SESSION], question)) as pieces:
        async for piece in pieces:
            await response.write(piece)
    await response.write_eof()
    return response


async def session(app: web.Application) -> AsyncIterator[None]:
    """Keep connections to the server as long as the app runs."""
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=60)
    async with aiohttp.ClientSession(timeout=timeout) as app[SESSION]:
        yield


app = web.Application()
app.router.add_post("/v1/chat/completions", chat)
app.cleanup_ctx.append(session)
