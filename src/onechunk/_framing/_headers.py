"""The headers of an AWS event stream message: bytes into values and back.

By https://smithy.io/2.0/aws/amazon-eventstream.html. A header is its name, the number of its type
and its value; a value is a bool, an int, a text or, for types without a Python type, its bytes.
"""

from __future__ import annotations

from typing import Any, Final

from onechunk._frame import FrameError

Header = tuple[str, int, Any]

TEXT: Final = 7
_BYTES: Final = 6
_UUID: Final = 9
_UUID_SIZE: Final = 16
_BOOLS: Final = {0: True, 1: False}
# Bytes of signed integers; 8 is a timestamp in milliseconds.
_INTEGERS: Final = {2: 1, 3: 2, 4: 4, 5: 8, 8: 8}
_LAST_TYPE: Final = 9


def read_headers(data: bytes) -> list[Header]:
    """Read all headers of a message.

    Raises:
        FrameError: They end within one, one has a type that is unknown or a text that is no UTF-8,
            or two have the same name.
    """
    headers: list[Header] = []
    names: set[str] = set()
    place = 0
    while place < len(data):
        name_bytes, place = _take(data, place + 1, data[place])
        kind_byte, place = _take(data, place, 1)
        name, kind = _decode(name_bytes), kind_byte[0]
        if name in names:
            raise FrameError(f"a message has two headers {name!r}")
        names.add(name)
        value, place = _read_value(data, place, kind)
        headers.append((name, kind, value))
    return headers


def write_header(header: Header) -> bytes:
    """Write one header.

    Raises:
        ValueError: The name or the value is not what its type can hold.
    """
    name, kind, value = header
    try:
        start = name.encode()
        return len(start).to_bytes(1, "big") + start + bytes([kind]) + _write_value(kind, value)
    except (AttributeError, OverflowError, TypeError, ValueError) as exc:
        message = f"a header {name!r} of type {kind!r} cannot be {value!r}"
        raise ValueError(message) from exc


def _read_value(data: bytes, place: int, kind: int) -> tuple[Any, int]:
    if kind in _BOOLS:
        return _BOOLS[kind], place
    if kind in _INTEGERS:
        value, place = _take(data, place, _INTEGERS[kind])
        return int.from_bytes(value, "big", signed=True), place
    if kind == _UUID:
        return _take(data, place, _UUID_SIZE)
    if kind > _LAST_TYPE:
        raise FrameError(f"a header has the unknown type {kind}")
    size, place = _take(data, place, 2)
    value, place = _take(data, place, int.from_bytes(size, "big"))
    return (value if kind == _BYTES else _decode(value)), place


def _write_value(kind: int, value: Any) -> bytes:
    if kind in _INTEGERS:
        number: bytes = value.to_bytes(_INTEGERS[kind], "big", signed=True)
        return number
    if kind in _BOOLS and value is _BOOLS[kind]:
        return b""
    if kind == TEXT:
        text: bytes = value.encode()
        return len(text).to_bytes(2, "big") + text
    if kind == _BYTES and isinstance(value, bytes):
        return len(value).to_bytes(2, "big") + value
    if kind == _UUID and isinstance(value, bytes) and len(value) == _UUID_SIZE:
        return value
    raise ValueError(kind)


def _take(data: bytes, place: int, size: int) -> tuple[bytes, int]:
    end = place + size
    if end > len(data):
        raise FrameError("a message's headers end within one")
    return data[place:end], end


def _decode(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError as exc:
        raise FrameError(f"a header's text is no UTF-8: {text[:60]!r}") from exc
