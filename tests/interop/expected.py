"""What a client must hear of a source, and which losses must be named where it cannot."""

from __future__ import annotations

from tests.interop.answer import Answer, Call, Said
from tests.interop.readers import Reader
from tests.interop.source import Converted

__all__ = ["check", "stopped"]


def stopped(reader: Reader, heard: Said) -> bool:
    """Say whether the client stopped at an error; a finish word that fails stops nobody."""
    return heard.failed and not any(each.finish in reader.fails for each in heard.answers.values())


def check(reader: Reader, said: Said, heard: Said, converted: Converted) -> None:
    """Compare an answer with its source.

    Args:
        reader: What the client can hear.
        said: What onechunk says of the source, up to where the client stops.
        heard: What the client made of the stream.
        converted: The stream, with the losses that were named.
    """
    for index in sorted({*said.heard, *heard.heard}):
        source = said.answers.get(index, Answer())
        answer = heard.answers.get(index, Answer())
        _check_texts(reader, source, answer, converted)
        _check_calls(reader, index, source, answer, converted)
        if not heard.failed:
            _check_finish(reader, source, answer, converted)
    if not stopped(reader, heard):
        _check_usage(reader, said, heard, converted)
    if heard.heard:
        _check_name("$.id", said.id, heard.id, converted)
        _check_name("$.model", said.model, heard.model, converted)


def _check_name(path: str, said: str | None, heard: str | None, converted: Converted) -> None:
    # Where it stands in the first event only, a later one is dropped.
    kinds = ["dropped"] if heard is None else ["changed", "invented", "dropped"]
    assert heard == said or any(converted.lost(kind, path) for kind in kinds)


def _check_texts(reader: Reader, source: Answer, answer: Answer, converted: Converted) -> None:
    assert answer.words == source.words
    if reader.refusals:
        assert answer.text == source.text
        assert answer.refusal == source.refusal
    elif source.refusal:
        assert converted.lost("changed", ".parts[")
    if reader.reasoning:
        assert answer.reasoning == source.reasoning
    elif source.reasoning:
        assert converted.lost("dropped", ".parts[")


def _check_calls(
    reader: Reader, index: int, source: Answer, answer: Answer, converted: Converted
) -> None:
    calls = [call for call in source.calls if call != Call()]
    if not reader.calls:
        assert not calls or converted.lost("dropped", ".parts[")
        return
    place = f"$.choices[{index}].tool_calls"
    dropped = {loss.path for loss in converted.losses if loss.kind == "dropped"}
    if reader.arguments == "object":
        # A call that never became whole has no object.
        calls = [call for number, call in enumerate(calls) if f"{place}[{number}]" not in dropped]
    for call, other in zip(calls, answer.calls, strict=True):
        if not _same(reader, call.value, other.value):
            assert _is_told(call, other, converted)
        assert (other.name or None) == call.name
        if other.id != call.id and (reader.ids or other.id is not None):
            assert converted.lost("invented" if call.id is None else "dropped", "].id")


def _is_told(call: Call, other: Call, converted: Converted) -> bool:
    """Say whether arguments that had to become JSON are what the report says."""
    text, place = call.arguments, ".arguments"
    if call.value == "":
        return other.value == {} and converted.lost("invented", place)
    if text.startswith("{}"):
        # Some send `{}` first and the arguments behind it.
        kinds = ("dropped", "changed")
        behind = Call(arguments=text.removeprefix("{}")).value
        return other.value == behind and any(converted.lost(kind, place) for kind in kinds)
    return other.value == {"input": text} and converted.lost("changed", place)


def _same(reader: Reader, value: object, other: object) -> bool:
    """Say whether arguments are the same; where the dialect has it so, none are `{}`."""
    if reader.arguments != "text" and value == "":
        value = {}
    return value == other


def _check_finish(reader: Reader, source: Answer, answer: Answer, converted: Converted) -> None:
    meant = reader.meaning(answer)
    if source.finish is None:
        usual = "tool_calls" if source.calls and reader.calls else "stop"
        assert meant == usual
        assert converted.lost("invented", ".finish.reason")
    else:
        word = reader.words.get(source.finish, answer.finish)
        stopped = source.finish == "stop" and source.stop is not None
        assert answer.finish == word or (stopped and answer.finish == reader.stopped)
        assert meant == source.finish or converted.lost("changed", ".finish.reason")


def _check_usage(reader: Reader, said: Said, heard: Said, converted: Converted) -> None:
    """A count that cannot be said is dropped by name; one that must be said may be made up."""
    given, counts = _counts(said), _counts(heard)
    for name in sorted({*given, *counts}):
        if not _is_count(reader, said.usage.get(name), heard.usage.get(name)):
            kind = "changed"
            if name not in counts:
                kind = "dropped"
                assert name not in reader.counts
            elif name not in given:
                kind = "invented"
                assert name in reader.required
            places = {"$.usage", f"$.usage.{name}"}
            assert any(loss.kind == kind and loss.path in places for loss in converted.losses)


def _is_count(reader: Reader, said: int | None, heard: int | None) -> bool:
    if reader.floats and said is not None and heard is not None:
        return float(said) == float(heard)
    return said == heard


def _counts(said: Said) -> dict[str, int]:
    """Leave out a total that is the sum of the others: it says no more than they do."""
    parts = said.usage.get("input_tokens", 0) + said.usage.get("output_tokens", 0)
    return {
        name: count
        for name, count in said.usage.items()
        if name != "total_tokens" or count != parts
    }
