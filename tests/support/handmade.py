"""Hypothesis strategies for streams and messages made by hand."""

from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from onechunk import (
    DERIVED,
    UNSET,
    Choice,
    Chunk,
    Citation,
    Error,
    Finish,
    FinishReason,
    Logprobs,
    Media,
    Message,
    Other,
    Part,
    Reasoning,
    Refusal,
    Series,
    Text,
    TokenLogprob,
    ToolCall,
    Usage,
)
from tests.support.json_equal import difference

Strategy = st.SearchStrategy[Any]

# Few words and numbers, so that they meet: clusters of several code points, an escape, halves.
_CLUSTERS = ("e\u0301", "\U0001f469\u200d\U0001f52c", "\U0001f1e9\U0001f1f0")
_JSON = ('{"k":"\\u00e9\\"', "{}", "{", '"}', "\\ud83d")
TEXTS = (
    "",
    "",
    "a",
    "one two ",
    " \n",
    "=",
    "QQ==",
    "\ufeff",
    "\ud83d",
    "\ude00",
    *_CLUSTERS,
    *_JSON,
)
DIALECTS = (None, "openai", "anthropic", "mistral", "nobody")
KEYS = ("x", "y", "p", "type", "obfuscation", "", "$")

texts = st.sampled_from(TEXTS)
numbers = st.sampled_from([None, 0, 1, 2])
names = st.sampled_from([None, "", "a", "b"])
counts = st.sampled_from([None, None, 0, 1, 7])
finishes = st.none() | st.builds(Finish, st.sampled_from(FinishReason), names)
scalars: Strategy = st.sampled_from([0, 1, True, False, 1.0, -0.5, 2**70, "a", "é"])
values: Strategy = scalars | st.sampled_from([None, "", UNSET, DERIVED])
_nothing: Strategy = st.builds(dict[str, Any])


def _nested(leaves: Strategy, keys: Strategy) -> Strategy:
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(keys, inner, max_size=2),
        max_leaves=3,
    )


json_values = _nested(values, st.sampled_from(KEYS))
extras = _nothing | _nothing | st.dictionaries(st.sampled_from(KEYS), json_values, max_size=2)
tokens = st.builds(
    TokenLogprob,
    texts | st.none(),
    st.sampled_from([None, -0.5]),
    st.none() | st.lists(st.integers(0, 255), max_size=1),
    numbers,
    st.none() | st.lists(st.builds(TokenLogprob, texts, extra=extras), max_size=1),
    extra=extras,
)


def _logprobs(extra: Strategy) -> Strategy:
    lists = st.none() | st.lists(tokens, max_size=2)
    return st.none() | st.builds(Logprobs, lists, lists, extra=extra)


def _parts(extra: Strategy) -> Strategy:
    """Return lists of parts, or of pieces of them, with residue of a kind."""
    blocks = st.sampled_from([None, None, 0, 1])
    data = st.none() | texts
    arguments = data | st.dictionaries(st.sampled_from(KEYS), scalars, max_size=2)
    seals = st.sampled_from([None, None, "e"])
    kinds: Strategy = st.sampled_from(["audio", "image"])
    references = st.none() | st.lists(st.sampled_from([0, "a"]), max_size=2)
    text = st.builds(Text, texts, blocks, extra)
    reasoning = st.builds(Reasoning, texts, names, seals, blocks, extra)
    call = st.builds(ToolCall, numbers, names, names, arguments, blocks, extra)
    media = st.builds(Media, kinds, data, names, names, names, names, data, blocks, extra)
    rest = st.one_of(
        st.builds(Refusal, texts, blocks, extra),
        st.builds(Citation, names, names, names, numbers, references=references, extra=extra),
        st.builds(Media, kinds, data, block=blocks, extra=extra),
        st.builds(Other, st.none() | names, json_values | texts, blocks, extra),
    )
    return st.one_of(
        st.lists(text | reasoning, max_size=5),
        st.lists(call, min_size=2, max_size=5),
        st.lists(text | reasoning | call | media | rest, max_size=4),
    )


def _choices(extra: Strategy) -> Strategy:
    stops: Strategy = st.sampled_from([None, None, 7, "END"])
    logprobs = _logprobs(extra)
    return st.builds(Choice, numbers, names, _parts(extra), finishes, stops, logprobs, extra)


def _usages(extra: Strategy) -> Strategy:
    return st.none() | st.builds(Usage, counts, counts, counts, extra=extra)


def _errors(extra: Strategy) -> Strategy:
    codes: Strategy = st.sampled_from([None, 500, "x"])
    return st.none() | st.none() | st.builds(Error, names, names, codes, names, extra=extra)


_created = st.sampled_from([None, 0, 5, 1.5])
chunks = st.builds(
    Chunk,
    names,
    names,
    _created,
    st.lists(_choices(extras), max_size=2),
    _usages(extras),
    _errors(extras),
    st.booleans(),
    extra=extras,
)


@st.composite
def streams(draw: st.DrawFn) -> list[Chunk]:
    """Return the chunks of a stream made by hand, of one dialect or of two."""
    dialects = draw(
        st.lists(st.sampled_from(DIALECTS), min_size=1, max_size=2) | st.just(["openai"])
    )
    found: list[Chunk] = draw(st.lists(chunks, max_size=5))
    for chunk in found:
        chunk.done = chunk.done and chunk is found[-1]
        chunk.dialect = draw(st.sampled_from(dialects))
    return found


