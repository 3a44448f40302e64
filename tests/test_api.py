"""The public surface: names, signatures, documentation, types."""

from __future__ import annotations

import importlib
import inspect
import typing
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
import pytest

import onechunk
import onechunk_adapters
from onechunk import (
    Adapter,
    Chunk,
    Decoder,
    Encoder,
    Loss,
    Message,
    Translator,
    load_adapters,
)

PUBLIC = [*onechunk.__all__]
LOADING = {"TYPE_CHECKING", "Any"}
"""What a module needs that loads its names when they are first asked for."""
MODULES = [
    *("onechunk", "onechunk.mapping", "onechunk.numbers", "onechunk.otel", "onechunk.wire"),
    *("onechunk.asgi", "onechunk.http", "onechunk.httpx", "onechunk.httpx2"),
]


@pytest.mark.parametrize("name", MODULES)
def test_all(name: str) -> None:
    """`__all__` is sorted, true, and all that a module offers."""
    module = importlib.import_module(name)
    assert sorted(module.__all__) == sorted(set(module.__all__))
    assert [*module.__all__] == sorted(module.__all__, key=by_kind)
    assert all(hasattr(module, each) for each in module.__all__)
    others = {
        each
        for each, value in vars(module).items()
        if not each.startswith("_") and not inspect.ismodule(value) and each not in LOADING
    }
    assert others == {*module.__all__}
    assert {*dir(module)} >= {*module.__all__}
    with pytest.raises(AttributeError):
        module.nobody  # noqa: B018 - looking it up is the test


