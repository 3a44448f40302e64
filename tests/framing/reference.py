"""The rules of the splitters once more: slow, for a whole body, and with nothing in common."""

import re

from onechunk._framing import Frame


def bracket_depth(text: bytes) -> int:
    """Count the brackets that are open after a text, byte by byte.

    A backslash outside strings is no JSON; it counts as it would inside.
    """
    depth, in_string, escaped = 0, False, False
    for byte in text.decode("latin-1"):
        if escaped and byte in '"\\':
            escaped = False
            continue
        escaped = False
        if byte == "\\":
            escaped = True
        elif byte == '"':
            in_string = not in_string
        elif not in_string:
            depth += (byte in "{[") - (byte in "}]")
    return depth


def split_sse(body: bytes) -> list[bytes | Frame]:
    """Split a body of server-sent events."""
    if b"\xef\xbb\xbf".startswith(body):
        return []
    lines = re.split(rb"\r\n|\r|\n", body.removeprefix(b"\xef\xbb\xbf"))
    frames: list[bytes | Frame] = []
    while lines:
        frame, used = _event(lines)
        frames += [] if frame is None else [frame]
        del lines[:used]
    return frames


def _event(lines: list[bytes]) -> tuple[bytes | Frame | None, int]:
    """Read the event that the lines begin with; tell how many of them it took."""
    data: list[bytes] = []
    comments: list[str] = []
    unknown: list[str] = []
    fields: dict[str, str] = {}
    number = 0
    for number, line in enumerate(lines, 1):
        text = line.decode("utf-8", "surrogateescape")
        if not line:
            break
        if line[:1] == b":":
            comments.append(text[1:])
        elif match := re.fullmatch(rb"data(?:: ?(.*))?", line, re.DOTALL):
            data.append(match[1] or b"")
        elif field := re.fullmatch(r"(event|id|retry)(?:: ?(.*))?", text, re.DOTALL):
            fields[field[1]] = field[2] or ""
        elif not data and re.match(rb"[ \t]*[{\[]", line):
            length = _json_length(lines[number - 1 :])
            data = lines[number - 1 : number - 1 + length]
            return _frame(data, comments, unknown, fields, bare=True), number - 1 + length
        elif not data and (error := re.fullmatch(rb"error: ?([{].*)", line, re.DOTALL)):
            data.append(b'{"error":' + error[1] + b"}")
            fields["error"] = ""
        else:
            unknown.append(text)
    return _frame(data, comments, unknown, fields, bare=False), number


def _json_length(lines: list[bytes]) -> int:
    for length in range(1, len(lines) + 1):
        if bracket_depth(b"\n".join(lines[:length])) <= 0:
            return length
    # The line after the last line end is empty where the body ends with one.
    return len(lines) - (lines[-1] == b"")


def _frame(
    data: list[bytes],
    comments: list[str],
    unknown: list[str],
    fields: dict[str, str],
    *,
    bare: bool,
) -> bytes | Frame | None:
    lines = tuple(unknown)
    if data:
        if len(data) == 1 and not (comments or unknown or fields or bare):
            return data[0]
        names = fields.get("event"), fields.get("id"), fields.get("retry")
        field = "error" if "error" in fields else None
        return Frame(b"\n".join(data), *names, tuple(comments), bare, lines, field)
    if comments or unknown:
        return Frame(None, comments=tuple(comments), unknown=lines)
    return None
