"""Responses over HTTP, without I/O: what integrations with clients and servers are made of."""

from onechunk.http._error_response import error_response
from onechunk.http._options import Options
from onechunk.http._request import Rewrite, rewrite_request
from onechunk.http._response import BodyKind, ResponseTranslator

__all__ = [
    "BodyKind",
    "Options",
    "ResponseTranslator",
    "Rewrite",
    "error_response",
    "rewrite_request",
]
