"""One recorded stream converted frame by frame, with what each frame brought about."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import define, field

from onechunk._adapter import Adapter
from onechunk._decoder import Decoder
from onechunk._encoder import Encoder
from onechunk._framing import Frame, make_splitter, write_comment_sse, write_sse
from onechunk._json import loads_exact
from onechunk._loss import Loss
from onechunk.cli._flow import Span, brief, flow

__all__ = ["Play", "Step"]

Spans = list[Span]


@define
class Step:
    """A frame of the source, and the frames that it brought about; often one, sometimes none."""

    before: list[Spans] = field(factory=list[Spans])
    after: list[Spans] = field(factory=list[Spans])


class Play:
    """Converts a recorded stream and tells it in steps.

    Attributes:
        losses: What was lost; complete when all steps were taken.
    """

    def __init__(self, source: Adapter, target: Adapter) -> None:
        self.losses: list[Loss] = []
        self._source = source
        self._target = target

    def steps(self, data: bytes) -> Iterator[Step]:
        """Yield a step for each frame of *data*, and one for what only the end brings about."""
        decoder = Decoder(self._source.name, framing="sse")
        encoder = Encoder(self._target.name)
        before, after = _Teller(self._source), _Teller(self._target)
        for frame in _frames(data, None):
            if frame.data is None:
                piece = write_comment_sse(frame.comments)
            else:
                piece = write_sse(frame.data, frame)
            out = b"".join([encoder.feed(chunk) for chunk in decoder.feed(piece)])
            out += encoder.comments(decoder.take_comments())
            yield Step([before.tell(frame)], self._told(after, out))
        out = b"".join([encoder.feed(chunk) for chunk in decoder.close()]) + encoder.close()
        self.losses = encoder.losses
        if out:
            yield Step([], self._told(after, out))

    def _told(self, teller: _Teller, out: bytes) -> list[Spans]:
        return [teller.tell(frame) for frame in _frames(out, self._target.framing)]


class _Teller:
    """Puts the frames of one stream into words, knowing the frame before."""

    def __init__(self, adapter: Adapter) -> None:
        self._adapter = adapter
        self._before: object = None

    def tell(self, frame: Frame) -> Spans:
        """Return what is new in *frame*."""
        spans = [Span(f":{comment}  ", "mark") for comment in frame.comments]
        if frame.data is None:
            return spans
        if frame.event is not None:
            spans.append(Span(f"event: {frame.event}  ", "mark"))
        try:
            payload = loads_exact(frame.data)
        except ValueError:
            return [*spans, Span(frame.data.decode("utf-8", "replace"), "mark")]
        known, self._before = self._before, payload
        return [*spans, *flow(brief(payload, known, self._adapter.padding))]


def _frames(data: bytes, framing: str | None) -> Iterator[Frame]:
    splitter = make_splitter(framing)
    for item in (*splitter.feed(data), *splitter.close()):
        yield item if isinstance(item, Frame) else Frame(item)
