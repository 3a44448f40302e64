"""What rooms hand to readers that decode it."""

from __future__ import annotations

import pytest

from onechunk import Choice, Chunk, Encoder, Reasoning, Text
from onechunk_adapters._base64 import is_base64


@pytest.mark.parametrize(
    ("text", "good"),
    [
        *(("", True), ("QUJD", True), ("QQ==", True), ("QUI=", True), ("QR==", True)),
        *(("QUJD=", False), ("QUJD====", False), ("QQ", False), ("QQ=", False), ("Q===", False)),
        *(("QQ==QQ==", False), ("QU JD", False), ("QU-_", False), ("QUJ\u00c4", False)),
    ],
)
def test_base64_is_what_strict_readers_take(text: str, *, good: bool) -> None:
    """It has the standard alphabet and just the padding it needs, on every Python."""
    assert is_base64(text) is good


@pytest.mark.parametrize("text", ["QUJD==", "no base64!"])
def test_what_is_none_is_a_loss(text: str) -> None:
    """Readers of Bedrock decode it: what they could not is left out, and reported."""
    encoder = Encoder("bedrock")
    chunk = Chunk(choices=[Choice(0, parts=[Reasoning("", encrypted=text), Text("tide")])])
    assert text.encode() not in encoder.feed(chunk) + encoder.close()
    lost = [loss.value for loss in encoder.losses if loss.kind == "dropped"]
    assert text in str(lost)