def _is_series(said: list[Any]) -> bool:
    """Say whether *said*, in turn, stay as many."""
    if all(isinstance(value, dict) for value in said[:2]):
        return False
    speaks = all(value not in ("", None, UNSET, DERIVED) for value in said)
    return speaks and all(difference(one, two) for one, two in pairwise(said))


# No key of these says nothing in any of the dialects.
_keys = st.sampled_from(["x", "y", "$"])
_plain = _nested(values, _keys)
_series = st.lists(_plain, min_size=2, max_size=3).filter(_is_series).map(Series)
_leaves: Strategy = _plain | _series | st.dictionaries(_keys, _plain | _series, max_size=2)
gathered: Strategy = _nothing | _nothing | st.dictionaries(_keys, _leaves, max_size=2)
"""Residue as an accumulated message has it."""


def _messages(choices: Strategy) -> st.SearchStrategy[Message]:
    return st.builds(
        Message,
        names,
        names,
        _created,
        choices,
        _usages(gathered),
        _errors(gathered),
        st.sampled_from([*DIALECTS, "openai.whole"]),
        extra=gathered,
    )


any_messages = _messages(st.lists(_choices(gathered), max_size=3))
"""Messages with parts that would join, choices that are one, and whatever else."""


@st.composite
def _normal_choices(draw: st.DrawFn) -> list[Choice]:
    found: list[Choice] = draw(st.lists(_choices(gathered), max_size=3))
    indexes = sorted(draw(st.sets(st.integers(0, 9), min_size=len(found), max_size=len(found))))
    for choice, index in zip(found, indexes, strict=True):
        choice.index = draw(st.sampled_from([index, index, None]))
        choice.parts = apart(choice.parts)
    return found


normal_messages = _messages(_normal_choices())
"""Messages as `accumulate` makes them: no two neighbours would join."""


def apart(parts: list[Part]) -> list[Part]:
    """Return those of *parts* that do not go on with one before them."""
    found: list[Part] = []
    for part in parts:
        calls = [each for each in found if isinstance(each, ToolCall)]
        if not (_joins_call(part, calls) if isinstance(part, ToolCall) else _joins(part, found)):
            found.append(part)
    return found


def _joins_call(part: ToolCall, calls: list[ToolCall]) -> bool:
    same_number = [each for each in calls if part.index is not None and each.index == part.index]
    same_id = [each for each in calls if part.id is not None and each.id == part.id]
    if same_id:
        return part.index is None or part.name is None or any(x in same_id for x in same_number)
    if same_number:
        return part.id is None or same_number[-1].id is None
    return bool(calls) and part.index is None and part.id is None and part.name is None


def _joins(part: Any, found: list[Part]) -> bool:
    like: list[Any] = [each for each in found if type(each) is type(part)]
    last: Any = found[-1] if found else None
    if isinstance(part, Media):
        before = last if part.block is None else _last_in_block(like, part.block)
        piece = (part.url, part.name, part.mime_type) == (None, None, None)
        return piece and _is_same_media(before, part)
    if isinstance(part, Other):
        same = [each for each in like if each.block == part.block and _is_text(each)]
        return part.block is not None and _is_text(part) and bool(same)
    if isinstance(part, Citation):
        return False
    if part.block is not None:
        return _last_in_block(like, part.block) is not None
    plain = [each for each in like if each.block is None]
    if not _says(part) or not all(map(_says, plain)):
        # An empty one stands only where no other is, and is no neighbour.
        return True
    neighbours = any(each is last for each in plain)
    return neighbours and (
        type(part) is not Reasoning or (part.encrypted is None and not _sealed(last))
    )


def _last_in_block(parts: list[Any], block: int) -> Any:
    return next((part for part in reversed(parts) if part.block == block), None)


def _is_same_media(one: Any, two: Media) -> bool:
    if not isinstance(one, Media) or (one.kind, one.block) != (two.kind, two.block):
        return False
    return (two.kind == "audio" or two.block is not None) and two.id in {None, one.id}


def _is_text(part: Other) -> bool:
    return part.type is None and isinstance(part.value, str)


def _sealed(part: Any) -> bool:
    return isinstance(part, Reasoning) and not (part.signature is None and part.encrypted is None)


def _says(part: Any) -> bool:
    return bool(part.text) or _sealed(part)


def _usual(message: Message) -> Message:
    """Give calls what APIs give them, and take out what no API has."""
    message.dialect = None if message.dialect == "nobody" else message.dialect
    for choice in message.choices:
        calls = [part for part in choice.parts if isinstance(part, ToolCall)]
        for number, call in enumerate(calls):
            call.index, call.id, call.name = number, f"i{choice.index}-{number}", call.name or "f"
            if call.arguments:
                call.arguments = (
                    '{"k":"\\u00e9 x"}' if isinstance(call.arguments, str) else {"k": 1}
                )
        for part in choice.parts:
            if isinstance(part, Media) and part.data is not None:
                part.data = "QUI="
            if isinstance(part, Reasoning) and part.encrypted is not None:
                part.signature = None
        if choice.finish is not None and choice.finish.reason is FinishReason.ERROR:
            choice.finish = None
    return message


usual_messages = normal_messages.map(_usual)
"""Messages that an API could have sent."""
