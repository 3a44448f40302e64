"""The answers of all recorded streams, each as one message."""

from functools import cache

from onechunk import Message, accumulate
from tests.support.recordings import RECORDINGS
from tests.support.streams import decode_all

__all__ = ["message_of", "messages"]

ILLEGAL = "openai/wrong-shapes-in-known-fields"


@cache
def messages() -> dict[str, Message]:
    """Return the message of every legal recording, by its id and suffix; not to be changed."""
    return {
        f"{each.dialect}/{each.path.name}": accumulate(decode_all(each.dialect, [each.data]))
        for each in RECORDINGS
        if each.id != ILLEGAL
    }


def message_of(recording: str) -> Message:
    """Return the message of one recording, named by its id."""
    [found] = [
        accumulate(decode_all(each.dialect, [each.data]))
        for each in RECORDINGS
        if each.id == recording
    ]
    return found
