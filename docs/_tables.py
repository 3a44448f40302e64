"""The generated parts of the pages, each a Markdown table made from what the adapters say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import click
from attrs import fields
from prometheus_client.parser import text_string_to_metric_families

from docs._places import Places, find_places
from onechunk import (
    Adapter,
    Choice,
    Chunk,
    Citation,
    Error,
    FinishReason,
    Reasoning,
    Refusal,
    Text,
    TokenLogprob,
    ToolCall,
    Usage,
    load_adapters,
)
from onechunk.cli._serve import serve
from onechunk.gateway._metrics import Metrics
from onechunk.gateway._record import Record
from onechunk.mapping import Copy, Each, Into, PartVia, Row, Says
from onechunk.numbers import ATTRIBUTES, METRICS
from onechunk_adapters.openai.profiles import OPENAI, VENDORS, Vendor
from tests.test_redaction import COPIES, SOURCES

__all__ = ["TABLES"]

_CLASSES = (Chunk, Choice, Text, Reasoning, Refusal, ToolCall, Citation, TokenLogprob, Usage, Error)
_MEDIA = ("audio", "image", "document", "file")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _code(words: Sequence[str] | Mapping[str, Any]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _dialects() -> list[Adapter]:
    return [each for each in load_adapters().values() if each.name == each.dialect]


def _file(name: str, fence: str = "python") -> Callable[[], str]:
    return lambda: f"```{fence}\n{(Path(__file__).parent / name).read_text(encoding='utf-8')}```"


def dialects() -> str:
    """Return the dialects, their wire classes and profiles."""
    rows = [
        [f"`{each.name}`", f"`{each.wire_name}`", each.title, _profiles_of(each)]
        for each in _dialects()
    ]
    return _table(["dialect", "wire class", "what", "profiles"], rows)


def _profiles_of(adapter: Adapter) -> str:
    return _code([profile.name for profile in adapter.profiles]) or "none"


def streams() -> str:
    """Return what a stream of each dialect looks like."""
    rows = [
        [
            f"`{each.name}`",
            "none" if each.envelope is None else f"`{each.envelope.__name__}`",
            each.framing,
            "none" if each.end is None else f"`{each.end.decode()}`",
            "alone, last" if each.rules.usage == "alone" else "with the last finish",
            "a finish word" if each.rules.error_finish else "an error object",
            ", ".join(sorted(part.__name__ for part in each.rules.says)),
        ]
        for each in _dialects()
    ]
    head = ["dialect", "envelope", "framing", "end", "usage", "failure", "parts it has a place for"]
    return _table(head, rows)


def profiles() -> str:
    """Return what each profile does otherwise than its dialect."""
    rows = [
        [f"`{vendor.name}`", vendor.title, "; ".join(_differences(vendor)) or "no difference"]
        for vendor in VENDORS
    ]
    return _table(["profile", "vendor", "otherwise than `openai`"], rows)


def _differences(vendor: Vendor) -> Iterator[str]:
    if vendor.reasoning != OPENAI.reasoning:
        yield f"writes reasoning as `{vendor.reasoning[0]}`"
    for word, reason in vendor.finish.items():
        yield f"`{word}` means {reason.value}"
    for reason, word in vendor.words.items():
        yield f"writes {reason.value} as `{word}`"
    for path, field in vendor.usage.items():
        yield f"`usage.{path}` is `{field}`"
    for field, others in vendor.apart.items():
        yield f"`{field}` leaves {_code(others)} out on the wire"
    if vendor.stop:
        yield f"{_code(vendor.stop)} is `Choice.stop`"
    if vendor.usage_at:
        yield f"usage also in {_code([f'{_list(path)}.usage' for path in vendor.usage_at])}"
    if vendor.running:
        running = [".".join(path) for path in vendor.running]
        yield f"each choice repeats all text so far in {_code(running)}"


def _list(path: str) -> str:
    return f"{path}[]" if path == "choices" else path


def finish_words() -> str:
    """Return the words that each dialect reads as a reason; first the one that it writes."""
    words = {each.name: import_module(f"{_room(each)}.words") for each in _dialects()}
    rows = [
        [f"`{name}`", *(_words(module, name, reason) for reason in FinishReason)]
        for name, module in words.items()
    ]
    return _table(["dialect", *(f"`{reason.value}`" for reason in FinishReason)], rows)


def _room(adapter: Adapter) -> str:
    first: Any = next(iter(get_args(adapter.wire)), adapter.wire)
    return str(first.__module__).rpartition(".")[0]


def _words(module: Any, name: str, reason: FinishReason) -> str:
    # A room of two versions has words for both.
    version = name.rpartition("-")[2].upper()
    words = getattr(module, f"WORDS_{version}", module.WORDS)
    written = words[reason]
    first = "an error object" if written is None else f"**{written}**"
    read = [word for word, means in module.REASONS.items() if means is reason and word != written]
    return ", ".join([first, *read])


def apart() -> str:
    """Return the counts that leave out what the canonical ones include."""
    owners = {each.name: import_module(f"{_room(each)}.words") for each in _dialects()}
    found = {name: getattr(module, "APART", {}) for name, module in owners.items()}
    found |= {vendor.name: vendor.apart for vendor in VENDORS}
    rows = [
        [f"`{name}`", f"`{field}`", _code(others)]
        for name, fields_apart in found.items()
        for field, others in fields_apart.items()
    ]
    return _table(["dialect or profile", "its number for", "leaves out"], rows)


def copies() -> str:
    """Return the keys that repeat what another says."""
    speakers: dict[tuple[str, str], list[str]] = {}
    for name, adapter in load_adapters().items():
        at_home = set(_copies(load_adapters()[adapter.dialect]))
        for copy in _copies(adapter):
            if name == adapter.dialect or copy not in at_home:
                speakers.setdefault(copy, []).append(name)
    rows = [[f"`{path}`", of, ", ".join(who)] for (path, of), who in speakers.items()]
    return _table(["key", "repeats", "in"], rows)


def _residue(keys: Mapping[str, str]) -> Callable[[], str]:
    """Return what makes the table of keys of residue, as the redaction test names them."""
    rows: list[list[str]] = []
    for place, what in keys.items():
        dialect, path = place.split(" ", 1)
        rows.append([f"`{path}`", "all" if dialect == "*" else dialect, what])
    return lambda: _table(["key", "in", "what stands there"], rows)


def _copies(adapter: Adapter) -> Iterator[tuple[str, str]]:
    """Yield the path of each copy and what it repeats."""
    yield from _row_copies(adapter.table().rows, "")
    module = import_module(f"{_room(adapter)}.words")
    for path, field in getattr(module, "USAGE_COPIES", {}).items():
        yield f"usage.{path}", f"`Usage.{field}`"
    for vendor in VENDORS:
        if vendor.name == adapter.name:
            for path, field in vendor.usage.items():
                yield f"usage.{path}", f"`Usage.{field}`"
            for path in vendor.usage_at:
                yield f"{_list(path)}.usage", "`usage`"
    for (outer, inner), kind in adapter.running.items():
        yield f"choices[].{outer}.{inner}", f"all `{kind.__name__}.text` of the stream so far"


def _row_copies(rows: tuple[Row, ...], path: str) -> Iterator[tuple[str, str]]:
    for row in rows:
        match row:
            case Each():
                yield from _row_copies(row.table.rows, f"{path}{row.wire}[].")
            case Into():
                yield from _row_copies(row.rows, f"{path}{row.wire}.")
            case Says():
                for key in row.also_in:
                    yield f"{path}{key}", f"`{row.part.__name__}.text`"
            case PartVia() if row.parts[0] is Reasoning:
                for key in row.also_at:
                    yield f"{path}{key}", f"`{row.parts[0].__name__}.text`"
            case Copy():
                of = f"`{path}{row.of}`" if isinstance(row.of, str) else f"`{row.of.__name__}.text`"
                yield f"{path}{row.wire}", of
            case _:
                pass


@cache
def _places() -> dict[str, Places]:
    return {each.name: find_places(each.name) for each in _dialects()}


def _fields(title: str, names: Sequence[str]) -> str:
    """Return where the fields of one class stand, dialects that agree in one row."""
    rows: list[list[str]] = []
    for name in names:
        speakers: dict[str, list[str]] = {}
        for dialect, places in _places().items():
            for path in places.get((title, name), []):
                speakers.setdefault(path, []).append(dialect)
        for number, (path, found) in enumerate(speakers.items()):
            who = "all" if len(found) == len(_places()) else ", ".join(found)
            rows.append(["" if number else f"`{name}`", f"`{path}`", who])
    return _table(["field", "on the wire", "in"], rows)


def _fields_of(cls: type[Any]) -> Callable[[], str]:
    return lambda: _fields(cls.__name__, [attribute.name for attribute in fields(cls)])


def _media(kind: str) -> Callable[[], str]:
    names = ("data", "url", "id", "name", "mime_type", "transcript")
    return lambda: _fields(f"Media, {kind}", names)


_VALUES = {
    "error_type": "the error's type, of a failure only",
    "streamed": "`True`, of a stream only",
    "finish_reasons": "the vendor's finish words, in order of choices",
}
"""What the paths in the tables of telemetry mean that lead to no field."""


def _value(path: str) -> str:
    owner, _, rest = path.partition(".")
    return _VALUES[path] if path in _VALUES else f"`{owner.capitalize()}.{rest}`"


def span_attributes() -> str:
    """Return the attributes of a span and what they say."""
    return _table(["attribute", "value"], [[f"`{k}`", _value(v)] for k, v in ATTRIBUTES.items()])


def metrics() -> str:
    """Return the metrics, what they measure, and what becomes of them in a failure."""
    failed = {"named": "with `error.type`", "recorded": "as ever", "left out": "left out"}
    rows = [
        [
            f"`{each.name}`",
            each.side,
            f"`{each.unit}`",
            ", ".join(map(_measured, each.values, each.values.values())),
            failed[each.failed],
        ]
        for each in METRICS
    ]
    return _table(["metric", "who", "unit", "value", "of a failure"], rows)


def _measured(path: str, attributes: Mapping[str, str]) -> str:
    own = "".join(f" (`{name}` `{word}`)" for name, word in attributes.items())
    each = "each of " if path == "numbers.gaps" else ""
    return f"{each}{_value(path)}{own}"


def gateway_options() -> str:
    """Return the options of `onechunk serve`, their variables, defaults and units."""
    context = click.Context(serve)
    rows = [
        [
            f"`{option.opts[0]}`",
            f"`{option.envvar}`" if option.envvar else "",
            _default(option.get_default(context)),
            (option.help or "").rstrip("."),
        ]
        for option in serve.params
        if isinstance(option, click.Option)
    ]
    return _table(["option", "variable", "default", "what"], rows)


def _default(value: object) -> str:
    if isinstance(value, float | int | str) and not isinstance(value, bool):
        return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"
    return ""


def gateway_metrics() -> str:
    """Return what the gateway counts."""
    metrics = Metrics()
    once = Counter({"": 1})
    # One of everything, or there would be no labels.
    metrics.add(
        Record("", "", "", 0, "", chunks=1, error="", first_chunk=0, losses=once, problems=once)
    )
    rows: list[list[str]] = []
    for family in text_string_to_metric_families(metrics.text().decode()):
        if family.name.endswith("_created"):
            continue
        kind = "_total" if family.type == "counter" else ""
        labels = [*dict.fromkeys(k for each in family.samples for k in each.labels if k != "le")]
        rows.append([f"`{family.name}{kind}`", family.type, _code(labels), family.documentation])
    return _table(["metric", "type", "labels", "what"], rows)


TABLES: Mapping[str, Callable[[], str]] = {
    "dialects": dialects,
    "streams": streams,
    "profiles": profiles,
    "finish words": finish_words,
    "copies": copies,
    "counts apart": apart,
    "span attributes": span_attributes,
    "metrics": metrics,
    "residue that repeats": _residue(COPIES),
    "residue of its own": _residue(SOURCES),
    # The page does not run it, but tests/test_examples.py: its keys want to be in a module.
    "file examples/aiohttp_gateway.py": _file("examples/aiohttp_gateway.py", "py"),
    "gateway options": gateway_options,
    "gateway metrics": gateway_metrics,
    "file examples/as_messages.py": _file("examples/as_messages.py"),
    "file examples/herald.py": _file("examples/herald.py"),
    # Nor this: LiteLLM has an environment of its own.
    "file examples/litellm_handler.py": _file("examples/litellm_handler.py", "py"),
    "file examples/parley.py": _file("examples/parley.py"),
    "file examples/starlette_gateway.py": _file("examples/starlette_gateway.py"),
    "file examples/wsgi_gateway.py": _file("examples/wsgi_gateway.py"),
    **{f"fields of {cls.__name__}": _fields_of(cls) for cls in _CLASSES},
    **{f"fields of Media, {kind}": _media(kind) for kind in _MEDIA},
}
"""Name of the mark in the pages to what makes the table."""