def by_kind(name: str) -> tuple[int, str]:
    """Sort constants, then classes, then functions, as ruff does."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2), name


@pytest.mark.parametrize("name", PUBLIC)
def test_documented(name: str) -> None:
    """Every public object says what it is, and so do its public methods."""
    value = getattr(onechunk, name)
    if not callable(value) or typing.get_origin(value) is not None:
        return  # a constant, or an alias of types
    assert value.__doc__
    assert not value.__doc__.startswith(f"{name}(")
    for method, member in vars(value).items() if inspect.isclass(value) else ():
        public = not method.startswith("_")
        if public and (inspect.isfunction(member) or isinstance(member, property)):
            assert member.__doc__, f"{name}.{method}"


@pytest.mark.parametrize("module", MODULES)
def test_hints_resolve(module: str) -> None:
    """The annotations of every public class and function can be read at run time."""
    for name in importlib.import_module(module).__all__:
        value = getattr(importlib.import_module(module), name)
        if inspect.isclass(value) or inspect.isfunction(value):
            hints = typing.get_type_hints(value)
            if inspect.isclass(value) and attrs.has(value):
                assert {field.name for field in attrs.fields(value)} <= hints.keys()


def test_wire_classes_resolve() -> None:
    """The annotations of every wire class can be read at run time."""
    for adapter in load_adapters().values():
        classes = typing.get_args(adapter.wire) or (adapter.wire,)
        if adapter.envelope is not None:
            classes = (*classes, adapter.envelope)
        for each in classes:
            assert typing.get_type_hints(each)
            assert each.__doc__


@pytest.mark.parametrize("package", [onechunk, onechunk_adapters])
def test_typed(package: Any) -> None:
    """Both packages say that they are typed."""
    assert (Path(package.__file__).parent / "py.typed").is_file()


SIGNATURES: dict[str, tuple[Any, str]] = {
    "decode": (onechunk.decode, "(dialect, payload)"),
    "encode": (onechunk.encode, "(dialect, chunk, *, strict=False"),
    "losses": (onechunk.losses, "(dialect, chunk"),
    "Decoder": (Decoder, "(dialect, *, framing=None, limit=33554432)"),
    "Decoder.feed": (Decoder.feed, "(self, data)"),
    "Decoder.close": (Decoder.close, "(self)"),
    "Encoder": (Encoder, "(dialect, *"),
    "Encoder.feed": (Encoder.feed, "(self, chunk)"),
    "Encoder.close": (Encoder.close, "(self)"),
    "Translator": (Translator, "(source, target, *"),
    "Translator.feed": (Translator.feed, "(self, data)"),
    "Translator.close": (Translator.close, "(self)"),
    "Translator.abort": (Translator.abort, "(self, error=None)"),
    "accumulate": (onechunk.accumulate, "(chunks)"),
    "split": (onechunk.split, "(message, *, by='word')"),
    "decode_message": (onechunk.decode_message, "(dialect, payload)"),
    "encode_message": (onechunk.encode_message, "(dialect, message, *, strict=False"),
    "read": (onechunk.read, "(data, dialect, *, framing=None, limit=33554432)"),
    "aread": (onechunk.aread, "(data, dialect, *, framing=None, limit=33554432)"),
    "load_adapters": (onechunk.load_adapters, "()"),
    "from_object": (onechunk.from_object, "(value, dialect=None)"),
    "from_objects": (onechunk.from_objects, "(objects, dialect=None)"),
    "afrom_objects": (onechunk.afrom_objects, "(objects, dialect=None)"),
    "to_object": (onechunk.to_object, "(target, chunk, *, strict=False"),
    "to_objects": (onechunk.to_objects, "(target, chunks, *, strict=False"),
    "ato_objects": (onechunk.ato_objects, "(target, chunks, *, strict=False"),
}
RETURNS: dict[str, Any] = {
    "decode": Chunk,
    "encode": dict[str, Any],
    "losses": list[Loss],
    "Decoder.feed": list[Chunk],
    "Decoder.close": list[Chunk],
    "Encoder.feed": bytes,
    "Encoder.close": bytes,
    "Translator.feed": bytes,
    "Translator.close": bytes,
    "Translator.abort": bytes,
    "read": Iterator[Chunk],
    "aread": AsyncIterator[Chunk],
    "accumulate": Message,
    "split": Iterator[Chunk],
    "decode_message": Message,
    "encode_message": dict[str, Any],
    "load_adapters": Mapping[str, Adapter],
    "from_object": Chunk,
    "from_objects": Iterator[Chunk],
    "afrom_objects": AsyncIterator[Chunk],
    "to_object": Any,
    "to_objects": onechunk.Objects[Any],
    "ato_objects": onechunk.AsyncObjects[Any],
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_signatures(name: str) -> None:
    """What the design fixes stays as it is: names, order, defaults, results."""
    function, start = SIGNATURES[name]
    signature = inspect.signature(function)
    parameters = [
        each.replace(annotation=inspect.Parameter.empty) for each in signature.parameters.values()
    ]
    text = str(signature.replace(parameters=parameters, return_annotation=inspect.Signature.empty))
    assert text.startswith(start)
    if name in RETURNS:
        assert typing.get_type_hints(function)["return"] == RETURNS[name]


FIELDS = {
    "Chunk": "id model created choices usage error done dialect frame extra",
    "Choice": "index role parts finish stop logprobs extra",
    "Text": "text block extra",
    "Reasoning": "text signature encrypted block extra",
    "Refusal": "text block extra",
    "ToolCall": "index id name arguments block extra",
    "Finish": "reason raw",
    "Loss": "kind path value event",
}
USAGE = {
    "input_tokens",
    "output_tokens",
    "total_tokens",
    "cached_input_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
}


def test_fields() -> None:
    """The fields that the design names are there, in its order."""
    for name, fields in FIELDS.items():
        assert [field.name for field in attrs.fields(getattr(onechunk, name))] == fields.split()
    assert {field.name for field in attrs.fields(onechunk.Usage)} >= USAGE
    assert {*typing.get_args(onechunk.Part)} == {
        onechunk.Text,
        onechunk.Reasoning,
        onechunk.Refusal,
        onechunk.ToolCall,
        onechunk.Citation,
        onechunk.Media,
        onechunk.Other,
    }
    assert {*typing.get_args(onechunk.ExtraPolicy)} == {"home", "always", "never"}


def test_adapters_mapping() -> None:
    """`load_adapters` gives one mapping of names to adapters, dialects and profiles alike."""
    adapters = load_adapters()
    assert adapters is load_adapters()
    assert isinstance(adapters, Mapping)
    assert {"mistral", "mistral-ts", "openai", "llama", "completions", "groq"} <= {*adapters}
    assert len(adapters) == len([*adapters])
    for name, adapter in adapters.items():
        assert adapter.name == name
        assert adapter is adapters.get(name)
        assert adapter.title
        assert adapter.dialect in adapters
    assert adapters.get("nobody") is None
    assert "nobody" not in adapters
